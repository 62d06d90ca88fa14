import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeEach, expect, test } from 'vitest'
import { failureOf, recordOf, temporaryFolder, told } from '../store/testing.ts'
import { createEngine, type Engine } from './engine.ts'
import { importPicture } from './import.ts'
import { namedPicture } from './named-picture.ts'
import { pickPicture } from './pick.ts'
import { survey } from './survey.ts'

const MANIFEST =
  'version: 1\nimages:\n  hero: { prompt: a fox }\n  wide: { edit: hero, prompt: wider, n: 3 }\n'

let root = ''

beforeEach(async () => {
  root = await temporaryFolder()
  await writeFile(join(root, 'images.yaml'), MANIFEST)
})

function engineOf(): Engine {
  const log = { info: () => undefined, warn: () => undefined }
  return createEngine({ root, mode: 'production', purpose: 'command', env: {}, log })
}

async function bytesOf(background: string): Promise<Buffer> {
  const image = sharp({ create: { width: 8, height: 6, channels: 3, background } })
  return await image.png().toBuffer()
}

async function importHero(background: string): Promise<void> {
  const file = join(root, 'fox.png')
  await writeFile(file, await bytesOf(background))
  await importPicture(engineOf(), 'hero', { file })
}

/** As if it had been rendered. */
async function render(name: string, changes: Parameters<typeof recordOf>[1] = {}): Promise<void> {
  const engine = engineOf()
  const { spec } = namedPicture(await engine.project(), name)
  const { key, digests } = await (await engine.family()).identify(spec)
  const pictures = await Promise.all(['#100', '#010', '#001'].map(bytesOf))
  const { store } = await engine.store()
  for (const bytes of pictures) await store.putImage(bytes, 'png')
  const { endpoint, request, take, parent: edit } = spec.render
  await store.putRecord(
    recordOf(pictures, { key, name, endpoint, request, take, edit, inputs: digests, ...changes }),
  )
}

const manifest = (): Promise<string> => readFile(join(root, 'images.yaml'), 'utf8')

test('a picture of a stale edit is picked, as builds use it', async () => {
  await importHero('#c63')
  await render('wide')
  await importHero('#36c')
  const { entries } = await survey(engineOf())
  expect(entries.get('wide')).toMatchObject({ state: 'stale' })
  expect(await pickPicture(engineOf(), 'wide', 2)).toMatchObject({
    pick: 2,
    pictures: 3,
    change: { line: 4 },
  })
  expect(await manifest()).toContain('n: 3, pick: 2 }')
})

test('what was refused says so, and is not called missing', async () => {
  await render('hero', { images: [], refusal: { message: 'No foxes.' } })
  expect(told(await failureOf(pickPicture(engineOf(), 'hero', 2)), root)).toMatchInlineSnapshot(`
    "API_REFUSED
    hero was refused on 2026-01-02: No foxes.
    It is not asked for again with the same words: change them. To try them once more: npx --no-install onetoken render hero --again"
  `)
  expect((await failureOf(pickPicture(engineOf(), 'wide', 2))).code).toBe('API_REFUSED')
})

test('what is missing is to be rendered first', async () => {
  for (const name of ['hero', 'wide']) {
    expect((await failureOf(pickPicture(engineOf(), name, 2))).code).toBe('RENDERS_MISSING')
  }
})
