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
})
