import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { evaluate } from '../helpers/evaluate.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, type Site } from '../helpers/site.ts'

// The same words bring another picture each time, as with the real API.
const mock = useMock({ vary: true })

const manifest = (hero = 'a red fox', extra = ''): string => `version: 1
defaults: { quality: low, size: 1024x1024 }
images:
  night: { edit: wide, prompt: at night, alt: Night }
  wide: { edit: hero, prompt: extend the sky, alt: Wide }
  hero: { prompt: ${hero}, alt: Fox, dark: the same in the dark }
  boat: { prompt: a boat, alt: "" }
${extra}`

const MAIN = `import hero, { dark, image } from 'virtual:onetoken/hero?w=64'
import night from 'virtual:onetoken/night?w=64'
globalThis.result = { hero, dark, image, night }
`

const site = (files: Record<string, string | Uint8Array> = {}): Promise<Site> =>
  createSite({ 'images.yaml': manifest(), 'main.js': MAIN, ...files })

interface Planned {
  name: string
  state: string
  after: string | null
  key: string | null
}

async function plan(of: Site): Promise<Record<string, string>> {
  const { output } = await of.onetoken(apiEnv(mock.url), 'plan', '--json')
  const { renders } = JSON.parse(output.slice(output.indexOf('{'))) as { renders: Planned[] }
  return Object.fromEntries(
    renders.map(({ name, state, after, key }) => {
      // What is not known before its parent's picture has no key.
      expect(key === null).toBe(state !== 'cached' && after !== null && key === null)
      return [name, after === null ? state : `${state}, after ${after}`]
    }),
  )
}

const prompts = (): string[] => mock.requests.map(({ prompt }) => prompt)
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const photo = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#c63' } })
    .png()
    .toBuffer()

/** The first image of the render that an entry has now. */
async function pictureOf(of: Site, name: string): Promise<string> {
  const { output } = await of.onetoken(apiEnv(mock.url), 'plan', '--json')
  const { renders } = JSON.parse(output.slice(output.indexOf('{'))) as { renders: Planned[] }
  const key = renders.find((one) => one.name === name)?.key
  const record = JSON.parse(String(await of.read(`onetoken/renders/${key}.json`))) as {
    images: { sha256: string }[]
  }
  return record.images[0]?.sha256 ?? ''
}

test('a plan says what comes after what, and the API is asked for exactly that, parents first', async () => {
  const fresh = await site()
  expect(await plan(fresh)).toEqual({
    night: 'missing, after wide',
    wide: 'missing, after hero',
    hero: 'missing',
    'hero:dark': 'missing, after hero',
    boat: 'missing',
  })
  expect(mock.requests).toHaveLength(0)
  const rendered = await fresh.onetoken(apiEnv(mock.url), 'render', '--yes')
  expect(rendered.status, rendered.output).toBe(0)
  expect(prompts().sort()).toEqual([
    'a boat',
    'a red fox',
    'at night',
    'extend the sky',
    'the same in the dark',
  ])
  expect(prompts().indexOf('a red fox')).toBeLessThan(prompts().indexOf('extend the sky'))
  expect(prompts().indexOf('extend the sky')).toBeLessThan(prompts().indexOf('at night'))
  // Each edit begins with the very bytes of its parent.
  const inputs = mock.requests.flatMap(({ prompt, files }) => files.map(({ bytes }) => [prompt, sha(bytes)]))
  expect(inputs.sort()).toEqual([
    ['at night', await pictureOf(fresh, 'wide')],
    ['extend the sky', await pictureOf(fresh, 'hero')],
    ['the same in the dark', await pictureOf(fresh, 'hero')],
  ])
  const states = Object.values(await plan(fresh))
  expect(states).toEqual(Array.from({ length: 5 }, () => 'cached'))
  const built = await fresh.build(apiEnv(mock.url))
  expect(built.status, built.output).toBe(0)
  expect(mock.requests).toHaveLength(5)
})

test('a build renders parents first as well, each once', async () => {
  const fresh = await site()
  const built = await fresh.build(apiEnv(mock.url))
  expect(built.status, built.output).toBe(0)
  expect(prompts().sort()).toEqual(['a red fox', 'at night', 'extend the sky', 'the same in the dark'])
  const { hero, dark, image, night } = await evaluate(fresh)
  expect(image.dark).toBe(dark)
  expect(dark).toMatchObject({ width: 64, format: 'webp', alt: 'Fox', dark: undefined })
  expect(new Set([hero, dark.src, night]).size).toBe(3)
  for (const url of [hero, dark.src, night]) expect(await fresh.list('dist/assets')).toContain(`dist${url}`)
})

test('a changed parent is paid for alone; its children stay as they are until somebody asks', async () => {
  const of = await site()
  await of.onetoken(apiEnv(mock.url), 'render', '--yes')
  const wide = await pictureOf(of, 'wide')
  await of.write({ 'images.yaml': manifest('a blue fox') })
  mock.reset()
  const before = {
    night: 'stale, after wide',
    wide: 'stale, after hero',
    hero: 'missing',
    'hero:dark': 'stale, after hero',
    boat: 'cached',
  }
  expect(await plan(of)).toEqual(before)

  const built = await of.build(apiEnv(mock.url))
  expect(built.status, built.output).toBe(0)
  expect(prompts()).toEqual(['a blue fox'])
  expect(built.output).toContain('hero:dark is as it was before what it is an edit of changed')
  expect(built.output).toContain('onetoken render --stale')
  expect(await plan(of)).toEqual({ ...before, wide: 'stale', hero: 'cached', 'hero:dark': 'stale' })
  const again = await of.onetoken(apiEnv(mock.url), 'render', '--yes')
  expect(again.output).toContain('Nothing is missing')
  expect(again.output).toContain('night, wide, hero:dark are edits of the former picture')
  // Nobody needs a key for what is stale, nor a connection.
  const frozen = await of.build({ CI: 'true', ONETOKEN_BASE_URL: mock.url })
  expect(frozen.status, frozen.output).toBe(0)
  expect(prompts()).toEqual(['a blue fox'])

  mock.reset()
  const renewed = await of.onetoken(apiEnv(mock.url), 'render', '--stale', '--yes')
  expect(renewed.status, renewed.output).toBe(0)
  expect(prompts().sort()).toEqual(['at night', 'extend the sky', 'the same in the dark'])
  expect(Object.values(await plan(of))).toEqual(Array.from({ length: 5 }, () => 'cached'))
  expect(await pictureOf(of, 'wide')).not.toBe(wide)
  // What was paid for is kept.
  expect(await of.list('onetoken/images')).toContain(`onetoken/images/${wide}.png`)
})

test('an edit whose new picture was refused stays as it was, and so does what is an edit of it', async () => {
  const of = await site()
  await of.onetoken(apiEnv(mock.url), 'render', '--yes')
  await of.write({ 'images.yaml': manifest('a blue fox') })
  await of.onetoken(apiEnv(mock.url), 'render', '--yes')
  const before = await of.build(apiEnv(mock.url))
  const pages = await evaluate(of)
  mock.setScenario({ name: 'moderation-blocked', when: /extend the sky|in the dark/ })
  const refused = await of.onetoken(apiEnv(mock.url), 'render', '--stale', '--yes')
  expect([before.status, refused.status]).toEqual([0, 1])
  expect(refused.output).toContain(
    'Builds go on with the picture that is there. To keep that, and hear no more of it: npx --no-install onetoken accept wide',
  )
  expect(await plan(of)).toMatchObject({ wide: 'refused', night: 'cached', 'hero:dark': 'refused' })
  mock.reset()
  const built = await of.build(apiEnv(mock.url))
  expect(built.status, built.output).toBe(0)
  expect(built.output).toContain('hero:dark was refused on ')
  expect(built.output).toContain('onetoken accept hero:dark')
  expect(await evaluate(of)).toEqual(pages)
  const exported = await of.onetoken(apiEnv(mock.url), 'export', '--out', 'public')
  expect(exported.status, exported.output).toBe(0)
  expect(exported.output).toContain('onetoken accept wide')
  expect(exported.output).not.toContain('--stale')
  // Only that of the first words is used by nobody.
  const unused = await of.onetoken(apiEnv(mock.url), 'prune', '--renders', '--keep-days', '0', '--dry-run')
  expect(unused.output).toContain('"a red fox"')
  expect(unused.output).not.toMatch(/"(extend the sky|at night|the same in the dark)"/)
  for (const name of ['wide', 'hero:dark']) await of.onetoken(apiEnv(mock.url), 'accept', name)
  expect(Object.values(await plan(of))).toEqual(Array.from({ length: 5 }, () => 'cached'))
  expect(mock.requests).toHaveLength(0)
})

test('entries that are renamed keep their pictures, also those that are stale', async () => {
  const of = await site({ 'main.js': '' })
  await of.onetoken(apiEnv(mock.url), 'render', '--yes')
  await of.write({ 'images.yaml': manifest('a blue fox') })
  await of.onetoken(apiEnv(mock.url), 'render', '--yes')
  mock.reset()
  const renamed = manifest('a blue fox').replaceAll('hero', 'start').replaceAll('wide', 'panorama')
  await of.write({ 'images.yaml': renamed })
  expect(await plan(of)).toEqual({
    night: 'stale, after panorama',
    panorama: 'stale',
    start: 'cached',
    'start:dark': 'stale',
    boat: 'cached',
  })
  const rendered = await of.onetoken(apiEnv(mock.url), 'render', '--yes')
  expect(rendered.output).toContain('Nothing is missing')
  // A new entry with the same words for its edit has none yet.
  const another = '  other: { prompt: a hare, alt: Hare, dark: the same in the dark }\n'
  await of.write({ 'images.yaml': renamed + another })
  expect(await plan(of)).toMatchObject({ other: 'missing', 'other:dark': 'missing, after other' })
  expect(mock.requests).toHaveLength(0)
})

test('an entry alone is rendered with what it needs, and no more', async () => {
  const of = await site()
  const rendered = await of.onetoken(apiEnv(mock.url), 'render', 'night', '--yes')
  expect(rendered.status, rendered.output).toBe(0)
  expect(prompts()).toEqual(['a red fox', 'extend the sky', 'at night'])
  const anew = await of.onetoken(apiEnv(mock.url), 'render', 'hero', '--again', '--yes')
  expect(prompts().slice(3)).toEqual(['a red fox'])
  expect(anew.output).toContain('night, wide are edits of the former picture')
  expect(anew.output).toContain('onetoken render night wide --stale')
  expect(await plan(of)).toMatchObject({ hero: 'cached', wide: 'stale', night: 'stale, after wide' })
})

test('a parent that fails is asked for once, and what comes after it is not', async () => {
  const of = await site()
  mock.setScenario({ name: 'moderation-blocked', when: 'red fox' })
  const built = await of.build(apiEnv(mock.url))
  expect(built.status).toBe(1)
  expect(prompts()).toEqual(['a red fox'])
})

test('keyless, everything that is missing is named, with what it comes after', async () => {
  const of = await site()
  const built = await of.build({ CI: 'true' })
  expect(built.status).toBe(1)
  expect(built.output).toContain('4 renders are missing')
  expect(built.output).toMatch(/night, after wide .*at most/)
  expect(built.output).toMatch(/hero:dark, after hero .*at most/)
})

test('each picture of a folder is an entry, and a new one is one new render', async () => {
  const products = `  products: { each: "photos/*.png", prompt: "{name} on white", alt: "{name}" }\n`
  const of = await site({
    'images.yaml': manifest('a red fox', products),
    'main.js': `import images from './images.yaml'\nglobalThis.result = images\n`,
    'photos/mug.png': await photo(64, 64),
    'photos/lamp.png': await photo(80, 64),
  })
  expect(await plan(of)).toMatchObject({ 'products/lamp': 'missing', 'products/mug': 'missing' })
  await of.onetoken(apiEnv(mock.url), 'render', '--yes')
  mock.reset()
  await of.write({ 'photos/cup.png': await photo(96, 64) })
  await of.onetoken(apiEnv(mock.url), 'render', '--yes')
  expect(prompts()).toEqual(['cup on white'])
  const built = await of.build(apiEnv(mock.url))
  expect(built.status, built.output).toBe(0)
  expect(built.output).not.toContain('has no "alt"')
  const images = await evaluate(of)
  expect(Object.keys(images)).toEqual(
    expect.arrayContaining(['products/cup', 'products/lamp', 'products/mug', 'hero']),
  )
  expect(images['products/cup'].alt).toBe('cup')
  expect(images.hero.dark.src).not.toBe(images.hero.src)
})

test('a page of pure HTML shows the dark version to who wants it', async () => {
  const of = await site({
    'main.js': '',
    'index.html':
      '<img src="onetoken:hero?format=avif;webp&w=64"><script type="module" src="/main.js"></script>',
  })
  const built = await of.build(apiEnv(mock.url))
  expect(built.status, built.output).toBe(0)
  const html = String(await of.read('dist/index.html'))
  const tags = [...html.matchAll(/<(?:source|img) [^>]*>/g)].map(([tag]) =>
    tag.replaceAll(/-[\w-]{8}\.(?=avif|webp)/g, '-#.'),
  )
  expect(tags).toMatchInlineSnapshot(`
    [
      "<source media="(prefers-color-scheme: dark)" type="image/avif" srcset="/assets/hero-dark-64-97b360778962-#.avif">",
      "<source media="(prefers-color-scheme: dark)" type="image/webp" srcset="/assets/hero-dark-64-97b360778962-#.webp">",
      "<source type="image/avif" srcset="/assets/hero-64-7c128e7d9e11-#.avif">",
      "<img src="/assets/hero-64-7c128e7d9e11-#.webp" width="64" height="64" alt="Fox">",
    ]
  `)
})

test('an entry without a text for people who cannot see it is named', async () => {
  const of = await site({
    'images.yaml': 'version: 1\nimages:\n  hero: { prompt: a red fox, size: 1024x1024, quality: low }\n',
    'main.js': `import hero from 'virtual:onetoken/hero?w=64'\nglobalThis.result = hero\n`,
  })
  const built = await of.build(apiEnv(mock.url))
  expect(built.output).toContain('hero has no "alt"')
})

test.each(['p, q', 'q, p'])(
  'a picture that was brought for good stays beside a render of its words: %s',
  async (order) => {
    const entries = (words: string): string => {
      const all = { p: `{ prompt: ${words}, alt: "" }`, q: '{ prompt: words two, alt: "" }' }
      const lines = order.split(', ').map((name) => `  ${name}: ${all[name as 'p' | 'q']}\n`)
      return `version: 1\ndefaults: { quality: low }\nimages:\n${lines.join('')}`
    }
    const main = `import p from 'virtual:onetoken/p'\nimport q from 'virtual:onetoken/q'\nglobalThis.result = { p, q }\n`
    const of = await site({
      'images.yaml': entries('words one'),
      'main.js': main,
      'mug.png': await photo(64, 48),
    })
    await of.onetoken(apiEnv(mock.url), 'import', 'p', 'mug.png')
    await of.write({ 'images.yaml': entries('words two') })
    expect(await plan(of)).toEqual({ p: 'cached', q: 'missing' })
    const built = await of.build(apiEnv(mock.url))
    expect(built.status, built.output).toBe(0)
    expect(prompts()).toEqual(['words two'])
    const { p, q } = await evaluate(of)
    expect([p, q]).toEqual([expect.stringContaining('-64-'), expect.stringContaining('-1024-')])
    const pruned = await of.onetoken(apiEnv(mock.url), 'prune', '--renders', '--keep-days', '0', '--dry-run')
    expect(pruned.output).not.toContain('words one')
    // Whoever asks for a render by its name has one.
    const rendered = await of.onetoken(apiEnv(mock.url), 'render', 'p', 'q', '--again', '--yes')
    expect(rendered.status, rendered.output).toBe(0)
    expect(rendered.output).toContain('1 of 1 renders made')
    expect(prompts()).toEqual(['words two', 'words two'])
    await of.build(apiEnv(mock.url))
    expect((await evaluate(of)).p).toContain('-1024-')
  },
)

test('edits of two pictures of one render are two renders, before it is there as well', async () => {
  const of = await site({
    'main.js': '',
    'images.yaml': `version: 1
defaults: { quality: low }
images:
  h1: { prompt: fox, n: 2, pick: 1, alt: "" }
  h2: { prompt: fox, n: 2, pick: 2, alt: "" }
  x: { edit: h1, prompt: night, alt: "" }
  y: { edit: h2, prompt: night, alt: "" }
  z: { edit: y, prompt: stars, alt: "" }
`,
  })
  expect(await plan(of)).toMatchObject({
    x: 'missing, after h1',
    y: 'missing, after h2',
    z: 'missing, after y',
  })
  const rendered = await of.onetoken(apiEnv(mock.url), 'render', 'y', '--yes')
  expect(rendered.status, rendered.output).toBe(0)
  expect(prompts()).toEqual(['fox', 'night'])
  expect(await plan(of)).toMatchObject({ x: 'missing', y: 'cached', z: 'missing' })
})
