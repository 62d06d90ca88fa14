import { describe, expect, test } from 'vitest'
import type { OneTokenError } from '../errors.ts'
import { failureOf, FIELDS, good, startServer, testClient } from './testing.ts'
import type { ClientOptions } from './types.ts'

/** Message and hint as the user reads them, without what differs from run to run. */
function shown(error: OneTokenError): string {
  return `${error.message}\n${error.hint}`.replace(/127\.0\.0\.1:\d+/g, 'HOST')
}

interface Row {
  name: string
  status?: number
  headers?: Record<string, string>
  body?: unknown
  /** POSTs that arrive, all in all. */
  posts?: number
  code: string
  details?: Record<string, unknown>
}

const billed = { possiblyBilled: true, stopAll: false }
const stop = { possiblyBilled: false, stopAll: true }
const wrong = { possiblyBilled: false, stopAll: false }
const html = (title: string): string => `<html><head><title>${title}</title></head><body></body></html>`
const apiError = (code: unknown, message: string, type = 'invalid_request_error'): object => ({
  error: { message, type, code },
})

const ROWS: Row[] = [
  {
    name: '400',
    status: 400,
    body: apiError(null, 'Invalid size 1x1'),
    code: 'API_BAD_REQUEST',
    details: { ...wrong, status: 400, type: 'invalid_request_error', apiCode: undefined },
  },
  { name: '404', status: 404, body: '404 page not found', code: 'API_BAD_REQUEST', details: wrong },
  {
    name: '413',
    status: 413,
    body: html('413 Request Entity Too Large'),
    code: 'API_BAD_REQUEST',
    details: wrong,
  },
  { name: '422', status: 422, body: { msg: '参数错误' }, code: 'API_BAD_REQUEST', details: wrong },
  {
    name: '503 of an unknown model',
    status: 503,
    body: apiError('model_not_found', '无可用渠道'),
    code: 'API_BAD_REQUEST',
    details: wrong,
  },
  {
    name: 'moderation',
    status: 400,
    body: apiError('moderation_blocked', 'Rejected by the safety system.', 'image_generation_user_error'),
    code: 'API_REFUSED',
    details: { ...wrong, apiCode: 'moderation_blocked' },
  },
  {
    name: '401',
    status: 401,
    body: apiError('invalid_api_key', 'Incorrect API key provided'),
    code: 'API_KEY_REFUSED',
    details: stop,
  },
  { name: '403', status: 403, body: html('Attention Required!'), code: 'API_KEY_REFUSED', details: stop },
  {
    name: '403 of credit',
    status: 403,
    body: apiError('insufficient_user_quota', '用户额度不足, 剩余额度: $0.00'),
    code: 'API_NO_CREDIT',
    details: stop,
  },
  {
    name: '429 of credit',
    status: 429,
    headers: { 'retry-after': '1' },
    body: apiError('insufficient_quota', 'You exceeded your current quota'),
    code: 'API_NO_CREDIT',
    details: stop,
  },
  {
    name: '429 for ever',
    status: 429,
    body: apiError('rate_limit_exceeded', 'Slow down'),
    // 1.5, 3, 6 and 12 seconds, then 22.5 each time, in the ten minutes that a call may wait.
    posts: 30,
    code: 'API_RATE_LIMITED',
    details: { ...stop, status: 429 },
  },
  {
    name: '429, long',
    status: 429,
    headers: { 'retry-after': '86400' },
    body: { err: 'Come back tomorrow' },
    code: 'API_RATE_LIMITED',
    details: stop,
  },
  {
    name: '429, 2^32 s',
    status: 429,
    headers: { 'retry-after': '4294967296' },
    code: 'API_RATE_LIMITED',
    details: stop,
  },
  {
    name: '429, not to be repeated',
    status: 429,
    headers: { 'x-should-retry': 'false' },
    code: 'API_RATE_LIMITED',
    details: wrong,
  },
  {
    name: '500',
    status: 500,
    headers: { 'x-request-id': 'req_1' },
    body: apiError(null, 'The server had an error', 'server_error'),
    code: 'POSSIBLY_BILLED',
    details: { ...billed, type: 'server_error', requestId: 'req_1' },
  },
  {
    name: '500, to be repeated',
    status: 500,
    headers: { 'x-should-retry': 'true', 'retry-after': '1' },
    code: 'POSSIBLY_BILLED',
    details: billed,
  },
  { name: '502', status: 502, body: html('502 Bad Gateway'), code: 'POSSIBLY_BILLED', details: billed },
  { name: '503', status: 503, body: '', code: 'POSSIBLY_BILLED', details: billed },
  { name: '504', status: 504, body: html('504 Gateway Time-out'), code: 'POSSIBLY_BILLED', details: billed },
  { name: '524', status: 524, body: html('A timeout occurred'), code: 'POSSIBLY_BILLED', details: billed },
  { name: '200 with a page', body: html('New API'), code: 'API_UNEXPECTED', details: stop },
  {
    name: '200 with an error',
    body: apiError(null, 'upstream error: do request failed', 'new_api_error'),
    code: 'POSSIBLY_BILLED',
    details: { ...billed, status: 200 },
  },
  {
    name: '200 with a bad request',
    body: apiError(null, 'Unknown parameter'),
    code: 'API_BAD_REQUEST',
    details: wrong,
  },
  { name: '200 without images', body: { created: 1, data: [] }, code: 'POSSIBLY_BILLED', details: billed },
  { name: '200 with nothing', body: '', code: 'POSSIBLY_BILLED', details: billed },
  { name: '200 with half of the JSON', body: good().slice(0, 30), code: 'POSSIBLY_BILLED', details: billed },
  {
    name: '200 with damaged images',
    body: { data: [{ b64_json: 'AAA' }, {}] },
    code: 'POSSIBLY_BILLED',
    details: billed,
  },
  {
    name: '200 with a refused address',
    body: { data: [{ url: 'http://169.254.169.254/latest' }] },
    code: 'RESULT_URL_REFUSED',
    details: billed,
  },
]

describe('an answer', () => {
  test.each(ROWS)('$name', async ({ status = 200, headers = {}, body = '', posts = 1, code, details }) => {
    const server = await startServer((response) => {
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
    })
    const error = await failureOf(testClient(server.url).generate(FIELDS))
    expect(error.code).toBe(code)
    expect(error.details).toMatchObject(details ?? {})
    expect(server.posts()).toBe(posts)
    expect(shown(error)).toMatchSnapshot()
  })

  test.each([
    ['408', 408, {}, 1500],
    ['429', 429, {}, 1500],
    ['429 with Retry-After', 429, { 'retry-after': '2' }, 2250],
    ['429 with Retry-After 0', 429, { 'retry-after': '0' }, 1500],
    ['429 with a past date', 429, { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }, 1500],
    ['429 with a negative one', 429, { 'retry-after': '-1' }, 1500],
    ['429 with garbage', 429, { 'retry-after': 'soon' }, 1500],
    ['429 with milliseconds', 429, { 'retry-after-ms': '400', 'retry-after': '9' }, 450],
    ['503 with Retry-After', 503, { 'retry-after': '1' }, 1125],
  ])('%s is followed by another POST', async (_, status, headers, wait) => {
    const server = await startServer((response, __, turn) => {
      if (turn === 1) response.writeHead(status, headers).end()
      else response.end(good())
    })
    const client = testClient(server.url)
    expect((await client.generate(FIELDS)).images).toHaveLength(1)
    expect([client.waits, server.posts()]).toEqual([[wait], 2])
  })

  test('with an error is believed by its status, even when its text is cut', async () => {
    const server = await startServer((response) => {
      response.writeHead(401, { 'content-length': '1000' })
      response.write('{"error"')
      setImmediate(() => response.destroy())
    })
    const error = await failureOf(testClient(server.url).generate(FIELDS))
    expect(error.code).toBe('API_KEY_REFUSED')
  })

  test('with an endless error page is not read to its end', async () => {
    const server = await startServer((response) => {
      response.writeHead(500, { 'content-type': 'text/html' })
      const more = (): void => void (response.destroyed || response.write('x'.repeat(65_536), more))
      more()
    })
    expect((await failureOf(testClient(server.url).generate(FIELDS))).code).toBe('POSSIBLY_BILLED')
  })

  test.each([
    ['by its length', { 'content-length': String(3 * 2 ** 20) }],
    ['by its bytes', {}],
  ])('that is too large %s', async (_, headers) => {
    const server = await startServer((response) => {
      response.writeHead(200, headers).end(Buffer.alloc(3 * 2 ** 20, ' '))
    })
    const error = await failureOf(testClient(server.url, { maxResultBytes: 1000 }).generate(FIELDS))
    expect(error).toMatchObject({ code: 'POSSIBLY_BILLED', details: { status: 200 } })
    expect(error.message).toContain('too large for images of up to 1 MiB each')
  })

  test('that inflates beyond measure', async () => {
    const { gzipSync } = await import('node:zlib')
    const server = await startServer((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(3 * 2 ** 20, ' ')))
    })
    const error = await failureOf(testClient(server.url, { maxResultBytes: 1000 }).generate(FIELDS))
    expect(error.message).toContain('too large')
  })
})

test('a date is counted from the clock of the options', async () => {
  const now = (): number => Date.parse('Sun, 06 Nov 1994 08:49:37 GMT')
  const options: Partial<ClientOptions> = { now }
  const server = await startServer((response) => {
    response.writeHead(429, { 'retry-after': 'Sun, 06 Nov 1994 08:49:39 GMT' }).end()
  })
  const client = testClient(server.url, options)
  await failureOf(client.generate(FIELDS))
  expect(client.waits[0]).toBe(2250)
})
