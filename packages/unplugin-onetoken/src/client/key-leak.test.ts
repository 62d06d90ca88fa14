import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { OneTokenError } from '../errors.ts'
import { createClient } from './index.ts'
import { closedPort, FIELDS, PICTURE, startRawServer, startServer, testClient } from './testing.ts'
import type { ClientOptions, OneTokenClient } from './types.ts'

const KEY = 'sk-Canary/7Ba+c9_0.xYz-Q'

const base64 = Buffer.from(KEY).toString('base64')
/** Everything in which somebody could send the key back. */
const FORMS = [
  KEY,
  encodeURIComponent(KEY),
  base64,
  Buffer.from(`user:${KEY}`).toString('base64'),
  Buffer.from(KEY).toString('hex'),
]
const ECHO = FORMS.join(' and ')
const PATH = FORMS.map(encodeURIComponent).join('/')

/** What must not be found: the key, and the middle of each of its forms. */
const TRACES = ['Canary', 'canary', 'xYz-Q', base64.slice(4, 24), Buffer.from('Canary').toString('hex')]

function look(value: unknown): void {
  const text = inspect(value, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null })
  for (const trace of TRACES) expect(text).not.toContain(trace)
  expect(JSON.stringify(value)).not.toContain('Canary')
}

async function lookAtFailure(
  url: string,
  options: Partial<ClientOptions> = {},
  call = generate,
): Promise<void> {
  const client = testClient(url, { apiKey: KEY, maxResends: 1, ...options })
  const error = await call(client).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(OneTokenError)
  look(error)
}

function generate(client: OneTokenClient): Promise<unknown> {
  return client.generate(FIELDS)
}

const BODIES: [name: string, body: string][] = [
  ['an error', JSON.stringify({ error: { message: ECHO, type: ECHO, code: ECHO, param: ECHO } })],
  ['an error that is a text', JSON.stringify({ error: ECHO })],
  ['a message', JSON.stringify({ message: ECHO, code: KEY })],
  [
    'a message with the key split by what cannot be seen',
    JSON.stringify({ msg: 'sk-\u200bCan\u001b[0mary/7Ba+c9_0.xYz-Q' }),
  ],
  ['a message that is cut within the key', JSON.stringify({ msg: `${'x'.repeat(288)} ${KEY}` })],
  ['a page', `<title>${ECHO}</title>`],
  ['a page without a title', `<p>${ECHO}</p>`],
  ['plain words', ECHO],
  ['broken JSON', `{"key":"${KEY}`],
]

for (const status of [200, 400, 401, 403, 404, 408, 429, 500, 503, 524]) {
  test.each(BODIES)(`${status} with %s`, async (_, body) => {
    const server = await startServer((response) => {
      response.writeHead(status, { 'x-request-id': ECHO, 'retry-after': '1', server: ECHO }).end(body)
    })
    await lookAtFailure(server.url)
  })
}

test.each([301, 307])('a redirect with %d', async (status) => {
  for (const location of [`/${PATH}`, `https://other.example/${PATH}`, KEY, `sk:${KEY}`]) {
    const server = await startServer((response) => response.writeHead(status, { location }).end())
    await lookAtFailure(server.url)
  }
})

test.each([
  `https://127.0.0.1/${PATH}`,
  `https://${encodeURIComponent(KEY)}@127.0.0.1/`,
  `file:///${PATH}`,
  `${KEY}:`,
  `data:image/png;base64,!${KEY}`,
  `/${PATH}`,
])('a result at %s', async (url) => {
  const server = await startServer((response, { method }) => {
    if (method === 'POST') response.end(JSON.stringify({ data: [{ url, b64_json: `!${KEY}` }] }))
    else response.writeHead(500, ECHO).end(ECHO)
  })
  await lookAtFailure(server.url)
})

test.each([
  ['what is not HTTP', (head: string) => `${head} ${ECHO}\r\n\r\n`],
  ['a bad header', () => `HTTP/1.1 200 OK\r\n${KEY}\r\n\r\n`],
  ['a cut body', () => `HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n${ECHO}`],
  ['a bad chunk', () => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${KEY}\r\n`],
  ['a bad compression', () => `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n${ECHO}`],
  ['the request itself', (head: string) => head],
])('%s', async (_, answer) => {
  const server = await startRawServer((socket, head) => socket.end(answer(head)))
  await lookAtFailure(server.url)
  await lookAtFailure(server.url.replace('http:', 'https:'))
})

test('a reset, a closed port, a deadline, an abort', async () => {
  const reset = await startRawServer((socket) => socket.resetAndDestroy())
  await lookAtFailure(reset.url)
  await lookAtFailure(`http://127.0.0.1:${await closedPort()}`)
  const ofKey = 'relay0123456789canary'
  await lookAtFailure(`http://${ofKey}.localhost:${await closedPort()}/${ofKey}/v1`, { apiKey: ofKey })
  const silent = await startServer(() => {})
  await lookAtFailure(silent.url, { timeout: 50 })
  await lookAtFailure(silent.url, {}, (client) =>
    client.generate(FIELDS, { signal: AbortSignal.abort(new Error(ECHO)) }),
  )
  const closed = testClient(silent.url, { apiKey: KEY })
  await closed.close()
  await lookAtFailure(silent.url, {}, () => closed.generate(FIELDS))
})

test('arguments that cannot be sent', async () => {
  const server = await startServer((response) => response.end())
  await lookAtFailure(server.url, {}, (client) => client.generate(FIELDS, { idempotencyKey: `\n${KEY}` }))
  expect(server.seen).toEqual([])
})

test('options that cannot be used', () => {
  for (const options of [
    { apiKey: `${KEY} ${KEY}` },
    { apiKey: KEY, baseURL: KEY },
    { apiKey: KEY, baseURL: `https://${encodeURIComponent(KEY)}@api.example` },
    { apiKey: KEY, baseURL: `https://api.example/?${KEY}` },
    { apiKey: KEY, baseURL: `canary:${KEY}` },
  ]) {
    try {
      createClient(options)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(OneTokenError)
      look(error)
    }
  }
})

test('a good answer, and the client itself', async () => {
  const server = await startServer((response) => {
    response.setHeader('x-request-id', ECHO)
    const b64_json = PICTURE.toString('base64')
    const data = [{ b64_json, revised_prompt: ECHO }, { url: `https://127.0.0.1/${PATH}` }]
    response.end(JSON.stringify({ data, usage: { [KEY]: 1, input_tokens: 1 } }))
  })
  const client = testClient(server.url, { apiKey: KEY })
  look(await client.generate(FIELDS))
  look(client)
})
