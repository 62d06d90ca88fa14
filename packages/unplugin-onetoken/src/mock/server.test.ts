import { request as httpRequest } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { startMock, type MockOptions, type MockRequest, type MockServer } from './index.ts'

const running: MockServer[] = []
async function start(options: MockOptions = {}): Promise<MockServer> {
  const mock = await startMock({ style: 'flat', ...options })
  running.push(mock)
  return mock
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((mock) => mock.close()))
})

async function render(
  mock: MockServer,
  fields: object = {},
  headers: Record<string, string> = {},
): Promise<string[]> {
  const response = await fetch(`${mock.url}/v1/images/generations`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-very-secret', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'gpt-image-2', prompt: 'a fox', ...fields }),
  })
  const { data } = (await response.json()) as { data: { b64_json: string }[] }
  return data.map((one) => one.b64_json)
}

describe('the log', () => {
  it('shows what was sent, without the key', async () => {
    const finished: MockRequest[] = []
    const mock = await start({ onRequest: (request) => finished.push(request) })
    await render(mock, { user: 'sk-very-secret' }, { 'idempotency-key': 'k1', 'x-note': 'sk-very-secret!' })
    const [entry] = mock.requests
    expect(entry).toMatchObject({
      method: 'POST',
      path: '/v1/images/generations',
      endpoint: 'generations',
      origin: 'main',
      authorized: true,
      fields: { model: 'gpt-image-2', prompt: 'a fox', user: 'sk-***' },
      prompt: 'a fox',
      status: 200,
      billed: true,
    })
    expect(entry?.headers).toMatchObject({ authorization: 'Bearer sk-***', 'x-note': 'sk-***!' })
    expect(JSON.stringify(mock.requests)).not.toContain('very-secret')
    await expect.poll(() => finished).toEqual([entry])
    expect(entry?.duration).toBeGreaterThanOrEqual(0)
  })

  it('keeps the sums, and forgets them', async () => {
    const mock = await start({ latency: [1500, 1600] })
    await Promise.all([
      render(mock, {}, { 'idempotency-key': 'a' }),
      render(mock, { n: 2 }, { 'idempotency-key': 'a' }),
      render(mock, {}, { 'idempotency-key': 'b' }),
    ])
    expect(mock.stats).toMatchObject({
      requests: 3,
      billed: 3,
      images: 4,
      peakConcurrency: 3,
      billedByIdempotencyKey: { a: 2, b: 1 },
    })
    await expect.poll(() => mock.stats.concurrency).toBe(0)
    mock.reset()
    expect(mock.requests).toEqual([])
    expect(mock.stats).toMatchObject({ requests: 0, billed: 0, cost: 0, billedByIdempotencyKey: {} })
  })
})

describe('pictures', () => {
  it('are the same for the same request, and others for another', async () => {
    const [one, two, seeded] = [await start(), await start(), await start({ seed: 2 })]
    const [first] = await render(one)
    expect(await render(one)).toEqual([first])
    expect(await render(two)).toEqual([first])
    expect(await render(seeded)).not.toEqual([first])
    expect(await render(one, { prompt: 'a cat' })).not.toEqual([first])
    expect((await render(one, { n: 2 }))[0]).toBe(first)
  })

  it('differ from one request to the next when they are to', async () => {
    const mock = await start({ vary: true })
    expect(await render(mock)).not.toEqual(await render(mock))
  })
})

describe('the server', () => {
  it('listens on loopback only, with and without the slash', async () => {
    const mock = await start()
    expect(mock.url).toBe(`http://127.0.0.1:${mock.port}`)
    const taken = startMock({ port: mock.port })
    await expect(taken).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('answers unknown paths as a relay does', async () => {
    const mock = await start()
    const dashboard = await fetch(`${mock.url}/console/anything`)
    expect([dashboard.status, dashboard.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ])
    const posted = await fetch(`${mock.url}/images/generations`, { method: 'POST', body: '{}' })
    expect(posted.status).toBe(200)
    expect(await posted.text()).toContain('<html')
    const api = await fetch(`${mock.url}/v1/v1/images/generations`, { method: 'POST', body: '{}' })
    expect(api.status).toBe(404)
    expect(await api.json()).toMatchObject({
      error: { message: 'Invalid URL (POST /v1/v1/images/generations)' },
    })
    expect((await fetch(`${mock.url}/v1/images/edits/`)).status).toBe(404)
  })

  it('takes a body in any pieces', async () => {
    const mock = await start()
    const body = Buffer.from(JSON.stringify({ model: 'gpt-image-2', prompt: '雪里的狐狸' }))
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: 'Bearer sk-x', 'content-type': 'application/json' }
      const request = httpRequest(
        `${mock.url}/v1/images/generations/`,
        { method: 'POST', headers },
        (response) => {
          response.resume()
          resolve(response.statusCode)
        },
      )
      request.on('error', reject)
      for (const byte of body) request.write(Buffer.from([byte]))
      request.end()
    })
    expect(status).toBe(200)
    expect(mock.requests[0]?.prompt).toBe('雪里的狐狸')
  })

  it('closes at once, whatever hangs', async () => {
    const mock = await start({ scenario: ['hang'] })
    const slow = await start({ latency: 60_000 })
    const pending = Promise.allSettled([render(mock), render(slow)])
    await expect.poll(() => mock.stats.billed + slow.stats.billed).toBe(2)
    const begin = performance.now()
    await Promise.all([mock.close(), slow.close()])
    expect(performance.now() - begin).toBeLessThan(20_000)
    expect((await pending).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})
