import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, ONETOKEN, type Site } from '../helpers/site.ts'
import { isLacking } from '../helpers/system.ts'
import { openTerminal } from '../helpers/terminal.ts'

const mock = useMock()

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const

/** Four pictures, one after the other. */
const newSite = (): Promise<Site> =>
  createSite({
    'images.yaml': `version: 1\nconcurrency: 1\ndefaults: { quality: low }\nimages:\n${[1, 2, 3, 4]
      .map((number) => `  p${number}: { prompt: a fox ${number}, alt: "" }\n`)
      .join('')}`,
  })

async function expectOneKept(site: Site): Promise<void> {
  expect(mock.stats).toMatchObject({ requests: 1, billed: 1 })
  expect(await site.list('onetoken/renders')).toHaveLength(1)
  // Nothing is left that may have been billed.
  mock.setScenario()
  const { status, output } = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
  expect(status, output).toBe(0)
  expect(mock.stats).toMatchObject({ requests: 4, billed: 4 })
}

describe.each(SIGNALS)('%s during render', (signal, expected) => {
  it('sends nothing more, and keeps what is under way', async () => {
    mock.setScenario({ name: 'slow', latency: 5000 })
    const site = await newSite()
    const child = site.start(ONETOKEN, ['render', '--yes'], apiEnv(mock.url))
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const ended = new Promise((resolve) => child.on('close', resolve))
    await expect.poll(() => mock.requests.length, { timeout: 60_000 }).toBe(1)
    child.kill(signal)
    expect(await ended).toBe(expected)
    expect(said).toContain('Stopping: requests under way are paid for, so their pictures are awaited.')
    await expectOneKept(site)
  })

  it('gives up what is under way when it comes again', async () => {
    mock.setScenario({ name: 'slow', latency: 60_000 })
    const site = await newSite()
    const child = site.start(ONETOKEN, ['render', '--yes'], apiEnv(mock.url))
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const ended = new Promise((resolve) => child.on('close', resolve))
    await expect.poll(() => mock.requests.length, { timeout: 60_000 }).toBe(1)
    child.kill(signal)
    await expect.poll(() => said, { timeout: 60_000 }).toContain('Stopping')
    // What comes at the same time counts once.
    await setTimeout(400)
    child.kill(signal)
    const status = await ended
    mock.setScenario()
    expect(status, said).toBe(expected)
    expect(said).toMatch(/p\d: .*may be rendered and billed/)
    expect(mock.requests).toHaveLength(1)
  })
})

it('two signals at the same time during render count once', async () => {
  mock.setScenario({ name: 'slow', latency: 5000 })
  const site = await newSite()
  const child = site.start(ONETOKEN, ['render', '--yes'], apiEnv(mock.url))
  const ended = new Promise((resolve) => child.on('close', resolve))
  await expect.poll(() => mock.requests.length, { timeout: 60_000 }).toBe(1)
  // What comes to a process that is stopped comes at once when it goes on; the same signal would come once.
  for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) child.kill(signal)
  expect(await ended).toBeOneOf([130, 143])
  await expectOneKept(site)
})

describe.each(SIGNALS)('%s while the API asks to wait', (signal, expected) => {
  it('ends at once, as nothing is under way', async () => {
    mock.setScenario({ name: 'rate-limited', retryAfter: 60 })
    const site = await newSite()
    const child = site.start(ONETOKEN, ['render', '--yes'], apiEnv(mock.url))
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const ended = new Promise((resolve) => child.on('close', resolve))
    await expect.poll(() => mock.requests.length, { timeout: 60_000 }).toBe(1)
    // The answer has to arrive.
    await setTimeout(3000)
    const begun = performance.now()
    child.kill(signal)
    expect(await ended).toBe(expected)
    expect(performance.now() - begun).toBeLessThan(40_000)
    expect(said).toContain('Stopping: no request is under way, and no more are sent.')
    expect(said).toContain('The API takes no more requests for now')
    expect(said).not.toContain('awaited')
    expect(mock.stats).toMatchObject({ requests: 1, billed: 0 })
    expect(await site.list('onetoken/.cache/intents')).toEqual([])
  })
})

describe.skipIf(isLacking('terminal', 'A terminal that is closed'))('a terminal that is closed', () => {
  it('loses no picture that is paid for', async () => {
    mock.setScenario({ name: 'slow', latency: 5000 })
    const site = await newSite()
    const terminal = openTerminal(site, ['render', '--yes'], apiEnv(mock.url), { keepStatus: true })
    await expect.poll(() => mock.requests.length, { timeout: 60_000 }).toBe(1)
    await terminal.until(/0\/4 rendered/)
    terminal.close()
    await expect.poll(async () => (await site.list('onetoken/renders')).length, { timeout: 60_000 }).toBe(1)
    await expect
      .poll(async () => (await site.list('onetoken/.cache/intents')).length, { timeout: 60_000 })
      .toBe(0)
    // Of a command that Node aborts it is 134.
    const status = async (): Promise<string> => (await site.read('status').catch(() => '')).toString()
    await expect.poll(status, { timeout: 60_000 }).toBe('129\n')
    await expectOneKept(site)
  })
})

// `npx onetoken render` as the main process of a container or a job: npm ends at SIGTERM, and hands it on to nobody.
it('render stops when the npm that started it is ended', async () => {
  mock.setScenario({ name: 'slow', latency: 3000 })
  const site = await newSite()
  const npm = `import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
const log = openSync('log', 'w')
spawn(process.execPath, [${JSON.stringify(site.installed(ONETOKEN))}, 'render', '--yes'], { stdio: ['ignore', log, log] })
setInterval(() => {}, 1000)
`
  await site.write({ 'npm.mjs': npm })
  const child = site.startOwn('npm.mjs', { ...apiEnv(mock.url), npm_command: 'exec' })
  const said = async (): Promise<string> => (await site.read('log')).toString()
  await expect.poll(() => mock.requests.length, { timeout: 60_000 }).toBe(1)
  child.kill('SIGTERM')
  await expect.poll(said, { timeout: 60_000 }).toContain('1 of 4 renders made')
  expect(await said()).toContain('Stopping: requests under way are paid for')
  await expectOneKept(site)
})
