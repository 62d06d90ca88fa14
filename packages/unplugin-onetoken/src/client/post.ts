import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import type { Dispatcher } from 'undici'
import type { Body } from './body.ts'
import type { Failure } from './failure.ts'
import { headerOf } from './headers.ts'
import { type Bounds, exchange, type NoReply, type Reply } from './transport.ts'

/** One POST to an endpoint of the API. */
export interface Posting {
  url: URL
  body: Body
  apiKey: string
  idempotencyKey: string | undefined
}

const MOST_REDIRECTS = 3
const DECODERS: ReadonlyMap<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> =
  new Map([
    ['gzip', promisify(gunzip)],
    ['x-gzip', promisify(gunzip)],
    ['deflate', promisify(inflate)],
    ['br', promisify(brotliDecompress)],
  ])

// Failures to connect that stay: certificates, a server that does not speak TLS, arguments that undici refuses, and a
// client that was closed.
const PERMANENT =
  /^(?:CERT_|DEPTH_ZERO|ERR_SSL|ERR_TLS|EPROTO|HOSTNAME_MISMATCH|SELF_SIGNED|UNABLE_TO_|UND_ERR_(?:CLOSED|DESTROYED|INVALID_ARG|NOT_SUPPORTED)$)/

/**
 * POST once. A redirect with 307 or 308 to the same origin, with which relays correct a slash, is followed by the same
 * POST; every other one is a failure, as the key goes to one origin only and a GET renders nothing.
 */
export async function post(
  dispatcher: Dispatcher,
  posting: Posting,
  bounds: Bounds,
): Promise<Reply | Failure> {
  let url = posting.url
  let status: number | undefined
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const request = { method: 'POST', url, headers: headersOf(posting), body: posting.body.bytes } as const
    const outcome = await exchange(dispatcher, request, bounds)
    if (outcome.kind !== 'reply') return failureOf(outcome)
    if (outcome.status < 300 || outcome.status >= 400) return decompress(outcome, bounds.largest)
    const next = follow(outcome, url)
    if (!(next instanceof URL)) return next
    url = next
    status = outcome.status
  }
  return { kind: 'redirect', sent: true, status, note: `more than ${MOST_REDIRECTS} times in a row` }
}

function headersOf({ apiKey, body, idempotencyKey }: Posting): Record<string, string> {
  return {
    authorization: `Bearer ${apiKey}`,
    'content-type': body.type,
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'unplugin-onetoken',
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  }
}

/** Where a redirect leads, when the POST may go there. */
function follow({ status, headers }: Reply, from: URL): URL | Failure {
  const location = headerOf(headers, 'location')
  const failure = (note: string): Failure => ({ kind: 'redirect', sent: true, status, note })
  if (location === undefined || !URL.canParse(location, from.href)) return failure('without a usable address')
  const next = new URL(location, from)
  const shown = `to ${next.origin === 'null' ? next.protocol : next.origin}${next.pathname}`
  if (next.origin !== from.origin) return failure(`${shown}, and the key is sent to ${from.origin} only`)
  if (status === 307 || status === 308) return next
  return failure(`${shown}, which would lose the request: only 307 and 308 keep it`)
}

function failureOf({ kind, sent, status, error }: NoReply): Failure {
  const { code } = (error ?? {}) as { code?: unknown }
  const permanent = !sent && typeof code === 'string' && PERMANENT.test(code)
  return { kind, sent, permanent, status, cause: error }
}

/** Undo a compression that was not asked for: what is inside was paid for. */
async function decompress(reply: Reply, largest: number): Promise<Reply | Failure> {
  const decode = DECODERS.get(headerOf(reply.headers, 'content-encoding')?.toLowerCase() ?? '')
  if (decode === undefined) return reply
  try {
    return { ...reply, body: await decode(reply.body, { maxOutputLength: largest }) }
  } catch (error) {
    if (reply.status >= 300) return { ...reply, body: Buffer.alloc(0) }
    const { code } = error as { code?: unknown }
    const kind = code === 'ERR_BUFFER_TOO_LARGE' ? 'oversize' : 'cut'
    return { kind, sent: true, status: reply.status, cause: error }
  }
}
