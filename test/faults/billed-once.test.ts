import { describe, expect, it } from 'vitest'
import type { ScenarioRule } from 'unplugin-onetoken/mock'
import { bundle, type Bundler } from '../helpers/bundlers.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, type Site } from '../helpers/site.ts'

const mock = useMock()

/** How an answer can get lost after the request was sent: the name of the entry that meets it, and what the mock does. */
const LOSSES: [name: string, rule: Omit<ScenarioRule, 'when'>][] = [
  ['reset', { name: 'reset-after-body' }],
  ['hang', { name: 'hang' }],
  ['cut-at-0', { name: 'cut-body', percent: 0 }],
  ['cut-at-50', { name: 'cut-body', percent: 50 }],
  ['cut-at-99', { name: 'cut-body', percent: 99 }],
  ['error-500', { name: 'server-error' }],
  ['error-502', { name: 'bad-gateway' }],
  ['error-504', { name: 'gateway-timeout' }],
  ['error-524', { name: 'cloudflare-timeout' }],
  ['empty', { name: 'empty-data' }],
  ['hollow', { name: 'hollow-result' }],
  ['no-picture', { name: 'not-an-image' }],
  ['half-a-picture', { name: 'truncated-image' }],
]
const NAMES = LOSSES.map(([name]) => name)
/** `timeout` ends what hangs, and must be longer than good answers take on a machine that does much else. */
const manifest = (timeout: number): string => `version: 1
timeout: ${timeout}
concurrency: 10
defaults: { quality: low, widths: [48] }
images:
${NAMES.map((name) => `  ${name}: { prompt: 'A boat, ${name}.' }\n`).join('')}  well: { prompt: 'A boat, well.' }
`
const files = {
  'images.yaml': manifest(5),
  'main.js': [...NAMES, 'well'].map((name) => `import 'virtual:onetoken/${name}'`).join('\n'),
}
const env = (): Record<string, string> => apiEnv(mock.url)

function loseAnswers(): void {
  mock.setScenario(LOSSES.map(([name, rule]) => ({ ...rule, when: `, ${name}.` })))
}

/** Requests and bills by the words of the picture. */
function billsOf(): Record<string, { requests: number; billed: number }> {
  const bills: Record<string, { requests: number; billed: number }> = {}
  for (const { prompt, billed, endpoint } of mock.requests) {
    if (endpoint !== 'generations') continue
    const bill = (bills[prompt.replace(/^A boat, (.*)\.$/, '$1')] ??= { requests: 0, billed: 0 })
    bill.requests += 1
    if (billed) bill.billed += 1
  }
  return bills
}

function times(count: number): Record<string, { requests: number; billed: number }> {
  return Object.fromEntries(NAMES.map((name) => [name, { requests: count, billed: count }]))
}

/** Ask once more for all of them, which the API answers this time; then for nothing. */
async function expectPaidOnceMore(site: Site): Promise<void> {
  const once = { well: { requests: 1, billed: 1 } }
  mock.setScenario()
  await site.write({ 'images.yaml': manifest(60) })
  const again = await site.onetoken(env(), 'render', ...NAMES, '--again', '--yes')
  expect(again.output).toContain(`${NAMES.length} of ${NAMES.length} renders made`)
  expect(again.status, again.output).toBe(0)
  expect(billsOf()).toEqual({ ...times(2), ...once })
  const next = await site.onetoken(env(), 'render', '--yes')
  expect(next.output).toContain(`Nothing is missing, ${NAMES.length + 1} cached.`)
  expect(next.status).toBe(0)
  expect((await site.build({ ONETOKEN_BASE_URL: mock.url })).status).toBe(0)
  expect(billsOf()).toEqual({ ...times(2), ...once })
}

describe('requests whose answer is lost', () => {
  it('are paid for once, however often the command runs, until it says --again', async () => {
    const site = await createSite(files)
    loseAnswers()
    for (let run = 1; run <= 3; run++) {
      const { status, output } = await site.onetoken(env(), 'render', '--yes', '--json')
      expect(status, output).toBe(4)
      // What is said on standard error while it works comes before.
      const { problem } = JSON.parse(output.slice(output.indexOf('{\n'))) as {
        problem: { details: { errors: { code: string; message: string; hint: string }[] } }
      }
      const { errors } = problem.details
      expect(errors).toHaveLength(NAMES.length)
      for (const name of NAMES) {
        const told = errors.find(({ message, hint }) =>
          `${message} ${hint}`.includes(`render ${name} --again`),
        )
        expect(['POSSIBLY_BILLED', 'IMAGE_INVALID'], `${name}, run ${run}`).toContain(told?.code)
      }
      expect(billsOf()).toEqual({ ...times(1), well: { requests: 1, billed: 1 } })
      expect(Object.values(mock.stats.billedByIdempotencyKey)).toEqual(Array(NAMES.length + 1).fill(1))
    }
    await expectPaidOnceMore(site)
  })

  it.each(['hang', 'cut-at-99', 'half-a-picture'])(
    'end the command with 4 by themselves: %s',
    async (name) => {
      const site = await createSite(files)
      loseAnswers()
      for (let run = 1; run <= 3; run++) {
        const { status, output } = await site.onetoken(env(), 'render', name, '--yes')
        expect(status, output).toBe(4)
        expect(output).toContain(`npx --no-install onetoken render ${name} --again`)
      }
      expect(mock.stats.requests).toBe(1)
      expect(mock.stats.billed).toBe(1)
      mock.setScenario()
      const again = await site.onetoken(env(), 'render', name, '--again', '--yes')
      expect(again.status, again.output).toBe(0)
      expect(mock.stats.requests).toBe(2)
    },
  )

  it.each<Bundler>(['vite', 'esbuild'])('are paid for once, however often %s builds', async (bundler) => {
    const site = await createSite(files)
    loseAnswers()
    for (let run = 1; run <= 3; run++) {
      const { status, output } = await bundle(site, bundler, env())
      expect(status, output).toBe(1)
      for (const name of NAMES) {
        expect(output).toContain(`npx --no-install onetoken render ${name} --again`)
      }
      expect(billsOf()).toEqual({ ...times(1), well: { requests: 1, billed: 1 } })
    }
    await expectPaidOnceMore(site)
  })

  it('are not paid for again by a build after the command, nor by the command after a build', async () => {
    for (const first of ['command', 'build']) {
      mock.reset()
      const site = await createSite(files)
      loseAnswers()
      const runs = [() => site.onetoken(env(), 'render', '--yes'), () => site.build(env())]
      for (const run of first === 'build' ? runs.toReversed() : runs) await run()
      expect(billsOf()).toEqual({ ...times(1), well: { requests: 1, billed: 1 } })
    }
  })
})
