import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import {
  bundle,
  createBundledSite,
  watchBundle,
  type BundleOptions,
  type Bundler,
} from '../helpers/bundlers.ts'
import { useMock } from '../helpers/mock.ts'
import { outputOf } from '../helpers/output.ts'
import { saveUntil } from '../helpers/save-until.ts'
import { apiEnv, type Ran, type Site } from '../helpers/site.ts'

const mock = useMock()

const MANIFEST = `version: 1
defaults: { quality: low }
images:
  hero: { prompt: A fjord, widths: [48, 64] }
  team/ada: { prompt: An owl, widths: [32] }
`
/** What is written in a style sheet, and what the API is to be sent. */
const PROMPT = String.raw`onetoken:?prompt=it\'s (a) "fox" %26 \48 ound; 100%25 #1&w=40&quality=low`
const SENT = `it's (a) "fox" & Hound; 100% #1`

const files = {
  'images.yaml': MANIFEST,
  'main.js': `import './style.css'`,
  'style.css': `@import './base/base.css';
body { background: url('${PROMPT}') }
h1 { background: url( onetoken:hero?w=20 ) }
/* url(onetoken:nobody) */`,
  'base/base.css': `.base { background: url("virtual:onetoken/team/ada") } .again { background: url(onetoken:hero) }`,
}

const EXTRACT = {
  webpack: `import MiniCssExtract from 'mini-css-extract-plugin'\nconst extract = new MiniCssExtract(), loader = MiniCssExtract.loader`,
  rspack: `import { CssExtractRspackPlugin } from '@rspack/core'\nconst extract = new CssExtractRspackPlugin(), loader = CssExtractRspackPlugin.loader`,
}
const withCssLoader = (bundler: 'webpack' | 'rspack', before = ''): BundleOptions => ({
  imports: EXTRACT[bundler],
  plugins: 'extract',
  more: `module: { rules: [{ test: /\\.(?:css|scss)$/, type: 'javascript/auto', use: [loader, 'css-loader'${before}] }] }`,
})
const NATIVE = {
  more: `experiments: { css: true }, module: { rules: [{ test: /\\.css$/, type: 'css/auto' }] }`,
}

const WAYS: [name: string, bundler: Bundler, options: BundleOptions][] = [
  ['Vite', 'vite', {}],
  ['Vite with Lightning CSS', 'vite', { more: `css: { transformer: 'lightningcss' }` }],
  ['webpack with css-loader', 'webpack', withCssLoader('webpack')],
  ['webpack', 'webpack', NATIVE],
  ['Rspack with css-loader', 'rspack', withCssLoader('rspack')],
  ['Rspack', 'rspack', NATIVE],
  ['esbuild', 'esbuild', {}],
  ['Farm', 'farm', {}],
  ['Bun', 'bun', {}],
]

/** The pictures that the built style sheets name, by width, and whether each is a file of the build. */
async function pictures(site: Site): Promise<number[]> {
  const dist = await site.list('dist')
  const sheets = dist.filter((path) => path.endsWith('.css'))
  const css = (await Promise.all(sheets.map(async (path) => (await site.read(path)).toString()))).join('\n')
  const shown = css.replace(/\/\*.*?\*\//gs, '')
  expect(shown).not.toMatch(/onetoken[:/]|#1|Hound/)
  const found = shown.matchAll(/url\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^)"']*?))\s*\)/gi)
  const urls = [...found].map(([, double, single, bare]) =>
    (double ?? single ?? bare ?? '').replace(/\\(["'\\])/g, '$1'),
  )
  const widths = urls.map(async (url) => {
    if (!url.startsWith('data:')) return (await sharp(await site.read(`dist${url}`)).metadata()).width
    const [, encoding, data = ''] = /^data:[^,]*?(;base64)?,(.*)$/s.exec(url) ?? []
    const bytes = encoding === undefined ? Buffer.from(decodeURIComponent(data)) : Buffer.from(data, 'base64')
    return (await sharp(bytes).metadata()).width
  })
  return (await Promise.all(widths)).sort((a, b) => a - b)
}

describe.each(WAYS)('CSS in %s', (_, bundler, options) => {
  it('names pictures, also in what it imports', async () => {
    const site = await createBundledSite(files)
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url), options)
    expect(status, output).toBe(0)
    expect(output).not.toMatch(/warning|resolve at build time/i)
    expect(mock.requests.map(({ fields }) => fields['prompt']).sort()).toEqual(['A fjord', 'An owl', SENT])
    expect(await pictures(site)).toEqual([20, 32, 40, 64])
    // A second build, also where the cache was lost: the same.
    await site.remove('dist', 'onetoken/.cache')
    const again = await bundle(site, bundler, { ONETOKEN_BASE_URL: mock.url }, options)
    expect(again.status, again.output).toBe(0)
    expect(await pictures(site)).toEqual([20, 32, 40, 64])
  })

  it('is told what is wrong, with its place', async () => {
    const site = await createBundledSite({
      ...files,
      'base/base.css': `.a {}\n.base { background: url("onetoken:heros") }`,
    })
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url), options)
    expect(status, output).toBe(1)
    expect(output).toMatch(/There is no entry "heros" in images\.yaml; did you mean "hero"\?/)
    expect(output).not.toContain('watchFiles')
    expect(output).toMatch(/(?:base\/base|style)\.css/)
  })

  it('of a package does not spend', async () => {
    const site = await createBundledSite({
      ...files,
      'style.css': `@import 'pack/style.css';\nbody { background: url(onetoken:hero) }`,
      'node_modules/pack/package.json': '{ "name": "pack", "version": "1.0.0" }',
      'node_modules/pack/style.css': `.pack { background: url("onetoken:?prompt=a lynx&quality=low") }`,
    })
    const prompts = (): unknown[] => mock.requests.map(({ fields }) => fields['prompt'])
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url), options)
    expect(status, output).toBe(1)
    expect(prompts()).not.toContain('a lynx')
    if (bundler === 'vite') {
      // It has one style sheet in the end, in which nobody sees what a package wrote.
      expect(output).toContain(
        'A style sheet that this one imports asks for "onetoken:?prompt=a lynx&quality=low", which is written in none of the project.',
      )
      return
    }
    expect(output).toContain('the package "pack" asks for it, and packages may not spend your money')
    await site.write({ 'onetoken.config.json': '{ "allowPackages": ["pack"] }' })
    expect(await bundle(site, bundler, apiEnv(mock.url), options)).toMatchObject({ status: 0 })
    expect(prompts()).toContain('a lynx')
  })

  it('takes words of the project from what it imports', async () => {
    const site = await createBundledSite({
      ...files,
      'base/base.css': `.base { background: url("onetoken:?prompt=it's a lynx&quality=low&w=50") }`,
      'style.css': `@import './base/base.css';`,
    })
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url), options)
    expect(status, output).toBe(0)
    expect(mock.requests.map(({ fields }) => fields['prompt'])).toEqual(["it's a lynx"])
    expect(await pictures(site)).toEqual([50])
  })

  it('has placeholders in development', async () => {
    const site = await createBundledSite(files)
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url), {
      ...options,
      development: true,
    })
    expect(status, output).toBe(0)
    expect(mock.requests).toHaveLength(0)
    // Farm has the styles in the script then.
    if (bundler === 'farm') expect((await site.read('dist/main.js')).toString()).toContain('.svg')
    else expect(await pictures(site)).toEqual([20, 32, 40, 64])
  })
})

/** Bun does not watch, and Farm does not tell its plugins what to watch for a URL. */
const WATCHING = WAYS.filter(([, bundler]) => bundler !== 'bun' && bundler !== 'farm')

describe.each(WATCHING)('CSS in %s, watching', (_, bundler, options) => {
  it('is built again when the manifest is mended', async () => {
    const site = await createBundledSite({ ...files, 'images.yaml': MANIFEST.replace('hero', 'heros') })
    const child = await watchBundle(site, bundler as 'vite', apiEnv(mock.url), options)
    const until = outputOf(child)
    await until('There is no entry "hero"')
    await saveUntil(site, { 'images.yaml': MANIFEST }, async () =>
      (await site.list('dist')).some((path) => path.endsWith('.css')),
    )
    expect(mock.requests).toHaveLength(0)
  })
})

describe.each(WAYS.filter(([, bundler]) => bundler === 'vite'))(
  'imported CSS in %s',
  (_, bundler, options) => {
    it('takes words from any folder of the project, and of a package of its workspace that it allows', async () => {
      const site = await createBundledSite({
        'build/base.css': `.base { background: url("onetoken:?prompt=a lynx&quality=low&w=50") }`,
        'packages/site/style.css': `@import '../../build/base.css'; @import './dist/part.css';`,
        'packages/site/dist/part.css': `.part { background: url("onetoken:?prompt=a fox&quality=low&w=51") }`,
        'packages/site/main.js': `import './style.css'`,
        // A project of its own: what lies beside it is not its own.
        'packages/site/package.json': '{ "name": "site", "type": "module" }',
        'package.json': '{ "name": "workshop", "type": "module", "workspaces": ["packages/*"] }',
      })
      const build = (): Promise<Ran> =>
        bundle(site, bundler, apiEnv(mock.url), {
          ...options,
          outDir: '../../dist',
          more: `${options.more === undefined ? '' : `${options.more},`} root: 'packages/site'`,
        })
      expect((await build()).output).toContain('the package "workshop" asks for it')
      await site.write({ 'packages/site/onetoken.config.json': '{ "allowPackages": ["workshop"] }' })
      const { status, output } = await build()
      expect(status, output).toBe(0)
      expect(await pictures(site)).toEqual([50, 51])
    })
  },
)

describe('Sass, Less and CSS modules in Vite', () => {
  const preprocessed = {
    'images.yaml': MANIFEST,
    'main.js': `import './a.scss'\nimport './b.less'\nimport c from './c.module.css'\nglobalThis.c = c`,
    'a.scss': `@use './styles/part';\n$name: 'hero';\n.a { background: url('onetoken:hero?w=10'); // it's url(onetoken:nobody)\n .b & { background: url('onetoken:#{$name}?w=11') } }`,
    'styles/_part.scss': `.part { background: url('onetoken:team/ada?w=12') }`,
    'b.less': `@import './styles/part.less';\n@name: hero;\n.c { background: url('onetoken:@{name}?w=13') } .d { background: url(onetoken:hero?w=14) }`,
    'styles/part.less': `.e { background: url('onetoken:team/ada?w=15') } .i { background: url("onetoken:?prompt=a lynx&w=18&quality=low") }`,
    'c.module.css': `.f { background: url(onetoken:hero?w=16) } .g { composes: h from './d.module.css' }`,
    'd.module.css': `.h { background: url(onetoken:hero?w=17) }`,
  }

  it('name pictures, also in partials of other folders', async () => {
    const site = await createBundledSite(preprocessed)
    const { status, output } = await bundle(site, 'vite', apiEnv(mock.url), { publicPath: '/' })
    expect(status, output).toBe(0)
    expect(await pictures(site)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18])
    expect(output).not.toMatch(/resolve at build time/)
  })

  it('says that words which Vite took for a path cannot be read', async () => {
    const site = await createBundledSite({
      ...preprocessed,
      'styles/_part.scss': `.part { background: url('onetoken:?prompt=and // or&quality=low') }`,
    })
    const { status, output } = await bundle(site, 'vite', apiEnv(mock.url))
    expect(status).toBe(1)
    expect(output).toContain('Declare the picture in the manifest')
  })
})

it.each(['webpack', 'rspack'] as const)('Sass with %s names pictures', async (bundler) => {
  const site = await createBundledSite({
    'images.yaml': MANIFEST,
    'main.js': `import './a.scss'`,
    'a.scss': `.a { background: url('onetoken:hero?w=10'); .b & { color: red } }`,
  })
  const { status, output } = await bundle(
    site,
    bundler,
    apiEnv(mock.url),
    withCssLoader(bundler, `, 'sass-loader'`),
  )
  expect(status, output).toBe(0)
  expect(await pictures(site)).toEqual([10])
})

it('indented Sass names pictures behind what it imports, in sheets and components', async () => {
  const sheet = `@use 'sass:math'
@use 'part' with ($back: url('onetoken:hero?w=11'))

.card
  width: math.div(10px, 2)
  background: url('onetoken:?prompt=paper texture&quality=low&w=12')
`
  const site = await createBundledSite({
    'images.yaml': MANIFEST,
    'main.js': `import './style.sass'`,
    'style.sass': sheet,
    '_part.scss': '$back: none !default;\n.part { background: $back }',
  })
  const { output } = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
  expect(output).toContain('rendered "paper texture"')
  expect(mock.stats.billed).toBe(3)
  const built = await bundle(site, 'vite', { ...apiEnv(mock.url), ONETOKEN_FROZEN: '1' })
  expect(built.status, built.output).toBe(0)
  expect(await pictures(site)).toEqual([11, 12])
})
