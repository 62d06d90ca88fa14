import { setTimeout } from 'node:timers/promises'
import sharp from 'sharp'
import { describe, expect, it, vi } from 'vitest'
import { outputOf } from '../helpers/output.ts'
import { useMock } from '../helpers/mock.ts'
import { saveUntil } from '../helpers/save-until.ts'
import { apiEnv, createSite, VITE, type Site } from '../helpers/site.ts'

const mock = useMock()

const MANIFEST =
  'version: 1\nimages:\n  hero: { prompt: A fjord, size: 1536x1024, quality: low, widths: [48, 96], formats: [avif, webp] }\n'
const files = {
  'main.js': `import hero, { width, height, srcset } from 'virtual:onetoken/hero'\nglobalThis.result = { hero, width, height, srcset }`,
  'images.yaml': MANIFEST,
}

async function rendered(site: Site): Promise<void> {
  const { status, output } = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
  expect(status, output).toBe(0)
}

describe.each([8, 7] as const)('vite build --watch, Vite %i', (vite) => {
  it('builds again when the manifest or an input picture changes, and never renders', async () => {
    const site = await createSite(files, vite)
    await rendered(site)
    mock.reset()
    const child = site.start(VITE, ['build', '--watch'], apiEnv(mock.url))
    const until = outputOf(child)
    await until('built in')
    const pictures = async (): Promise<number> =>
      (await site.list('dist')).filter((path) => /\.(avif|webp)$/.test(path)).length
    await expect.poll(pictures, { timeout: 60_000 }).toBe(4)
    const changed = { 'images.yaml': MANIFEST.replace('[48, 96]', '[48, 96, 144]') }
    await saveUntil(site, changed, async () => (await pictures()) === 6)
    expect(mock.requests).toHaveLength(0)
  })
})

describe.each([8, 7] as const)('vite dev server, Vite %i', (vite) => {
  it('serves placeholders of the right size, and the pictures when they are rendered', async () => {
    const site = await createSite(files, vite)
    const child = site.start(VITE, ['--port', '0', '--host', '127.0.0.1'], apiEnv(mock.url))
    const until = outputOf(child)
    const output = await until('Local:').then(() => until('\n'))
    const [, origin = ''] = /Local:\s+(http:\/\/[\d.]+:\d+)/.exec(output) ?? []
    const get = async (path: string): Promise<string> => (await fetch(origin + path)).text()
    /** The module behind the import of `main.js`, and the URLs in it. */
    const picture = async (): Promise<{ code: string; files: string[] }> => {
      const [, path = ''] = /from "([^"]*onetoken\.mjs[^"]*)"/.exec(await get('/main.js')) ?? []
      const code = await get(path)
      const urls = [...code.matchAll(/"(\/[^"]+\.(?:svg|avif|webp))/g)].map(([, url = '']) => url)
      return { code, files: [...new Set(urls)] }
    }

    const before = await picture()
    expect(before.code).toContain('width = 96')
    expect(before.code).toContain('height = 64')
    const [svg = ''] = before.files
    expect(svg).toMatch(/\.svg/)
    const text = await get(svg)
    expect(text).toContain('width="96" height="64"')
    expect(mock.requests).toHaveLength(0)

    await rendered(site)
    const after = await vi.waitUntil(async () => {
      const now = await picture()
      return now.files.length === 4 && now
    }, 60_000)
    expect(after.files.map((file) => /\.\w+(?=$|\?)/.exec(file)?.[0])).toEqual([
      '.avif',
      '.avif',
      '.webp',
      '.webp',
    ])
    expect((await fetch(origin + after.files[3])).headers.get('content-type')).toBe('image/webp')
  })
})

const MANIFEST_OF_PHOTOS =
  "version: 1\nimages:\n  own: { each: photos/**/*.png, prompt: '{name} on white', quality: low }\n"

it('has the entries of pictures that come while the dev server runs', async () => {
  const png = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()
  const site = await createSite({
    'images.yaml': MANIFEST_OF_PHOTOS,
    'main.js': `import all from 'virtual:onetoken/manifest'\nglobalThis.result = all\n`,
    'photos/mug.png': png,
    'tsconfig.json': '{}',
  })
  const until = outputOf(site.start(VITE, ['--port', '0', '--host', '127.0.0.1'], apiEnv(mock.url)))
  const output = await until('Local:').then(() => until('\n'))
  const [, origin = ''] = /Local:\s+(http:\/\/[\d.]+:\d+)/.exec(output) ?? []
  const get = async (path: string): Promise<string> => (await fetch(origin + path)).text()
  const names = async (): Promise<string[]> => {
    const [, path = ''] = /from "([^"]*onetoken\.mjs[^"]*)"/.exec(await get('/main.js')) ?? []
    return [...(await get(path)).matchAll(/"((?:own|new)[^"]*)"/g)].map(([, name = '']) => name)
  }
  const unique = async (): Promise<string[]> => [...new Set(await names())].sort()
  const types = async (): Promise<string> => (await site.read('onetoken-env.d.ts')).toString()
  await expect.poll(types, { timeout: 60_000 }).toContain('own/mug')
  // The project has been read, and no page has asked for it yet.
  await site.write({
    'photos/lamp.png': png,
    'images.yaml': `${MANIFEST_OF_PHOTOS}  new: { prompt: A fjord }\n`,
  })
  await expect.poll(unique, { timeout: 60_000 }).toEqual(['new', 'own/lamp', 'own/mug'])
  await site.write({ 'images.yaml': MANIFEST_OF_PHOTOS })
  await expect.poll(unique, { timeout: 60_000 }).toEqual(['own/lamp', 'own/mug'])
  await site.write({ 'photos/kitchen/pan.png': png })
  await expect.poll(unique, { timeout: 60_000 }).toEqual(['own/kitchen/pan', 'own/lamp', 'own/mug'])
  await site.remove('photos/mug.png')
  await expect.poll(unique, { timeout: 60_000 }).toEqual(['own/kitchen/pan', 'own/lamp'])
  await expect.poll(types, { timeout: 60_000 }).toContain('own/kitchen/pan')
  await expect.poll(types, { timeout: 60_000 }).not.toContain('own/mug')
  expect(mock.requests).toHaveLength(0)
}, 480_000)

it.each([8, 7] as const)(
  'sees a manifest that is saved twice at once, Vite %i',
  async (vite) => {
    const both = `${MANIFEST}  new: { prompt: A lake, size: 1536x1024 }\n`
    const site = await createSite(
      { ...files, 'main.js': `import all from 'virtual:onetoken/manifest'\nglobalThis.result = all\n` },
      vite,
    )
    const until = outputOf(site.start(VITE, ['--port', '0', '--host', '127.0.0.1'], apiEnv(mock.url)))
    const output = await until('Local:').then(() => until('\n'))
    const [, origin = ''] = /Local:\s+(http:\/\/[\d.]+:\d+)/.exec(output) ?? []
    const get = async (path: string): Promise<string> => (await fetch(origin + path)).text()
    const hasNew = async (): Promise<boolean> => {
      const [, path = ''] = /from "([^"]*onetoken\.mjs[^"]*)"/.exec(await get('/main.js')) ?? []
      return (await get(path)).includes('"new"')
    }
    expect(await hasNew()).toBe(false)
    for (const gap of [10, 25, 40]) {
      await site.write({ 'images.yaml': both })
      await setTimeout(gap)
      await site.write({ 'images.yaml': MANIFEST })
      // Time for the first of them to be seen. What the second one says has to be there in the end.
      await setTimeout(200)
      await expect.poll(hasNew, { timeout: 60_000 }).toBe(false)
      await site.write({ 'images.yaml': both })
      await expect.poll(hasNew, { timeout: 60_000 }).toBe(true)
      await site.write({ 'images.yaml': MANIFEST })
      await expect.poll(hasNew, { timeout: 60_000 }).toBe(false)
    }
  },
  480_000,
)

it('gives a browser the module of a picture before it has seen who imports it', async () => {
  const site = await createSite(files)
  const start = async (): Promise<string> => {
    const until = outputOf(site.start(VITE, ['--port', '0', '--host', '127.0.0.1'], apiEnv(mock.url)))
    const output = await until('Local:').then(() => until('\n'))
    return /Local:\s+(http:\/\/[\d.]+:\d+)/.exec(output)?.[1] ?? ''
  }
  const main = await (await fetch(`${await start()}/main.js`)).text()
  const [, path = ''] = /from "([^"]*onetoken\.mjs[^"]*)"/.exec(main) ?? []
  const response = await fetch((await start()) + path)
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('width = 96')
})

describe("Bun's server", () => {
  it.each([true, false])('has placeholders and never spends (development: %s)', async (development) => {
    const site = await createSite({
      ...files,
      'index.html': '<!doctype html><html lang="en"><script type="module" src="./main.js"></script></html>',
      'onetoken.js': `import onetoken from 'unplugin-onetoken/bun'\nexport default onetoken()`,
      'bunfig.toml': '[serve.static]\nplugins = ["./onetoken.js"]',
      'serve.js': `import page from './index.html'
const server = Bun.serve({ port: 0, hostname: '127.0.0.1', development: ${development}, routes: { '/': page } })
const get = async (path) => (await fetch(new URL(path, server.url))).text()
const [, script] = /<script[^>]* src="([^"]+)"/.exec(await get('/'))
const [, picture] = /["'](\\/[\\w/-]+\\.svg)["']/.exec(await get(script))
const { status, headers } = await fetch(new URL(picture, server.url))
console.log(status, headers.get('content-type'))
process.exit()`,
    })
    await site.remove('vite.config.js')
    const { output } = await site.runBun('serve.js', apiEnv(mock.url))
    expect(output).toContain('200 image/svg+xml')
    expect(mock.requests).toHaveLength(0)
  })
})

describe('Vitest', () => {
  it('runs component tests that import pictures, with placeholders, and never spends', async () => {
    const site = await createSite({
      ...files,
      'card.js': `import { hero } from './images.yaml'\nimport fox, { img } from 'virtual:onetoken?prompt=A red fox&w=64'\nexport const card = () => ({ hero, fox, img })`,
      'card.test.js': `import { expect, it } from 'vitest'
import { card } from './card.js'
it('shows a picture', () => {
  const { hero, fox, img } = card()
  expect(fox).toMatch(/\\.svg\\b/)
  expect(img).toMatchObject({ src: fox, width: 64, height: 64 })
  expect(hero).toMatchObject({ width: 96, height: 64 })
})`,
    })
    const ran = await site.run('node_modules/vitest/vitest.mjs', ['run'], { ...apiEnv(mock.url), CI: '' })
    expect(ran.status, ran.output).toBe(0)
    expect(ran.output).toMatch(/Tests\s+1 passed/)
    expect(mock.requests).toHaveLength(0)
  })
})

describe('types', () => {
  it('writes the entries so that a wrong name is a TypeScript error', async () => {
    const site = await createSite({
      ...files,
      'images.yaml': `${MANIFEST}  ada: { prompt: An owl, quality: low, alt: Ada, dark: at night }\n`,
      'tsconfig.json':
        '{ "compilerOptions": { "module": "esnext", "moduleResolution": "bundler", "target": "es2022", "strict": true, "noEmit": true, "types": [], "lib": ["es2022", "dom"] }, "include": ["*.ts"] }',
      'use.ts': `import hero, { picture } from 'virtual:onetoken/hero'
import thumb from 'virtual:onetoken/hero?w=160'
import fox, { width } from 'virtual:onetoken?prompt=A red fox'
import images, { hero as object } from './images.yaml'
import all from 'virtual:onetoken/manifest'
export const urls: string[] = [hero, thumb, fox, picture.img.src, images.hero.src, object.srcset, all.hero.color]
export const size: number = width + object.height
// What the manifest says is known: a text, and a dark version.
import { alt, dark, image } from 'virtual:onetoken/ada?w=48'
export const known: string[] = [alt, dark.src, image.alt, image.dark.src, images.ada.alt, all.ada.dark.src]
`,
      'settings.ts': `import { defineConfig } from 'unplugin-onetoken'
export const short = defineConfig({ defaults: { w: 480, format: ['avif', 'jpeg'], q: { jpeg: 50 }, quality: 'low' } })
export const long = defineConfig({ defaults: { widths: [480], formats: 'jpeg', q: 50, extra: { user: 'x' } } })
// @ts-expect-error Each picture has its own.
export const own = defineConfig({ defaults: { prompt: 'A fox', take: 2 } })
`,
    })
    await rendered(site)
    expect((await site.build(apiEnv(mock.url))).status).toBe(0)
    const tsc = (...flags: string[]): ReturnType<Site['run']> =>
      site.run('node_modules/typescript/bin/tsc', ['-p', '.', ...flags])
    for (const module of ['esnext', 'es2020']) expect((await tsc('--module', module)).output).toBe('')
    await site.write({
      'wrong.ts': `import 'virtual:onetoken/hero'\nimport x from 'virtual:onetoken/heros'\nexport default x`,
      'unsure.ts': `import { alt } from 'virtual:onetoken/hero'\nexport const text: string = alt\n`,
    })
    const { output } = await tsc()
    expect(output).toContain(`wrong.ts(2,15): error TS2307: Cannot find module 'virtual:onetoken/heros'`)
    expect(output).toContain(`unsure.ts(2,14): error TS2322`)
  })
})
