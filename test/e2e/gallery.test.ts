import { mkdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { findChromium, launch } from '../helpers/browser.ts'
import { contrasts } from '../helpers/contrast.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, type Site } from '../helpers/site.ts'

const mock = useMock()
const screenshots = fileURLToPath(new URL('../.work/screenshots/', import.meta.url))
const chromium = findChromium()
const isRequired = process.env['REQUIRE_BROWSER'] === '1'

const ATTACK = `</script><img src=x onerror=alert(1)> & "quotes" 'single'`
const MANIFEST = `version: 1
defaults: { quality: low }
styles: { ink: 'ink drawing of {prompt}' }
images:
  hero: { prompt: Two cabins above a fjord, size: 1536x1024, alt: Cabins, widths: [48] }
  logo: { prompt: A fox head, style: ink, n: 3, pick: 2, alt: '' }
  attack: { prompt: ${JSON.stringify(ATTACK)}, alt: ${JSON.stringify(ATTACK)} }
  fight: { prompt: A fight, alt: Two people }
  later: { prompt: A lighthouse }
  broken: { prompt: A boat, stile: ink }
`
const MAIN = `import fox from 'virtual:onetoken?prompt=A red fox&quality=low&n=2'\n`
const PAGE = 'onetoken/.cache/gallery/index.html'

async function galleryOf(site: Site, ...args: string[]): Promise<Record<string, unknown>> {
  const { status, output } = await site.onetoken(
    { ONETOKEN_BASE_URL: mock.url },
    'gallery',
    '--json',
    ...args,
  )
  expect(status, output).toBe(0)
  return JSON.parse(output) as Record<string, unknown>
}

async function paintedSite(): Promise<Site> {
  mock.setScenario({ name: 'moderation-blocked', when: 'fight' })
  const manifest = MANIFEST.replace(/ {2}broken.*\n/, '')
  const site = await createSite({ 'images.yaml': manifest, 'main.js': MAIN })
  await site.onetoken(apiEnv(mock.url), 'render', 'hero', 'logo', 'attack', 'fight', '--yes')
  return site
}

describe('onetoken gallery', () => {
  it('writes a page, renders nothing, and says what is on it', async () => {
    const site = await paintedSite()
    const { requests } = mock.stats
    const { status, output } = await site.onetoken({ ONETOKEN_BASE_URL: mock.url }, 'gallery')
    expect(status, output).toBe(0)
    const file = join(site.folder, PAGE)
    expect(output).toBe(
      `${PAGE}: 6 pictures, 2 missing, 1 in trouble, 2 without alt text.\nOpen it in a browser: ${pathToFileURL(file).href}\n`,
    )
    expect(mock.stats.requests).toBe(requests)
    const html = (await site.read(PAGE)).toString()
    expect(html).toContain('<p class="prompt" dir="auto">ink drawing of A fox head</p>')
    expect(html).toContain('npx --no-install onetoken pick logo 3')
    expect(html).toContain('npx --no-install onetoken render later')
    expect(html).toContain('<code>images.yaml:5:3</code>')
    expect(html).toContain('<code>main.js:1:18</code>')
    expect(html).toContain('fight was refused on ')
    expect(html).toContain('$0.005, pretend')
    // One for each of hero, the three candidates of logo, and attack.
    expect(await site.list('onetoken/.cache/gallery/index-pictures')).toHaveLength(6)
    expect(await site.list('onetoken/images')).toHaveLength(5)
  })

  it('writes what has changed, and removes thumbnails that are needed no more', async () => {
    const site = await paintedSite()
    const out = ['--out', 'docs/pictures.html'] as const
    const first = await galleryOf(site, ...out)
    expect(first).toMatchObject({
      changed: true,
      entries: 5,
      imports: 1,
      missing: 2,
      inTrouble: 1,
      withoutAlt: 2,
    })
    const files = await site.list('docs')
    expect(files).toHaveLength(7)
    const old = new Date(2020, 1, 1)
    for (const path of files) await utimes(join(site.folder, path), old, old)
    expect(await galleryOf(site, ...out)).toMatchObject({ changed: false, removed: [] })
    await site.write({ 'images.yaml': MANIFEST.replace(/ {2}(?:broken|hero).*\n/g, '') })
    const removed = (await galleryOf(site, ...out))['removed'] as string[]
    expect(removed).toHaveLength(1)
    expect(await site.list('docs')).toHaveLength(6)
  })

  it('shows what could not be read, beside all that could', async () => {
    const site = await createSite({
      'images.yaml':
        'version: 1\nimages: { boat: { prompt: A boat, style: oil }, hero: { prompt: A fjord } }',
    })
    expect(await galleryOf(site)).toMatchObject({ entries: 1, missing: 1 })
    const html = (await site.read(PAGE)).toString()
    expect(html).toContain('What could not be read')
    expect(html).toContain('images.yaml:2:42 There is no style "oil".')
  })

  it('has dark versions, and what is an edit of something else', async () => {
    const family = (hero: string): string =>
      `version: 1\nimages: { hero: { prompt: ${hero}, quality: low, dark: at night }, square: { edit: hero, prompt: more sky, quality: low } }`
    const site = await createSite({ 'images.yaml': family('A fjord') })
    await site.onetoken(apiEnv(mock.url), 'render', '--yes')
    await site.write({ 'images.yaml': family('A fjord in winter') })
    expect(await galleryOf(site)).toMatchObject({ entries: 3, missing: 1, inTrouble: 0 })
    const html = (await site.read(PAGE)).toString()
    expect(html.match(/<h3>.*?<\/p>/g)).toMatchInlineSnapshot(`
      [
        "<h3><bdi>hero</bdi></h3><p class="state">missing</p>",
        "<h3><bdi>hero:dark</bdi></h3><p class="state">stale, after hero</p>",
        "<h3><bdi>square</bdi></h3><p class="state">stale, after hero</p>",
      ]
    `)
    expect(html).toContain('npx --no-install onetoken render hero:dark --stale')
    expect(await site.list('onetoken/.cache/gallery/index-pictures')).toHaveLength(3)
  })

  it('says which pictures were not rendered for their words, and prices what only stands in', async () => {
    const manifest = (fox: string): string =>
      `version: 1\ndefaults: { quality: low }\nimages: { fox: { prompt: ${fox} }, own: { prompt: A lynx }, draft: { prompt: A boat } }`
    const own = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
      .png()
      .toBuffer()
    const site = await createSite({ 'images.yaml': manifest('A fox'), 'own.png': own })
    await site.onetoken(apiEnv(mock.url), 'render', 'fox', '--yes')
    await site.write({ 'images.yaml': manifest('A red fox') })
    for (const args of [
      ['accept', 'fox'],
      ['import', 'own', 'own.png'],
      ['import', 'draft', 'own.png', '--until-rendered'],
    ]) {
      const { status, output } = await site.onetoken({ ONETOKEN_BASE_URL: mock.url }, ...args)
      expect(status, output).toBe(0)
    }
    expect(await galleryOf(site)).toMatchObject({ entries: 3, missing: 0, inTrouble: 0 })
    const html = (await site.read(PAGE)).toString()
    expect(html.match(/<p class="summary">.*?<\/p>/)?.[0]).toMatchInlineSnapshot(
      `"<p class="summary">3 pictures: 0 cached; 1 accepted; 1 imported; 1 imported until rendered, at most $0.006. What is cached has cost $0.000. 1 is pretend, of a look-alike of the API.</p>"`,
    )
    expect(html.match(/<p class="state">.*?<\/p>/g)).toMatchInlineSnapshot(`
      [
        "<p class="state">accepted</p>",
        "<p class="state">imported</p>",
        "<p class="state">imported until rendered</p>",
      ]
    `)
    expect(html.match(/<dt>(Cost|Would cost|Anew|Made for|File)<\/dt><dd.*?<\/dd>/g)).toMatchInlineSnapshot(`
      [
        "<dt>Made for</dt><dd dir="auto">A fox</dd>",
        "<dt>Cost</dt><dd dir="auto">$0.006, pretend</dd>",
        "<dt>File</dt><dd dir="auto">own.png</dd>",
        "<dt>File</dt><dd dir="auto">own.png</dd>",
        "<dt>Would cost</dt><dd dir="auto">at most $0.006</dd>",
      ]
    `)
    expect(html.match(/<code>npx.*?<\/code>/g)).toMatchInlineSnapshot(`
      [
        "<code>npx --no-install onetoken render draft</code>",
      ]
    `)
  })

  it('writes over no other page, and into no other folder', async () => {
    const site = await createSite({ 'images.yaml': 'version: 1\nimages: { hero: { prompt: A fjord } }' })
    const page = (await site.read('index.html')).toString()
    for (const [out, message] of [
      ['index.html', /is there already, and is no gallery/],
      ['onetoken/renders/gallery.html', /is no place for a file/],
      ['node_modules/gallery.html', /is no place for a file/],
      ['gallery.pdf', /A page cannot be called "gallery\.pdf"/],
    ] as const) {
      const { status, output } = await site.onetoken({}, 'gallery', '--out', out)
      expect(status, output).toBe(2)
      expect(output).toMatch(message)
    }
    expect((await site.read('index.html')).toString()).toBe(page)
    expect(await site.list('onetoken')).toEqual([])
  })
})

describe.skipIf(chromium === undefined && !isRequired)('in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    if (chromium === undefined) throw new Error('REQUIRE_BROWSER=1, and there is no Chromium in PATH.')
    browser = await launch(chromium)
    await mkdir(screenshots, { recursive: true })
  })
  afterAll(() => browser?.close())

  /** What a page did that it must not do, and the files that it asked for. */
  async function open(
    file: string,
    colorScheme: 'light' | 'dark',
  ): Promise<{ page: Page; told: string[]; asked: Set<string> }> {
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme })
    onTestFinished(() => page.close())
    const told: string[] = []
    const asked = new Set<string>()
    page.on('console', (message) => told.push(message.text()))
    page.on('pageerror', (error) => told.push(error.message))
    page.on('dialog', (dialog) => {
      told.push(dialog.message())
      void dialog.dismiss()
    })
    page.on('request', (request) => asked.add(request.url()))
    await page.goto(pathToFileURL(file).href)
    return { page, told, asked }
  }

  it.each(['light', 'dark'] as const)(
    'the page is seen in the %s scheme, and runs nothing',
    async (scheme) => {
      const site = await paintedSite()
      await galleryOf(site)
      const { page, told, asked } = await open(join(site.folder, PAGE), scheme)
      for (const image of await page.locator('img').all()) {
        await image.scrollIntoViewIfNeeded()
        expect(
          await image.evaluate((element: HTMLImageElement) => element.decode().then(() => element.alt)),
        ).not.toBe('')
      }
      expect([...asked].filter((url) => !url.startsWith('file:'))).toEqual([])
      expect(asked.size).toBe(1 + 5)
      for (const { text, ratio } of await page.evaluate(contrasts))
        expect(ratio, text).toBeGreaterThanOrEqual(4.5)
      await page.screenshot({ path: join(screenshots, `gallery-${scheme}.png`), fullPage: true })

      const shown = (): Promise<string[]> => page.locator('.card:visible h3').allTextContents()
      expect(await shown()).toEqual(['hero', 'logo', 'attack', 'fight', 'later', '"A red fox"'])
      await page.getByText('In trouble (1)').click()
      expect(await shown()).toEqual(['fight'])
      expect(await page.locator('h2:visible').allTextContents()).toEqual(['Entries of the manifest'])
      // By keyboard as well: radio buttons, of which the next one is missing alt text.
      await page.keyboard.press('ArrowRight')
      expect(await shown()).toEqual(['logo'])
      await page.keyboard.press('ArrowRight')
      expect(await shown()).toEqual(['later', '"A red fox"'])
      await page.getByText('All (6)').click()
      await page.getByText('To use another one').click()
      expect(await page.locator('code:visible', { hasText: 'onetoken pick' }).allTextContents()).toEqual([
        'npx --no-install onetoken pick logo 1',
        'npx --no-install onetoken pick logo 3',
      ])
      expect(told).toEqual([])
    },
  )

  it('a thousand entries load as they are seen, and move nothing', async () => {
    const groups = 8
    const entries = Array.from(
      { length: 1000 },
      (_, index) =>
        `  e${index}: { prompt: Picture ${Math.floor((index * groups) / 1000)}, alt: Picture ${index} }\n`,
    )
    const site = await createSite({
      'images.yaml': `version: 1\ndefaults: { quality: low, size: 1024x640 }\nimages:\n${entries.join('')}`,
    })
    await site.onetoken(apiEnv(mock.url), 'render', '--yes')
    expect(mock.stats.billed).toBe(groups)
    expect(await galleryOf(site)).toMatchObject({ entries: 1000, missing: 0 })
    const { page, asked } = await open(join(site.folder, PAGE), 'light')
    expect(asked.size).toBeLessThan(1 + groups)
    const layout = (): Promise<number[]> =>
      page
        .locator('.card')
        .evaluateAll((cards) => cards.map((card) => card.getBoundingClientRect().top + scrollY))
    const before = await layout()
    for (let index = 0; index <= 1000; index += 100) {
      const card = page.locator('.card').nth(Math.min(index, 999))
      await card.scrollIntoViewIfNeeded()
      await card.locator('img').evaluate((image: HTMLImageElement) => image.decode())
    }
    expect(asked.size).toBe(1 + groups)
    expect(await layout()).toEqual(before)
  })
})
