import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, type Ran, type Site } from '../helpers/site.ts'
import { startFaultyProxy, type Fault, type FaultyProxy } from './faulty-proxy.ts'
import { describeServers, type StoreServer } from './kinds.ts'

// Two requests for the same words bring two pictures, as with the real API.
const mock = useMock({ latency: 200, vary: true })

const NAMES = ['hero', 'boat']

/** Words that no other test of the same server has: what one put there, another would find. */
let scene = 0
const manifest = (names: readonly string[]): string =>
  `version: 1\ndefaults: { quality: low }\nimages:\n${names
    .map((name) => `  ${name}: { prompt: "a ${name}, scene ${scene}", alt: "" }`)
    .join('\n')}\n`

const MAIN = `import hero from 'virtual:onetoken/hero?w=64'
import boat from 'virtual:onetoken/boat?w=64'
globalThis.result = [hero, boat]
`

/** A machine with the project checked out, and nothing in its store. */
async function machine(remote: object, names: readonly string[] = NAMES): Promise<Site> {
  return await createSite({
    'images.yaml': manifest(names),
    'main.js': names === NAMES ? MAIN : '',
    'onetoken.config.json': JSON.stringify({ remote: { write: true, ...remote } }),
  })
}

/** The bytes of all pictures in a store, by their names. */
async function pictures(site: Site): Promise<Record<string, string>> {
  const files = await site.list('onetoken/images')
  const bytes = files.map(async (file) => [file, (await site.read(file)).toString('base64')] as const)
  return Object.fromEntries(await Promise.all(bytes))
}

describeServers('a store that machines share', (kind) => {
  let server: StoreServer
  let proxy: FaultyProxy
  let env: Record<string, string>
  beforeAll(async () => {
    server = await kind.start()
    proxy = await startFaultyProxy(server.address)
  })
  beforeEach(() => {
    scene += 1
    proxy.setFault('none')
    env = { ...server.env, ...apiEnv(mock.url) }
  })
  afterAll(async () => {
    await proxy?.stop()
    await server?.stop()
  })

  /** A machine behind the proxy. */
  const behind = (): Promise<Site> => machine(server.remoteAt(proxy.url))
  const render = (site: Site, ...args: string[]): Promise<Ran> =>
    site.onetoken(env, 'render', '--yes', ...args)

  it('gives what one has rendered to all others, who need no key', async () => {
    const [one, other] = [await behind(), await behind()]
    const rendered = await render(one)
    expect(rendered.status, rendered.output).toBe(0)
    expect(mock.stats.billed).toBe(2)
    const keyless = { ...server.env, ONETOKEN_BASE_URL: mock.url, CI: 'true', ONETOKEN_FROZEN: '1' }
    const built = await other.build(keyless)
    expect(built.status, built.output).toBe(0)
    expect(await pictures(other)).toEqual(await pictures(one))
    expect(mock.stats.requests).toBe(2)
  })

  it('may render in CI, as what it renders is kept', async () => {
    const [one, other] = [await behind(), await behind()]
    const built = await one.build({ ...env, CI: 'true' })
    expect(built.status, built.output).toBe(0)
    expect((await other.onetoken(env, 'sync', '--pull')).output).toContain('2 pulled')
    expect(await pictures(other)).toEqual(await pictures(one))
    expect(mock.stats.billed).toBe(2)
  })

  it('lets CI pay for nothing that it does not take', async () => {
    const site = await behind()
    proxy.setFault('error 500', ['PUT'])
    for (let job = 0; job < 2; job += 1) {
      const built = await site.build({ ...env, CI: 'true' })
      expect(built.status).not.toBe(0)
      expect(built.output).toContain(
        'Nothing more is rendered: this CI build may pay for renders only because',
      )
      expect(built.output).toContain('ONETOKEN_FROZEN=0')
    }
    expect(mock.stats.requests).toBe(0)
    // Who says so pays all the same.
    const built = await site.build({ ...env, CI: 'true', ONETOKEN_FROZEN: '0' })
    expect(built.status, built.output).toBe(0)
    expect(mock.stats.billed).toBe(2)
  })

  it('has one of two pictures that were paid for at once, as somebody says', async () => {
    const [one, other] = [await behind(), await behind()]
    // Neither knew of the other one.
    for (const site of [one, other]) await render(site, '--no-remote')
    expect((await one.onetoken(env, 'sync')).status).toBe(0)
    const [ours, theirs] = [await pictures(one), await pictures(other)]
    expect(Object.keys(theirs)).not.toEqual(Object.keys(ours))
    const told = await other.onetoken(env, 'sync')
    expect(told.status).toBe(1)
    expect(told.output).toContain('has another picture in')
    expect(await pictures(other)).toEqual(theirs)
    const here = await other.onetoken(env, 'sync', '--prefer', 'here')
    expect(here.status, here.output).toBe(0)
    const fresh = await behind()
    await fresh.onetoken(env, 'sync', '--pull')
    expect(await pictures(fresh)).toEqual(theirs)
    const remote = await one.onetoken(env, 'sync', '--prefer', 'remote')
    expect(remote.status, remote.output).toBe(0)
    // What it has paid for stays on its disk.
    expect(await pictures(one)).toEqual({ ...ours, ...theirs })
    expect((await one.onetoken(env, 'sync')).status).toBe(0)
    expect((await one.onetoken(env, 'sync', '--prefer', 'yes')).status).toBe(2)
  })

  it('keeps a newer picture of another machine when one here is to take its place', async () => {
    const [one, other] = [await behind(), await behind()]
    await render(one)
    await other.onetoken(env, 'sync', '--pull')
    const again = await render(one, 'boat', '--again')
    expect(again.status, again.output).toBe(0)
    const accept = (): Promise<Ran> => other.onetoken(env, 'accept', 'boat', '--from', 'hero', '--replace')
    const told = await accept()
    expect(told.status, told.output).toBe(1)
    expect(told.output).toContain('boat was changed by another process meanwhile')
    expect(await pictures(other)).toMatchObject(await pictures(one))
    const accepted = await accept()
    expect(accepted.status, accepted.output).toBe(0)
  })

  it.each<Fault>(['down', 'hangs', 'error 500'])(
    'is not asked by a build that has its renders: %s',
    async (fault) => {
      const site = await behind()
      await render(site)
      proxy.setFault(fault)
      proxy.seen.length = 0
      const built = await site.build(env)
      expect(built.status, built.output).toBe(0)
      expect(proxy.seen).toEqual([])
    },
  )

  it.each<Fault>(['down', 'hangs', 'error 500', 'wrong body', 'cut body'])(
    'makes nobody pay for what it may have, and gives nothing wrong: %s',
    async (fault) => {
      const [one, other] = [await behind(), await behind()]
      await render(one)
      proxy.setFault(fault)
      const failed = await render(other)
      expect(failed.status, failed.output).toBe(1)
      expect(failed.output).toContain('2 renders are not here, and the remote store did not give them')
      expect(failed.output).toContain('onetoken render --no-remote')
      expect(mock.stats.requests).toBe(2)
      expect(await pictures(other)).toEqual({})
      proxy.setFault('none')
      const healed = await render(other)
      expect(healed.output).toContain('Nothing is missing, 2 cached.')
      expect(mock.stats.requests).toBe(2)
    },
  )

  it.each<Fault>(['down', 'hangs', 'error 500'])('loses nothing when it takes nothing: %s', async (fault) => {
    const [one, other] = [await behind(), await behind()]
    proxy.setFault(fault, ['PUT'])
    const rendered = await render(one)
    expect(rendered.status, rendered.output).toBe(0)
    expect(rendered.output).toContain('onetoken sync')
    expect(Object.keys(await pictures(one))).toHaveLength(2)
    proxy.setFault('none')
    // The next run, which has everything, puts it there.
    const built = await one.build(env)
    expect(built.status, built.output).toBe(0)
    expect((await one.onetoken(env, 'sync', '--push')).output).toContain('0 pushed, 2 there already')
    expect((await render(other)).output).toContain('2 cached')
    expect(await pictures(other)).toEqual(await pictures(one))
    expect(mock.stats.billed).toBe(2)
  })

  it('loses nothing when it is full', async () => {
    const site = await machine(server.full.remote)
    const rendered = await site.onetoken({ ...env, ...server.full.env }, 'render', '--yes')
    expect(rendered.status, rendered.output).toBe(0)
    expect(Object.keys(await pictures(site))).toHaveLength(2)
    const synced = await site.onetoken({ ...env, ...server.full.env }, 'sync')
    expect(synced.status, synced.output).toBe(1)
    expect(synced.output).toMatch(/Make room there|Raise what the server accepts/)
    expect(mock.stats.billed).toBe(2)
  })

  it('is left out when somebody says so', async () => {
    const site = await behind()
    proxy.setFault('down')
    const rendered = await render(site, '--no-remote')
    expect(rendered.status, rendered.output).toBe(0)
    proxy.setFault('none')
    expect((await site.onetoken(env, 'sync')).output).toContain('2 pushed, 0 there already')
  })

  it('puts right what is wrong there, when somebody has the right bytes', async () => {
    const [one, other] = [await behind(), await behind()]
    proxy.setFault('cut body', ['PUT'])
    await render(one)
    proxy.setFault('none')
    expect((await one.onetoken(env, 'sync', '--push', '--check')).status).toBe(0)
    expect((await other.onetoken(env, 'sync', '--pull')).output).toContain('2 pulled')
    expect(await pictures(other)).toEqual(await pictures(one))
  })

  it('gives back what is damaged here, when somebody asks for that', async () => {
    const site = await behind()
    await render(site)
    const right = await pictures(site)
    const [first = '', second = ''] = Object.keys(right)
    await site.write({ [first]: 'damaged' })
    await site.remove(second)
    proxy.seen.length = 0
    const verified = await site.onetoken(env, 'verify')
    expect(verified.status, verified.output).toBe(1)
    expect(verified.output).toContain('2 problems')
    expect(proxy.seen).toEqual([])
    const repaired = await site.onetoken(env, 'verify', '--repair')
    expect(repaired.status, repaired.output).toBe(0)
    expect(repaired.output).toContain('2 repaired')
    expect(await pictures(site)).toEqual(right)
    expect(mock.stats.billed).toBe(2)
  })

  it('is looked at by doctor', async () => {
    const site = await behind()
    const { url } = server.remoteAt(proxy.url)
    const { output } = await site.onetoken(env, 'doctor')
    expect(output).toContain(`${url}, which is read and written`)
    expect(output).toMatch(/ok +remote store +can be read\n/)
    expect(output).toMatch(/ok +remote store +can be written\n/)
    expect(output.includes('lets a second machine overwrite')).toBe(false)
    proxy.setFault('down')
    const down = await site.onetoken(env, 'doctor')
    expect(down.status).toBe(1)
    expect(down.output).toMatch(/problem +remote store .* could not be read from/)
  })

  it.runIf(kind.name === 'radosgw')(
    'is one store for sixteen machines that render the same at once',
    { timeout: 400_000 },
    async () => {
      const names = Array.from({ length: 20 }, (_, index) => `picture-${index}`)
      const machines = await Promise.all(
        Array.from({ length: 16 }, () => machine(server.remoteAt(proxy.url), names)),
      )
      const ran = await Promise.all(machines.map((site) => render(site)))
      for (const { status, output } of ran) expect(status, output).toBe(0)
      const [first, ...others] = await Promise.all(machines.map(pictures))
      expect(Object.keys(first ?? {}).length).toBeGreaterThan(0)
      for (const other of others) expect(other).toEqual(first)
      // Requests for all machines, not one for each.
      expect(mock.stats.requests).toBe(names.length)
    },
  )
})
