import type { IncomingMessage, ServerResponse } from 'node:http'
import type { State } from './state.ts'
import type { MockRequest } from './types.ts'

/** The key that a request carries, in any of the usual places. */
export function keyOf(request: IncomingMessage): string | undefined {
  const { authorization } = request.headers
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1]
  return bearer ?? first(request.headers['x-api-key']) ?? first(request.headers['api-key'])
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

/** Begin a line of the log, and see to it that it is finished when the connection is done with the request. */
export function openEntry(
  state: State,
  origin: MockRequest['origin'],
  request: IncomingMessage,
  response: ServerResponse,
): MockRequest {
  const mask = masker(keyOf(request))
  const time = Date.now()
  const path = mask(request.url ?? '/')
  const entry: MockRequest = {
    id: `req_mock_${String(++state.turn).padStart(6, '0')}`,
    time,
    duration: undefined,
    origin,
    method: request.method ?? 'GET',
    path,
    endpoint: endpointOf(path),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, mask(String(value))]),
    ),
    authorized: keyOf(request) !== undefined,
    fields: {},
    files: [],
    prompt: '',
    scenario: undefined,
    status: undefined,
    outcome: 'pending',
    billed: false,
    cost: 0,
  }
  state.requests.push(entry)
  const counted = entry.endpoint === 'generations' || entry.endpoint === 'edits'
  if (counted) {
    const { stats } = state
    stats.requests++
    stats.peakConcurrency = Math.max(stats.peakConcurrency, ++stats.concurrency)
  }
  response.once('close', () => {
    if (counted) state.stats.concurrency--
    entry.duration = Date.now() - time
    if (entry.outcome === 'pending') entry.outcome = response.writableFinished ? 'answered' : 'abandoned'
    state.onRequest?.(entry)
  })
  return entry
}

/** Put the parsed body into a line of the log, without the key if it should be in there. */
export function logFields(
  entry: MockRequest,
  fields: Record<string, unknown>,
  key: string | undefined,
): void {
  const mask = masker(key)
  entry.fields = JSON.parse(mask(JSON.stringify(fields))) as Record<string, unknown>
  const { prompt } = entry.fields
  entry.prompt = typeof prompt === 'string' ? prompt : ''
}

function endpointOf(path: string): MockRequest['endpoint'] {
  const [pathname = ''] = path.split('?')
  if (/^\/v1\/images\/generations\/?$/.test(pathname)) return 'generations'
  if (/^\/v1\/images\/edits\/?$/.test(pathname)) return 'edits'
  if (/^\/v1\/models(?:\/[^/]+)?\/?$/.test(pathname)) return 'models'
  if (pathname.startsWith('/result/')) return 'result'
  return 'unknown'
}

/** Replaces a key, and anything that looks like one, in text. */
function masker(key: string | undefined): (text: string) => string {
  return (text) => {
    const known = key ? text.replaceAll(key, 'sk-***') : text
    return known.replace(/\bsk-[\w-]{3,}/g, 'sk-***')
  }
}
