import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startMock, type MockServer, type Scenario, type ScenarioName } from './index.ts'

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
    headers: { authorization: 'Bearer sk-secret-123', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-image-2', prompt, quality: 'low' }),
    ...init,
  })
}

/** Ask, and go away as soon as that is charged. */
async function expectGivenUp(): Promise<void> {
  const client = new AbortController()
  const answer = expect(post('a fox', { signal: client.signal })).rejects.toThrow()
  await expect.poll(() => mock.stats.billed).toBe(1)
  client.abort()
  await answer
}

describe('results by address', () => {
  const urlOf = async (scenario: Scenario): Promise<string> => {
    mock.setScenario(scenario)
    const { data } = (await (await post()).json()) as { data: { url: string }[] }
    return data[0]?.url ?? ''
  }

  it('are served to those who send no key', async () => {
    const url = await urlOf('url')
    expect(url.startsWith(mock.url)).toBe(true)
    const response = await fetch(url)
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG')
    expect((await fetch(url, { headers: { authorization: 'Bearer sk-x' } })).status).toBe(400)
    expect((await urlOf({ name: 'url', origin: 'other' })).startsWith(mock.otherUrl)).toBe(true)
  })

  it('expire', async () => {
    expect((await fetch(await urlOf('url-expired'))).status).toBe(403)
    const url = await urlOf({ name: 'url', expires: 30 })
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect((await fetch(url)).status).toBe(403)
  })

  it('lead elsewhere', async () => {
    const response = await fetch(await urlOf('url-redirect'), { redirect: 'manual' })
    expect(response.status).toBe(302)
    expect(response.headers.get('location')?.startsWith(mock.otherUrl)).toBe(true)
    expect((await fetch(response.headers.get('location') ?? '')).status).toBe(200)
    expect(await urlOf('url-address')).toContain('169.254.169.254')
    expect(await urlOf({ name: 'url-address', to: 'file:///etc/hosts' })).toBe('file:///etc/hosts')
  })

  it('never end', async () => {
    const response = await fetch(await urlOf('url-endless'))
    const reader = response.body?.getReader()
    let length = 0
    while (length < 3_000_000) length += (await reader?.read())?.value?.length ?? Infinity
    await reader?.cancel()
    expect(length).toBeLessThan(Infinity)
  })
})

describe('broken connections', () => {
  it.each<[ScenarioName, boolean, string]>([
    ['reset-before-body', false, 'broken'],
    ['reset-after-body', true, 'broken'],
    ['cut-body', true, 'broken'],
  ])('%s', async (name, billed, outcome) => {
    mock.setScenario(name)
    await expect(post().then((response) => response.text())).rejects.toThrow()
    expect(mock.requests[0]).toMatchObject({ billed, outcome, scenario: name })
  })

  it('after none, a part, or all of the body', async () => {
    for (const percent of [0, 1, 99]) {
      mock.setScenario({ name: 'cut-body', percent })
      const response = await post()
      expect(response.status).toBe(200)
      await expect(response.text()).rejects.toThrow()
    }
    mock.setScenario({ name: 'cut-body', percent: 100 })
    expect(await (await post()).json()).toHaveProperty('data')
  })

  it('hang until the client has had enough, and cost all the same', async () => {
    mock.setScenario('hang')
    await expectGivenUp()
    await expect.poll(() => mock.stats.concurrency).toBe(0)
    expect(mock.requests[0]).toMatchObject({ billed: true, outcome: 'hanging', status: undefined })
  })

  it('given up by the client are noted', async () => {
    mock.setScenario({ name: 'slow', latency: 60_000 })
    await expectGivenUp()
    await expect.poll(() => mock.requests[0]?.outcome).toBe('abandoned')
    expect(mock.stats.billed).toBe(1)
  })
})

describe('redirects', () => {
  const steps = (): [string, string, number | undefined][] =>
    mock.requests.map(({ method, path, status }) => [method, path, status])

  it('between the two forms of a path', async () => {
    mock.setScenario('redirect-to-slash')
    expect((await post('x', {}, '/v1/images/generations')).status).toBe(200)
    expect((await post('x', {}, '/v1/images/generations/')).status).toBe(200)
    expect(steps()).toEqual([
      ['POST', '/v1/images/generations', 307],
      ['POST', '/v1/images/generations/', 200],
      ['POST', '/v1/images/generations/', 200],
    ])
    mock.reset()
    mock.setScenario({ name: 'redirect-to-bare', status: 301 })
    const response = await post('x', { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([301, '/v1/images/generations'])
  })

  it.each([301, 302, 307, 308])('%i to the same origin', async (status) => {
    mock.setScenario({ name: 'redirect', status })
    const response = await post()
    expect(response.redirected).toBe(true)
    // A client that turns POST into GET gets nothing that looks like an image.
    expect(response.status).toBe(status < 303 ? 404 : 200)
    expect(mock.stats.billed).toBe(status < 303 ? 0 : 1)
  })

  it('to another origin show whether the key went along', async () => {
    mock.setScenario('redirect-other')
    expect((await post()).status).toBe(401)
    expect(mock.requests.map(({ origin, authorized }) => [origin, authorized])).toEqual([
      ['main', true],
      ['other', false],
    ])
  })

  it('without an end', async () => {
    mock.setScenario('redirect-loop')
    await expect(post()).rejects.toThrow()
    expect(mock.requests.length).toBeGreaterThan(10)
  })
})
