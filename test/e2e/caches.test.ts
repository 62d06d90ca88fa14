import { describe, expect, it } from 'vitest'
import { bundle, createBundledSite, resultOf, type BundleOptions, type Bundler } from '../helpers/bundlers.ts'
import { digests } from '../helpers/digests.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv } from '../helpers/site.ts'

const mock = useMock()

const MANIFEST = `version: 1
defaults: { quality: low }
images:
  hero: { prompt: A fjord, widths: [48] }
`
const files = {
  'images.yaml': MANIFEST,
  'main.js': `import './style.css'
import fox from 'virtual:onetoken?prompt=A red fox&quality=low&w=40'
import { hero } from './images.yaml'
globalThis.result = { fox, hero: hero.srcset }
`,
  'style.css': `@import './base.css'; body { background: url(onetoken:hero?w=20) }`,
  'base.css': '.base { background: url(onetoken:hero?w=21) }',
}

const CSS = `module: { rules: [{ test: /\\.css$/, type: 'css/auto' }] }, experiments: { css: true }`
const WAYS: [bundler: Bundler, theirs: string, options: BundleOptions][] = [
  [
    'webpack',
    '.webpack-cache',
    {
      more: `${CSS}, cache: { type: 'filesystem', cacheDirectory: import.meta.dirname + '/.webpack-cache' }`,
    },
  ],
  [
    'rspack',
    '.rspack-cache',
    {
      more: `${CSS}, cache: { type: 'persistent', storage: { type: 'filesystem', directory: import.meta.dirname + '/.rspack-cache' } }`,
    },
  ],
]

describe.each(WAYS)('the persistent cache of %s', (bundler, theirs, options) => {
  it('is always right: warm, after either cache is lost or both, after an edit and back', async () => {
    const site = await createBundledSite(files)
    const build = async (env = { ONETOKEN_BASE_URL: mock.url } as Record<string, string>): Promise<void> => {
      await site.remove('dist')
      const { status, output } = await bundle(site, bundler, env, options)
      expect(status, output).toBe(0)
    }
    await build(apiEnv(mock.url))
    expect((await site.list(theirs)).length).toBeGreaterThan(0)
    const cold = await digests(site)
    // Two renders; hero in three widths, of which one is in the script and two in the style sheet.
    expect(Object.keys(cold).filter((path) => path.endsWith('.webp'))).toHaveLength(4)

    const losses = [[], [], ['onetoken/.cache'], [theirs], ['onetoken/.cache', theirs]]
    for (const lost of losses) {
      await site.remove(...lost)
      await build()
      expect(await digests(site), lost.join(' ')).toEqual(cold)
    }

    await site.write({ 'images.yaml': MANIFEST.replace('[48]', '[48, 64]') })
    await build()
    expect((await resultOf<{ hero: string }>(site)).hero).toMatch(/ 48w, .* 64w$/)
    await site.write({ 'images.yaml': MANIFEST })
    await build()
    expect(await digests(site)).toEqual(cold)

    // Another picture under the same name, in the script and in the style sheets.
    await site.write({ 'images.yaml': MANIFEST.replace('A fjord', 'A lake') })
    await build(apiEnv(mock.url))
    const other = await digests(site)
    expect(
      Object.keys(other).filter((path) => Object.hasOwn(cold, path) && path.endsWith('.webp')),
    ).toHaveLength(1)
    expect(mock.stats.billed).toBe(3)
  })
})

it('Rollup builds from its cache', async () => {
  const site = await createBundledSite({
    ...files,
    'main.js': files['main.js'].replace("import './style.css'\n", ''),
    'twice.mjs': `import onetoken from 'unplugin-onetoken/rollup'
import { rollup } from 'rollup'
import { readFileSync, writeFileSync } from 'node:fs'
let cache
const build = async (dir) => {
  const bundle = await rollup({ input: 'main.js', cache, plugins: [onetoken({ publicPath: '/' })] })
  cache = bundle.cache
  await bundle.write({ dir, entryFileNames: 'main.js' })
  await bundle.close()
}
await build('one')
await build('two')
writeFileSync('images.yaml', readFileSync('images.yaml', 'utf8').replace('[48]', '[48, 64]'))
await build('three')`,
  })
  const { status, output } = await site.runOwn('twice.mjs', apiEnv(mock.url))
  expect(status, output).toBe(0)
  expect(mock.stats.billed).toBe(2)
  const heroes: string[] = []
  for (const folder of ['one', 'two', 'three'])
    heroes.push((await resultOf<{ hero: string }>(site, `${folder}/main.js`)).hero)
  expect(heroes[1]).toBe(heroes[0])
  expect(heroes[2]).toMatch(/ 48w, .* 64w$/)
})

it('Farm has no cache that keeps a picture as it was', async () => {
  const site = await createBundledSite({
    ...files,
    'main.js': files['main.js'].replace(`import './style.css'`, ''),
  })
  const url = async (): Promise<string> => (await resultOf<{ hero: string }>(site)).hero
  const missing = await bundle(site, 'farm', { ONETOKEN_BASE_URL: mock.url })
  expect(missing.status, missing.output).toBe(1)
  expect((await bundle(site, 'farm', apiEnv(mock.url))).status).toBe(0)
  const first = await url()
  expect(first).toMatch(/\.webp/)
  await site.write({ 'images.yaml': MANIFEST.replace('[48]', '[50]') })
  expect((await bundle(site, 'farm', apiEnv(mock.url))).status).toBe(0)
  expect(await url()).not.toBe(first)
  await site.write({ 'images.yaml': MANIFEST })
  expect((await bundle(site, 'farm', apiEnv(mock.url))).status).toBe(0)
  expect(await url()).toBe(first)
  expect(await site.list('dist')).toContain(`dist${first.split(' ')[0]}`)
})

it('esbuild rebuilds from what it remembers', async () => {
  const site = await createBundledSite({
    ...files,
    'again.mjs': `import onetoken from 'unplugin-onetoken/esbuild'
import { context } from 'esbuild'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
const build = await context({ entryPoints: ['main.js'], bundle: true, format: 'esm', outdir: 'dist', publicPath: '/', plugins: [onetoken({ mode: 'production' })] })
await build.rebuild()
rmSync('dist', { recursive: true }); rmSync('onetoken/.cache', { recursive: true })
await build.rebuild()
writeFileSync('images.yaml', readFileSync('images.yaml', 'utf8').replace('[48]', '[48, 64]'))
await build.rebuild()
await build.dispose()`,
  })
  // A context is development, and development has placeholders: so render first.
  expect((await site.onetoken(apiEnv(mock.url), 'render', '--yes')).status).toBe(0)
  const { status, output } = await site.runOwn('again.mjs', { ONETOKEN_BASE_URL: mock.url })
  expect(status, output).toBe(0)
  const { hero } = await resultOf<{ hero: string }>(site)
  expect(hero).toMatch(/\.webp 48w, .*\.webp 64w$/)
  for (const candidate of hero.split(', ')) {
    const [url = ''] = candidate.split(' ')
    expect(await site.list('dist')).toContain(`dist${url}`)
  }
})
