import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tellError } from '../spec/testing.ts'
import type { Manifest } from '../spec/manifest.ts'
import { openManifestCache } from './manifest-cache.ts'
import { loadProject, type Project } from './project.ts'
import { entrySpec } from './specs.ts'
import { folder } from './testing.ts'

const manifest = (prompt: string, top = ''): string =>
  `version: 1\n${top}images:\n  hero: { prompt: ${prompt}, extra: { b: "x", a: [null, 1.5] } }\n`

const load = (root: string): Promise<Project> => loadProject({ root, mode: 'production', env: {} })
const promptOf = async (root: string): Promise<string> =>
  entrySpec(await load(root), 'hero').render.request.prompt

/** A project with a store, and where its manifests are kept as they were read. */
async function project(text: string, cache = 'onetoken/.cache'): Promise<{ root: string; kept: string }> {
  const root = await folder({ 'images.yaml': text })
  await mkdir(join(root, cache), { recursive: true })
  return { root, kept: join(root, cache, 'manifests') }
}

test('a manifest is read as before, from its text or from the cache', async () => {
  const { root, kept } = await project(manifest('a fox'))
  const [first, second] = [await load(root), await load(root)]
  expect(await readdir(kept)).toHaveLength(1)
  expect([...second.entries]).toEqual([...first.entries])
  expect(entrySpec(second, 'hero')).toEqual(entrySpec(first, 'hero'))
})

test('the text decides', async () => {
  const { root } = await project(manifest('a fox'))
  expect(await promptOf(root)).toBe('a fox')
  await writeFile(join(root, 'images.yaml'), manifest('a hare'))
  expect(await promptOf(root)).toBe('a hare')
  await writeFile(join(root, 'images.yaml'), 'version: 1\nimages: [')
  await expect(load(root)).rejects.toThrow()
  await writeFile(join(root, 'images.yaml'), manifest('a fox'))
  expect(await promptOf(root)).toBe('a fox')
})

test.each<[string, (text: string) => string]>([
  ['other words', (text) => text.replace('a fox', 'a cat')],
  ['cut', (text) => text.slice(0, text.length / 2)],
  ['empty', () => ''],
  ['no JSON', (text) => text.replaceAll('{', '[')],
])('a damaged cache changes nothing: %s', async (_what, damage) => {
  const { root, kept } = await project(manifest('a fox'))
  await load(root)
  const [name = ''] = await readdir(kept)
  const file = join(kept, name)
  await writeFile(file, damage(await readFile(file, 'utf8')))
  expect(await promptOf(root)).toBe('a fox')
})

test('what another release has read is not taken', async () => {
  const { root } = await project(manifest('a fox'))
  const [read] = (await load(root)).manifests
  const cache = join(root, 'onetoken', '.cache')
  const [file, text] = [join(root, 'images.yaml'), manifest('a fox')]
  await openManifestCache(cache, 'this release').put(file, text, read as Manifest)
  expect(openManifestCache(cache, 'this release').get(file, text)).toEqual({ ...read, prefix: undefined })
  expect(openManifestCache(cache, 'another release').get(file, text)).toBeUndefined()
})

test('nothing is written where no store is', async () => {
  const root = await folder({ 'images.yaml': manifest('a fox') })
  await load(root)
  expect(await readdir(root)).toEqual(['images.yaml'])
})

test('a manifest that names its store is read each time, since its cache is in there', async () => {
  const { root, kept } = await project(manifest('a fox', 'store: pictures\n'))
  expect((await load(root)).store).toBe(join(root, 'pictures'))
  await expect(readdir(kept)).rejects.toThrow('ENOENT')
})

test('mistakes that show only together are told each time, with their places', async () => {
  const { root } = await project('version: 1\nimages:\n  hero: { edit: boat, prompt: x }\n')
  const said = (): Promise<string> => load(root).then(() => '', tellError)
  const first = await said()
  expect(first).toContain('images.yaml:3:17')
  expect(await said()).toBe(first)
})
