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
  /** Run `job` when its turn comes. Rejects with the reason when the queue was stopped before. */
  run<T>(job: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Start nothing new for a while: the API said that it is too much for the whole account. */
  slowDown(ms: number): void
  /** Reject what has not started. What is under way goes on: it may be billed. */
  stop(reason: OneTokenError): void
  /** Abort what is under way as well. */
  abort(): void
}

/** setTimeout's longest delay; a longer one fires at once. */
const MAX_TIMER = 2_147_483_647

/** A queue with the API's own limits: bundlers ask for hundreds of pictures at once. */
export function createSchedule({ concurrency, requestsPerMinute }: ScheduleLimits): Schedule {
  const perMinute =
    requestsPerMinute === undefined ? {} : { intervalCap: requestsPerMinute, interval: 60_000 }
  const queue = new PQueue({ concurrency, ...perMinute })
  const controller = new AbortController()
  let stopped: OneTokenError | undefined
  let resumeAt = 0
  let timer: NodeJS.Timeout | undefined

  return {
    async run(job) {
      return await queue.add(async () => {
        if (stopped !== undefined) throw stopped
        return await job(controller.signal)
      })
    },
    slowDown(ms) {
      const until = Date.now() + Math.min(ms, MAX_TIMER)
      if (until <= resumeAt) return
      resumeAt = until
      queue.pause()
      clearTimeout(timer)
      timer = setTimeout(() => queue.start(), until - Date.now())
    },
    stop(reason) {
      stopped ??= reason
      clearTimeout(timer)
      queue.start()
    },
    abort() {
      stopped ??= new OneTokenError('ABORTED', 'The run was stopped.')
      queue.start()
      controller.abort(stopped)
    },
  }
}
