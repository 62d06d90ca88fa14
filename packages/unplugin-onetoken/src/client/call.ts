import { largestAnswer, readAnswer } from './answer.ts'
import type { Body } from './body.ts'
import type { Cleaner } from './clean.ts'
import { decide } from './decide.ts'
import { explain } from './explain.ts'
import type { Failure } from './failure.ts'
import { headerOf } from './headers.ts'
import type { Network } from './network.ts'
import type { ResolvedOptions } from './options.ts'
import { post } from './post.ts'
import { readProblem } from './problem.ts'
import { collectResults } from './results.ts'
import { readRetryAfter, readShouldRetry } from './retry-after.ts'
import { type Reply, startDeadline } from './transport.ts'
import type { CallOptions, RenderAnswer } from './types.ts'

/** What every call of one client works with. */
export interface Room {
  options: ResolvedOptions
  network: Network
  cleaner: Cleaner
}

/** One request for images. */
export interface Request {
  url: URL
  body: Body
  /** How many images are asked for. */
  wanted: number
}

/** A download is quick where a render is slow. */
const LONGEST_DOWNLOAD = 120_000

/**
 * Ask for images, and again as long as the API certainly has not accepted the request.
 *
 * @throws `OneTokenError`, and whatever `onSend` throws.
 */
export async function call(room: Room, request: Request, options: CallOptions): Promise<RenderAnswer> {
  const { timeout, maxResends, random, sleep } = room.options
  const begun = performance.now()
  let slept = 0
  for (let resends = 0; ; resends++) {
    const outcome = await attempt(room, request, options)
    if (!('kind' in outcome)) return outcome
    // Whoever waits in `onSend` has waited as well; a clock that stood still meanwhile does not prolong it.
    const waitLeft = timeout - Math.max(slept, performance.now() - begun)
    const decision = decide(outcome, { resends, maxResends, waitLeft, chance: random() })
    if (decision.action === 'fail') {
      throw explain(outcome, decision, { ...room, tries: resends + 1 })
    }
    const ms = decision.waitMs
    slept += ms
    await options.onWait?.({ ms, status: outcome.status, attempt: resends + 1 })
    await pause(sleep, ms, options)
  }
}

/** Wait before the next attempt. That one sees an aborted signal before it sends anything, and says so. */
async function pause(
  sleep: ResolvedOptions['sleep'],
  ms: number,
  { signal, stop }: CallOptions,
): Promise<void> {
  const ends = [signal, stop].filter((end) => end !== undefined)
  try {
    await sleep(ms, ends.length === 0 ? undefined : AbortSignal.any(ends))
  } catch (error) {
    if (!ends.some(({ aborted }) => aborted)) throw error
  }
  if (signal?.aborted !== true) stop?.throwIfAborted()
}

async function attempt(room: Room, request: Request, call: CallOptions): Promise<RenderAnswer | Failure> {
  const { apiKey, timeout, maxResultBytes } = room.options
  const { signal, idempotencyKey } = call
  if (signal?.aborted === true) return { kind: 'aborted', sent: false, cause: signal.reason }
  await call.onSend?.()
  const deadline = startDeadline(timeout)
  try {
    const largest = largestAnswer(request.wanted, maxResultBytes)
    const posting = { url: request.url, body: request.body, apiKey, idempotencyKey }
    const outcome = await post(room.network.own, posting, { signal, deadline: deadline.signal, largest })
    if (outcome.kind !== 'reply') return outcome
    deadline.stop()
    return await readReply(room, outcome, request.wanted, signal)
  } finally {
    deadline.stop()
  }
}

async function readReply(
  room: Room,
  reply: Reply,
  wanted: number,
  signal: AbortSignal | undefined,
): Promise<RenderAnswer | Failure> {
  const { status, headers } = reply
  const id = headerOf(headers, 'x-request-id') ?? headerOf(headers, 'x-oneapi-request-id')
  const facts = { sent: true, status, requestId: id }
  if (status >= 300) {
    return {
      ...facts,
      kind: 'status',
      problem: readProblem(new TextDecoder().decode(reply.body), status),
      askedMs: readRetryAfter(headers, room.options.now()),
      shouldRetry: readShouldRetry(headers),
    }
  }
  const answer = readAnswer(reply.body)
  if (answer.kind === 'page') return { ...facts, kind: 'page', note: answer.title }
  if (answer.kind === 'error') return { ...facts, kind: 'error', problem: answer.problem }
  if (answer.kind === 'empty') return { ...facts, kind: 'empty', note: answer.note }
  const timeout = Math.min(room.options.timeout, LONGEST_DOWNLOAD)
  const context = { ...room.options, network: room.network, timeout, signal }
  const { images, lost, failed } = await collectResults(answer.items, wanted, context)
  if (images.length === 0) {
    return { ...facts, kind: KINDS[failed ?? 'unreadable'], note: lost.join(' '), cause: signal?.reason }
  }
  const { redact, line } = room.cleaner
  return {
    images: images.map(({ bytes, revisedPrompt }) => ({
      bytes,
      revisedPrompt: revisedPrompt === undefined ? undefined : redact(revisedPrompt),
    })),
    usage: answer.usage,
    requestId: id === undefined ? undefined : line(id, 100),
    lost: lost.map((sentence) => line(sentence)),
  }
}

const KINDS = { refused: 'refused-url', aborted: 'aborted', unreadable: 'lost' } as const
