import { setTimeout as sleep } from 'node:timers/promises'
import { asOneTokenError, type OneTokenError } from '../../errors.ts'
import { isPassing, remoteFailed, type RemoteFailure, type RemoteVerb } from './failed.ts'
import type { Patience } from './types.ts'

/** What is to be done with a file of a remote store. */
export interface Task {
  verb: RemoteVerb
  name: string
  /**
   * Whether it may be sent again. A removal may not, nor may a replacement: the first one may have been done although
   * its answer was lost, and the second would then hit what somebody else has put there since.
   */
  canResend: boolean
  /** Bytes that are sent. @default 0 */
  upload?: number | undefined
}

/** One attempt at a task. */
export interface Attempt {
  /** From 1. */
  readonly number: number
  /** Aborted when the time is over. */
  readonly signal: AbortSignal
  /** The server has begun to answer. */
  answered(): void
  /** The error of the task for what went wrong. */
  fail(failure: RemoteFailure): OneTokenError
}

/** A remote store, as its operations need to know it. */
export interface Server {
  /** With nothing secret in it. */
  url: string
  patience: Patience
  /** What there is to say of an error that is not ours. */
  explain(thrown: unknown): RemoteFailure
}

const MOST_ATTEMPTS = 3
/** Bytes a millisecond; half a megabit a second. */
const SLOWEST_UPLOAD = 64

/** Do a task in bounded time, more than once where that is allowed and may help. Rejects with `REMOTE_FAILED`. */
export async function operate<T>(
  { url, patience, explain }: Server,
  { canResend, upload = 0, ...task }: Task,
  attempt: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const deadline = openDeadline(patience, upload)
  const { signal, answered } = deadline
  let canPass = false
  const fail = (failure: RemoteFailure): OneTokenError => {
    canPass = isPassing(failure)
    return remoteFailed({ ...task, url }, failure)
  }
  try {
    for (let number = 1; ; number++) {
      try {
        // Not everything obeys the signal: a provider of credentials may ask another server.
        return await Promise.race([attempt({ number, signal, answered, fail }), deadline.passed])
      } catch (thrown) {
        if (signal.aborted) throw fail({ kind: 'timeout', why: deadline.why(), cause: thrown })
        const error = asOneTokenError(thrown) ?? fail(explain(thrown))
        if (!canResend || !canPass || number === MOST_ATTEMPTS) throw error
        const wait = patience.pause * number * (0.5 + Math.random())
        await sleep(wait, undefined, { signal }).catch(() => Promise.reject(error))
      }
    }
  } finally {
    deadline.close()
  }
}

interface Deadline {
  readonly signal: AbortSignal
  /** Rejects when the time is over. */
  readonly passed: Promise<never>
  /** What took too long. */
  why(): string
  answered(): void
  close(): void
}

function openDeadline({ answer, whole }: Patience, upload: number): Deadline {
  const controller = new AbortController()
  const { signal } = controller
  const after = (ms: number, why: string): NodeJS.Timeout =>
    setTimeout(() => controller.abort(new Error(`${why} within ${seconds(ms)}`)), ms)
  const timers = [
    after(Math.min(whole, answer + upload / SLOWEST_UPLOAD), 'it did not answer'),
    after(whole, 'it was not done'),
  ]
  const passed = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  passed.catch(() => undefined)
  return {
    signal,
    passed,
    why: () => (signal.reason as Error).message,
    answered: () => clearTimeout(timers[0]),
    close: () => timers.forEach((timer) => clearTimeout(timer)),
  }
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(ms < 10_000 ? 1 : 0))} s`
}
