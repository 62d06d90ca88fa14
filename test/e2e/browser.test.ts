import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { findChromium, launch, visit } from '../helpers/browser.ts'
import { buildExample } from '../helpers/examples.ts'
import { useMock } from '../helpers/mock.ts'
import { outputOf } from '../helpers/output.ts'
import { apiEnv } from '../helpers/site.ts'
import { serve } from '../helpers/static-server.ts'

const screenshots = fileURLToPath(new URL('../.work/screenshots/', import.meta.url))
const chromium = findChromium()
const isRequired = process.env['REQUIRE_BROWSER'] === '1'
if (chromium === undefined && !isRequired) {
  console.warn(
    'The built pages are not looked at: there is no chromium in PATH, and CHROMIUM_PATH names none.',
  )
}

/** What a page must show. */
interface Page {
  example: string
  /** Number of `<img>`. */
  images: number
  /** Element whose background a style sheet makes of a picture, where the bundler knows CSS. */
  background?: 'body' | 'html'
  /** Width of the first picture's file, by that of the window. */
  hero: { 400: number; 1400: number }
}

const hero = { 400: 480, 1400: 1536 }
const PAGES: Page[] = [
  { example: 'vite', images: 6, background: 'html', hero: { 400: 640, 1400: 1536 } },
  { example: 'react', images: 2, background: 'body', hero },
  { example: 'vue', images: 2, background: 'body', hero },
  { example: 'rollup', images: 2, hero },
  { example: 'rolldown', images: 2, hero },
  { example: 'webpack', images: 2, background: 'body', hero },
  { example: 'rspack', images: 2, background: 'body', hero },
  { example: 'esbuild', images: 2, background: 'body', hero },
  { example: 'farm', images: 2, background: 'body', hero },
  { example: 'bun', images: 2, background: 'body', hero },
  { example: 'static', images: 2, hero },
]

describe.skipIf(chromium === undefined && !isRequired)('in a browser', () => {
  const mock = useMock({ style: 'scenic' })
  let browser: Browser
  let store: string
  beforeAll(async () => {
    if (chromium === undefined) throw new Error('REQUIRE_BROWSER=1, and there is no Chromium in PATH.')
    browser = await launch(chromium)
    await mkdir(screenshots, { recursive: true })
    store = await mkdtemp(join(tmpdir(), 'picture-store-'))
  })
  afterAll(async () => {
    await browser?.close()
    if (store !== undefined) await rm(store, { recursive: true })
  })

  it.each(PAGES)('the example for $example shows its pictures', async (page) => {
    const { example, images, background } = page
    const site = await buildExample(example, apiEnv(mock.url), store)
    const server = await serve(join(site.folder, 'dist'))
    onTestFinished(() => server.close())

    for (const width of [400, 1400] as const) {
      const seen = await visit(browser, server, width, join(screenshots, `${example}-${width}.png`))
      expect(seen.problems).toEqual([])
      expect(seen.elsewhere).toEqual([])

      expect(seen.images).toHaveLength(images)
      expect(seen.images[0]?.wanted.width).toBe(page.hero[width])
      for (const { src, wanted, decoded } of seen.images) {
        expect(decoded, src).toBe(true)
        expect(src).toBe(wanted.src)
        expect(seen.loaded).toContain(src)
        if (wanted.width === undefined) continue
        const file = await site.read(`dist/${decodeURIComponent(src.slice(server.url.length))}`)
        expect(await sharp(file).metadata()).toMatchObject({
          width: wanted.width,
          mediaType: 'image/avif',
        })
      }

      for (const { src, width: pixels } of seen.backgrounds) {
        expect(pixels, src).toBeGreaterThan(0)
        if (!src.startsWith('data:')) expect(seen.loaded).toContain(src)
      }
      const papers = seen.backgrounds.filter(({ element }) => element === background)
      expect(papers.map(({ width: pixels }) => pixels)).toEqual(background === undefined ? [] : [512])
    }
  })

  it('the example for next shows exported pictures, which are blurred until they are there', async () => {
    const env = { ...apiEnv(mock.url), NEXT_TELEMETRY_DISABLED: '1' }
    const site = await buildExample('next', env, store)
    const html = (await site.read('.next/server/app/index.html')).toString()
    expect(
      html.match(/background-image:url\(&quot;data:image\/svg\+xml.+?data:image\/webp;base64,/g),
    ).toHaveLength(2)
    const server = site.start('node_modules/next/dist/bin/next', ['start', '-H', '127.0.0.1', '-p', '0'], env)
    const told = await outputOf(server)('Ready in')
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(told) ?? []

    for (const width of [400, 1400] as const) {
      const screenshot = join(screenshots, `next-${width}.png`)
      const seen = await visit(browser, { url: `${url}/`, missing: [] }, width, screenshot, 'header img')
      expect(seen.problems).toEqual([])
      expect(seen.elsewhere).toEqual([])
      expect(seen.images).toHaveLength(2)
      // Next chooses among widths of its own, and enlarges nothing.
      const full = { hero: 1536, fox: 1024 }
      expect(seen.images.map(({ wanted }) => wanted.width)).toEqual(width === 400 ? [640, 640] : [1920, 640])
      for (const { src, wanted, decoded } of seen.images) {
        expect(decoded, src).toBe(true)
        expect(src).toBe(wanted.src)
        const [, name, pixels] =
          /\?url=\/pictures\/(hero|fox)-(\d+)-[\da-f]{12}\.webp&/.exec(decodeURIComponent(src)) ?? []
        expect(pixels).toBe(String(full[name as keyof typeof full]))
        const bytes = Buffer.from(await (await fetch(src)).arrayBuffer())
        expect((await sharp(bytes).metadata()).width).toBe(Math.min(wanted.width ?? 0, Number(pixels)))
      }
    }
  })
})
