import { setMaxListeners } from 'node:events'
import PQueue from 'p-queue'
import { OneTokenError } from '../errors.ts'
import { createGate } from './gate.ts'

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
  /** How many requests were sent and are neither answered nor turned away. */
  readonly underWay: number
  /** Run `job` when its turn comes. Rejects with the reason when the queue is stopped before. */
  run<T>(job: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Take part in what the API says about the account as a whole: each job does, for its request. */
  turn(): Turn
  /** Reject what has not started. What is under way goes on: it may be billed. */
  stop(reason: OneTokenError): void
  /** Abort what is under way as well. */
  abort(): void
}

/** One request, however often it is sent. */
export interface Turn {
  /** Wait until it may be sent. Rejects with the reason when the queue is stopped. */
  begin(): Promise<void>
  /** The API turned it away, and may be asked again in so many milliseconds. */
  refused(ms: number): void
  /** It did not get as far as the API. */
  unsent(): void
  /** It was answered, or is given up. */
  end(): void
}

/**
 * A queue with the API's own limits: bundlers ask for hundreds of pictures at once.
 * @param told Called when the API lets nothing pass for a time that a person notices; once until it does again.
 */
export function createSchedule(
  { concurrency, requestsPerMinute }: ScheduleLimits,
  told: () => void = () => {},
): Schedule {
  // Strict: in no 60 seconds are there more, where fixed windows let pass twice as many around their edges.
  const perMinute =
    requestsPerMinute === undefined ? {} : { intervalCap: requestsPerMinute, interval: 60_000, strict: true }
  const queue = new PQueue({ concurrency, ...perMinute })
  const stopping = new AbortController()
  const aborting = new AbortController()
  // Each request listens to them while it runs, and there may be 64.
  setMaxListeners(0, stopping.signal, aborting.signal)
  const waiting = new Set<(reason: unknown) => void>()
  const underWay = new Set<object>()
  const gate = createGate({
    paused: () => queue.pause(),
    resumed: () => void queue.start(),
    told,
    // A process with nothing to ask for does not stay alive for a pause.
    isNeeded: () => waiting.size > 0,
    chance: Math.random,
  })

  const stop = (reason: OneTokenError): void => {
    if (stopping.signal.aborted) return
    gate.close(reason)
    // Not one by one as their turns come: that may be minutes from now.
    queue.clear()
    for (const reject of waiting) reject(reason)
    waiting.clear()
    stopping.abort(reason)
  }

  return {
    stopped: stopping.signal,
    get underWay() {
      return underWay.size
    },
    run: (job) =>
      new Promise((resolve, reject) => {
        if (stopping.signal.aborted) return reject(stopping.signal.reason)
        waiting.add(reject)
        gate.hold()
        void queue.add(async () => {
          waiting.delete(reject)
          try {
            resolve(await job(aborting.signal))
          } catch (error) {
            reject(error)
          }
        })
      }),
    turn() {
      const turn = {}
      return {
        async begin() {
          await gate.pass(turn)
          underWay.add(turn)
        },
        unsent: () => void underWay.delete(turn),
        refused(ms) {
          underWay.delete(turn)
          gate.refuse(turn, ms)
        },
        end() {
          underWay.delete(turn)
          gate.settle(turn)
        },
      }
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
