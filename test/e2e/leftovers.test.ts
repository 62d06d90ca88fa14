import { SourceMap } from 'node:module'
import { describe, expect, it } from 'vitest'
import { bundle, BUNDLERS, createBundledSite } from '../helpers/bundlers.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite } from '../helpers/site.ts'

const mock = useMock()

const MANIFEST = `version: 1
images:
  hero: { prompt: A fjord, quality: low, widths: [48, 96], size: 1536x1024, formats: [avif, webp], alt: Fjord }
  icon: { prompt: A boat, quality: low, widths: [16] }
`

describe.each(BUNDLERS)('a reference that nothing resolved, %s', (bundler) => {
  it.each([
    ['an import at run time', 'globalThis.load = (words) => import(`virtual:onetoken?prompt=${words}`)'],
    ['markup in a string', `document.body.innerHTML = '<img src="onetoken:hero" alt="">'`],
    ['a property', `globalThis.props = { src: 'virtual:onetoken/hero' }`],
    ['a style', `document.body.style.background = 'url("onetoken:hero")'`],
  ])('fails the build and names file and line: %s', async (_, code) => {
    const site = await createBundledSite({
      'main.js': `import './part.js'\nglobalThis.result = 1`,
      'part.js': `// first line\n${code}`,
      'images.yaml': MANIFEST,
    })
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url))
    expect(status, output).toBe(1)
    expect(output).toMatch(/part\.js:2/)
    expect(mock.requests).toHaveLength(0)
    expect(await site.list('dist')).toEqual([])
  })
})

it.each(BUNDLERS)('a reference in a comment is none, %s', async (bundler) => {
  const site = await createBundledSite({
    'main.js': `// Before: import fox from 'virtual:onetoken?prompt=A fox'\nimport './part.js'\nglobalThis.result = 1`,
    'part.js': `/* <img src="onetoken:hero"> */\nglobalThis.part = '"' // src: 'onetoken:hero'`,
    'images.yaml': MANIFEST,
  })
  for (const development of [false, true]) {
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url), { development })
    expect(status, output).toBe(0)
  }
})

it.each(BUNDLERS)('a text that only begins like a reference is none, %s', async (bundler) => {
  const site = await createBundledSite({
    'main.js': `globalThis.result = [{ content: 'onetoken: a way to say it' }, { src: '/onetoken/hero.png' }]`,
    'images.yaml': MANIFEST,
  })
  const { status, output } = await bundle(site, bundler, apiEnv(mock.url))
  expect(status, output).toBe(0)
})

it('a folder of that name is no reference in the styles of a page', async () => {
  const site = await createSite({
    'index.html': `<!doctype html><title>a</title><p style="--onetoken: 1; background: url(/onetoken/hero.png)"></p>`,
    'public/onetoken/hero.png': '',
  })
  const { status, output } = await site.build(apiEnv(mock.url))
  expect(status, output).toBe(0)
})

describe('a URL that the bundler leaves alone', () => {
  it.each(['webpack', 'rspack'] as const)('fails the build: new URL() with %s', async (bundler) => {
    const site = await createBundledSite({
      'main.js': `globalThis.result = new URL('onetoken:icon', import.meta.url).href`,
      'images.yaml': MANIFEST,
    })
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url), {
      more: 'module: { parser: { javascript: { url: false } } }',
    })
    expect(status, output).toBe(1)
    expect(output).toMatch(/nothing resolved: "icon-[\w.-]+"/)
    expect(output).toContain('main.js:1:30')
    expect(output).toContain('leaves URLs there alone')
  })

  it('fails the build: css-loader that reads none', async () => {
    const site = await createBundledSite({
      'main.js': `import './style.css'`,
      'style.css': 'body { background: url(onetoken:icon) }',
      'images.yaml': MANIFEST,
    })
    const { status, output } = await bundle(site, 'webpack', apiEnv(mock.url), {
      more: `module: { rules: [{ test: /\\.css$/, type: 'javascript/auto', use: ['style-loader', { loader: 'css-loader', options: { url: false } }] }] }`,
    })
    expect(status, output).toBe(1)
    expect(output).toContain('leaves URLs there alone')
  })

  it('fails a server build of Vite', async () => {
    const site = await createSite({
      'main.js': `export const icon = new URL('onetoken:icon', import.meta.url).href`,
      'images.yaml': MANIFEST,
    })
    const { status, output } = await site.build(apiEnv(mock.url), '--ssr', 'main.js')
    expect(status, output).toBe(1)
    expect(output).toContain('main.js:1:30')
    expect(mock.requests).toHaveLength(0)
  })

  it('is no reference with another base', async () => {
    const site = await createBundledSite({
      'main.js': `globalThis.result = new URL('onetoken:icon', document.baseURI).href`,
      'images.yaml': MANIFEST,
    })
    const { status, output } = await bundle(site, 'vite', apiEnv(mock.url))
    expect(status, output).toBe(1)
    expect(output).toContain('main.js:1:30')
    expect(mock.requests).toHaveLength(0)
  })
})

describe('templates in Vite', () => {
  const config = `import onetoken from 'unplugin-onetoken/vite'
import vue from '@vitejs/plugin-vue'
export default { plugins: [onetoken(), vue()] }`
  const main = `import { createApp } from 'vue'\nimport App from './App.vue'\ncreateApp(App).mount('body')`
  const vueSite = (template: string): Parameters<typeof createSite>[0] => ({
    'vite.config.js': config,
    'main.js': main,
    'images.yaml': MANIFEST,
    'App.vue': `<script setup>\nconst open = true, words = 'x'\n</script>\n\n<template>\n  ${template}\n</template>\n\n<style scoped>\np { background: url(onetoken:icon) }\n</style>\n`,
  })

  it('makes pictures of literal references in Vue', async () => {
    const site = await createSite(
      vueSite(`<main>
    <img class="a" src="onetoken:hero" sizes="50vw">
    <img v-if="open" :alt="words" src="onetoken:hero?w=40">
    <picture><source srcset="onetoken:hero?format=avif" type="image/avif"><img src="onetoken:hero?format=webp" alt=""></picture>
    <video poster="onetoken:icon"></video>
  </main>`),
    )
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status, output).toBe(0)
    expect(output).not.toMatch(/alt="…"/)
    expect(mock.stats.billed).toBe(2)
    const dist = await site.list('dist')
    const script = (await site.read(dist.find((path) => path.endsWith('.js')) ?? '')).toString()
    expect(script).not.toMatch(/onetoken[:/]/)
    const shipped = dist.filter((path) => /\.(?:avif|webp)$/.test(path))
    // hero: 48 and 96 in two formats, 40 in both; icon once; each of them is named in the script or the style sheet.
    expect(shipped.length).toBeGreaterThanOrEqual(6)
    for (const [url] of script.matchAll(/\/assets\/[\w.-]+\.(?:avif|webp)/g))
      expect(dist).toContain(`dist${url}`)
    expect(script).toContain('96w')
    expect(script).toContain('image/avif')
  })

  it('says where a template is wrong', async () => {
    const site = await createSite(vueSite('<img src="onetoken:heros" alt="">'))
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status).toBe(1)
    expect(output).toContain('App.vue:6:13 There is no entry "heros"')
  })

  it.each([
    ['<a href="onetoken:hero">see</a>', '"href" of <a>'],
    ['<Image src="onetoken:hero" />', '"src" of <Image>'],
    ['<p style="background: url(onetoken:hero)">see</p>', '"style" of <p>'],
  ])('refuses what Vue does not read, before it is paid for: %s', async (template, what) => {
    const site = await createSite(vueSite(template))
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status, output).toBe(1)
    expect(output).toContain(what)
    expect(output).toMatch(/App\.vue:6:\d+/)
    expect(mock.requests).toHaveLength(0)
  })

  it('reads what Vue reads, and no other block of the file', async () => {
    const site = await createSite({
      ...vueSite(`<main><Textarea :value="words" /><Title/><img src="onetoken:hero" alt=""></main>`),
      'vite.config.js': config.replace(
        'vue()]',
        `vue(), { name: 'docs', transform: (_, id) => /vue&type=docs/.test(id) ? 'export default () => {}' : undefined }]`,
      ),
    })
    const component = (await site.read('App.vue')).toString()
    await site.write({
      'App.vue': `${component}\n<docs>Usage: <img src="onetoken:?prompt=A fox documented"></docs>\n`,
    })
    const plan = await site.onetoken(apiEnv(mock.url), 'plan')
    expect(plan.output).not.toContain('documented')
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status, output).toBe(0)
    expect(mock.requests.map(({ fields }) => fields['prompt']).sort()).toEqual(['A boat', 'A fjord'])
  })

  it('keeps source maps right where a reference has several lines', async () => {
    const site = await createSite({
      ...vueSite('<img src="onetoken:?prompt=one\ntwo\nthree&quality=low" alt=""><p>{{ marker() }}</p>'),
      'vite.config.js': config.replace('plugins', 'build: { sourcemap: true, minify: false }, plugins'),
    })
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status, output).toBe(0)
    const script = (await site.list('dist')).find((path) => path.endsWith('.js')) ?? ''
    const code = (await site.read(script)).toString().split('\n')
    const line = code.findIndex((text) => text.includes('marker('))
    const map = new SourceMap(JSON.parse((await site.read(`${script}.map`)).toString()) as never)
    const entry = map.findEntry(line, code[line]?.indexOf('marker') ?? 0)
    expect(entry).toMatchObject({ originalLine: 7 })
    const { sources, sourcesContent } = map.payload
    const component = sourcesContent[sources.findIndex((source) => source.endsWith('/App.vue'))]
    expect(component).toBe((await site.read('App.vue')).toString())
  })

  it('plans what Vue reads: nothing else is paid for, and a build has all of it', async () => {
    const site = await createSite({
      ...vueSite(`<main><textarea :value="words" /><select /><title />
    <img src="onetoken:?prompt=the letter <A> in stone&quality=low" alt="">{{ words }}
  </main>`),
      'onetoken.config.json': '{ "store": "paid, pictures" }',
    })
    const env = apiEnv(mock.url)
    const { status, output } = await site.onetoken(env, 'render', '--yes')
    expect(status, output).toBe(0)
    const prompts = mock.requests.map(({ fields }) => fields['prompt'])
    expect(prompts.sort()).toEqual(['A boat', 'A fjord', 'the letter <A> in stone'])
    const built = await site.build({ ...env, ONETOKEN_FROZEN: '1' })
    expect(built.status, built.output).toBe(0)
  })

  it('plans what templates name', async () => {
    const site = await createSite(
      vueSite('<img src="onetoken:?prompt=Only in a template&amp;quality=low" alt="">'),
    )
    const { output } = await site.onetoken(apiEnv(mock.url), 'plan')
    expect(output).toContain('Only in a template')
    expect(output).toContain('App.vue:6')
  })
})

it.each(['vite', 'webpack', 'rspack'] as const)(
  '%s resolves new URL(…, import.meta.url)',
  async (bundler) => {
    const site = await createBundledSite({
      'main.js': `globalThis.result = [new URL('onetoken:icon', import.meta.url).pathname, new URL("virtual:onetoken/hero?format=webp", import.meta.url).pathname]`,
      'images.yaml': MANIFEST,
    })
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url), {
      // Vite would make text of such small files.
      more: bundler === 'vite' ? 'build: { assetsInlineLimit: 0 }' : '',
    })
    expect(status, output).toBe(0)
    const script = (await site.read('dist/main.js')).toString()
    expect(script).not.toMatch(/onetoken[:/]/)
    expect((await site.list('dist')).filter((path) => path.endsWith('.webp'))).toHaveLength(2)
  },
)
