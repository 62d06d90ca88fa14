import PQueue from 'p-queue'
import { OneTokenError } from '../errors.ts'

/** Limits of the requests to the API. */
export interface ScheduleLimits {
  /** Requests under way at once. */
  concurrency: number
  requestsPerMinute: number | undefined
}

/** The queue of requests to the API. */
export interface Schedule {
  /** Aborted, with the reason, when the queue is stopped: whoever waits to begin need not wait any longer. */
  readonly stopped: AbortSignal
  /** Run `job` when its turn comes. Rejects with the reason when the queue is stopped before. */
  run<T>(job: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Start nothing new for so many milliseconds: the API said that it is too much for the whole account. */
  slowDown(ms: number): void
  /** Reject what has not started. What is under way goes on: it may be billed. */
  stop(reason: OneTokenError): void
  /** Abort what is under way as well. */
  abort(): void
}

/** setTimeout's longest delay; a longer one fires at once. */
const LONGEST_TIMER = 2_147_483_647

/** A queue with the API's own limits: bundlers ask for hundreds of pictures at once. */
export function createSchedule({ concurrency, requestsPerMinute }: ScheduleLimits): Schedule {
  // Strict: in no 60 seconds are there more, where fixed windows let pass twice as many around their edges.
  const perMinute =
    requestsPerMinute === undefined ? {} : { intervalCap: requestsPerMinute, interval: 60_000, strict: true }
  const queue = new PQueue({ concurrency, ...perMinute })
  const stopping = new AbortController()
  const aborting = new AbortController()
  const waiting = new Set<(reason: unknown) => void>()
  let resumeAt = 0
  let timer: NodeJS.Timeout | undefined

  const sleep = (): void => {
    clearTimeout(timer)
    timer = setTimeout(wake, Math.min(resumeAt - performance.now(), LONGEST_TIMER))
    // A process with nothing to ask for does not stay alive for a pause.
    if (waiting.size === 0) timer.unref()
  }
  const wake = (): void => {
    if (performance.now() < resumeAt) return sleep()
    timer = undefined
    queue.start()
  }
  const stop = (reason: OneTokenError): void => {
    if (stopping.signal.aborted) return
    clearTimeout(timer)
    // Not one by one as their turns come: that may be minutes from now.
    queue.clear()
    for (const reject of waiting) reject(reason)
    waiting.clear()
    stopping.abort(reason)
  }

  return {
    stopped: stopping.signal,
    run: (job) =>
      new Promise((resolve, reject) => {
        if (stopping.signal.aborted) return reject(stopping.signal.reason)
        waiting.add(reject)
        timer?.ref()
        void queue.add(async () => {
          waiting.delete(reject)
          try {
            resolve(await job(aborting.signal))
          } catch (error) {
            reject(error)
          }
        })
      }),
    slowDown(ms) {
      const until = performance.now() + ms
      if (stopping.signal.aborted || !(until > resumeAt)) return
      resumeAt = until
      queue.pause()
      sleep()
    },
    stop,
    abort() {
      stop(
        new OneTokenError('ABORTED', 'The run was stopped.', {
          hint: 'Run it again to go on: what is in the store stays there.',
        }),
      )
      aborting.abort(stopping.signal.reason)
    },
  }
}
