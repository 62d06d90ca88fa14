import { describe, expect, test } from 'vitest'
import { createClient } from './index.ts'
import { failureOf, FIELDS, good, startServer, testClient } from './testing.ts'

describe('redirects', () => {
  test.each([307, 308])('%d to the same origin is followed by the same POST', async (status) => {
    const server = await startServer((response, { path }) => {
      if (path.endsWith('/')) response.writeHead(status, { location: path.slice(0, -1) }).end()
      else response.end(good())
    })
    let sends = 0
    await testClient(server.url).generate(FIELDS, { onSend: () => void sends++ })
    const [first, second] = server.seen
    expect(second).toMatchObject({ method: 'POST', path: '/v1/images/generations', body: first?.body })
    expect(second?.headers.authorization).toBe('Bearer sk-test-key-of-nobody')
    expect([server.posts(), sends]).toEqual([2, 1])
  })

  test.each([301, 302, 303, 300])('%d is an error', async (status) => {
    const server = await startServer((response) => response.writeHead(status, { location: '/else' }).end())
    const error = await failureOf(testClient(server.url).generate(FIELDS))
    expect(error).toMatchObject({ code: 'API_UNEXPECTED', details: { status, possiblyBilled: false } })
    expect(error.message).toMatch(/redirects the request \(30\d\) to http.*\/else/)
    expect(server.seen).toHaveLength(1)
  })

  test('to another origin is an error, and the key stays here', async () => {
    const other = await startServer((response) => response.end(good()))
    const server = await startServer((response) =>
      response.writeHead(307, { location: `${other.url}/v1/` }).end(),
    )
    const error = await failureOf(testClient(server.url).generate(FIELDS))
    expect(error).toMatchObject({ code: 'API_UNEXPECTED', details: { stopAll: true } })
    expect(error.message).toContain(`the key is sent to ${server.url} only`)
    expect(other.seen).toEqual([])
  })

  test('in a circle are an error', async () => {
    const server = await startServer((response, { path }) =>
      response.writeHead(307, { location: path }).end(),
    )
    const error = await failureOf(testClient(server.url).generate(FIELDS))
    expect(error).toMatchObject({ code: 'API_UNEXPECTED', details: { status: 307 } })
    expect(server.posts()).toBe(4)
  })
})

describe('onSend', () => {
  test('is awaited before each attempt', async () => {
    const log: string[] = []
    const server = await startServer((response, _, turn) => {
      log.push(`post ${turn}`)
      response.statusCode = turn < 3 ? 429 : 200
      response.end(turn < 3 ? '' : good())
    })
    const client = testClient(server.url)
    await client.generate(FIELDS, {
      onSend: async () => {
        log.push('intent')
        await new Promise((resolve) => setTimeout(resolve, 5))
        log.push('written')
      },
      onWait: ({ ms, status, attempt }) => log.push(`wait ${ms} after ${status}, attempt ${attempt}`),
    })
    const before = ['intent', 'written']
    expect(log).toEqual([
      ...before,
      'post 1',
      'wait 1500 after 429, attempt 1',
      ...before,
      'post 2',
      'wait 3000 after 429, attempt 2',
      ...before,
      'post 3',
    ])
    expect(client.waits).toEqual([1500, 3000])
  })

  test('ends the call with what it throws', async () => {
    const server = await startServer((response) => response.end(good()))
    const reason = new Error('disk full')
    const call = testClient(server.url).generate(FIELDS, { onSend: () => Promise.reject(reason) })
    await expect(call).rejects.toBe(reason)
    expect(server.seen).toEqual([])
  })
})

describe('the signal', () => {
  test('that was given already aborted sends nothing', async () => {
    const server = await startServer((response) => response.end(good()))
    let sends = 0
    const signal = AbortSignal.abort(new Error('never mind'))
    const error = await failureOf(
      testClient(server.url).generate(FIELDS, { signal, onSend: () => void sends++ }),
    )
    expect(error).toMatchObject({ code: 'ABORTED', details: { possiblyBilled: false } })
    expect(error.cause).toMatchObject({ message: 'never mind' })
    expect([server.seen.length, sends]).toEqual([0, 0])
  })

  test('that aborts in onSend sends nothing', async () => {
    const server = await startServer((response) => response.end(good()))
    const controller = new AbortController()
    const call = testClient(server.url).generate(FIELDS, {
      signal: controller.signal,
      onSend: () => controller.abort(),
    })
    expect((await failureOf(call)).details).toMatchObject({ possiblyBilled: false })
    expect(server.seen).toEqual([])
  })

  test('that aborts a render says that it may be billed', async () => {
    const controller = new AbortController()
    const server = await startServer(() => controller.abort())
    const error = await failureOf(testClient(server.url).generate(FIELDS, { signal: controller.signal }))
    expect(error).toMatchObject({ code: 'ABORTED', details: { possiblyBilled: true, stopAll: false } })
    expect(error.message).toContain('may be rendered and billed')
  })

  test('that aborts a wait ends it, with nothing billed', async () => {
    const controller = new AbortController()
    const server = await startServer((response) => {
      response.writeHead(429, { 'retry-after': '60' }).end()
    })
    const client = createClient({ apiKey: 'sk-x', baseURL: server.url })
    const call = client.generate(FIELDS, {
      signal: controller.signal,
      onWait: () => setImmediate(() => controller.abort()),
    })
    expect(await failureOf(call)).toMatchObject({ code: 'ABORTED', details: { possiblyBilled: false } })
    expect(server.posts()).toBe(1)
    await client.close()
  })
})

describe('the stop', () => {
  const never = new AbortController().signal

  test('ends a wait with its reason, and nothing is sent any more', async () => {
    const controller = new AbortController()
    const reason = new Error('the run was stopped')
    const server = await startServer((response) => {
      response.writeHead(429, { 'retry-after': '60' }).end()
    })
    const client = createClient({ apiKey: 'sk-x', baseURL: server.url })
    const call = client.generate(FIELDS, {
      signal: never,
      stop: controller.signal,
      onWait: () => setImmediate(() => controller.abort(reason)),
    })
    await expect(call).rejects.toBe(reason)
    expect(server.posts()).toBe(1)
    await client.close()
  })

  test('ends no request that is under way', async () => {
    const controller = new AbortController()
    const server = await startServer((response) => {
      controller.abort()
      setTimeout(() => response.end(good()), 20)
    })
    const answer = await testClient(server.url).generate(FIELDS, { stop: controller.signal })
    expect(answer.images).toHaveLength(1)
  })
})

describe('close', () => {
  test('waits for what runs, can be repeated, and ends the client', async () => {
    const server = await startServer((response) => setImmediate(() => response.end(good())))
    const client = testClient(server.url)
    const running = client.generate(FIELDS)
    await Promise.all([client.close(), client.close()])
    expect((await running).images).toHaveLength(1)
    const error = await failureOf(client.generate(FIELDS))
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', details: { possiblyBilled: false } })
    expect(error.message).toContain('the client was closed')
  })
})

test('several calls run at the same time', async () => {
  let running = 0
  let most = 0
  const server = await startServer((response) => {
    most = Math.max(most, ++running)
    const finish = (): void => {
      if (most < 3) {
        setImmediate(finish)
        return
      }
      running--
      response.end(good())
    }
    finish()
  })
  const client = testClient(server.url)
  await Promise.all([1, 2, 3].map(() => client.generate(FIELDS)))
  expect(most).toBe(3)
})
