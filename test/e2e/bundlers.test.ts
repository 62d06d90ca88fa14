import { mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startMock } from 'unplugin-onetoken/mock'
import { bundle, BUNDLERS, createBundledSite, resultOf, watchBundle } from '../helpers/bundlers.ts'
import { digests } from '../helpers/digests.ts'
import { useMock } from '../helpers/mock.ts'
import { outputOf } from '../helpers/output.ts'
import { PROMPTS } from '../helpers/prompts.ts'
import { saveUntil } from '../helpers/save-until.ts'
import { apiEnv, CANARY, type Site } from '../helpers/site.ts'

const PROMPT = 'A red fox in fresh snow'
const MANIFEST = `version: 1
defaults: { size: 1536x1024, quality: low }
images:
  hero:
    prompt: Cabins above a fjord at dusk
    alt: Two cabins above a fjord
    widths: [320, 640]
    formats: [avif, webp, jpg]
  team/ada: { prompt: An owl, size: 1024x1024, formats: [png], widths: [64] }
`
const MAIN = `import fox, * as all from 'virtual:onetoken?prompt=${PROMPT}&w=480;960;9999&format=avif;webp&size=1536x1024&alt=A fox'
import heroURL from 'virtual:onetoken/hero'
import thumb, { image } from 'virtual:onetoken/hero?w=160&format=avif'
import images, { hero } from './images.yaml'
import everything from 'virtual:onetoken/manifest'
globalThis.result = { fox, all: { ...all }, heroURL, thumb, image, images, hero, everything }
`
const files = { 'main.js': MAIN, 'images.yaml': MANIFEST }

// oxlint-disable-next-line typescript/no-explicit-any -- modules of many shapes, looked at by the assertions
type Page = Record<string, any>

/** The files of a `srcset` are there and are what it says. */
async function expectFiles(site: Site, srcset: string, format: string, publicPath = '/'): Promise<void> {
  for (const candidate of srcset.split(', ')) {
    const [url = '', width] = candidate.split(' ')
    expect(url.startsWith(publicPath), url).toBe(true)
    const { info } = await sharp(await site.read(`dist/${decodeURI(url.slice(publicPath.length))}`), {
      failOn: 'truncated',
    })
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(`${info.width}w`).toBe(width)
    const metadata = await sharp(
      await site.read(`dist/${decodeURI(url.slice(publicPath.length))}`),
    ).metadata()
    expect(metadata.format === 'heif' ? 'avif' : metadata.format).toBe(format)
  }
}

describe.each(BUNDLERS)('%s', (bundler) => {
  const mock = useMock()

  it('gives every way of importing a picture the same objects and files, and no work twice', async () => {
    const site = await createBundledSite(files)
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url))
    expect(status, output).toBe(0)
    expect(output).toMatch(/3 renders made \(\$0\.\d+\), 0 reused/)
    expect(mock.stats.billed).toBe(3)
    const page = await resultOf<Page>(site)
    const { fox, all, heroURL, thumb, image, images, hero, everything } = page

    expect(fox).toBe(all.src)
    expect(all).toMatchObject({ width: 1536, height: 1024, format: 'webp', alt: 'A fox', default: fox })
    expect(all.img).toEqual({ src: fox, srcset: all.srcset, width: 1536, height: 1024, alt: 'A fox' })
    expect(Object.keys(all.sources)).toEqual(['avif', 'webp'])
    expect(all.picture).toEqual({ sources: all.sources, img: { src: fox, w: 1536, h: 1024 } })
    expect(all.image.picture).toEqual(all.picture)
    expect(heroURL).toBe(hero.src)
    expect(hero).toMatchObject({ width: 640, height: 427, format: 'jpg', alt: 'Two cabins above a fjord' })
    expect(Object.keys(hero.sources)).toEqual(['avif', 'webp', 'jpeg'])
    expect(image.src).toBe(thumb)
    expect(Object.keys(images)).toEqual(['hero', 'team/ada'])
    expect(images.hero).toEqual(hero)
    expect(everything).toEqual(images)
    for (const [format, srcset] of Object.entries<string>({ ...all.sources, ...hero.sources }))
      await expectFiles(site, srcset, format)
    await expectFiles(site, `${images['team/ada'].src} 64w`, 'png')
    // One file for each URL: none is made twice under another name.
    const urls = new Set(
      [...Object.values<string>(all.sources), ...Object.values<string>(hero.sources)].flatMap((srcset) =>
        srcset.split(', ').map((candidate) => candidate.split(' ')[0]),
      ),
    )
    const pictures = (await site.list('dist')).filter((path) => /\.(?:avif|webp|jpg|png)$/.test(path))
    expect(pictures).toHaveLength(urls.size + 2)
  })

  it('does not let a file beside the project spend, until the package that has it is allowed to', async () => {
    const site = await createBundledSite({})
    const kit = `${site.folder}-kit`
    onTestFinished(() => rm(kit, { recursive: true, force: true }))
    await mkdir(kit)
    await writeFile(join(kit, 'package.json'), '{ "name": "@me/kit", "type": "module" }')
    await writeFile(
      join(kit, 'index.js'),
      `export { default } from 'virtual:onetoken?prompt=A lynx&quality=low'`,
    )
    await site.write({
      'main.js': `import lynx from '../${basename(kit)}/index.js'\nglobalThis.result = lynx`,
    })
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url))
    expect(status, output).toBe(1)
    expect(output).toContain('the package "@me/kit" asks for it, and packages may not spend your money')
    expect(mock.requests).toHaveLength(0)
    await site.write({ 'onetoken.config.json': '{ "allowPackages": ["@me/kit"] }' })
    expect(await bundle(site, bundler, apiEnv(mock.url))).toMatchObject({ status: 0 })
    expect(mock.stats.billed).toBe(1)
  })

  it('ships neither prompt nor key nor local path', async () => {
    const site = await createBundledSite(files)
    const maps = {
      vite: 'build: { sourcemap: true }',
      esbuild: 'sourcemap: true',
      bun: `sourcemap: 'external'`,
      webpack: `devtool: 'source-map'`,
      rspack: `devtool: 'source-map'`,
    }
    const more = (maps as Record<string, string>)[bundler] ?? ''
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url), { more })
    expect(status, output).toBe(0)
    expect(output).not.toContain(CANARY)
    for (const path of await site.list('dist')) {
      const content = (await site.read(path)).toString('latin1')
      expect(content.includes(CANARY), path).toBe(false)
      // A map shows the author's own source.
      const secrets = path.endsWith('.map') ? [] : [PROMPT, 'Cabins above', site.folder]
      for (const secret of secrets) expect(content.includes(secret), `${path}: ${secret}`).toBe(false)
    }
  })

  it('places URLs below the public path', async () => {
    const site = await createBundledSite(files)
    for (const publicPath of ['/sub/', 'https://cdn.example/site/']) {
      const { status, output } = await bundle(site, bundler, apiEnv(mock.url), { publicPath })
      expect(status, output).toBe(0)
      const { all } = await resultOf<Page>(site)
      await expectFiles(site, all.sources.webp, 'webp', publicPath)
    }
  })

  it('builds the same without network and key, and again after the cache was removed', async () => {
    const site = await createBundledSite(files)
    const cold = await bundle(site, bundler, apiEnv(mock.url))
    expect(cold.status, cold.output).toBe(0)
    const before = await digests(site)
    const nobody = { ONETOKEN_BASE_URL: 'http://127.0.0.1:9' }
    await site.remove('dist')
    const warm = await bundle(site, bundler, nobody)
    expect(warm.status, warm.output).toBe(0)
    expect(warm.output).toContain('0 renders made, 3 reused, 14 files (0 encoded)')
    expect(await digests(site)).toEqual(before)
    await site.remove('dist', 'onetoken/.cache')
    const wiped = await bundle(site, bundler, nobody)
    expect(wiped.status, wiped.output).toBe(0)
    expect(await digests(site)).toEqual(before)
  })

  it('sends every prompt as it is written', async () => {
    const imports = PROMPTS.map(([written], index) => {
      const specifier = JSON.stringify(`virtual:onetoken?prompt=${written}&quality=low&w=16`)
      return `import p${index} from ${specifier.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}`
    })
    const main = `${imports.join('\n')}\nglobalThis.result = [${PROMPTS.map((_, index) => `p${index}`).join(', ')}]`
    const site = await createBundledSite({ 'main.js': main })
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url))
    expect(status, output).toBe(0)
    // Two of them are written differently and mean the same words: they are one render.
    const wanted = [...new Set(PROMPTS.map(([, text]) => text))]
    expect(mock.requests.map(({ fields }) => fields['prompt']).sort()).toEqual(wanted.sort())
    expect(new Set(await resultOf<string[]>(site)).size).toBe(wanted.length)
  })

  it('names everything that is wrong, with its place, and fails', async () => {
    const site = await createBundledSite({
      'main.js': `import a from 'virtual:onetoken/heros'\nimport './other.js'\nglobalThis.result = a`,
      'other.js': `import b from 'virtual:onetoken?prompt=refuse me&quality=low'\nexport { b }`,
      'images.yaml': MANIFEST,
    })
    mock.setScenario({ name: 'moderation-blocked', when: /refuse me/ })
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url))
    mock.setScenario()
    expect(status, output).toBe(1)
    expect(output).toContain('main.js:1:16')
    expect(output).toContain('"heros"')
    expect(output).toContain('did you mean "hero"?')
    expect(output).toContain('other.js:1:16')
    expect(output).not.toContain(CANARY)
    expect(output).not.toMatch(/at async|panicked|unplugin-onetoken\/dist/)
  })

  it('says which specifier is meant by a URL', async () => {
    for (const written of ['onetoken:hero', 'virtual:onetoken:hero']) {
      const site = await createBundledSite({ ...files, 'main.js': `import hero from '${written}'\nhero\n` })
      const { status, output } = await bundle(site, bundler, apiEnv(mock.url))
      expect(status, output).not.toBe(0)
      expect(output).toContain(`"${written}" is no specifier of an import`)
      expect(output).toContain('Import "virtual:onetoken/hero".')
      expect(output).toContain('main.js:1:19')
    }
    expect(mock.stats.billed).toBe(0)
  })

  it('says what is wrong with a manifest that is imported, and in no other words', async () => {
    const site = await createBundledSite({ ...files, 'images.yaml': MANIFEST.replace('prompt:', 'promt:') })
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url))
    expect(status, output).toBe(1)
    expect(output).toContain('did you mean "prompt"?')
    expect(output).not.toMatch(/plugins to import|appropriate loader|No loader|Can not load|nothing resolved/)
    expect(mock.requests).toHaveLength(0)
  })

  it('writes the types before other plugins look at the sources', async () => {
    const site = await createBundledSite({ ...files, 'tsconfig.json': '{}' })
    const look = `console.log('types:', existsSync('onetoken-env.d.ts'))`
    const typescript = {
      vite: `{ name: 'ts', transform() { ${look} } }`,
      rollup: `{ name: 'ts', buildStart() { ${look} } }`,
      rolldown: `{ name: 'ts', buildStart() { ${look} } }`,
      webpack: `{ apply: (compiler) => void compiler.hooks.compile.tap('ts', () => { ${look} }) }`,
      rspack: `{ apply: (compiler) => void compiler.hooks.compile.tap('ts', () => { ${look} }) }`,
      esbuild: `{ name: 'ts', setup: (build) => build.onLoad({ filter: /main\\.js$/ }, () => { ${look} }) }`,
      farm: `{ name: 'ts', transform: { filters: { resolvedPaths: ['main\\\\.js'] }, executor() { ${look} } } }`,
      bun: `{ name: 'ts', setup: (build) => build.onLoad({ filter: /main\\.js$/ }, async ({ path }) => { ${look}; return { contents: await Bun.file(path).text(), loader: 'js' } }) }`,
    }
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url), {
      before: typescript[bundler],
      imports: `import { existsSync } from 'node:fs'`,
    })
    expect(status, output).toBe(0)
    expect(output).toContain('types: true')
    expect(output).not.toContain('types: false')
  })

  it('fails without a key, names what is missing, and ships nothing', async () => {
    const site = await createBundledSite(files)
    const { status, output } = await bundle(site, bundler, { ONETOKEN_BASE_URL: mock.url })
    expect(status, output).toBe(1)
    expect(output).toContain('3 renders are missing, and there is no API key')
    expect(output).toContain('team/ada')
    expect(await site.list('dist')).toEqual([])
  })

  it.each([
    ['a script', `console.log('${CANARY}')`, undefined],
    ['a source map', `/* ${CANARY} */ console.log('here')`, 'files'],
    ['an inline source map', `/* ${CANARY} */ console.log('here')`, 'inline'],
    ['a script in development', `console.log('${CANARY}')`, undefined],
  ] as const)('ships no key in %s', async (where, code, sourceMaps) => {
    const site = await createBundledSite({
      'main.js': `import './other.js'`,
      'other.js': code,
      // What is wrong elsewhere opens no way.
      'images.yaml': 'images: {}',
    })
    const development = where.endsWith('development')
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url), { sourceMaps, development })
    // The maps of Farm's production builds hold no sources.
    if (bundler === 'farm' && sourceMaps !== undefined) expect(status, output).toBe(0)
    else {
      expect(status, output).toBe(1)
      expect(output).toContain('of the build holds the value of ONETOKEN_API_KEY')
    }
    expect(output).not.toContain(CANARY)
    for (const path of await site.list('dist')) {
      const content = String(await site.read(path))
      const maps = content.matchAll(/;base64,([\w+/]+)/g)
      const texts = [content, ...[...maps].map(([, map = '']) => Buffer.from(map, 'base64').toString())]
      expect(texts.join('').includes(CANARY), path).toBe(false)
    }
  })

  it('takes development for development: placeholders, and nothing is spent', async () => {
    const site = await createBundledSite(files)
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url), { development: true })
    expect(status, output).toBe(0)
    expect(mock.requests).toHaveLength(0)
    const { fox, hero } = await resultOf<Page>(site)
    expect(fox).toMatch(/\.svg$/)
    expect(hero).toMatchObject({ width: 640, height: 427 })
  })
})

const WATCHING = BUNDLERS.filter((bundler) => bundler !== 'bun')

it('esbuild sees renders that arrive while it builds, just after another build', async () => {
  const mock = await startMock({ style: 'flat' })
  onTestFinished(() => mock.close())
  const main = `import './slow.js'\n${MAIN}`
  const site = await createBundledSite({ ...files, 'main.js': main, 'slow.js': '' })
  const slow = `{ name: 'slow', setup: (build) => build.onLoad({ filter: /slow\\.js$/ }, async () => {
    console.log('LOADS')
    while (existsSync('hold')) await new Promise((done) => setTimeout(done, 50))
    return { contents: '' }
  }) }`
  const watching = { plugins: slow, imports: `import { existsSync } from 'node:fs'` }
  const until = outputOf(await watchBundle(site, 'esbuild', apiEnv(mock.url), watching))
  await until('BUILT')
  await site.write({ hold: '' })
  const loading = until('LOADS')
  let changed = main
  do {
    // Another one each time: esbuild takes what is there when a build ends for what was there when it began.
    changed += '\n'
    await site.write({ 'main.js': changed })
  } while ((await Promise.race([loading, setTimeout(5000)])) === undefined)
  await setTimeout(500)
  const rendered = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
  expect(rendered.status, rendered.output).toBe(0)
  // As after a change a moment ago.
  for (const path of await site.list('onetoken/.cache/req'))
    await utimes(`${site.folder}/${path}`, new Date(), new Date())
  await site.remove('hold')
  await expect
    .poll(async () => String((await resultOf<Page>(site)).hero.sources.webp), { timeout: 60_000 })
    .toMatch(/\.webp 640w$/)
}, 480_000)

describe.each(WATCHING)('%s, watching', (bundler) => {
  const mock = useMock()

  it('shows placeholders, then pictures as they are rendered, and never spends', async () => {
    const site = await createBundledSite(files)
    const until = outputOf(await watchBundle(site, bundler, apiEnv(mock.url)))
    const pictures = async (): Promise<string[]> => {
      const { hero } = await resultOf<Page>(site)
      return String(hero.sources.webp).split(', ')
    }
    await until('BUILT')
    await expect
      .poll(pictures, { timeout: 60_000 })
      .toEqual([expect.stringMatching(/\.svg 320w$/), expect.stringMatching(/\.svg 640w$/)])
    expect(mock.requests).toHaveLength(0)

    const rendered = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
    expect(rendered.status, rendered.output).toBe(0)
    await expect
      .poll(pictures, { timeout: 60_000 })
      .toEqual([expect.stringMatching(/\.webp 320w$/), expect.stringMatching(/\.webp 640w$/)])
    const requests = mock.requests.length
    const changed = { 'images.yaml': MANIFEST.replace('[320, 640]', '[100, 320, 640]') }
    await saveUntil(site, changed, async () => (await pictures().catch(() => [])).length === 3)
    expect(mock.requests).toHaveLength(requests)
  }, 480_000)

  it('sees pictures come and go that `each` finds, and not what it writes itself', async () => {
    const png = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
      .png()
      .toBuffer()
    const site = await createBundledSite({
      // The output is written into a folder in which pictures are looked for.
      'images.yaml': `version: 1\nimages: { own: { each: ['*.png', 'photos/**/*.png'], prompt: '{name} on white', quality: low } }\n`,
      'main.js': `import all from 'virtual:onetoken/manifest'\nglobalThis.result = Object.keys(all)\n`,
      'photos/mug.png': png,
    })
    const child = await watchBundle(site, bundler, apiEnv(mock.url))
    let builds = 0
    child.stdout?.on('data', (chunk: Buffer) => (builds += chunk.toString().split('BUILT').length - 1))
    const until = outputOf(child)
    const names = async (): Promise<unknown> => await resultOf<string[]>(site).catch(() => undefined)
    /** Builds that come in so many milliseconds. */
    const buildsWithin = async (ms: number): Promise<number> => {
      const before = builds
      await setTimeout(ms)
      return builds - before
    }
    // Each change after the last one was seen: some bundlers lose those that come while they build.
    const untilQuiet = (): Promise<void> => expect.poll(() => buildsWithin(1000), { timeout: 60_000 }).toBe(0)
    await until('BUILT')
    await expect.poll(names, { timeout: 60_000 }).toEqual(['own/mug'])
    await untilQuiet()
    await site.write({ 'photos/big lamp.png': png })
    await expect.poll(names, { timeout: 60_000 }).toEqual(['own/big-lamp', 'own/mug'])
    await untilQuiet()
    await site.write({ 'photos/kitchen/pan.png': png })
    await expect.poll(names, { timeout: 60_000 }).toEqual(['own/big-lamp', 'own/kitchen/pan', 'own/mug'])
    await untilQuiet()
    await site.remove('photos/mug.png')
    await expect.poll(names, { timeout: 60_000 }).toEqual(['own/big-lamp', 'own/kitchen/pan'])
    // If it saw what it writes itself, there would be one build after the other.
    await expect.poll(() => buildsWithin(10_000), { timeout: 120_000 }).toBe(0)
    expect(mock.requests).toHaveLength(0)
  }, 480_000)
})
