import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import { openFileStore, type RenderStore } from '../store/file-store.ts'
import { filesIn, recordOf, temporaryFolder } from '../store/testing.ts'
import { openAcceptor } from './acceptor.ts'
import { createEngine, type Engine } from './engine.ts'
import { findUnusedRenders } from './prune-renders.ts'
import { survey } from './survey.ts'

const FOX = Buffer.from('bytes that pass for a fox')
const HARE = Buffer.from('bytes that pass for a hare')
const DAY = 24 * 60 * 60 * 1000
const MADE = '2026-01-02T03:04:05.000Z'
const NOW = Date.parse(MADE) + 10 * DAY

let root = ''
let store: RenderStore

beforeEach(async () => {
  root = await temporaryFolder()
  store = openFileStore(join(root, 'onetoken'))
  await writeFile(join(root, 'images.yaml'), 'version: 1\nimages:\n  hero: { prompt: A fjord }\n')
  await Promise.all([FOX, HARE].map((bytes) => store.putImage(bytes, 'png')))
})

function engineOf(baseURL?: string): Engine {
  return createEngine({
    root,
    mode: 'production',
    purpose: 'command',
    env: { ONETOKEN_BASE_URL: baseURL },
    log: { info: () => undefined, warn: () => undefined },
  })
}

async function keep(key: string, images: Buffer[], changes: object = {}): Promise<void> {
  await store.putRecord(recordOf(images, { key, name: key.slice(0, 4), created: MADE, ...changes }))
}

const unusedKeys = async (engine: Engine, keepDays = 0): Promise<string[]> =>
  (await findUnusedRenders(engine, { keepDays, now: NOW })).renders.map(({ key }) => key)

async function keyOf(engine: Engine): Promise<string> {
  return (await survey(engine)).renders[0]?.key ?? ''
}

test('what an entry asks for is used, for every provider', async () => {
  const bought = await keyOf(engineOf())
  const pretend = await keyOf(engineOf('http://127.0.0.1:9'))
  expect(pretend).not.toBe(bought)
  await keep(bought, [FOX])
  await keep(pretend, [HARE], { provider: 'mock' })
  await keep(sha256('another'), [HARE])
  for (const url of [undefined, 'http://127.0.0.1:9']) {
    expect(await unusedKeys(engineOf(url))).toEqual([sha256('another')])
  }
})

test('edits are used, also those that are stale, and those of another provider', async () => {
  await writeFile(
    join(root, 'images.yaml'),
    'version: 1\nimages:\n  hero: { prompt: A fjord, dark: at night }\n  wide: { edit: hero, prompt: wider }\n',
  )
  const edit = (key: string, prompt: string, provider: string, parent: Buffer): Promise<void> =>
    keep(key, [FOX], {
      provider,
      edit: 'hero',
      endpoint: 'edits',
      request: { model: 'gpt-image-2', prompt, n: 1, size: '1024x1024' },
      inputs: [{ role: 'image', sha256: sha256(parent), conversion: 0 }],
    })
  // Of a parent that has no picture yet: builds use these as they are.
  await edit(sha256('wide'), 'wider', 'onetoken', HARE)
  await edit(sha256('dark'), 'at night', 'onetoken', HARE)
  await edit(sha256('pretend'), 'wider', 'mock', HARE)
  await edit(sha256('other words'), 'narrower', 'onetoken', HARE)
  await edit(sha256('other words, pretend'), 'narrower', 'mock', HARE)
  const old = [sha256('other words'), sha256('other words, pretend')].sort()
  expect((await unusedKeys(engineOf())).sort()).toEqual(old)
  // A newer one takes its place.
  await edit(sha256('wide, newer'), 'wider', 'onetoken', FOX)
  const newer = await store.find(sha256('wide, newer'))
  if (newer.state !== 'found') throw new Error('It was kept')
  await store.putRecord({ ...newer.record, created: '2026-01-03T03:04:05.000Z' }, { replace: true })
  expect((await unusedKeys(engineOf())).sort()).toEqual([...old, sha256('wide')].sort())
  expect((await unusedKeys(engineOf('http://127.0.0.1:9'))).sort()).toEqual(old)
})

test('what was made lately is kept', async () => {
  await keep(sha256('one'), [FOX])
  expect(await unusedKeys(engineOf(), 10)).toEqual([sha256('one')])
  expect(await unusedKeys(engineOf(), 11)).toEqual([])
})

test('nothing is unused where a record does not say when it was made', async () => {
  await keep(sha256('one'), [FOX])
  await keep(sha256('two'), [FOX], { created: 'once' })
  await expect(unusedKeys(engineOf())).rejects.toMatchObject({ code: 'PRUNE_REFUSED' })
})

test('a picture that was accepted for other words stays without its first record', async () => {
  const [hero, old] = [await keyOf(engineOf()), sha256('old words')]
  await keep(old, [FOX])
  await keep(hero, [FOX], { origin: { kind: 'accepted', key: old }, cost: { usd: 0, from: 'origin' } })
  const { renders, remove } = await findUnusedRenders(engineOf(), { keepDays: 0, now: NOW })
  expect(renders.map(({ key }) => key)).toEqual([old])
  await remove(renders)
  expect(await filesIn(join(store.folder, 'images'))).toContain(`${sha256(FOX)}.png`)
  expect((await store.find(hero)).state).toBe('found')
})

test('a picture goes with the last record that names it', async () => {
  const [one, two, hero] = [sha256('one'), sha256('two'), await keyOf(engineOf())]
  await keep(hero, [HARE])
  await keep(one, [FOX, HARE])
  await keep(two, [FOX])
  const { renders, remove } = await findUnusedRenders(engineOf(), { keepDays: 0, now: NOW })
  const byKey = new Map(renders.map((render) => [render.key, render]))
  const images = join(store.folder, 'images')
  const [first, second] = [one, two].map((key) => byKey.get(key))
  if (first === undefined || second === undefined) throw new Error('Both are unused')
  await remove([first])
  expect(await filesIn(images)).toHaveLength(2)
  await remove([second])
  expect(await filesIn(images)).toEqual([`${sha256(HARE)}.png`])
  expect(await filesIn(join(store.folder, 'renders'))).toEqual([`${hero}.json`])
})

test('a picture stays that was accepted for other words while somebody read the list', async () => {
  const old = sha256('old words')
  await keep(old, [FOX], { name: 'hero' })
  const { renders, remove } = await findUnusedRenders(engineOf(), { keepDays: 0, now: NOW })
  const proposal = await (await openAcceptor(engineOf())).plan('hero')
  if (proposal.state !== 'acceptable') throw new Error('It has a picture')
  await proposal.accept()
  expect(await remove(renders)).toMatchObject({ renders: [{ key: old }] })
  expect(await filesIn(join(store.folder, 'images'))).toContain(`${sha256(FOX)}.png`)
  expect((await survey(engineOf())).renders).toMatchObject([{ state: 'cached' }])
})

test('a render stays that is asked for by words which somebody wrote while the list was read', async () => {
  await keep(await keyOf(engineOf()), [FOX])
  await keep(sha256('another'), [HARE])
  const manifest = join(root, 'images.yaml')
  const words = await readFile(manifest, 'utf8')
  await writeFile(manifest, words.replace('A fjord', 'A lake'))
  const { renders, remove } = await findUnusedRenders(engineOf(), { keepDays: 0, now: NOW })
  expect(renders).toHaveLength(2)
  await writeFile(manifest, words)
  expect((await remove(renders)).renders).toMatchObject([{ key: sha256('another') }])
  expect((await survey(engineOf())).renders).toMatchObject([{ state: 'cached' }])
  await writeFile(manifest, `${words}  broken\n`)
  await expect(remove(renders)).rejects.toThrow()
  expect(await filesIn(join(store.folder, 'renders'))).toHaveLength(1)
})

test('a refusal is a render like any other', async () => {
  await keep(sha256('refused'), [], { refusal: { message: 'no' }, cost: { usd: 0, from: 'usage' } })
  const { renders, remove } = await findUnusedRenders(engineOf(), { keepDays: 0, now: NOW })
  expect(renders).toMatchObject([{ key: sha256('refused'), cost: 0, copy: undefined }])
  await remove(renders)
  expect(await filesIn(join(store.folder, 'renders'))).toEqual([])
})

test('a record that cannot be read keeps all of them, as it may name any picture', async () => {
  await keep(sha256('one'), [FOX])
  await mkdir(join(store.folder, 'renders'), { recursive: true })
  await writeFile(join(store.folder, 'renders', `${sha256('two')}.json`), '{')
  await expect(findUnusedRenders(engineOf(), { keepDays: 0, now: NOW })).rejects.toMatchObject({
    code: 'PRUNE_REFUSED',
    hint: expect.stringContaining('git checkout') as string,
  })
})
