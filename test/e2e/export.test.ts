import { readFile, readlink, stat, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { OneTokenImage } from 'unplugin-onetoken/api'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, type Ran, type Site } from '../helpers/site.ts'

const mock = useMock()

const MANIFEST = `version: 1
defaults: { quality: low }
images:
  hero: { prompt: A fjord, size: 1536x1024, widths: [48, 96], formats: [avif, webp], alt: 'A "fjord"' }
  team/ada: { prompt: An owl, widths: [64] }
  delete: { prompt: A paper boat, widths: [32] }
`
const LIST = 'public/pictures/.onetoken-export.json'

/** What `--json` prints. */
interface Report {
  publicPath: string
  bytes: number
  changed: number
  files: { file: string; bytes: number; changed: boolean; url: string }[]
  removed: string[]
  module: { file: string; changed: boolean } | null
}

async function renderedSite(manifest = MANIFEST, files: Record<string, string> = {}): Promise<Site> {
  const site = await createSite({ 'images.yaml': manifest, ...files })
  const { status, output } = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
  expect(status, output).toBe(0)
  return site
}

/** Without a key: an export needs none. */
function run(site: Site, ...args: string[]): Promise<Ran> {
  return site.onetoken({ ONETOKEN_BASE_URL: mock.url }, 'export', ...args)
}

async function report(site: Site, ...args: string[]): Promise<Report> {
  const { status, output } = await run(site, ...args, '--json')
  expect(status, output).toBe(0)
  // After what is said to people, on standard error.
  return JSON.parse(output.slice(output.indexOf('{'))) as Report
}

describe('onetoken export', () => {
  it('writes files and a module that needs nothing else', async () => {
    const site = await renderedSite()
    const requests = mock.stats.requests
    const args = ['--out', 'public/pictures', '--module', 'src/pictures.mjs']
    const { status, output } = await run(site, ...args)
    expect(status, output).toBe(0)
    expect(output.replace(/\(\d+ B|\([\d.]+ kB/, '(SIZE')).toMatchInlineSnapshot(`
      "team/ada and delete have no "alt": write into the manifest what people miss who cannot see it, or alt: "" for decoration.
      public/pictures: 3 pictures, 6 files (SIZE), 6 written.
      Addresses begin with /pictures/: the folder public is taken for the root of the site. --public-path says otherwise.
      src/pictures.mjs: written.
      "
    `)
    expect(mock.stats.requests).toBe(requests)
    const files = (await site.list('public')).filter((path) => path !== LIST)
    expect(files.map((path) => path.replace(/-[\da-f]{12}\./, '-HASH.'))).toEqual([
      'public/pictures/delete-32-HASH.webp',
      'public/pictures/hero-48-HASH.avif',
      'public/pictures/hero-48-HASH.webp',
      'public/pictures/hero-96-HASH.avif',
      'public/pictures/hero-96-HASH.webp',
      'public/pictures/team-ada-64-HASH.webp',
    ])

    const module = (await import(pathToFileURL(join(site.folder, 'src/pictures.mjs')).href)) as Record<
      string,
      unknown
    >
    expect(Object.keys(module).sort()).toEqual(['default', 'delete', 'hero'])
    const images = module['default'] as Record<string, OneTokenImage>
    expect(Object.keys(images)).toEqual(['hero', 'team/ada', 'delete'])
    const { hero } = images
    expect(module['hero']).toBe(hero)
    expect(hero).toMatchObject({
      src: expect.stringMatching(/^\/pictures\/hero-96-[\da-f]{12}\.webp$/) as string,
      width: 96,
      height: 64,
      alt: 'A "fjord"',
      blurWidth: 16,
      img: { width: 96, alt: 'A "fjord"' },
    })
    // Every address names a file of the size that it is said to have.
    const named = Object.values(images).flatMap(({ srcset, sources }) =>
      [srcset, ...Object.values(sources)].flatMap((set) => set.split(', ')),
    )
    expect(new Set(named).size).toBe(files.length)
    for (const candidate of named) {
      const [url = '', width = ''] = candidate.split(' ')
      expect(`${(await sharp(await site.read(`public${url}`)).metadata()).width}w`).toBe(width)
    }
    // Prompts are not shipped.
    const texts = await Promise.all(['src/pictures.mjs', LIST].map((path) => site.read(path)))
    for (const text of texts) expect(text.toString()).not.toMatch(/A fjord|An owl|paper boat/)
  })

  it('names everything that is missing, and writes nothing', async () => {
    const site = await createSite({ 'images.yaml': MANIFEST })
    await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--yes')
    const { status, output } = await run(site, '--out', 'public/pictures', '--module', 'src/pictures.ts')
    expect([status, output]).toMatchInlineSnapshot(`
      [
        3,
        "2 renders are missing, and nothing is rendered here:
        team/ada (images.yaml:5:3): at most $0.006
        delete (images.yaml:6:3): at most $0.006
        together: at most $0.012
        Render them with: npx --no-install onetoken render
      ",
      ]
    `)
    expect(await site.list('public')).toEqual([])
    expect(await site.list('src')).toEqual([])
    // What is there can be had by its name.
    expect((await report(site, 'hero', '--out', 'public/pictures')).files).toHaveLength(4)
  })

  it('writes what has changed, and removes what is needed no more', async () => {
    const site = await renderedSite()
    const args = ['--out', 'public/pictures', '--module', 'src/pictures.json']
    const first = await report(site, ...args)
    expect(first).toMatchObject({
      publicPath: '/pictures/',
      changed: 6,
      removed: [],
      module: { changed: true },
    })
    expect(first.bytes).toBe(first.files.reduce((sum, { bytes }) => sum + bytes, 0))
    const old = new Date(2020, 1, 1)
    const written = [
      ...first.files.map(({ file }) => file),
      join(site.folder, LIST),
      first.module?.file ?? '',
    ]
    for (const file of written) await utimes(file, old, old)
    await site.write({ 'public/pictures/mine.webp': 'mine' })

    expect(await report(site, ...args)).toMatchObject({ changed: 0, removed: [], module: { changed: false } })
    for (const file of written) expect((await stat(file)).mtime).toEqual(old)

    await site.write({
      'images.yaml': MANIFEST.replace('widths: [64]', 'widths: [80]').replace(/ {2}delete.*\n/, ''),
    })
    const second = await report(site, ...args)
    expect(second).toMatchObject({ changed: 1, module: { changed: true } })
    const gone = second.removed.map((file) => file.replace(/.*[\\/]/, '').replace(/-[\da-f]{12}/, ''))
    expect(gone.sort()).toEqual(['delete-32.webp', 'team-ada-64.webp'])
    const left = await site.list('public/pictures')
    expect(left).toHaveLength(7)
    expect(left).toContain('public/pictures/mine.webp')
    const images = JSON.parse((await site.read('src/pictures.json')).toString()) as object
    expect(Object.keys(images)).toEqual(['hero', 'team/ada'])
  })

  it.each(['mjs', 'json'])(
    'takes no entries out of a module that has others, with names (.%s)',
    async (end) => {
      const site = await renderedSite()
      const module = `src/pictures.${end}`
      await report(site, '--out', 'public/pictures', '--module', module)
      const before = (await site.read(module)).toString()
      const { status, output } = await run(site, 'hero', '--out', 'public/pictures', '--module', module)
      expect(status, output).toBe(2)
      expect(output.replaceAll(site.folder, '<site>')).toBe(
        `"<site>/${module}" has other entries as well (team/ada, delete), which an export of named ones would take out of it.\n` +
          '  Export all entries, without names, or write the named ones into a module of their own.\n',
      )
      expect((await site.read(module)).toString()).toBe(before)
      // Its own, and then once more for an entry that has got another name.
      const own = ['--out', 'public/pictures', '--module', `src/own.${end}`]
      expect((await report(site, 'hero', ...own)).module).toMatchObject({ changed: true })
      expect((await report(site, 'hero', ...own)).module).toMatchObject({ changed: false })
      await site.write({ 'images.yaml': MANIFEST.replace('  hero:', '  heading:') })
      expect((await report(site, 'heading', ...own)).module).toMatchObject({ changed: true })
    },
  )

  it('writes a module that TypeScript checks', async () => {
    const site = await renderedSite(MANIFEST, {
      // What `next/image` takes, as next/dist/shared/lib/get-img-props.d.ts has it.
      'src/page.ts': `import images, { hero } from './pictures.js'
interface StaticImageData { src: string; height: number; width: number; blurDataURL?: string; blurWidth?: number; blurHeight?: number }
export const all: StaticImageData[] = [hero, images['team/ada'], images.delete]
export const alt: string | undefined = hero.alt
// @ts-expect-error There is no such entry.
export const none: undefined = images.heroo
`,
      'tsconfig.json': `{ "compilerOptions": { "strict": true, "noEmit": true, "module": "nodenext", "types": [],
  "exactOptionalPropertyTypes": true, "isolatedDeclarations": true, "declaration": true, "erasableSyntaxOnly": true }, "include": ["src"] }`,
    })
    await report(site, '--out', 'public/pictures', '--module', 'src/pictures.ts')
    const { status, output } = await site.run('node_modules/typescript/bin/tsc', ['-p', '.'])
    expect(status, output).toBe(0)
  })

  it('has dark versions, and edits as they are while their parents have changed', async () => {
    const family = (hero: string): string => `version: 1
defaults: { quality: low, widths: [48] }
images:
  hero: { prompt: ${hero}, alt: Fjord, dark: at night }
  square: { edit: hero, prompt: extend the sky, alt: Sky }
`
    const site = await createSite({ 'images.yaml': family('A fjord') })
    const missing = await run(site, '--out', 'public')
    expect([missing.status, missing.output]).toMatchInlineSnapshot(`
      [
        3,
        "3 renders are missing, and nothing is rendered here:
        hero (images.yaml:4:3): at most $0.006
        hero:dark, after hero (images.yaml:4:46): at most $0.060
        square, after hero (images.yaml:5:3): at most $0.060
        together: at most $0.125
        Render them with: npx --no-install onetoken render
      ",
      ]
    `)
    await site.onetoken(apiEnv(mock.url), 'render', '--yes')
    const { files } = await report(site, '--out', 'public', '--module', 'images.json')
    const names = files.map(({ url }) => url.replace(/-[\da-f]{12}/, ''))
    expect(names).toEqual(['/hero-48.webp', '/hero-dark-48.webp', '/square-48.webp'])
    const { hero } = JSON.parse((await site.read('images.json')).toString()) as Record<string, OneTokenImage>
    expect(hero?.dark).toMatchObject({ width: 48, src: files[1]?.url })

    await site.write({ 'images.yaml': family('A fjord in winter') })
    await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--yes')
    const { status, output } = await run(site, '--out', 'public')
    expect(status, output).toBe(0)
    expect(output).toContain('hero:dark and square are as they were before what they are an edit of changed.')
    expect(output).toContain('3 files')
    // Icons are of the picture alone.
    expect((await run(site, '--icons', 'hero', '--out', 'public')).status).toBe(0)
  })

  it('tells of a request that may have been billed, and calls nothing stale that is not', async () => {
    const yaml = (hero: string): string =>
      `version: 1\ndefaults: { quality: low, widths: [48] }\nimages:\n  hero: { prompt: ${hero}, alt: Fjord }\n`
    const mine = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#c63' } })
      .png()
      .toBuffer()
    const site = await createSite({ 'images.yaml': yaml('A fjord'), 'mine.png': mine })
    await site.onetoken(apiEnv(mock.url), 'import', 'hero', 'mine.png')
    await site.write({ 'images.yaml': yaml('A fjord in winter') })
    mock.setScenario('server-error')
    expect((await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--again', '--yes')).status).toBe(4)
    const { status, output } = await run(site, '--out', 'public')
    expect(status, output).toBe(0)
    expect(output).toContain('hero was asked for on ')
    expect(output).not.toContain('what it is an edit of')
  })

  it('says where files are served from', async () => {
    const site = await renderedSite()
    for (const [out, publicPath] of [
      ['public', '/'],
      ['themes/site/static/img', '/img/'],
      ['assets/img', '/assets/img/'],
    ] as const) {
      const { output } = await run(site, 'hero', '--out', out)
      expect(output).toContain(`Addresses begin with ${publicPath}:`)
      expect(await report(site, 'hero', '--out', out)).toMatchObject({ publicPath, changed: 0 })
    }
    const cdn = await report(site, 'hero', '--out', 'public', '--public-path', 'https://cdn.example.com')
    expect(cdn.files[0]?.url).toMatch(/^https:\/\/cdn\.example\.com\/hero-48-/)
  })

  it('refuses what is no place for its files, and writes nothing', async () => {
    const site = await renderedSite(MANIFEST, { 'main.ts': 'export {}\n' })
    await symlink('nowhere.ts', join(site.folder, 'link.ts'))
    const listed = async (): Promise<string[]> =>
      (await site.list('.')).filter((path) => !path.startsWith('onetoken/.cache/'))
    const before = await listed()
    for (const [args, message] of [
      [[], /The folder of the files is not said/],
      [['--out', '.'], /holds the whole project/],
      [['--out', 'onetoken/images'], /is where renders are kept/],
      [['--out', 'node_modules/pictures'], /lies in node_modules/],
      [['--out', 'public', '--module', 'pictures.yaml'], /cannot be called "pictures.yaml"/],
      [['--out', 'public', '--module', 'main.ts'], /is there already, and no export wrote it/],
      [['--out', 'public', '--module', 'public/.onetoken-export.json'], /keeps the list of its files/],
      [['--out', 'public', '--module', 'link.ts'], /is a link to what is not there/],
      [['hero', '--out', 'public', '--icons', 'hero'], /--icons writes the icons of one entry/],
      [['--out', 'public', '--public-path', '/my pictures'], /cannot be the beginning/],
      [['--out', 'public', '--out', 'static'], /--out is given 2 times/],
    ] as const) {
      const { status, output } = await run(site, ...args)
      expect(status, output).toBe(2)
      expect(output).toMatch(message)
    }
    expect(await listed()).toEqual(before)
    expect((await site.read('main.ts')).toString()).toBe('export {}\n')
    expect(await readlink(join(site.folder, 'link.ts'))).toBe('nowhere.ts')
  })

  it('names an entry that is not there', async () => {
    const site = await renderedSite()
    const { status, output } = await run(site, 'heroo', '--out', 'public')
    expect(status).toBe(1)
    expect(output).toContain('There is no entry "heroo" in images.yaml; did you mean "hero"?')
  })
})

describe('onetoken export --icons', () => {
  it('cuts the icons of a site from one picture', async () => {
    const site = await renderedSite(
      'version: 1\nimages: { logo: { prompt: A fox head, quality: low, size: 1536x1024 } }',
    )
    const { status, output } = await run(site, '--icons', 'logo', '--out', 'public')
    expect(status, output).toBe(0)
    expect(output.replace(/\([\d.]+ kB\)/, '(SIZE)')).toMatchInlineSnapshot(`
      "public: 4 files (SIZE), 4 written.
      In the head of every page:
        <link rel="icon" href="/favicon.ico" sizes="16x16 32x32 48x48">
        <link rel="icon" href="/icon-192.png" type="image/png" sizes="192x192">
        <link rel="apple-touch-icon" href="/apple-touch-icon.png">
      In the web app manifest:
        "icons": [{"src":"/icon-192.png","sizes":"192x192","type":"image/png"},{"src":"/icon-512.png","sizes":"512x512","type":"image/png"}]
      "
    `)
    for (const [name, size] of [
      ['apple-touch-icon.png', 180],
      ['icon-192.png', 192],
      ['icon-512.png', 512],
    ] as const) {
      const { format, width, height } = await sharp(await site.read(`public/${name}`)).metadata()
      expect({ format, width, height }).toEqual({ format: 'png', width: size, height: size })
    }
    const icon = await readFile(join(site.folder, 'public/favicon.ico'))
    const sizes: (number | undefined)[] = []
    for (let index = 0; index < icon.readUInt16LE(4); index += 1) {
      const at = 6 + 16 * index
      const offset = icon.readUInt32LE(at + 12)
      const png = icon.subarray(offset, offset + icon.readUInt32LE(at + 8))
      const { format, width, height } = await sharp(png).metadata()
      expect({ format, width, height }).toEqual({ format: 'png', width: icon[at], height: icon[at + 1] })
      sizes.push(width)
    }
    expect(sizes).toEqual([16, 32, 48])

    // Pictures in the same folder, and icons, leave each other alone.
    await report(site, '--out', 'public')
    expect((await report(site, '--icons', 'logo', '--out', 'public')).removed).toEqual([])
    expect(await site.list('public')).toHaveLength(6)
  })

  it('leaves an icon alone that it has not made', async () => {
    const site = await renderedSite(undefined, { 'public/favicon.ico': 'drawn by hand' })
    const { status, output } = await run(site, '--icons', 'hero', '--out', 'public')
    expect(status).toBe(2)
    expect(output).toContain('is there already, and no export wrote it.')
    expect(await site.list('public')).toEqual(['public/favicon.ico'])
  })
})
