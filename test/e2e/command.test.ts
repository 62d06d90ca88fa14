import { describe, expect, it } from 'vitest'
import { useMock } from '../helpers/mock.ts'
import { outputOf } from '../helpers/output.ts'
import { apiEnv, CANARY, createSite, ONETOKEN } from '../helpers/site.ts'

const mock = useMock()

const MANIFEST = `version: 1
defaults: { quality: low }
images:
  hero: { prompt: A fjord, size: 1536x1024, alt: Fjord }
  boat: { prompt: A paper boat, alt: Boat }
`
const files = {
  'images.yaml': MANIFEST,
  'main.js': `import fox from 'virtual:onetoken?prompt=A red fox&quality=low'
import hero from 'virtual:onetoken/hero?w=160'
globalThis.result = [fox, hero]`,
}

describe('onetoken plan', () => {
  it('lists entries and imports with state, price and place, and spends nothing', async () => {
    const site = await createSite(files)
    const { status, output } = await site.onetoken(apiEnv(mock.url), 'plan')
    expect(output).toMatchInlineSnapshot(`
      "hero         missing  at most $0.005  images.yaml:4:3
      boat         missing  at most $0.006  images.yaml:5:3
      "A red fox"  missing  at most $0.006  main.js:1:18

      3 renders, 0 cached, 3 missing, at most $0.017.
      "
    `)
    expect(status).toBe(0)
    expect(mock.requests).toHaveLength(0)
    expect(await site.list('onetoken')).toEqual([])
  })

  it('says what the API may refuse, before anything is sent', async () => {
    const site = await createSite({
      'images.yaml': MANIFEST.replace('1536x1024', '1000x1000'),
      'main.js': '',
    })
    const { output } = await site.onetoken(apiEnv(mock.url), 'plan')
    expect(output).toContain('\nhero: gpt-image-2 may refuse the size 1000x1000: ')
  })

  it('prints one object for machines', async () => {
    const site = await createSite(files)
    await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--yes')
    const { output } = await site.onetoken({ ONETOKEN_BASE_URL: mock.url }, 'plan', '--json')
    const { renders, problems, totals } = JSON.parse(output) as {
      renders: { name: string | null; state: string; cost: { most: number } }[]
      problems: []
      totals: object
    }
    expect(renders.map(({ name, state }) => [name, state])).toEqual([
      ['hero', 'cached'],
      ['boat', 'missing'],
      [null, 'missing'],
    ])
    expect(problems).toEqual([])
    const most = renders.reduce((sum, { cost }) => sum + cost.most, 0)
    expect(totals).toEqual({ renders: 3, cached: 1, missing: 2, stale: 0, most })
  })

  it('names all entries that have one render, and those that have none for their mistakes', async () => {
    const site = await createSite({
      'images.yaml': `version: 1
defaults: { quality: low }
images:
  fox: { prompt: A fox, alt: Fox }
  twin: { prompt: A fox, alt: Fox }
  logo: { prompt: A logo, n: 2, pick: 3, alt: '' }
  wide: { edit: logo, prompt: more sky, alt: '' }
`,
      'main.js': `import logo from 'virtual:onetoken/logo'\nglobalThis.result = logo\n`,
    })
    const { status, output } = await site.onetoken(apiEnv(mock.url), 'plan')
    expect([status, output]).toMatchInlineSnapshot(`
      [
        1,
        "fox, twin  missing  at most $0.006  images.yaml:4:3

      1 render, 0 cached, 1 missing, at most $0.006.
      2 entries are not among them, for mistakes: logo, wide.

      images.yaml:6:39 "pick" is 3, but only 2 images are asked for.
        Make "pick" at most 2, or raise "n" (another "n" is another render).
      ",
      ]
    `)
  })

  it('tells how much the store has, and which entries have no alternative text', async () => {
    const site = await createSite({
      'images.yaml': `version: 1
defaults: { quality: low }
images:
  hero: { prompt: A fjord, dark: at night }
  logo: { prompt: A fox, n: 2, alt: '' }
`,
    })
    await site.onetoken(apiEnv(mock.url), 'render', '--yes')
    // What nobody asks for any more is kept as well.
    await site.write({ 'images.yaml': MANIFEST.replace(', alt: Boat', '') })
    const [text, json] = await Promise.all(
      [[], ['--json']].map((flags) => site.onetoken({ ONETOKEN_BASE_URL: mock.url }, 'plan', ...flags)),
    )
    expect(
      text?.output
        .split('\n')
        .slice(3)
        .join('\n')
        .replace(/\(\S+ [kM]?B\)/, '(<size>)'),
    ).toMatchInlineSnapshot(`
      "2 renders, 0 cached, 2 missing, at most $0.011.
      The store has 3 renders with 4 pictures (<size>).
      boat has no "alt": write into the manifest what people miss who cannot see it, or alt: "" for decoration.
      "
    `)
    const { store, withoutAlt } = JSON.parse(json?.output ?? '') as {
      store: Record<'renders' | 'pictures' | 'bytes', number>
      withoutAlt: string[]
    }
    expect(withoutAlt).toEqual(['boat'])
    const kept = (await site.list('onetoken')).filter((path) => /^onetoken\/(renders|images)\//.test(path))
    const sizes = await Promise.all(kept.map(async (path) => (await site.read(path)).length))
    expect(store).toEqual({ renders: 3, pictures: 4, bytes: sizes.reduce((sum, size) => sum + size, 0) })
  })
})

describe('onetoken render', () => {
  it('asks nobody about money that it could not spend', async () => {
    const site = await createSite(files)
    const { status, output } = await site.onetoken({ ONETOKEN_BASE_URL: mock.url }, 'render')
    expect(status).toBe(3)
    expect(output).toContain('3 renders are missing, and there is no API key:')
    expect(output).not.toContain('--yes')
  })

  it('renders what is missing, and the build after it asks for nothing', async () => {
    const site = await createSite(files)
    const { status, output } = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
    expect(status, output).toBe(0)
    expect(output).toContain('3 of 3 renders made')
    expect(mock.stats.billed).toBe(3)
    expect((await site.build({ ONETOKEN_BASE_URL: mock.url })).status).toBe(0)
    const again = await site.onetoken(apiEnv(mock.url), 'render', '--yes', '--json')
    expect(JSON.parse(again.output)).toMatchObject({ rendered: [], cached: 3 })
    expect(mock.stats.billed).toBe(3)
  })

  it('renders all entries of a group, and exports them', async () => {
    const site = await createSite({
      'images.yaml': `version: 1
defaults: { quality: low }
images: { hero: { prompt: A fjord }, team/ada: { prompt: An owl, dark: at night }, team/tove: { prompt: A hedgehog } }
`,
    })
    const rendered = await site.onetoken(apiEnv(mock.url), 'render', 'team', '--yes', '--json')
    expect(rendered.status, rendered.output).toBe(0)
    expect(mock.requests.map(({ prompt }) => prompt).sort()).toEqual(['A hedgehog', 'An owl', 'at night'])
    const exported = await site.onetoken({ ONETOKEN_BASE_URL: mock.url }, 'export', 'team', '--out', 'public')
    expect(exported.status, exported.output).toBe(0)
    expect((await site.list('public')).filter((path) => !path.endsWith('.webp'))).toHaveLength(1)
    const again = await site.onetoken(apiEnv(mock.url), 'render', 'team/*', '--again', '--yes', '--json')
    expect(JSON.parse(again.output.slice(again.output.indexOf('{\n')))).toMatchObject({
      rendered: [{ name: 'team/ada' }, { name: 'team/tove' }],
    })
  })

  it('asks before it spends, and where nobody can be asked wants --yes', async () => {
    const site = await createSite(files)
    const { status, output } = await site.onetoken(apiEnv(mock.url), 'render')
    expect([status, output]).toMatchInlineSnapshot(`
      [
        2,
        "3 renders would cost at most $0.017, and there is nobody to ask.
        Add --yes to spend without asking, and --max-cost to limit it.
      ",
      ]
    `)
    expect(mock.requests).toHaveLength(0)
  })

  it('renders an entry anew on --again', async () => {
    const site = await createSite(files)
    await site.onetoken(apiEnv(mock.url), 'render', 'boat', '--yes')
    // What is there already costs as much as what is not, when it is asked for anew.
    const asked = await site.onetoken(apiEnv(mock.url), 'render', 'boat', '--again')
    expect(asked.output).toContain('1 render would cost at most $0.006')
    await site.onetoken(apiEnv(mock.url), 'render', 'boat', '--yes', '--again')
    expect(mock.stats.billed).toBe(2)
    // The one that was there has a record of its own.
    expect(await site.list('onetoken/renders')).toHaveLength(2)
  })

  it.each<[string, number, string[], Record<string, string>]>([
    ['a usage error', 2, ['rendr'], {}],
    ['an unknown flag', 2, ['render', '--ys'], {}],
    ['renders missing without a key', 3, ['render', '--yes'], { ONETOKEN_API_KEY: '' }],
    ['a reached budget', 5, ['render', '--yes', '--max-cost', '0.001'], {}],
    ['an unknown entry', 1, ['render', 'heroo', '--yes'], {}],
  ])('ends with the status of %s', async (_, expected, args, env) => {
    const site = await createSite(files)
    const { status, output } = await site.onetoken({ ...apiEnv(mock.url), ...env }, ...args)
    expect(status, output).toBe(expected)
    expect(output).not.toMatch(/^\s+at /m)
    expect(output).not.toContain(CANARY)
    expect(mock.stats.billed).toBe(0)
  })

  it('sends nothing more on Ctrl-C, and keeps what is under way', async () => {
    mock.setScenario({ name: 'slow', latency: 5000 })
    const site = await createSite({ ...files, 'onetoken.config.json': '{ "concurrency": 1 }' })
    const child = site.start(ONETOKEN, ['render', '--yes'], apiEnv(mock.url))
    const ended = new Promise((resolve) => child.on('exit', resolve))
    await expect.poll(() => mock.requests.length, { timeout: 60_000 }).toBe(1)
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(mock.stats).toMatchObject({ requests: 1, billed: 1 })
    expect(await site.list('onetoken/renders')).toHaveLength(1)
  })

  it('ends with 4 when it may have been billed, and asks again only on --again', async () => {
    mock.setScenario({ name: 'bad-gateway' })
    const site = await createSite(files)
    expect((await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--yes')).status).toBe(4)
    mock.setScenario()
    expect((await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--yes')).status).toBe(4)
    expect(mock.stats.requests).toBe(1)
    expect((await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--yes', '--again')).status).toBe(0)
    expect((await site.onetoken(apiEnv(mock.url), 'plan')).output).toMatch(/hero +cached/)
  })
})

it('tells a render whose picture cannot be used from one that is cached', async () => {
  const site = await createSite(files)
  await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--yes')
  const [image = ''] = await site.list('onetoken/images')
  await site.remove(image)
  const { status, output } = await site.onetoken(apiEnv(mock.url), 'plan')
  expect(status).toBe(1)
  expect(output).toMatch(/hero +unavailable/)
  expect(output).toContain('3 renders, 0 cached, 2 missing')
})

describe('onetoken mock', () => {
  it('serves pretend pictures, which are kept apart from bought ones', async () => {
    const site = await createSite(files)
    const child = site.start(ONETOKEN, ['mock', '--port', '0', '--json'])
    const [line = ''] = /^\{.*\}$/m.exec(await outputOf(child)('}\n')) ?? []
    const { url } = JSON.parse(line) as { url: string }
    const { status, output } = await site.onetoken(apiEnv(url), 'render', 'hero', '--yes')
    expect(status, output).toBe(0)
    const [record = ''] = await site.list('onetoken/renders')
    expect(JSON.parse((await site.read(record)).toString())).toMatchObject({ provider: 'mock', name: 'hero' })
    const plan = await site.onetoken({ ONETOKEN_API_KEY: 'sk-x' }, 'plan')
    expect(plan.output).toMatch(/hero +missing/)
    expect(plan.output).toContain('A pretend picture of hero is there, by a look-alike of the API')
  })
})

it('keeps what it renders when nobody reads what it prints any more', async () => {
  mock.setScenario({ name: 'slow', latency: 300 })
  const images = Array.from(
    { length: 6 },
    (_, index) => `  p${index}: { prompt: Fox ${index}, quality: low }\n`,
  )
  const site = await createSite({ 'images.yaml': `version: 1\nconcurrency: 1\nimages:\n${images.join('')}` })
  const child = site.start(ONETOKEN, ['render', '--yes'], apiEnv(mock.url))
  child.stdout?.once('data', () => child.stdout?.destroy())
  child.stderr?.once('data', () => child.stderr?.destroy())
  const status = await new Promise((ended) => child.on('exit', ended))
  mock.setScenario()
  expect(status).toBe(0)
  expect(mock.stats.billed).toBe(6)
  expect(await site.list('onetoken/renders')).toHaveLength(6)
})
