import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeEach, expect, test } from 'vitest'
import { recordOf, temporaryFolder } from '../store/testing.ts'
import { openAcceptor, type Acceptor, type Proposal } from './acceptor.ts'
import type { Accepted } from './accept.ts'
import { createEngine, type Engine } from './engine.ts'
import { importPicture } from './import.ts'
import { namedPicture } from './named-picture.ts'

let root = ''

beforeEach(async () => {
  root = await temporaryFolder()
})

const write = (images: string): Promise<void> =>
  writeFile(join(root, 'images.yaml'), `version: 1\nimages:\n${images}`)

function engineOf(): Engine {
  const log = { info: () => undefined, warn: () => undefined }
  return createEngine({ root, mode: 'production', purpose: 'command', env: {}, log })
}

/** As if these entries had been rendered, each with one picture of its own. */
async function rendered(names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    const engine = engineOf()
    const { spec } = namedPicture(await engine.project(), name)
    const { key, digests } = await (await engine.family()).identify(spec)
    const background = { r: index, g: 0, b: 0 }
    const image = sharp({ create: { width: 8, height: 6, channels: 3, background } })
    const bytes = await image.png().toBuffer()
    const { store } = await engine.store()
    await store.putImage(bytes, 'png')
    const { endpoint, request, take, parent: edit } = spec.render
    await store.putRecord(recordOf([bytes], { key, name, endpoint, request, take, edit, inputs: digests }))
  }
}

async function pictureFile(background: string): Promise<string> {
  const file = join(root, 'own.png')
  await sharp({ create: { width: 8, height: 6, channels: 3, background } }).toFile(file)
  return file
}

async function accepted({ plan: planAgain }: Pick<Proposal, 'plan'>): Promise<Accepted | 'present'> {
  const plan = await planAgain()
  return plan.state === 'present' ? plan.state : await plan.accept()
}

/** Everything that is proposed, until nothing is. */
async function acceptedAll(acceptor: Acceptor): Promise<(Accepted | 'present')[][]> {
  const rounds: (Accepted | 'present')[][] = []
  for (;;) {
    const { proposals, problems } = await acceptor.propose()
    expect(problems).toEqual([])
    if (proposals.length === 0) return rounds
    const round: (Accepted | 'present')[] = []
    for (const proposal of proposals) round.push(await accepted(proposal))
    rounds.push(round)
  }
}

test('entries that have the same words by now are one proposal', async () => {
  await write('  a: { prompt: a }\n  b: { prompt: b }\n  c: { prompt: c }\n')
  await rendered(['a', 'b', 'c'])
  await write('  a: { prompt: same }\n  b: { prompt: same }\n  c: { prompt: other }\n')
  const acceptor = await openAcceptor(engineOf())
  const { proposals } = await acceptor.propose()
  expect(proposals).toMatchObject([
    { name: 'a', sharers: ['b'], from: { record: { name: 'a' } } },
    { name: 'c', sharers: [] },
  ])
  expect(await acceptedAll(acceptor)).toMatchObject([
    [
      { name: 'a', sharers: ['b'] },
      { name: 'c', sharers: [] },
    ],
  ])
  // Whoever accepts the second one by its name is told that it is there.
  expect(await acceptor.plan('b')).toMatchObject({ state: 'present', isRefused: false })
})

test('a picture that was brought for good is not among those that get another one', async () => {
  await write('  own: { prompt: a }\n  b: { prompt: b }\n')
  await rendered(['own', 'b'])
  await importPicture(engineOf(), 'own', { file: await pictureFile('#36c'), replace: true })
  await write('  own: { prompt: same }\n  b: { prompt: same }\n')
  const rounds = await acceptedAll(await openAcceptor(engineOf()))
  expect(rounds).toMatchObject([[{ name: 'b', sharers: [] }]])
})

test('each "pick" that goes is taken out of the manifest as the one before has left it', async () => {
  const manifest = (prompt: string): string =>
    `  a: { prompt: ${prompt}1, n: 2, pick: 2 }
  b: { prompt: ${prompt}2, n: 2, pick: 2 }
  wide: { edit: a, prompt: ${prompt}3 }
  wider: { edit: wide, prompt: ${prompt}4, n: 2, pick: 2 }\n`
  await write(manifest('x').replaceAll('pick: 2', 'pick: 1'))
  await rendered(['a', 'b', 'wide', 'wider'])
  await write(manifest('y'))
  const rounds = await acceptedAll(await openAcceptor(engineOf()))
  // An edit has to wait for what it is an edit of, as that shows another picture from then on.
  expect(rounds).toMatchObject([
    [
      { name: 'a', formerPick: 2, change: { line: 3 } },
      { name: 'b', formerPick: 2, change: { line: 4 } },
    ],
    [{ name: 'wide' }],
    [{ name: 'wider', formerPick: 2 }],
  ])
  expect(await readFile(join(root, 'images.yaml'), 'utf8')).not.toContain('pick')
})

test('what was accepted is known when the next one is', async () => {
  await write('  a: { prompt: a }\n  b: { prompt: b }\n')
  await rendered(['a'])
  await write('  a: { prompt: other }\n  b: { prompt: b }\n')
  const acceptor = await openAcceptor(engineOf())
  const first = await accepted({ plan: () => acceptor.plan('a') })
  const key = first === 'present' ? undefined : first.key
  expect(await acceptor.plan('b', { from: 'a' })).toMatchObject({ from: { record: { key } } })
})

test('edits of what was accepted are known by the keys that they have since', async () => {
  const manifest = (prompt: string): string =>
    `  a: { prompt: ${prompt}, dark: night }\n  b: { edit: a, prompt: wider }\n  c: { edit: a, prompt: wider }\n`
  await write(manifest('a'))
  await rendered(['a', 'a:dark', 'b'])
  await write(manifest('other').replaceAll('wider', 'wider by far').replace('night', 'midnight'))
  const [first, second] = await acceptedAll(await openAcceptor(engineOf()))
  expect(first).toMatchObject([{ name: 'a' }])
  expect(second).toMatchObject([{ name: 'a:dark' }, { name: 'b', sharers: ['c'] }])
})

test('a thousand of them are looked at a thousand times, and not a million', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `e${index}`)
  const manifest = (prompt: string): string =>
    names.map((name) => `  ${name}: { prompt: ${prompt} ${name} }\n`).join('')
  await write(manifest('a'))
  await rendered(names)
  await write(manifest('b'))
  const engine = engineOf()
  let identified = 0
  let read = 0
  const counting: Engine = {
    ...engine,
    async family() {
      const family = await engine.family()
      return { ...family, identify: (spec) => ((identified += 1), family.identify(spec)) }
    },
    async store() {
      const all = await engine.store()
      return { ...all, local: { ...all.local, find: (key) => ((read += 1), all.local.find(key)) } }
    },
  }
  const acceptor = await openAcceptor(counting)
  expect((await acceptedAll(acceptor)).flat()).toHaveLength(names.length)
  expect(identified).toBeLessThanOrEqual(5 * names.length)
  expect(read).toBeLessThanOrEqual(names.length)
})
