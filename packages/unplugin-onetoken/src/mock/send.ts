import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Reply } from './problem.ts'
import type { MockRequest } from './types.ts'

/** The most that a body may weigh, as nginx would limit it. */
const MAX_BODY = 256 * 1024 * 1024

/** What is needed to answer one request. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  entry: MockRequest
  /** Ends waits when the mock closes. */
  closing: AbortSignal
}

/** Read a whole body; `undefined` when it is too large. Rejects when the client goes away. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= MAX_BODY) chunks.push(chunk)
  }
  return length > MAX_BODY ? undefined : Buffer.concat(chunks)
}

/** Send status and headers. */
function head({ response, entry }: Exchange, reply: Reply, length: number | undefined): void {
  entry.status = reply.status
  response.writeHead(reply.status, {
    'content-type': reply.type ?? 'application/json',
    ...(length === undefined ? {} : { 'content-length': length }),
    'x-request-id': entry.id,
    'x-oneapi-request-id': entry.id,
    ...reply.headers,
  })
}

/** Answer in one go. */
export function send(exchange: Exchange, reply: Reply): void {
  head(exchange, reply, Buffer.byteLength(reply.body))
  exchange.response.end(exchange.entry.method === 'HEAD' ? '' : reply.body)
}

/** Answer with the headers at once and the body in pieces over a time. */
export async function sendSlowly(exchange: Exchange, reply: Reply, duration: number): Promise<void> {
  const body = Buffer.from(reply.body)
  const pieces = 8
  head(exchange, reply, body.length)
  exchange.response.flushHeaders()
  for (let piece = 0; piece < pieces; piece++) {
    await wait(exchange, duration / pieces)
    const from = Math.floor((body.length * piece) / pieces)
    exchange.response.write(body.subarray(from, Math.floor((body.length * (piece + 1)) / pieces)))
  }
  exchange.response.end()
}

/** Send 200 and white space until the answer is there, then the answer. */
export async function sendAfterSpaces(
  exchange: Exchange,
  duration: number,
  answer: () => Promise<Reply>,
): Promise<void> {
  const beats = 8
  head(exchange, { status: 200, type: 'application/json', body: '' }, undefined)
  for (let beat = 0; beat < beats; beat++) {
    exchange.response.write(beat % 2 ? '\n' : '  ')
    await wait(exchange, duration / beats)
  }
  exchange.response.end((await answer()).body)
}

/** Send the headers and a part of the body, then drop the connection. */
export function sendCut(exchange: Exchange, reply: Reply, percent: number): void {
  const body = Buffer.from(reply.body)
  exchange.entry.outcome = 'broken'
  head(exchange, reply, body.length)
  exchange.response.flushHeaders()
  const part = body.subarray(0, Math.floor((body.length * percent) / 100))
  exchange.response.write(part.length > 0 ? part : '', () => exchange.request.socket.destroy())
  if (part.length === 0) exchange.request.socket.end()
}

/** Reset the connection without an answer. */
export function reset({ request, entry }: Exchange): void {
  entry.outcome = 'broken'
  request.socket.resetAndDestroy()
}

/** Wait; ends early, by an error, when the mock closes. */
export async function wait({ closing }: Exchange, ms: number): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal: closing })
}
