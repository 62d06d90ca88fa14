import { OneTokenError } from '../errors.ts'
import type { Cleaner } from './clean.ts'
import type { Decision } from './decide.ts'
import type { Failure } from './failure.ts'
import type { ResolvedOptions } from './options.ts'
import { duration, sentences } from './sentences.ts'

/** What an error tells beside the failure itself. */
export interface ErrorContext {
  options: Pick<ResolvedOptions, 'base' | 'timeout' | 'maxResultBytes'>
  cleaner: Cleaner
  /** How often the request was sent. */
  tries: number
}

/** What the codes of common failures mean to somebody who does not know them. */
const CODES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EPIPE', 'connection closed'],
  ['ENOTFOUND', 'DNS does not know the name'],
  ['EAI_AGAIN', 'DNS does not answer'],
  ['EHOSTUNREACH', 'no route to the host'],
  ['ENETUNREACH', 'no network'],
  ['ETIMEDOUT', 'no answer in time'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection in time'],
  ['UND_ERR_SOCKET', 'connection closed'],
  ['UND_ERR_CLOSED', 'the client was closed'],
  ['UND_ERR_DESTROYED', 'the client was closed'],
])

/** Make the error that the user gets of a failure and of the decision about it. */
export function explain(
  failure: Failure,
  decision: Extract<Decision, { action: 'fail' }>,
  { options, cleaner, tries }: ErrorContext,
): OneTokenError {
  const { status, problem, requestId, note, cause } = failure
  const shown = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : cleaner.line(text, 100)
  const answer = [status ?? '', problem?.code ?? problem?.type ?? ''].join(' ')
  const [message, hint] = sentences(decision.code, {
    kind: failure.kind,
    sent: failure.sent,
    permanent: failure.permanent === true,
    status,
    topic: problem?.topic,
    tries,
    host: cleaner.redact(options.base.host),
    answer: cleaner.line(answer, 100),
    said: problem?.message === undefined ? '' : `: ${cleaner.line(problem.message)}`,
    note: cleaner.line(note ?? ''),
    why: cleaner.line(whyOf(cause), 120),
    timeout: duration(options.timeout),
    askedFor: (failure.askedMs ?? 0) > options.timeout ? duration(failure.askedMs ?? 0) : undefined,
    largest: `${Math.ceil(options.maxResultBytes / 1024 / 1024)} MiB`,
    requestId: shown(requestId),
  })
  const details = {
    status,
    type: shown(problem?.type),
    apiCode: shown(problem?.code),
    requestId: shown(requestId),
    possiblyBilled: decision.possiblyBilled,
    stopAll: decision.stopAll,
  }
  return new OneTokenError(decision.code, message, { hint, details, cause: cleaner.cause(cause) })
}

/** The reason of a failed connection, in words for somebody who does not know its code. */
export function whyOf(cause: unknown): string {
  if (cause === undefined || cause === null) return 'no reason given'
  const { code, message } = cause as { code?: unknown; message?: unknown }
  const words = typeof message === 'string' ? message : String(cause)
  if (typeof code !== 'string') return words
  const known = CODES.get(code)
  return known === undefined ? words || code : `${known}, ${code}`
}
