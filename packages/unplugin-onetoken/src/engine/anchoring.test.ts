import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeEach, expect, test } from 'vitest'
import type { RenderStore } from '../store/file-store.ts'
import type { RenderRecord } from '../store/record.ts'
import { SELF } from '../store/sender.ts'
import { failureOf, filesIn, recordOf, temporaryFolder, told } from '../store/testing.ts'
import type { Accepted, AcceptOptions } from './accept.ts'
import { openAcceptor } from './acceptor.ts'
import { createEngine, type Engine } from './engine.ts'
import { formerRenders } from './former-renders.ts'
import { importPicture } from './import.ts'
import { namedPicture } from './named-picture.ts'
import { findUnusedRenders } from './prune-renders.ts'
import { survey } from './survey.ts'

const MANIFEST = 'version: 1\nimages:\n  hero: { prompt: a fox, n: 2, pick: 2 }\n'

let root = ''
let file = ''

beforeEach(async () => {
  root = await temporaryFolder()
  file = join(root, 'fox.png')
  await writeFile(join(root, 'images.yaml'), MANIFEST)
  await sharp({ create: { width: 8, height: 6, channels: 3, background: '#c63' } }).toFile(file)
})

function engineOf(changes: (store: RenderStore) => Partial<RenderStore> = () => ({}), url?: string): Engine {
  const engine = createEngine({
    root,
    mode: 'production',
    purpose: 'command',
    env: { ONETOKEN_BASE_URL: url },
    log: { info: () => undefined, warn: () => undefined },
  })
  return {
    ...engine,
    async store() {
      const all = await engine.store()
      return { ...all, store: { ...all.store, ...changes(all.store) } }
    },
  }
}

const died = (): never => {
  throw new Error('the process died')
}
const manifest = (): Promise<string> => readFile(join(root, 'images.yaml'), 'utf8')
const stored = (folder: string): Promise<string[]> => filesIn(join(root, 'onetoken', folder))

async function keyOf(engine: Engine, name = 'hero'): Promise<string> {
  const { spec } = namedPicture(await engine.project(), name)
  return (await (await engine.family()).identify(spec)).key
}

async function recordAt(store: RenderStore, key: string): Promise<RenderRecord> {
  const lookup = await store.find(key)
  if (lookup.state !== 'found') throw new Error(`the render is ${lookup.state}`)
  return lookup.record
}

async function pictureIn(background: string): Promise<string> {
  const picture = join(root, `${background.slice(1)}.png`)
  await sharp({ create: { width: 8, height: 6, channels: 3, background } }).toFile(picture)
  return picture
}

test('an import that ends before its record leaves an entry that works, and goes on later', async () => {
  const dying = engineOf(() => ({ putRecord: died }))
  await expect(importPicture(dying, 'hero', { file })).rejects.toThrow('the process died')
  expect(await manifest()).toBe('version: 1\nimages:\n  hero: { prompt: a fox, n: 2 }\n')
  expect(await stored('images')).toHaveLength(1)
  expect(await stored('renders')).toHaveLength(0)
  await importPicture(engineOf(), 'hero', { file })
  expect(await stored('images')).toHaveLength(1)
})

test('a new entry is written when its picture is there, and not before', async () => {
  const options = { file, prompt: 'a mug' }
  const dying = engineOf(() => ({ putRecord: died }))
  await expect(importPicture(dying, 'mug', options)).rejects.toThrow('the process died')
  expect(await manifest()).toBe(MANIFEST)
  // Somebody edits the manifest while the picture is kept.
  const other = MANIFEST.replace('a fox', 'a hare')
  const racing = engineOf((store) => ({
    async putRecord(record, how) {
      await writeFile(join(root, 'images.yaml'), other)
      return await store.putRecord(record, how)
    },
  }))
  expect((await failureOf(importPicture(racing, 'mug', options))).code).toBe('MANIFEST_EDIT')
  expect(await manifest()).toBe(other)
  const { change } = await importPicture(engineOf(), 'mug', options)
  expect(change).toEqual({ file: join(root, 'images.yaml'), line: 4, isNew: true })
  expect(await manifest()).toBe(`${other}  mug: { prompt: a mug }\n`)
})

test('words are written when they have a picture, and not before', async () => {
  const engine = engineOf()
  await importPicture(engine, 'hero', { file })
  const before = await manifest()
  const dying = engineOf(() => ({ putRecord: died }))
  const plan = await (await openAcceptor(dying)).plan('hero', { words: 'a hare' })
  await expect(plan.state === 'acceptable' && plan.accept()).rejects.toThrow('the process died')
  expect(await manifest()).toBe(before)
})

test('what is being rendered is left alone', async () => {
  const engine = engineOf()
  const key = await keyOf(engine)
  const { intents } = await engine.store()
  const intent = { key, attempt: 1, label: 'hero', sender: SELF, time: new Date().toISOString() }
  expect(await intents.claim(intent)).toBe(true)
  expect(told(await failureOf(importPicture(engine, 'hero', { file })), root)).toMatchInlineSnapshot(`
    "RENDER_STANDS
    hero is being rendered at this moment.
    It is paid for: wait until it is there."
  `)
  await intents.withdraw(intent)
  expect(await manifest()).toBe(MANIFEST)
  expect(await stored('images')).toHaveLength(0)
})

test('a render that comes at the last moment stands', async () => {
  const render = recordOf([Buffer.from('png:fox')], { name: 'hero' })
  const racing = engineOf((store) => ({
    async putRecord(record, how) {
      await store.putRecord({ ...render, key: record.key })
      return await store.putRecord(record, how)
    },
  }))
  expect((await failureOf(importPicture(racing, 'hero', { file }))).code).toBe('RENDER_STANDS')
  const engine = engineOf()
  const lookup = await (await engine.store()).store.find(await keyOf(engine))
  expect(lookup).toMatchObject({ state: 'found', record: { requestId: 'req-1' } })
})

test('a render that comes between the look and the write stands as well, in place of another picture', async () => {
  const engine = engineOf()
  await importPicture(engine, 'hero', { file })
  await importPicture(engine, 'boat', { file: await pictureIn('#36c'), prompt: 'a boat' })
  engine.refresh()
  const plan = await (await openAcceptor(engine)).plan('hero', { from: 'boat', replace: true })
  const { store, intents } = await engine.store()
  const key = await keyOf(engine)
  const render = recordOf([Buffer.from('png:fox')], { key, name: 'hero' })
  await store.putRecord(render, { replace: true })
  const accepting = async (): Promise<unknown> => plan.state === 'acceptable' && (await plan.accept())
  expect(told(await failureOf(accepting()), root)).toMatchInlineSnapshot(`
    "RENDER_STANDS
    hero was changed by another process meanwhile.
    What is there now stands. See: npx --no-install onetoken plan"
  `)
  expect(await store.find(key)).toEqual({ state: 'found', record: render })
  // One that is under way would find its key taken when it is paid for.
  const intent = { key, attempt: 1, label: 'hero', sender: SELF, time: new Date().toISOString() }
  expect(await intents.claim(intent)).toBe(true)
  expect((await failureOf(accepting())).message).toContain('is being rendered at this moment')
})

test('a pretend picture is never accepted for a bought one, nor the other way round', async () => {
  const pretend = engineOf(undefined, 'http://127.0.0.1:9')
  await importPicture(pretend, 'hero', { file })
  const real = engineOf()
  expect((await formerRenders(real)).records).toEqual([])
  expect((await formerRenders(pretend)).records).toHaveLength(1)
  const failure = await failureOf((await openAcceptor(real)).plan('hero', { words: 'a hare' }))
  expect(failure.code).toBe('NO_PICTURE')
})

/** An entry with three pictures, and others that want one of them. */
async function three(manifest: string): Promise<{ engine: Engine; hashes: string[] }> {
  await writeFile(
    join(root, 'images.yaml'),
    `version: 1\nimages:\n  c: { prompt: c1, n: 3, pick: 3 }\n${manifest}`,
  )
  const engine = engineOf()
  const { store } = await engine.store()
  const pictures = await Promise.all(
    ['#100', '#010', '#001'].map((background) =>
      sharp({ create: { width: 8, height: 6, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  )
  await store.prepare()
  for (const bytes of pictures) await store.putImage(bytes, 'png')
  const record = recordOf(pictures, { key: await keyOf(engine, 'c'), name: 'c' })
  await store.putRecord({ ...record, created: '2026-01-02T03:04:05.000Z' })
  return { engine, hashes: record.images.map(({ sha256 }) => sha256) }
}

async function accepted(engine: Engine, name: string, options: AcceptOptions = {}): Promise<Accepted> {
  const plan = await (await openAcceptor(engine)).plan(name, options)
  if (plan.state !== 'acceptable') throw new Error(`${name} is ${plan.state}`)
  const done = await plan.accept()
  engine.refresh()
  return done
}

async function hashesOf(engine: Engine, name: string): Promise<string[]> {
  const lookup = await (await engine.store()).store.find(await keyOf(engine, name))
  return lookup.state === 'found' ? lookup.record.images.map(({ sha256 }) => sha256) : []
}

test('of another entry, the picture that it shows is accepted, and all candidates where they are picked alike', async () => {
  const { engine, hashes } = await three(
    '  d: { prompt: d1 }\n  twin: { prompt: t1, n: 3, pick: 3 }\n  key: { prompt: k1 }\n',
  )
  expect(await accepted(engine, 'd', { from: 'c' })).toMatchObject({ change: undefined })
  expect(await hashesOf(engine, 'd')).toEqual([hashes[2]])
  await accepted(engine, 'twin', { from: 'c' })
  expect(await hashesOf(engine, 'twin')).toEqual(hashes)
  await accepted(engine, 'key', { from: await keyOf(engine, 'c') })
  expect(await hashesOf(engine, 'key')).toEqual(hashes)
})

test('a "pick" that the accepted pictures do not reach goes, also with new words', async () => {
  const { engine, hashes } = await three('  f: { prompt: f1, n: 3, pick: 2 }\n')
  const first = await accepted(engine, 'f', { from: 'c' })
  expect(first).toMatchObject({ formerPick: 2, isReworded: false, change: { line: 4 } })
  expect(await manifest()).toContain('  f: { prompt: f1, n: 3 }\n')
  expect(await hashesOf(engine, 'f')).toEqual([hashes[2]])
  await writeFile(join(root, 'images.yaml'), (await manifest()).replace('n: 3 }', 'n: 3, pick: 2 }'))
  engine.refresh()
  const second = await accepted(engine, 'f', { from: 'c', words: 'f2' })
  expect(second).toMatchObject({ formerPick: 2, isReworded: true, change: { line: 4 } })
  expect(await manifest()).toContain('  f: { prompt: f2, n: 3 }\n')
})

test('what takes the place of a record is later than that, whatever the clock says', async () => {
  const engine = engineOf()
  const { key } = await importPicture(engine, 'hero', { file })
  const { store } = await engine.store()
  const created = '2999-01-02T03:04:05.678Z'
  await store.putRecord({ ...(await recordAt(store, key)), created }, { replace: true })
  await importPicture(engine, 'hero', { file: await pictureIn('#36c') })
  expect((await recordAt(store, key)).created).toBe('2999-01-02T03:04:05.679Z')
})

test('words that were refused are no picture, also where several entries have them', async () => {
  await writeFile(
    join(root, 'images.yaml'),
    'version: 1\nimages:\n  hero: { prompt: a fox }\n  twin: { prompt: a fox }\n',
  )
  const engine = engineOf()
  const { store } = await engine.store()
  const key = await keyOf(engine)
  const refusal = { message: 'It is violent.' }
  await store.putRecord({ ...recordOf([], { key, name: 'hero' }), refusal })
  expect(await importPicture(engine, 'hero', { file })).toMatchObject({ sharers: ['twin'], aside: undefined })
  await store.putRecord({ ...recordOf([], { key, name: 'hero' }), refusal }, { replace: true })
  expect(await importPicture(engine, 'hero', { file, replace: true })).toMatchObject({ aside: undefined })
  expect(await stored('renders')).toHaveLength(1)
})

test('a picture that is refused settles no request for another one', async () => {
  const engine = engineOf()
  await importPicture(engine, 'hero', { file })
  await importPicture(engine, 'boat', { file: await pictureIn('#36c'), prompt: 'a boat' })
  engine.refresh()
  const { intents } = await engine.store()
  const key = await keyOf(engine)
  const sender = { ...SELF, id: 'before', start: '0' }
  await intents.claim({ key, attempt: 1, label: 'hero', sender, time: new Date().toISOString() })
  const planned = async (options?: AcceptOptions): Promise<object> => {
    const plan = await (await openAcceptor(engine)).plan('hero', options)
    if (plan.state === 'present') await plan.settle?.()
    return { ...plan, isOpen: (await intents.read(key)) !== undefined }
  }
  expect(await planned({ from: 'boat' })).toMatchObject({ isRefused: true, isOpen: true })
  expect(await planned()).toMatchObject({ isRefused: false, isOpen: false })
})

test('records that cannot be read are told where a picture may be missing because of them', async () => {
  const engine = engineOf()
  await importPicture(engine, 'hero', { file })
  const [record = ''] = await stored('renders')
  await writeFile(join(root, 'onetoken', 'renders', record), '{}')
  const acceptor = await openAcceptor(engine)
  const failure = await failureOf(acceptor.plan('hero', { words: 'a hare' }))
  expect(failure.hint).toContain('1 record cannot be read: see npx --no-install onetoken verify')
})

test('an entry that "each" makes is not changed alone', async () => {
  await writeFile(
    join(root, 'images.yaml'),
    'version: 1\nimages:\n  all: { each: "*.png", prompt: on white, n: 2, pick: 2 }\n',
  )
  expect(told(await failureOf(importPicture(engineOf(), 'all/fox', { file })), root)).toMatchInlineSnapshot(`
    "MANIFEST_EDIT
    "all/fox" is one of several that "each" makes of one entry: a change would be one of all of them.
    Nothing was written. If that is meant, change "pick" there by hand."
  `)
})

test('a picture that was imported for good stays, whatever its words become', async () => {
  await importPicture(engineOf(), 'hero', { file })
  await writeFile(join(root, 'images.yaml'), 'version: 1\nimages:\n  hero: { prompt: a hare, n: 2 }\n')
  const planned = async (): Promise<object> => {
    const { renders } = await survey(engineOf())
    return renders.map(({ state, uses, origin }) => ({ state, uses, origin }))
  }
  const [former] = await stored('renders')
  const own = { kind: 'imported', file: 'fox.png' }
  expect(await planned()).toMatchObject([
    { state: 'cached', uses: former?.replace('.json', ''), origin: own },
  ])
  const engine = engineOf()
  const { record, made } = await engine.render(await engine.entry('hero'), { renew: true })
  expect({ made, origin: record.origin }).toMatchObject({ made: false, origin: own })
  await expect(engine.render(await engine.entry('hero'), { again: true })).rejects.toThrow('no API key')
  // One that only stands in for a render is rendered.
  await importPicture(engineOf(), 'hero', { file, untilRendered: true })
  await writeFile(join(root, 'images.yaml'), 'version: 1\nimages:\n  hero: { prompt: a hound, n: 2 }\n')
  expect(await planned()).toMatchObject([{ state: 'missing', uses: undefined }])
})

test('a picture that replaces one of other entries with the same words is theirs as well', async () => {
  const write = (hero: string): Promise<void> =>
    writeFile(
      join(root, 'images.yaml'),
      `version: 1\nimages:\n  hero: { prompt: ${hero} }\n  twin: { prompt: a fox }\n`,
    )
  const used = async (name: string): Promise<string | undefined> => {
    const { entries } = await survey(engineOf())
    const { store } = await engineOf().store()
    const lookup = await store.find(entries.get(name)?.uses ?? '')
    return lookup.state === 'found' && lookup.record.origin?.kind === 'imported'
      ? lookup.record.origin.file
      : undefined
  }
  const other = await pictureIn('#36c')
  // The first one is of other words, which it had before.
  await write('a hare')
  await importPicture(engineOf(), 'hero', { file: await pictureIn('#333') })
  await write('a fox')
  await importPicture(engineOf(), 'hero', { file })
  await importPicture(engineOf(), 'twin', { file: other, replace: true })
  expect([await used('hero'), await used('twin')]).toEqual(['36c.png', '36c.png'])
})

test('a picture that was imported for an edit is not stale when its parent is another one', async () => {
  const write = (prompt: string): Promise<void> =>
    writeFile(
      join(root, 'images.yaml'),
      `version: 1\nimages:\n  hero: { prompt: ${prompt}, dark: at night }\n  wide: { edit: hero, prompt: wider }\n  wider: { edit: wide, prompt: more }\n`,
    )
  await write('a fox')
  for (const name of ['hero', 'hero:dark', 'wide', 'wider']) await importPicture(engineOf(), name, { file })
  const before = await stored('renders')
  await write('a hare')
  await importPicture(engineOf(), 'hero', { file: await pictureIn('#36c') })
  const { renders } = await survey(engineOf())
  expect(renders.map(({ state }) => state)).toEqual(['cached', 'cached', 'cached', 'cached'])
  const used = renders.slice(1).map(({ uses }) => `${uses}.json`)
  expect(before).toEqual(expect.arrayContaining(used))
  expect((await findUnusedRenders(engineOf(), { keepDays: 0, now: Date.now() + 1 })).renders).toMatchObject([
    { label: 'hero' },
  ])
})

test.each([
  ['is stale', false],
  ['is stale, and was refused since,', true],
])('an import over an edit that %s says how the former picture is brought back', async (_, isRefused) => {
  await writeFile(
    join(root, 'images.yaml'),
    'version: 1\nimages:\n  hero: { prompt: a fox }\n  wide: { edit: hero, prompt: wider }\n',
  )
  const first = engineOf()
  await importPicture(first, 'hero', { file })
  first.refresh()
  const { store } = await first.store()
  const { spec } = namedPicture(await first.project(), 'wide')
  const { key, digests } = await (await first.family()).identify(spec)
  const bytes = await readFile(await pictureIn('#36c'))
  await store.putImage(bytes, 'png')
  const { endpoint, request } = spec.render
  await store.putRecord(
    recordOf([bytes], { key, name: 'wide', endpoint, request, edit: 'hero', inputs: digests }),
  )
  const second = engineOf()
  await importPicture(second, 'hero', { file: await pictureIn('#6c3') })
  if (isRefused) {
    const refusal = { message: 'It is violent.' }
    await store.putRecord({
      ...recordOf([], { key: await keyOf(engineOf(), 'wide'), name: 'wide' }),
      refusal,
    })
  }
  const third = engineOf()
  const { aside } = await importPicture(third, 'wide', { file, replace: true })
  expect(aside).toBe(key)
})
