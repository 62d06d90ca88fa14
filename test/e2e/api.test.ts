import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { createOneToken } from 'unplugin-onetoken/api'
import { describe, expect, it } from 'vitest'
import { docBlocks } from '../helpers/doc-blocks.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, CANARY, createSite, type Site } from '../helpers/site.ts'

const mock = useMock()

const MANIFEST = `version: 1
defaults: { quality: low }
images:
  hero: { prompt: A fjord, size: 1536x1024, widths: [48, 96], alt: 'A "fjord"' }
  team/ada: { prompt: An owl }
  twin: { prompt: An owl, widths: [64], alt: '' }
  fight: { prompt: A fight }
`
const PAGE = 'packages/unplugin-onetoken/docs/api.md'

/** Run a script that has `onetoken`, an instance on the site, and prints one value as JSON. */
async function run(site: Site, body: string, env = apiEnv(mock.url)): Promise<unknown> {
  await site.write({
    'script.mjs': `import { createOneToken, OneTokenError } from 'unplugin-onetoken/api'
const onetoken = createOneToken()
const failure = (work) => work.then(
  () => { throw new Error('nothing failed') },
  (error) => { if (!(error instanceof OneTokenError)) throw error; return [error.code, error.message, error.hint, error.exitCode] },
)
${body}
await onetoken.close()
`,
  })
  const { status, output } = await site.runOwn('script.mjs', env)
  expect(status, output).toBe(0)
  expect(output).not.toContain(CANARY)
  return JSON.parse(output)
}

const site = (files: Record<string, string> = {}): Promise<Site> =>
  createSite({ 'images.yaml': MANIFEST, ...files })

describe('plan', () => {
  it('tells state, price and place of every render, and spends nothing', async () => {
    const plan = await run(
      await site({ 'main.js': `import fox from 'virtual:onetoken?prompt=A red fox&size=auto'` }),
      `const { renders, most, problems } = await onetoken.plan()
console.log(JSON.stringify({ renders: renders.map(({ key, ...render }) => render), most, problems }))`,
    )
    expect(plan).toMatchInlineSnapshot(`
      {
        "most": 0.036415,
        "problems": [],
        "renders": [
          {
            "isProvisional": false,
            "most": 0.004775000000000001,
            "names": [
              "hero",
            ],
            "open": false,
            "prompt": "A fjord",
            "state": "missing",
            "where": "images.yaml:4:3",
          },
          {
            "isProvisional": false,
            "most": 0.0059099999999999995,
            "names": [
              "team/ada",
              "twin",
            ],
            "open": false,
            "prompt": "An owl",
            "state": "missing",
            "where": "images.yaml:5:3",
          },
          {
            "isProvisional": false,
            "most": 0.005915,
            "names": [
              "fight",
            ],
            "open": false,
            "prompt": "A fight",
            "state": "missing",
            "where": "images.yaml:7:3",
          },
          {
            "isProvisional": false,
            "most": 0.019815,
            "names": [],
            "open": true,
            "prompt": "A red fox",
            "state": "missing",
            "where": "main.js:1:18",
          },
        ],
      }
    `)
    expect(mock.requests).toHaveLength(0)
  })
})

describe('render', () => {
  it('renders what is missing, and reports each render', async () => {
    mock.setScenario({ name: 'moderation-blocked', when: 'fight' })
    const report = (await run(
      await site(),
      `const steps = []
const onProgress = ({ done, total, render }) => steps.push([render.names[0], render.state, render.made, done <= total])
const { renders, failed, problem, ...report } = await onetoken.render({ onProgress })
const short = renders.map(({ names, state, made, cost, problem }) => ({ names, state, made, cost: cost.toFixed(3), problem: problem?.code }))
steps.sort()
const again = await onetoken.render({ names: ['hero'] })
console.log(JSON.stringify({ short, steps, failed: failed.map(({ names }) => names), problem: problem.code, report,
  again: [again.made, again.cost, again.renders[0].state, again.problem === undefined] }))`,
    )) as Record<string, unknown>
    expect(report).toMatchInlineSnapshot(`
      {
        "again": [
          0,
          0,
          "cached",
          true,
        ],
        "failed": [
          [
            "fight",
          ],
        ],
        "problem": "API_REFUSED",
        "report": {
          "cost": 0.01064,
          "made": 2,
          "stopped": false,
        },
        "short": [
          {
            "cost": "0.005",
            "made": true,
            "names": [
              "hero",
            ],
            "state": "cached",
          },
          {
            "cost": "0.006",
            "made": true,
            "names": [
              "team/ada",
              "twin",
            ],
            "state": "cached",
          },
          {
            "cost": "0.000",
            "made": false,
            "names": [
              "fight",
            ],
            "problem": "API_REFUSED",
            "state": "refused",
          },
        ],
        "steps": [
          [
            "fight",
            "refused",
            false,
            true,
          ],
          [
            "hero",
            "cached",
            true,
            true,
          ],
          [
            "team/ada",
            "cached",
            true,
            true,
          ],
        ],
      }
    `)
    expect(mock.stats.billed).toBe(2)
  })

  it('has a budget for each call, and goes no further', async () => {
    const reports = await run(
      await site(),
      `const poor = await onetoken.render({ maxCost: 0.001 })
const rich = await onetoken.render({ names: ['hero'], maxCost: 0.01 })
console.log(JSON.stringify([poor.problem.code, poor.made, poor.renders.map(({ state }) => state), rich.made, rich.problem === undefined]))`,
    )
    expect(reports).toEqual(['BUDGET_REACHED', 0, ['missing', 'missing', 'missing'], 1, true])
    expect(mock.stats.billed).toBe(1)
  })

  it('renders nothing for an empty list of names, and for mistakes', async () => {
    const told = await run(
      await site(),
      `const { renders, problem } = await onetoken.render({ names: [] })
const mistakes = [{ maxcost: 0 }, { nmaes: [] }, { maxCost: '0' }, { maxCost: null }, { maxCost: NaN }, [], null]
const failures = await Promise.all(mistakes.map((wish) => failure(onetoken.render(wish))))
console.log(JSON.stringify([renders, problem === undefined, failures.map(([code]) => code)]))`,
    )
    expect(told).toEqual([[], true, Array(7).fill('USAGE')])
    expect(mock.requests).toHaveLength(0)
  })

  it('keeps all that is under way when its listener throws, also later', async () => {
    const place = await site()
    const told = await run(
      place,
      `const onProgress = [() => { throw new Error('at once') }, async () => { throw new Error('later') }]
const names = [['hero'], ['twin', 'fight']]
const errors = await Promise.all(onProgress.map((onProgress, index) => onetoken.render({ names: names[index], onProgress })
  .catch((error) => error.message)))
console.log(JSON.stringify([errors, (await onetoken.plan()).renders.map(({ state }) => state)]))`,
    )
    expect(told).toEqual([
      ['at once', 'later'],
      ['cached', 'cached', 'cached'],
    ])
    expect(mock.stats.billed).toBe(3)
  })

  it('sends nothing when it is stopped before it begins', async () => {
    const report = await run(
      await site(),
      `const { stopped, made, failed, renders } = await onetoken.render({ signal: AbortSignal.abort() })
console.log(JSON.stringify([stopped, made, failed, renders.map(({ state }) => state)]))`,
    )
    expect(report).toEqual([true, 0, [], ['missing', 'missing', 'missing']])
    expect(mock.requests).toHaveLength(0)
  })

  it('renders nothing where that is frozen, and says so of each', async () => {
    const report = await run(
      await site(),
      `const { made, problem } = await onetoken.render()
console.log(JSON.stringify([made, problem.code, problem.exitCode, problem.details.missing.length]))`,
      { ...apiEnv(mock.url), ONETOKEN_FROZEN: '1' },
    )
    expect(report).toEqual([0, 'RENDERS_MISSING', 3, 3])
    expect(mock.requests).toHaveLength(0)
  })

  it('renders what another picture only stands in for, and nothing that was imported for good', async () => {
    const place = await createSite({
      'images.yaml': `version: 1
defaults: { quality: low }
images: { own: { prompt: A lynx }, draft: { prompt: A boat } }
`,
      'own.png': await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
        .png()
        .toBuffer(),
    })
    for (const args of [
      ['own', 'own.png'],
      ['draft', 'own.png', '--until-rendered'],
    ]) {
      const { status, output } = await place.onetoken({ ONETOKEN_BASE_URL: mock.url }, 'import', ...args)
      expect(status, output).toBe(0)
    }
    const body = `const { renders, most } = await onetoken.plan()
const before = renders.map(({ names, state, origin, isProvisional }) => [names[0], state, origin, isProvisional])
const report = await onetoken.render()
console.log(JSON.stringify([before, most === renders[1].most, report.renders.map(({ names, made }) => [names[0], made])]))`
    expect(await run(place, body)).toEqual([
      [
        ['own', 'cached', 'imported', false],
        ['draft', 'cached', 'imported', true],
      ],
      true,
      [
        ['own', false],
        ['draft', true],
      ],
    ])
    expect(mock.requests.map(({ prompt }) => prompt)).toEqual(['A boat'])
  })

  it('renders parents first, and stale edits when it is told to', async () => {
    const family = (hero: string): string => `version: 1
defaults: { quality: low }
images: { hero: { prompt: ${hero} }, square: { edit: hero, prompt: extend the sky } }
`
    const place = await createSite({ 'images.yaml': family('A fjord') })
    const body = (
      options: string,
    ): string => `const short = ({ names, key, state, made }) => [names[0], key !== undefined, state, made]
const before = (await onetoken.plan()).renders.map(({ after, ...render }) => [...short(render).slice(0, 3), after])
const { renders } = await onetoken.render(${options})
console.log(JSON.stringify([before, renders.map(short)]))`
    expect(await run(place, body(`{ names: ['square'] }`))).toEqual([
      [
        ['hero', true, 'missing', null],
        ['square', false, 'missing', 'hero'],
      ],
      [
        ['square', true, 'cached', true],
        ['hero', true, 'cached', true],
      ],
    ])
    await place.write({ 'images.yaml': family('A fjord in winter') })
    expect(await run(place, body('{}'))).toEqual([
      [
        ['hero', true, 'missing', null],
        ['square', false, 'stale', 'hero'],
      ],
      [
        ['hero', true, 'cached', true],
        ['square', false, 'stale', false],
      ],
    ])
    expect(await run(place, body('{ stale: true }'))).toEqual([
      [
        ['hero', true, 'cached', null],
        ['square', true, 'stale', null],
      ],
      [
        ['hero', true, 'cached', false],
        ['square', true, 'cached', true],
      ],
    ])
  })

  it('renders an entry anew when it is told to', async () => {
    const made = await run(
      await site(),
      `await onetoken.render({ names: ['hero'] })
const { made } = await onetoken.render({ names: ['hero'], again: true })
console.log(JSON.stringify(made))`,
    )
    expect(made).toBe(1)
    expect(mock.stats.billed).toBe(2)
  })
})

describe('image', () => {
  it('is what a build imports, with the files on disk', async () => {
    const place = await site({
      'main.js': `import images from 'virtual:onetoken/manifest'\nglobalThis.result = images`,
    })
    await place.write({ 'images.yaml': MANIFEST.replace(/ {2}fight.*\n/, '') })
    const [hero, thumb] = (await run(
      place,
      `await onetoken.render()
const url = ({ file, width }) => '/img/' + width + file.slice(file.lastIndexOf('.'))
console.log(JSON.stringify([await onetoken.image('hero', { url }), await onetoken.image('hero', { output: { w: 24, formats: ['avif', 'jpg'], aspect: '1:1', alt: 'Small' } })]))`,
    )) as [Record<string, unknown>, { files: { file: string; url: string }[]; alt: string; sources: object }]
    expect(hero).toMatchObject({
      src: '/img/96.webp',
      srcset: '/img/48.webp 48w, /img/96.webp 96w',
      width: 96,
      height: 64,
      format: 'webp',
      alt: 'A "fjord"',
      img: { src: '/img/96.webp', width: 96, height: 64 },
      picture: { img: { src: '/img/96.webp', w: 96, h: 64 } },
      files: [
        { url: '/img/48.webp', width: 48 },
        { url: '/img/96.webp', width: 96 },
      ],
    })
    expect(thumb).toMatchObject({ alt: 'Small', width: 24, height: 24, format: 'jpg' })
    for (const { file, url } of thumb.files) {
      expect(url).toBe(file)
      expect(await sharp(await readFile(file)).metadata()).toMatchObject({ width: 24, height: 24 })
    }
    // The same object, but for the addresses.
    expect((await place.build({ ONETOKEN_BASE_URL: mock.url })).status).toBe(0)
    const bundle = (await place.list('dist/assets')).find((path) => path.endsWith('.js'))
    const code = (await place.read(bundle ?? '')).toString()
    for (const member of ['blurDataURL', 'color'] as const) expect(code).toContain(String(hero[member]))
  })

  it('has addresses that are text', async () => {
    const told = await run(
      await site(),
      `await onetoken.render({ names: ['twin'] })
const urls = [() => 5, async () => '/a.webp', () => undefined]
const failures = await Promise.all(urls.map((url) => failure(onetoken.image('twin', { url }))))
const thrown = await onetoken.image('twin', { url() { throw new RangeError('mine') } }).catch((error) => error.name)
console.log(JSON.stringify([...failures.map(([code, message, hint]) => [code, message.replace(/for ".*"/, 'for …'), hint]), thrown]))`,
    )
    expect(told).toMatchInlineSnapshot(`
      [
        [
          "USAGE",
          ""url" of image() gave 5 for …: it must give text.",
          "It gives the address of a file, at once, as in: url: ({ file }) => \`/pictures/\${basename(file)}\`",
        ],
        [
          "USAGE",
          ""url" of image() gave Promise { '/a.webp' } for …: it must give text.",
          "It gives the address of a file, at once, as in: url: ({ file }) => \`/pictures/\${basename(file)}\`",
        ],
        [
          "USAGE",
          ""url" of image() gave nothing for …: it must give text.",
          "It gives the address of a file, at once, as in: url: ({ file }) => \`/pictures/\${basename(file)}\`",
        ],
        "RangeError",
      ]
    `)
  })

  it('says what to do when it cannot be had', async () => {
    const failures = await run(
      await site(),
      `console.log(JSON.stringify([
  await failure(onetoken.image('hero')),
  await failure(onetoken.image('heroo')),
  await failure(onetoken.image('hero', { output: { widths: [0], prompt: 'x', formst: ['webp'] } })),
  await failure(onetoken.render({ names: ['heroo'] })),
  await failure(onetoken.render({ names: 'hero' })),
  await failure(onetoken.render({ again: true })),
  await failure(onetoken.render({ maxCost: -1 })),
  await failure(onetoken.export({})),
  await failure(onetoken.icons({ name: 'hero', out: '.' })),
].map(([code, message, hint]) => [code, message.replaceAll(process.cwd(), ''), hint])))`,
    )
    expect(failures).toMatchInlineSnapshot(`
      [
        [
          "RENDERS_MISSING",
          "1 render is missing, and nothing is rendered here:
        hero (images.yaml:4:3): at most $0.005",
          "Render it with: npx --no-install onetoken render hero",
        ],
        [
          "UNKNOWN_ENTRY",
          "There is no entry "heroo" in images.yaml; did you mean "hero"?",
          "The entries are hero, team/ada, twin, fight.",
        ],
        [
          "SEVERAL",
          "The parameters have 3 mistakes:
      - "widths" cannot be [ 0 ]: it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      - The parameter "prompt" cannot be used here: the render of an entry is cut here, and this would be another render. Here these can be used: pick, widths, formats, q, aspect, fit, position, alt, w, format.
      - There is no parameter "formst"; did you mean "format"?",
          null,
        ],
        [
          "UNKNOWN_ENTRY",
          "The manifest has no entry "heroo"; did you mean "hero"?",
          "It has hero, team/ada, twin, fight.",
        ],
        [
          "USAGE",
          ""names" of render() cannot be "hero": it must be a list of names of entries, such as ['hero'].",
          null,
        ],
        [
          "USAGE",
          ""again" needs the names of the entries that are to be rendered anew.",
          "As in: render({ names: ['hero'], again: true })",
        ],
        [
          "USAGE",
          ""maxCost" of render() cannot be -1: it must be a number of dollars from 0 up.",
          null,
        ],
        [
          "USAGE",
          "export() needs "out": the path of a folder.",
          "As in: export({ out: 'public/pictures' })",
        ],
        [
          "EXPORT_REFUSED",
          """ holds the whole project, and its files would lie among those of an export.",
          "Choose a folder of its own, such as public/pictures.",
        ],
      ]
    `)
    expect(mock.requests).toHaveLength(0)
  })
})

describe('settings of a script', () => {
  it('stand in place of a settings file', async () => {
    const place = await site({
      'onetoken.config.json': '{ "budget": { "renders": 0 } }',
      'pictures.yaml': 'version: 1\nimages: { boat: { prompt: A boat } }',
    })
    const told = await run(
      place,
      `const other = createOneToken({ settings: { manifest: 'pictures.yaml', store: 'kept', defaults: { quality: 'low' } } })
const { made } = await other.render()
const bad = createOneToken({ settings: { manifets: 'pictures.yaml' } })
const both = await failure(Promise.resolve().then(() => createOneToken({ settings: {}, config: 'a.json' })))
console.log(JSON.stringify([made, await failure(bad.plan()), both]))`,
    )
    expect(told).toMatchInlineSnapshot(`
      [
        1,
        [
          "SETTINGS_INVALID",
          "There is no setting "manifets"; did you mean "manifest"?",
          null,
          1,
        ],
        [
          "USAGE",
          "Both "config" and "settings" are given, and one takes the place of the other.",
          "Keep "config" for a settings file, or "settings" for settings of the script.",
          2,
        ],
      ]
    `)
    expect(await place.list('kept/renders')).toHaveLength(1)
  })

  it('leave a manifest what is its own', async () => {
    const place = await createSite({ 'images.yaml': `store: kept\n${MANIFEST}` })
    const told = await run(
      place,
      `const other = createOneToken({ settings: { frozen: true } })
console.log(JSON.stringify(await failure(other.plan())))`,
    )
    expect(told).toMatchInlineSnapshot(`
      [
        "MANIFEST_INVALID",
        ""store" stands in the manifest, but a script gives the settings.",
        "Move "store" to that script; beside it a manifest holds only "defaults" and "styles" of its own entries.",
        1,
      ]
    `)
  })
})

describe('the page of the documentation', () => {
  it('has code that is a file', async () => {
    const blocks = await docBlocks(PAGE)
    const sources = blocks.map(({ source }) => source)
    expect(sources).toEqual([
      'test/scripts/render.mjs',
      'test/scripts/picture.mjs',
      'examples/static/build.mjs',
      'test/scripts/settings.mjs',
      'test/scripts/client.mjs',
    ])
    for (const { source, code } of blocks) expect(code, source).toBe(await fileOf(source ?? ''))
  })

  it('says how to render', async () => {
    const place = await createSite({
      'images.yaml': MANIFEST.replace(/ {2}fight.*\n/, ''),
      'render.mjs': await fileOf('test/scripts/render.mjs'),
    })
    const { status, output } = await place.runOwn('render.mjs', apiEnv(mock.url))
    expect(status, output).toBe(0)
    // In which order they end is not said.
    expect(output.replaceAll(/\d\/2/g, 'N/2').split('\n').sort()).toMatchInlineSnapshot(`
      [
        "",
        "2 made for $0.011",
        "2 pictures; to render them costs at most $0.01",
        "N/2 hero",
        "N/2 team/ada, twin",
        "rendered hero ($0.005)",
        "rendered team/ada ($0.006)",
      ]
    `)
    mock.setScenario({ name: 'moderation-blocked' })
    await place.write({ 'images.yaml': MANIFEST })
    const refused = await place.runOwn('render.mjs', apiEnv(mock.url))
    expect(refused.status, refused.output).toBe(1)
    expect(refused.output).toContain("[ 'fight' ] refused ")
  })

  it('says how to stop, and keeps what is under way then', async () => {
    mock.setScenario({ name: 'slow', latency: 5000 })
    const place = await createSite({
      'onetoken.config.json': '{ "concurrency": 1 }',
      'images.yaml': MANIFEST,
      'render.mjs': await fileOf('test/scripts/render.mjs'),
    })
    const script = place.startOwn('render.mjs', apiEnv(mock.url))
    const ended = new Promise((resolve) => script.on('exit', resolve))
    await expect.poll(() => mock.requests.length, { timeout: 60_000 }).toBe(1)
    script.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(mock.stats).toMatchObject({ requests: 1, billed: 1 })
    expect(await place.list('onetoken/renders')).toHaveLength(1)
  })

  it('says how to make markup', async () => {
    const place = await createSite({
      'images.yaml': MANIFEST,
      'picture.mjs': await fileOf('test/scripts/picture.mjs'),
      'main.mjs': `import { picture } from './picture.mjs'\nconsole.log(await picture('hero', '50vw'))`,
    })
    await place.onetoken(apiEnv(mock.url), 'render', 'hero', '--yes')
    // Nothing is closed, and it ends.
    const { status, output } = await place.runOwn('main.mjs', { ONETOKEN_BASE_URL: mock.url })
    expect(status, output).toBe(0)
    expect(output.replaceAll(/-[\da-f]{12}/g, '')).toBe(
      '<picture><source type="image/avif" srcset="/pictures/hero-480.avif 480w, /pictures/hero-960.avif 960w" sizes="50vw">' +
        '<source type="image/webp" srcset="/pictures/hero-480.webp 480w, /pictures/hero-960.webp 960w" sizes="50vw">' +
        '<img src="/pictures/hero-960.webp" width="960" height="640" alt="A &quot;fjord&quot;"></picture>\n',
    )
    const files = (await place.list('dist')).map((path) => basename(path).replace(/-[\da-f]{12}/, ''))
    expect(files).toEqual(['hero-480.avif', 'hero-480.webp', 'hero-960.avif', 'hero-960.webp'])
  })

  it('says how to give settings and take errors', async () => {
    const place = await createSite({
      'site/pictures/all.yaml': MANIFEST,
      'settings.mjs': await fileOf('test/scripts/settings.mjs'),
    })
    const { status, output } = await place.runOwn('settings.mjs', apiEnv(mock.url))
    expect(status).toBe(3)
    expect(output).toMatchInlineSnapshot(`
      "RENDERS_MISSING: 1 render is missing, and nothing is rendered here:
        hero (pictures/all.yaml:4:3): at most $0.005
      Render what is missing with render() of the same createOneToken(): no command knows the settings of a script.
      "
    `)
  })

  it('says how to ask the API alone', async () => {
    const place = await createSite({ 'client.mjs': await fileOf('test/scripts/client.mjs') })
    const { status, output } = await place.runOwn('client.mjs', apiEnv(mock.url))
    expect(status, output).toBe(0)
    expect(output).toBe('')
    expect((await place.read('fox-1.png')).subarray(1, 4).toString()).toBe('PNG')
    expect(await place.list('onetoken')).toEqual([])
    mock.setScenario({ name: 'moderation-blocked' })
    const refused = await place.runOwn('client.mjs', apiEnv(mock.url))
    expect(refused.status, refused.output).toBe(1)
    const lacking = await place.runOwn('client.mjs', { ONETOKEN_BASE_URL: mock.url })
    expect(lacking.output).toContain('There is no API key')
  })
})

it('looks at a root, or at the working directory', () => {
  expect(createOneToken({ root: '/somewhere' }).root).toBe('/somewhere')
  expect(createOneToken().root).toBe(process.cwd())
})

async function fileOf(path: string): Promise<string> {
  return await readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
}
