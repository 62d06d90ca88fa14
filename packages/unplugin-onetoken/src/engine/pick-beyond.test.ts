import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeEach, expect, test } from 'vitest'
import { failureOf, recordOf, temporaryFolder, told } from '../store/testing.ts'
import { createEngine, type Engine } from './engine.ts'
import { entryPictures } from './entry-pictures.ts'
import { namedPicture } from './named-picture.ts'
import { pickPicture } from './pick.ts'
import { planRenders } from './plan-renders.ts'
import { describe } from './problems.ts'
import { renderAll, type RenderResult } from './render-all.ts'
import { survey } from './survey.ts'

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

/** As if so many pictures had come for an entry. */
async function came(name: string, number: number): Promise<void> {
  const engine = engineOf()
  const { spec } = namedPicture(await engine.project(), name)
  const { key, digests } = await (await engine.family()).identify(spec)
  const backgrounds = ['#100', '#010', '#001'].slice(0, number)
  const pictures = await Promise.all(
    backgrounds.map((background) =>
      sharp({ create: { width: 8, height: 6, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  )
  const { store } = await engine.store()
  for (const bytes of pictures) await store.putImage(bytes, 'png')
  const { endpoint, request, take, parent: edit } = spec.render
  const from = { key, name, endpoint, request, take, edit, inputs: digests }
  await store.putRecord(recordOf(pictures, from))
}

async function rendered(names?: string[], stale = false): Promise<RenderResult> {
  const engine = engineOf()
  return await renderAll(engine, await planRenders(engine, { names, again: false, stale }), {})
}

async function problems(): Promise<string[]> {
  const { renders } = await survey(engineOf())
  return renders.flatMap(({ problem }) => (problem === undefined ? [] : describe(problem, root)))
}

test('is told alike by all who look, asks nobody, and can be put right', async () => {
  await write('  hero: { prompt: a fox, n: 3, pick: 3 }\n')
  await came('hero', 2)
  const message = 'images.yaml:3:3 hero has 2 pictures, though 3 were asked for: there is no number 3.'
  expect(await problems()).toEqual([`${message}\n  Choose one from 1 to 2.`])
  const { outcomes, problem, cost } = await rendered()
  expect([problem && describe(problem, root), cost]).toEqual(await problems().then(([one]) => [one, 0]))
  expect(outcomes).toMatchObject([{ state: 'cached', made: false, problem: { code: 'PICK_BEYOND' } }])
  const exported = await failureOf(entryPictures(engineOf(), { names: undefined }))
  expect(describe(exported, root)).toBe(problem && describe(problem, root))
  expect(told(await failureOf(pickPicture(engineOf(), 'hero', 3)), root)).toContain(problem?.message)
  await pickPicture(engineOf(), 'hero', 2)
  expect(await problems()).toEqual([])
  expect(await rendered()).toMatchObject({ problem: undefined, cost: 0 })
})

test('is told of whoever picks it, where several want one render', async () => {
  await write(
    '  hero: { prompt: a fox, n: 3 }\n  twin: { prompt: a fox, n: 3, pick: 2 }\n  boat: { prompt: boat, n: 2 }\n',
  )
  await writeFile(join(root, 'main.js'), `import a from 'virtual:onetoken/boat?pick=2'\n`)
  await came('hero', 1)
  await came('boat', 1)
  expect(await problems()).toMatchInlineSnapshot(`
    [
      "images.yaml:4:3 twin has 1 picture, though 3 were asked for: there is no number 2.
      Choose number 1, or raise "n" to have several to choose from: that is another render.",
      "main.js:1:16 boat has 1 picture, though 2 were asked for: there is no number 2.
      Choose number 1, or raise "n" to have several to choose from: that is another render.",
    ]
  `)
  const { entries } = await survey(engineOf())
  expect([...entries.values()].map(({ problem }) => problem?.code)).toEqual([
    undefined,
    'PICK_BEYOND',
    undefined,
  ])
})

test('of a stale edit is told until that is rendered anew', async () => {
  const before = '  hero: { prompt: a fox }\n  wide: { edit: hero, prompt: wider, n: 3, pick: 3 }\n'
  await write(before)
  await came('hero', 1)
  await came('wide', 2)
  await write(before.replace('a fox', 'a hare'))
  await came('hero', 2)
  await write(before.replace('a fox', 'a hare, n: 2, pick: 2'))
  await came('hero', 2)
  expect((await survey(engineOf())).renders).toMatchObject([
    { state: 'cached', problem: undefined },
    { state: 'stale', problem: { code: 'PICK_BEYOND' } },
  ])
  expect(await rendered(['wide'])).toMatchObject({ problem: { code: 'PICK_BEYOND' } })
  // There is no key.
  expect(await rendered(['wide'], true)).toMatchObject({ problem: { code: 'API_KEY_MISSING' } })
})
