import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SCENARIOS, type ScenarioName, type ScenarioRule } from 'unplugin-onetoken/mock'
import { bundle, type Bundler } from '../helpers/bundlers.ts'
import { huntFor, randomKey, type KeyHunt } from '../helpers/leaks.ts'
import { useMock } from '../helpers/mock.ts'
import { createSite, type Site } from '../helpers/site.ts'

const mock = useMock()

/** What a process is given: a key, places of its own for what it leaves, and every wish to be told more. */
async function talkative(site: Site, key: string): Promise<Record<string, string>> {
  const [TMPDIR, HOME] = [join(site.folder, 'tmp'), join(site.folder, 'home')]
  for (const folder of [TMPDIR, HOME]) await mkdir(folder, { recursive: true })
  return {
    ONETOKEN_BASE_URL: mock.url,
    ONETOKEN_API_KEY: key,
    TMPDIR,
    HOME,
    DEBUG: '*',
    // What Node tells of itself, but for `child_process`, by which it prints the whole environment of what a bundler
    // starts, such as the process of esbuild. Its `http` is not the client that gets the key.
    NODE_DEBUG: 'http,https,http2,net,tls,undici,fetch',
  }
}

/** Nothing of the key is in what was printed, nor in any file of the site: sources, outputs, store, caches, temporary files. */
async function expectNoTrace(hunt: KeyHunt, site: Site, output: string, of: string): Promise<void> {
  expect(hunt.in(output), of).toEqual([])
  expect(await hunt.below(site.folder), of).toEqual([])
}

it('the hunt finds a key in all of its forms', () => {
  const key = randomKey()
  const { in: finds } = huntFor(key)
  const escaped = [...key].map((letter) => `\\u00${Buffer.from(letter).toString('hex')}`).join('')
  const forms = [
    key,
    key.toLowerCase(),
    key.slice(17, 25),
    encodeURIComponent(key),
    escaped,
    JSON.stringify(escaped),
    [...key].map((letter) => `&#${letter.charCodeAt(0)};`).join(''),
    [...key].map((letter) => `%${Buffer.from(letter).toString('hex')}`).join(''),
    Buffer.from(key).toString('hex'),
    ...['', 'a', 'ab'].map((before) => Buffer.from(`${before}${key}ab`).toString('base64')),
    Buffer.from(key).toString('base64url'),
    `${key.slice(0, 7)}\n${key.slice(7, 14)}\n${key.slice(14)}`,
    JSON.stringify([...key].join('\u200b\n')),
  ]
  for (const form of forms) expect(finds(form), form).not.toEqual([])
  expect(finds(`${randomKey()} ${Buffer.from(randomKey()).toString('base64')}`)).toEqual([])
})

describe('whatever the API answers, and in whatever words it quotes the key', () => {
  const names = Object.keys(SCENARIOS) as ScenarioName[]

  it('nothing of the key is printed or written', async () => {
    const key = randomKey()
    const hunt = huntFor(key)
    const entries = names.map((name) => `  ${name}: { prompt: 'Boats, ${name}.', n: 2 }\n`)
    const site = await createSite({
      'images.yaml': `version: 1\ntimeout: 5\nbudget: { cost: 50 }\ndefaults: { quality: low, size: 1024x640 }\nimages:\n${entries.join('')}`,
    })
    const env = await talkative(site, key)
    const quoting = (name: ScenarioName): ScenarioRule => ({
      name,
      when: `, ${name}.`,
      message: `Bearer ${key} is no good; ${Buffer.from(key).toString('base64')}`,
      code: key,
      latency: 50,
      retryAfter: 0.01,
      retryAfterForm: 'ms',
    })
    mock.setScenario(names.map(quoting))
    const waiting = [...names]
    const statuses = new Map<string, number | null>()
    const worker = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const { status, output } = await site.onetoken(env, 'render', name, '--yes', '--json')
        statuses.set(name, status)
        expect(hunt.in(output), name).toEqual([])
      }
    }
    await Promise.all([worker(), worker(), worker()])
    const asked = new Set(mock.requests.map(({ prompt }) => prompt))
    expect(names.filter((name) => !asked.has(`Boats, ${name}.`))).toEqual([])
    expect(mock.requests.filter(({ authorized }) => authorized).length).toBeGreaterThanOrEqual(names.length)
    expect(new Set(statuses.values())).toEqual(new Set([0, 1, 4]))
    for (const args of [['plan'], ['plan', '--json'], ['render', '--yes']]) {
      const { output } = await site.onetoken(env, ...args)
      await expectNoTrace(hunt, site, output, args.join(' '))
    }
    // Some sixty processes, which are told to talk.
  }, 600_000)
})

it('words that hold the key are not sent, and shown to nobody', async () => {
  const key = randomKey()
  const hunt = huntFor(key)
  const site = await createSite({
    'images.yaml': `version: 1
defaults: { quality: low }
images:
  told: { prompt: 'A boat ${key}', alt: Boat }
  passed: { prompt: A paper boat, extra: { note: '${key}' }, alt: Boat }
  shown: { prompt: A fjord, alt: 'A fjord ${key}' }
`,
    'main.js': `import told from 'virtual:onetoken/told'\nglobalThis.result = told`,
  })
  const env = { ONETOKEN_BASE_URL: mock.url, ONETOKEN_API_KEY: key }
  const run = async (...args: string[]): Promise<string> => {
    const { status, output } = await site.onetoken(env, ...args)
    expect(status, output).toBe(1)
    expect(hunt.in(output), args.join(' ')).toEqual([])
    return output
  }
  const WORDS = 'The words of a picture hold the value of ONETOKEN_API_KEY.'
  const rendered = await run('render', '--yes')
  for (const line of [4, 5]) expect(rendered).toMatch(new RegExp(`images\\.yaml:${line}:\\d+ ${WORDS}`))
  expect(mock.requests.map(({ prompt }) => prompt)).toEqual(['A fjord'])
  expect(await run('plan')).toContain(WORDS)
  expect(await run('plan', '--json')).toContain(WORDS)
  const [picture = ''] = await site.list('onetoken/images')
  expect(await run('import', 'told', picture)).toContain(WORDS)
  // What an export ships is looked at as what a build ships.
  for (const module of ['src/pictures.ts', 'src/pictures.json']) {
    const exported = await run('export', 'shown', '--out', 'public', '--module', module)
    expect(exported).toContain(`The file ${module} of the export holds the value of ONETOKEN_API_KEY.`)
  }
  expect(await run('export', 'shown', '--out', 'public')).toContain('The image object of shown holds')
  expect(await run('gallery', '--out', 'gallery.html')).toContain('The page of the gallery holds')
  for (const CI of ['', '1']) {
    const { status, output } = await bundle(site, 'vite', { ...env, CI })
    expect(status).toBe(1)
    expect(output).toContain(WORDS)
    expect(hunt.in(output)).toEqual([])
  }
  expect(mock.requests).toHaveLength(1)
  // The manifest as its author wrote it, and a copy that git ignores.
  await site.remove('images.yaml', 'onetoken/.cache/manifests')
  expect(await hunt.below(site.folder)).toEqual([])
})

describe.each<Bundler>(['vite', 'webpack', 'esbuild'])('a build by %s', (bundler) => {
  it.each<[string, ScenarioName | undefined]>([
    ['that renders', undefined],
    ['whose key is refused', 'invalid-key'],
    ['that may have been billed', 'bad-gateway'],
  ])('%s has nothing of the key in outputs, maps, caches and what it prints', async (_, name) => {
    const key = randomKey()
    const site = await createSite({
      'images.yaml':
        'version: 1\ndefaults: { quality: low, widths: [48] }\nimages:\n  hero: { prompt: A fjord }\n',
      'main.js': `import hero from 'virtual:onetoken/hero'\nglobalThis.result = [hero, process.env.NODE_ENV]`,
      '.env': 'VITE_TITLE=Site\n',
    })
    mock.setScenario(name === undefined ? undefined : { name, message: `No: ${key}` })
    const cache = `cache: { type: 'filesystem', cacheDirectory: import.meta.dirname + '/.webpack-cache' }`
    const more = bundler === 'webpack' ? { more: cache } : {}
    for (const sourceMaps of ['files', 'inline'] as const) {
      const env = await talkative(site, key)
      const { status, output } = await bundle(site, bundler, env, { sourceMaps, ...more })
      expect(status).toBe(name === undefined ? 0 : 1)
      await expectNoTrace(huntFor(key), site, output, sourceMaps)
    }
    expect(mock.requests.some(({ authorized }) => authorized)).toBe(true)
  })
})
