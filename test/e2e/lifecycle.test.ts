import { describe, expect, it } from 'vitest'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, type Site } from '../helpers/site.ts'

const mock = useMock()

const importing = (words: string): string =>
  `import p from 'virtual:onetoken?prompt=${words}&quality=low'\nglobalThis.p = p`

/** Runs a script in the site that builds by Vite's own functions, and gives what it printed as JSON. */
async function drive(site: Site, script: string, env = apiEnv(mock.url)): Promise<unknown> {
  await site.write({
    'drive.mjs': `import { build, createBuilder } from 'vite'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import onetoken from 'unplugin-onetoken/vite'
const quiet = { logLevel: 'silent', configFile: false, root: import.meta.dirname }
const told = (work) => work.then(() => 'built', (error) => error.message.split('\\n').at(-1) || error.message)
const pictures = (folder) => readdirSync(folder + '/assets').filter((name) => !name.endsWith('.js'))
${script}`,
  })
  const { status, output } = await site.runOwn('drive.mjs', env)
  expect(status, output).toBe(0)
  return JSON.parse(output.slice(output.indexOf('RESULT') + 6)) as unknown
}

const records = async (site: Site): Promise<number> => (await site.list('onetoken/renders')).length

describe.each([8, 7] as const)('a build that fails, Vite %i', (vite) => {
  it.each([0, 30, 120])(
    'keeps every render that it was billed for, when another plugin fails after %i ms',
    async (ms) => {
      mock.setScenario({ name: 'slow', latency: 400 })
      const config = `import onetoken from 'unplugin-onetoken/vite'
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
export default { plugins: [onetoken(), {
  name: 'fails',
  async transform(_, id) { if (id.endsWith('bad.js')) { await wait(${ms}); throw new Error('no') } },
  async buildEnd() { await wait(200) },
}] }`
      const files = {
        'main.js': `import './bad.js'\nimport './a.js'\nimport './b.js'`,
        'bad.js': '',
        'a.js': importing('one'),
        'b.js': importing('two'),
      }
      const site = await createSite({ ...files, 'vite.config.js': config }, vite)
      const { status } = await site.build(apiEnv(mock.url))
      expect(status).toBe(1)
      // What was sent was awaited: nothing comes after the process has ended, and nothing is left unclear.
      expect(await records(site)).toBe(mock.stats.billed)
      expect((await site.list('onetoken/.cache/intents')).length).toBe(0)
      mock.setScenario()
      await site.write({ 'vite.config.js': config.replace("throw new Error('no')", '') })
      expect((await site.build(apiEnv(mock.url))).status).toBe(0)
      expect(mock.stats.billed).toBe(2)
    },
  )
})

describe.each([8, 7] as const)('several builds in one process, Vite %i', (vite) => {
  it('read the project anew, also after it could not be read', async () => {
    const site = await createSite(
      { 'main.js': `import p from 'virtual:onetoken/hero'\nglobalThis.p = p` },
      vite,
    )
    const result = await drive(
      site,
      `const manifest = (words) => writeFileSync('images.yaml', 'version: 1\\nimages:\\n  hero: { prompt: ' + words + ', quality: low }\\n')
const once = () => told(build({ ...quiet, plugins: [onetoken()] }))
manifest('first'); const a = await once()
manifest('second'); const b = await once()
manifest('[broken'); const c = await once()
manifest('second'); const d = await once()
console.log('RESULT' + JSON.stringify([a, b, c !== 'built', d]))`,
    )
    expect(result).toEqual(['built', 'built', true, 'built'])
    expect(mock.requests.map(({ prompt }) => prompt)).toEqual(['first', 'second'])
  })

  it('do not take part in the problems of each other', async () => {
    const site = await createSite({ 'good.js': importing('good'), 'bad.js': importing('bad') }, vite)
    mock.setScenario({ name: 'moderation-blocked', when: /bad/ })
    const result = await drive(
      site,
      `const one = (name) => told(build({ ...quiet, plugins: [onetoken()], build: { outDir: name, rolldownOptions: { input: name + '.js' }, rollupOptions: { input: name + '.js' } } }))
const [good, bad] = await Promise.all([one('good'), one('bad')])
console.log('RESULT' + JSON.stringify([good, bad !== 'built', pictures('good').length]))`,
    )
    expect(result).toEqual(['built', true, 1])
  })

  it('share one budget', async () => {
    const site = await createSite(
      {
        'a.js': importing('one'),
        'b.js': importing('two'),
        'onetoken.config.json': '{ "budget": { "renders": 1 } }',
      },
      vite,
    )
    const result = await drive(
      site,
      `const one = (name) => told(build({ ...quiet, plugins: [onetoken()], build: { outDir: name, rolldownOptions: { input: name + '.js' }, rollupOptions: { input: name + '.js' } } }))
const a = await one('a'); const b = await one('b')
console.log('RESULT' + JSON.stringify([a, b !== 'built']))`,
    )
    expect(result).toEqual(['built', true])
    expect(mock.stats.billed).toBe(1)
  })
})

it('builds of one project at once share one budget, whatever their modes are', async () => {
  mock.setScenario({ name: 'slow', latency: 400 })
  const site = await createSite({
    'a.js': importing('one'),
    'b.js': importing('two'),
    'onetoken.config.json': '{ "budget": { "renders": 1 } }',
    'build.mjs': `import onetoken from 'unplugin-onetoken/rollup'
import { rollup } from 'rollup'
const one = async (name, mode) => (await rollup({ input: name + '.js', plugins: [onetoken({ mode })] })).generate({})
const ends = await Promise.allSettled([one('a', 'production'), one('b', 'staging')])
console.log(ends.map(({ status }) => status).sort().join())`,
  })
  await site.remove('vite.config.js')
  const { output } = await site.runOwn('build.mjs', apiEnv(mock.url))
  expect(output).toContain('fulfilled,rejected')
  expect(mock.stats.billed).toBe(1)
})

it('threads of one process pay once for what both of them ask for', async () => {
  mock.setScenario({ name: 'slow', latency: 1500 })
  const site = await createSite({
    'images.yaml': 'version: 1\nimages:\n  hero: { prompt: A fjord, quality: low }\n',
    'render.mjs': `import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
if (isMainThread) {
  const threads = async (options) => {
    const workers = [0, 500].map((delay) => new Worker(new URL(import.meta.url), { workerData: { delay, options } }))
    return await Promise.all(workers.map((worker) => new Promise((done) => worker.once('message', done))))
  }
  console.log('RESULT' + JSON.stringify([await threads({}), await threads({ names: ['hero'], again: true })]))
} else {
  const { createOneToken } = await import('unplugin-onetoken/api')
  const onetoken = createOneToken()
  await new Promise((resolve) => setTimeout(resolve, workerData.delay))
  const { made, failed } = await onetoken.render(workerData.options).catch(({ message }) => ({ made: 0, failed: message }))
  parentPort.postMessage({ made, failed })
}`,
  })
  const { output } = await site.runOwn('render.mjs', apiEnv(mock.url))
  expect(JSON.parse(output.slice(output.indexOf('RESULT') + 6))).toEqual([
    [
      { made: 1, failed: [] },
      { made: 0, failed: [] },
    ],
    [
      { made: 1, failed: [] },
      { made: 0, failed: [] },
    ],
  ])
  expect(mock.stats.billed).toBe(2)
})

describe('one instance of the plugin', () => {
  const script = {
    vite: `import { build } from 'vite'
const one = (name) => build({ logLevel: 'silent', configFile: false, plugins, build: { outDir: 'dist/' + name, rollupOptions: { input: 'main.js' } } })`,
    rollup: `import { rollup } from 'rollup'
const one = async (name) => (await rollup({ input: 'main.js', plugins })).write({ dir: 'dist/' + name })`,
    esbuild: `import { build } from 'esbuild'
const one = (name) => build({ logLevel: 'silent', entryPoints: ['main.js'], bundle: true, outdir: 'dist/' + name, plugins })`,
  }
  const files = (bundler: keyof typeof script, run: string): Record<string, string> => ({
    'main.js': importing('one'),
    'build.mjs': `import onetoken from 'unplugin-onetoken/${bundler}'
import { writeFile } from 'node:fs/promises'
const plugins = [onetoken()]
${script[bundler]}
${run}`,
  })

  it.each(['vite', 'rollup', 'esbuild'] as const)(
    'in two builds at once, %s: both fail for what is missing',
    async (bundler) => {
      const site = await createSite(
        files(
          bundler,
          `console.log((await Promise.allSettled(['a', 'b'].map(one))).map(({ status }) => status).join())`,
        ),
      )
      await site.remove('vite.config.js')
      const { output } = await site.runOwn('build.mjs', { ...apiEnv(mock.url), ONETOKEN_FROZEN: '1' })
      expect(output).toContain('rejected,rejected')
      expect(mock.requests).toHaveLength(0)
    },
  )

  it('in a build that begins when another one has told what is missing: it is told as well', async () => {
    const site = await createSite({
      ...files(
        'esbuild',
        // The first one ends when it has told and the second has begun; the second one goes on after that.
        `const gate = () => { let open; return { opened: new Promise((resolve) => (open = resolve)), open } }
const [told, begun] = [gate(), gate()]
let isFirst = true
plugins.unshift({ name: 'hold', setup(build) {
  if (isFirst) build.onEnd(() => (told.open(), begun.opened))
  else build.onLoad({ filter: /main\\.js$/ }, async () => { begun.open(); await first })
  isFirst = false
} })
const first = one('a').catch(() => 'failed')
await told.opened
console.log([await one('b').catch(() => 'failed'), await first].join())`,
      ),
    })
    await site.remove('vite.config.js')
    const { output } = await site.runOwn('build.mjs', { ...apiEnv(mock.url), ONETOKEN_FROZEN: '1' })
    expect(output).toContain('failed,failed')
  })

  it('in two builds of Rollup whose bundles nobody closes: the second one reads the project anew', async () => {
    const manifest = (alt: string): string =>
      `version: 1\nimages: { hero: { prompt: A fjord, quality: low, alt: ${alt} } }\n`
    const site = await createSite({
      ...files(
        'rollup',
        `await one('a')\nawait writeFile('images.yaml', ${JSON.stringify(manifest('second'))})\nawait one('b')`,
      ),
      'main.js': `import { alt } from 'virtual:onetoken/hero'\nconsole.log(alt)`,
      'images.yaml': manifest('first'),
    })
    const { status, output } = await site.runOwn('build.mjs', apiEnv(mock.url))
    expect(status, output).toBe(0)
    expect((await site.read('dist/a/main.js')).toString()).toContain('first')
    expect((await site.read('dist/b/main.js')).toString()).toContain('second')
  })
})

it('takes vite build --mode development for development, whatever NODE_ENV is', async () => {
  const site = await createSite({ 'main.js': importing('a fox') })
  expect((await site.build(apiEnv(mock.url), '--mode', 'development')).status).toBe(0)
  expect(mock.requests).toHaveLength(0)
  for (const path of await site.list('dist'))
    expect((await site.read(path)).toString()).not.toContain('a fox')
})

it('refuses an option that is none, as it would be without effect', async () => {
  const site = await createSite({ 'main.js': importing('a fox') })
  await site.write({
    'vite.config.js': `import onetoken from 'unplugin-onetoken/vite'\nexport default { plugins: [onetoken({ missing: 'error' })] }`,
  })
  const { status, output } = await site.build(apiEnv(mock.url))
  expect(status).toBe(1)
  expect(output).toContain('The plugin has no option "missing".')
})
