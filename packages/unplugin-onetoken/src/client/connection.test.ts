import { describe, expect, test } from 'vitest'
import {
  closedPort,
  failureOf,
  FIELDS,
  good,
  type Loopback,
  startRawServer,
  startServer,
  testClient,
} from './testing.ts'

const billed = { possiblyBilled: true, stopAll: false }
const stop = { possiblyBilled: false, stopAll: true }

describe('no connection', () => {
  test('is tried again, with back-off', async () => {
    const client = testClient(`http://127.0.0.1:${await closedPort()}`)
    let sends = 0
    const error = await failureOf(client.generate(FIELDS, { onSend: () => void sends++ }))
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', details: { ...stop, status: undefined } })
    expect([sends, client.waits]).toEqual([5, [375, 750, 1500, 3000]])
    expect(error.message).toMatch(
      / could not be reached \(connection refused, ECONNREFUSED\); tried 5 times\.$/,
    )
    expect(error.hint).toMatch(/^Nothing was sent, so nothing was billed\./)
  })

  test('and then one after all', async () => {
    const port = await closedPort()
    const client = testClient(`http://127.0.0.1:${port}`)
    const servers: Loopback[] = []
    const answer = await client.generate(FIELDS, {
      onSend: async () => {
        if (client.waits.length < 2) return
        servers.push(await startServer((response) => response.end(good()), port))
      },
    })
    expect(answer.images).toHaveLength(1)
    expect(servers[0]?.posts()).toBe(1)
  })

  test('to a name that does not exist', async () => {
    const client = testClient('http://no-such-host.invalid', { maxResends: 1 })
    const error = await failureOf(client.generate(FIELDS))
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', details: stop })
    expect(error.message).toMatch(/^no-such-host\.invalid could not be reached \(DNS .*\); tried 2 times\.$/)
  })

  test('that is safe is not tried again', async () => {
    const server = await startRawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const client = testClient(server.url.replace('http:', 'https:'))
    const error = await failureOf(client.generate(FIELDS))
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', details: stop })
    expect(error.message).toMatch(/^No connection to 127\.0\.0\.1:\d+ can be used/)
    expect([server.connections(), client.waits]).toEqual([1, []])
  })

  test('within the deadline, as the handshake hangs', async () => {
    const server = await startRawServer(() => {})
    const client = testClient(server.url.replace('http:', 'https:'), { timeout: 500, maxResends: 1 })
    const error = await failureOf(client.generate(FIELDS))
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', details: stop })
    expect(error.message).toContain('no connection within 500 ms')
    expect(server.connections()).toBe(2)
  })

  test('as the handshake is cut', async () => {
    const server = await startRawServer((socket) => socket.resetAndDestroy())
    const client = testClient(server.url.replace('http:', 'https:'), { maxResends: 2 })
    expect((await failureOf(client.generate(FIELDS))).code).toBe('API_UNREACHABLE')
    expect(server.connections()).toBe(3)
  })
})

describe('after the request was sent', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
  const cuts: [name: string, talk: Parameters<typeof startRawServer>[0]][] = [
    ['a reset', (socket) => socket.resetAndDestroy()],
    ['a closed connection', (socket) => socket.end()],
    ['half a status line', (socket) => socket.end('HTTP/1.1 20')],
    ['half of the headers', (socket) => socket.end(HEAD)],
    ['half of a body with a length', (socket) => socket.end(`${HEAD}content-length: 500\r\n\r\n{"data":`)],
    ['half of a chunked body', (socket) => socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\n5\r\n{"dat`)],
    [
      'a reset in the body',
      (socket) => socket.write(`${HEAD}content-length: 500\r\n\r\n{"da`, () => socket.resetAndDestroy()),
    ],
    ['what is not HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n')],
  ]

  test.each(cuts)('%s is never followed by another POST', async (_, talk) => {
    const server = await startRawServer(talk)
    const client = testClient(server.url)
    const error = await failureOf(client.generate(FIELDS))
    expect(error).toMatchObject({ code: 'POSSIBLY_BILLED', details: billed })
    expect(error.message).toMatch(/^The connection to .* ended before the answer was complete \(.+\)\./)
    expect(error.cause).toBeInstanceOf(Error)
    expect([server.connections(), client.waits]).toEqual([1, []])
  })

  test.each([
    ['no answer', () => {}],
    ['headers only', (response: { flushHeaders: () => void }) => response.flushHeaders()],
    ['white space only', (response: { write: (text: string) => void }) => response.write(' ')],
  ])('%s within the deadline', async (_, answer) => {
    const server = await startServer(answer)
    const error = await failureOf(testClient(server.url, { timeout: 1000 }).generate(FIELDS))
    expect(error).toMatchObject({ code: 'POSSIBLY_BILLED', details: billed })
    expect(error.message).toContain('did not finish its answer within 1 s')
    expect(server.posts()).toBe(1)
  })
})
