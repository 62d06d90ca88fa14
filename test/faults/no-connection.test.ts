import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bundle, type Bundler } from '../helpers/bundlers.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, ONETOKEN, type Site } from '../helpers/site.ts'
import { isLacking } from '../helpers/system.ts'
import { watchNetwork } from '../helpers/watched-network.ts'

const mock = useMock()

const BUILDERS = ['vite', 'webpack', 'esbuild'] as const
const files = {
  'images.yaml': `version: 1
defaults: { quality: low, widths: [48] }
images:
  hero: { prompt: A fjord, size: 1536x1024 }
  boat: { prompt: A paper boat }
  there: { prompt: A hill }
`,
  'main.js': `import hero from 'virtual:onetoken/hero'
import boat from 'virtual:onetoken/boat'
import there from 'virtual:onetoken/there'
import fox from 'virtual:onetoken?prompt=A red fox&quality=low'
globalThis.result = [hero, boat, there, fox]`,
}
/** What is missing, with its price at the most. */
const MISSING = [
  ['hero', '$0.005'],
  ['boat', '$0.006'],
  ['"A red fox"', '$0.006'],
] as const

let rendered: Record<string, Buffer> | undefined

/** A site of which one picture of four is rendered. */
async function partlyRendered(): Promise<Site> {
  const site = await createSite({ ...files, ...rendered })
  if (rendered !== undefined) return site
  const { status, output } = await site.onetoken(apiEnv(mock.url), 'render', 'there', '--yes')
  expect(status, output).toBe(0)
  mock.reset()
  const paths = await Promise.all(['renders', 'images'].map((part) => site.list(`onetoken/${part}`)))
  rendered = Object.fromEntries(
    await Promise.all(paths.flat().map(async (path) => [path, await site.read(path)] as const)),
  )
  return site
}

/** An address at which nobody listens and whose name nobody knows: whoever asks for it is seen. */
const NOWHERE = { ONETOKEN_BASE_URL: 'https://api.onetoken.invalid' }
const WAYS: [how: string, env: () => Record<string, string>][] = [
  ['frozen', () => ({ ...apiEnv(mock.url), ONETOKEN_FROZEN: '1' })],
  ['in CI without a key', () => ({ ONETOKEN_BASE_URL: mock.url, CI: 'true' })],
]

describe.each(WAYS)('what is %s', (_, env) => {
  it.each<Bundler>(BUILDERS)('is built by %s without a connection, and told with prices', async (bundler) => {
    const site = await partlyRendered()
    const network = watchNetwork()
    const { status, output } = await bundle(site, bundler, { ...env(), ...network.env })
    expect(await network.attempts()).toEqual([])
    expect(status, output).toBe(1)
    expect(output).toContain('3 renders are missing')
    for (const [label, price] of MISSING) {
      const line = output.split('\n').find((one) => one.trim().startsWith(`${label} (main.js:`))
      expect(line, output).toContain(`at most ${price}`)
    }
    expect(output).not.toMatch(/^ +there /m)
    expect(output).toContain('together: at most $0.017')
    expect(mock.requests).toHaveLength(0)
  })

  it('is planned without a connection, with prices', async () => {
    const site = await partlyRendered()
    const network = watchNetwork()
    const { status, output } = await site.onetoken({ ...env(), ...network.env }, 'plan')
    expect(await network.attempts()).toEqual([])
    expect(status, output).toBe(0)
    for (const [label, price] of MISSING) {
      expect(output.split('\n').find((line) => line.startsWith(`${label} `))).toContain(`at most ${price}`)
    }
    expect(output).toContain('4 renders, 1 cached, 3 missing, at most $0.017.')
  })

  it('is not rendered by the command, which ends with 3 and tells it with prices', async () => {
    const site = await partlyRendered()
    const network = watchNetwork()
    const { status, output } = await site.onetoken({ ...env(), ...network.env }, 'render', '--yes')
    expect(await network.attempts()).toEqual([])
    expect(status, output).toBe(3)
    for (const [label, price] of MISSING) {
      expect(output.split('\n').find((line) => line.trim().startsWith(`${label} (`))).toContain(
        `at most ${price}`,
      )
    }
    expect(mock.requests).toHaveLength(0)
  })
})

describe('a build that has all its pictures', () => {
  it.each<Bundler>(BUILDERS)('asks nobody in %s, not even for an address', async (bundler) => {
    const site = await createSite(files)
    expect((await site.onetoken(apiEnv(mock.url), 'render', '--yes')).status).toBe(0)
    // Pretend pictures are kept apart from bought ones by their address, so it stays.
    for (const lost of ['dist', 'onetoken/.cache']) {
      const network = watchNetwork()
      await site.remove(lost)
      const { status, output } = await bundle(site, bundler, { ONETOKEN_BASE_URL: mock.url, ...network.env })
      expect(status, output).toBe(0)
      expect(await network.attempts()).toEqual([])
    }
  })
})

describe('the watch on the network', () => {
  it('sees what does connect: the command, a build, and processes that they start', async () => {
    const site = await createSite({
      ...files,
      'child.mjs': `import { execFileSync } from 'node:child_process'
execFileSync(process.execPath, ['-e', 'fetch(process.env.ONETOKEN_BASE_URL).catch(() => {})'])`,
    })
    const runs: ((env: Record<string, string>) => Promise<unknown>)[] = [
      (env) => site.onetoken(env, 'render', 'there', '--yes'),
      (env) => site.build(env),
      (env) => site.runOwn('child.mjs', env),
    ]
    for (const run of runs) {
      const network = watchNetwork()
      await run({ ...apiEnv(mock.url), ...network.env })
      expect((await network.attempts()).join('\n')).toMatch(/net\.Socket\.connect .*127\.0\.0\.1/)
    }
    const network = watchNetwork()
    await site.remove('onetoken')
    await site.onetoken({ ...apiEnv(mock.url), ...NOWHERE, ...network.env }, 'render', 'there', '--yes')
    expect((await network.attempts()).join('\n')).toMatch(/^dns\.lookup .*api\.onetoken\.invalid/m)
  })
})

describe.skipIf(isLacking('strace', 'Connections as the system sees them'))(
  'no process of a frozen build, the encoders included,',
  () => {
    const traced = async (site: Site, env: Record<string, string>, ...args: string[]): Promise<string> => {
      const command = [process.execPath, site.installed(ONETOKEN), ...args]
      const log = [
        '-f',
        '--seccomp-bpf',
        '-o',
        join(site.folder, 'calls'),
        '-e',
        'trace=connect,sendto,sendmsg',
      ]
      await site.exec('strace', [...log, ...command], env)
      return (await site.read('calls')).toString()
    }
    const INTERNET = /sa_family=AF_INET6?/

    it('asks the system for a connection', async () => {
      const site = await partlyRendered()
      expect(await traced(site, apiEnv(mock.url), 'render', 'boat', '--yes')).toMatch(INTERNET)
      const frozen = { ...apiEnv(mock.url), ONETOKEN_FROZEN: '1' }
      expect(await traced(site, frozen, 'render', '--yes')).not.toMatch(INTERNET)
      const build = ['-f', '--seccomp-bpf', '-o', join(site.folder, 'calls'), '-e', 'trace=connect']
      const vite = [process.execPath, site.installed('node_modules/vite/bin/vite.js'), 'build']
      await site.exec('strace', [...build, ...vite], frozen)
      expect((await site.read('calls')).toString()).not.toMatch(INTERNET)
    })
  },
)
