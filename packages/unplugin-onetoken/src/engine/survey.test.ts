import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { layoutOf } from '../store/layout.ts'
import { temporaryFolder } from '../store/testing.ts'
import { createEngine } from './engine.ts'
import { survey } from './survey.ts'

test('pictures that will be one render are planned and priced as one, also while they wait for another', async () => {
  const root = await temporaryFolder()
  await writeFile(
    join(root, 'images.yaml'),
    `version: 1
images:
  fox: { prompt: a fox, alt: '', dark: at night }
  twin: { prompt: a fox, alt: '', dark: at night }
  wide: { edit: other, prompt: wider, alt: '' }
  broad: { edit: twin, prompt: wider, alt: '' }
  other: { edit: fox, prompt: wider, alt: '' }
`,
  )
  const engine = createEngine({
    root,
    mode: 'production',
    purpose: 'command',
    env: {},
    log: { info: () => undefined, warn: () => undefined },
  })
  const { renders } = await survey(engine)
  expect(renders.map(({ names }) => names)).toEqual([
    ['fox', 'twin'],
    ['fox:dark', 'twin:dark'],
    ['wide'],
    ['broad', 'other'],
  ])
})

test('words that hold the key are a problem, and are not planned', async () => {
  const root = await temporaryFolder()
  const key = 'sk-canary-0123456789abcdef'
  await writeFile(
    join(root, 'images.yaml'),
    `version: 1\nimages:\n  fox: { prompt: a fox }\n  told: { prompt: a ${key} }\n`,
  )
  await writeFile(join(root, 'app.js'), `import 'virtual:onetoken?prompt=${key}'`)
  const engine = createEngine({
    root,
    mode: 'production',
    purpose: 'command',
    env: { ONETOKEN_API_KEY: key },
    log: { info: () => undefined, warn: () => undefined },
  })
  const { renders, problems, failed } = await survey(engine)
  expect(renders.map(({ names }) => names)).toEqual([['fox']])
  expect(problems.map(({ code, place }) => [code, place?.line])).toEqual([
    ['KEY_EXPOSED', 4],
    ['KEY_EXPOSED', 1],
  ])
  expect([...failed.keys()]).toEqual(['told'])
})

test('sources are found in the folder of a store, but for those where it has its own files', async () => {
  const root = await temporaryFolder()
  const { records, images, cache } = layoutOf(join(root, 'src'))
  const code = (words: string): string => `import 'virtual:onetoken?prompt=${words}'`
  for (const folder of [records, images, cache]) {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'app.js'), code('not this'))
  }
  await mkdir(join(root, 'src/pages/images'), { recursive: true })
  await writeFile(join(root, 'src/app.js'), code('one'))
  await writeFile(join(root, 'src/pages/images/app.js'), code('two'))
  await writeFile(join(root, 'onetoken.config.json'), '{ "store": "src" }')
  const { renders, problems } = await survey(
    createEngine({
      root,
      mode: 'production',
      purpose: 'command',
      env: {},
      log: { info: () => undefined, warn: () => undefined },
    }),
  )
  expect(problems).toEqual([])
  expect(renders.map(({ spec }) => spec.render.request.prompt)).toEqual(['one', 'two'])
})
