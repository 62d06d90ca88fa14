import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SCENARIOS, startMock, type MockServer, type Scenario, type ScenarioName } from './index.ts'

let mock: MockServer
beforeAll(async () => {
  mock = await startMock({ style: 'flat' })
})
afterAll(() => mock.close())
afterEach(() => mock.reset())

function post(
  prompt: string = 'a fox',
  init: RequestInit = {},
  path: string = '/v1/images/generations/',
): Promise<Response> {
  return fetch(`${mock.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer sk-secret-123',
      'content-type': 'application/json',
      'idempotency-key': 'render-1',
    },
    body: JSON.stringify({ model: 'gpt-image-2', prompt, n: 2, quality: 'low' }),
    ...init,
  })
}

interface Json {
  data?: { b64_json?: string; url?: string; revised_prompt?: string }[]
  [name: string]: unknown
}

async function play(scenario: Scenario): Promise<{ status: number; type: string; text: string; json: Json }> {
  mock.setScenario(scenario)
  const response = await post()
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  let json: Json = {}
  try {
    json = JSON.parse(text) as Json
  } catch {
    // HTML: the tests that need JSON will see that there is none.
  }
  return { status: response.status, type, text, json }
}

const bytesOf = (json: Json, index = 0): Buffer => Buffer.from(json.data?.[index]?.b64_json ?? '', 'base64')

describe('refusals', () => {
  it.each<[ScenarioName, number, string, boolean]>([
    ['dashboard', 200, '<!doctype html>', false],
    ['too-large', 413, '<center>nginx</center>', false],
    ['bad-gateway', 502, '<h1>502 Bad Gateway</h1>', true],
    ['gateway-timeout', 504, '<h1>504', true],
    ['cloudflare-timeout', 524, 'Error code 524', true],
    ['server-error', 500, '"code":null', true],
    ['rate-limited', 429, 'rate_limit_exceeded', false],
    ['overloaded', 503, 'overloaded', false],
    ['no-channel', 503, '无可用渠道', false],
    ['request-timeout', 408, '"error"', false],
    ['insufficient-user-quota', 403, '"code":"insufficient_user_quota"', false],
    ['insufficient-quota', 429, '"code":"insufficient_quota"', false],
    ['moderation-blocked', 400, '"code":"moderation_blocked"', false],
    ['content-policy', 400, '"code":"content_policy_violation"', false],
    ['invalid-key', 401, '无效的令牌', false],
    ['error', 400, '"code":"invalid_value"', false],
    ['error-in-200', 200, '{"error":{', false],
    ['error-string', 400, '{"error":"', false],
    ['code-null', 400, '"code":null', false],
    ['code-number', 400, '"code":10012', false],
    ['code-missing', 400, '"type":"upstream_error"}}', false],
    ['chinese', 429, '稍后再试', false],
    ['top-message', 400, '"message":"', false],
    ['top-msg', 400, '"msg":"', false],
    ['top-err', 400, '"err":"', false],
    ['top-error-msg', 400, '"error_msg":"', false],
  ])('%s', async (name, status, words, billed) => {
    const answer = await play(name)
    expect(answer.status).toBe(status)
    expect(answer.text).toContain(words)
    expect(mock.stats.billed).toBe(billed ? 1 : 0)
    expect(mock.requests[0]).toMatchObject({ scenario: name, status, billed, outcome: 'answered' })
  })

  it('take a status, words, a code, and whether they cost', async () => {
    const answer = await play({ name: 'error', status: 422, message: 'No.', code: 'odd', billed: true })
    expect(answer).toMatchObject({ status: 422, json: { error: { message: 'No.', code: 'odd' } } })
    expect(mock.stats.billed).toBe(1)
  })

  it('say when to come back in every form', async () => {
    const headers = async (rule: Omit<Exclude<Scenario, string>, 'name'>): Promise<Headers> => {
      mock.setScenario({ name: 'rate-limited', ...rule })
      const response = await post()
      await response.arrayBuffer()
      return response.headers
    }
    expect((await headers({})).get('retry-after')).toBe('1')
    expect((await headers({ retryAfter: 0.25, retryAfterForm: 'ms' })).get('retry-after-ms')).toBe('250')
    const asked = Date.now()
    const date = Date.parse(
      (await headers({ retryAfter: 20, retryAfterForm: 'date' })).get('retry-after') ?? '',
    )
    // In whole seconds.
    expect(date).toBeGreaterThanOrEqual(asked + 19_000)
    expect(date).toBeLessThanOrEqual(Date.now() + 21_000)
    expect((await headers({ retryAfterForm: 'none' })).get('retry-after')).toBeNull()
    expect((await headers({ shouldRetry: false })).get('x-should-retry')).toBe('false')
  })
})

describe('odd answers', () => {
  it('of other shapes', async () => {
    expect((await play('empty-data')).json.data).toEqual([])
    expect((await play('data-object')).json.data).toHaveProperty('b64_json')
    expect((await play('bare-object')).json).toHaveProperty('b64_json')
    expect((await play('data-prefix')).json.data?.[1]?.b64_json).toMatch(/^data:image\/png;base64,iVBOR/)
    expect((await play('url-data')).json.data?.[0]?.url).toMatch(/^data:image\/png;base64,iVBOR/)
    expect((await play('revised-prompt')).json.data?.[0]?.revised_prompt).toContain('a fox')
    expect(Object.keys((await play('no-usage')).json)).toEqual(['created', 'data'])
    expect((await play('fewer-results')).json.data).toHaveLength(1)
    expect((await play({ name: 'fewer-results', results: 0 })).json.data).toEqual([])
    expect((await play('hollow-result')).json.data?.map((one) => Object.keys(one))).toEqual([
      ['b64_json'],
      [],
    ])
    const plain = await play('text-plain')
    expect(plain.type).toContain('text/plain')
    expect(plain.json.data).toHaveLength(2)
  })

  it('of other bytes', async () => {
    const whole = bytesOf((await play('no-usage')).json)
    expect(
      bytesOf((await play('webp-for-png')).json)
        .subarray(8, 12)
        .toString(),
    ).toBe('WEBP')
    const other = bytesOf((await play('other-size')).json)
    expect([other.readUInt32BE(16), other.readUInt32BE(20)]).toEqual([1254, 1254])
    const cut = bytesOf((await play({ name: 'truncated-image', percent: 50 })).json)
    expect(cut.length).toBe(Math.floor(whole.length / 2))
    expect(bytesOf((await play('not-an-image')).json).toString()).toMatch(/^This is text/)
  })

  it('with white space in front', async () => {
    const { text, json } = await play({ name: 'keep-alive', latency: 40 })
    expect(text).toMatch(/^\s{8,}\{/)
    expect(json.data).toHaveLength(2)
  })

  it('that take their time', async () => {
    for (const name of ['slow', 'slow-body'] as const) {
      const start = performance.now()
      expect((await play({ name, latency: 80 })).json.data).toHaveLength(2)
      expect(performance.now() - start).toBeGreaterThan(70)
    }
  })
})

describe('the choice of a scenario', () => {
  const statuses = async (...prompts: string[]): Promise<number[]> => {
    const list: number[] = []
    for (const prompt of prompts) {
      const response = await post(prompt)
      await response.arrayBuffer()
      list.push(response.status)
    }
    return list
  }

  it('goes by prompt, count and order', async () => {
    mock.setScenario([
      { name: 'rate-limited', when: /fox/g, times: 2 },
      { name: 'bad-gateway', when: 'CAT', after: 1 },
    ])
    expect(await statuses('fox', 'dog', 'fox', 'fox', 'cat', 'a cat', 'cats')).toEqual([
      429, 200, 429, 200, 200, 502, 502,
    ])
    mock.setScenario(['error'])
    expect(await statuses('fox')).toEqual([400])
    mock.setScenario({ name: 'error', endpoint: 'edits' })
    expect(await statuses('fox')).toEqual([200])
    mock.setScenario((request) => (request.prompt === 'fox' ? 'overloaded' : undefined))
    expect(await statuses('fox', 'cat')).toEqual([503, 200])
    mock.setScenario()
    expect(await statuses('fox')).toEqual([200])
  })

  it('resets only the requests that are meant', async () => {
    mock.setScenario([
      { name: 'reset-before-body', when: /fox/ },
      { name: 'reset-before-body', after: 1, times: 1 },
    ])
    await expect(post('fox')).rejects.toThrow()
    expect(await statuses('cat')).toEqual([200])
    await expect(post('cat')).rejects.toThrow()
    expect(await statuses('cat')).toEqual([200])
  })

  it('knows its names', () => {
    expect(() => mock.setScenario('nonsense' as ScenarioName)).toThrow('No scenario is called "nonsense"')
    expect(Object.values(SCENARIOS).every((about) => about.length > 0)).toBe(true)
  })
})
