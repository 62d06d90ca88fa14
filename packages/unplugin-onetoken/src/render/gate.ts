import { equalJitter } from '../client/decide.ts'

/** Lets requests through as fast as the account takes them. A turn is one request, however often it is sent. */
export interface Gate {
  /** Wait until the request of this turn may be sent. Rejects when the gate is closed. */
  pass(turn: object): Promise<void>
  /** The API turned it away, and may be asked again in so many milliseconds. */
  refuse(turn: object, ms: number): void
  /** It was answered in another way. */
  settle(turn: object): void
  /** Something waits for the end of a pause: keep the process alive until then. */
  hold(): void
  /** Let nothing through any more, for this reason. */
  close(reason: unknown): void
}

/** Whom a gate tells and asks. */
export interface GateParts {
  /** Nothing passes for now. */
  paused(): void
  /** A request may pass. */
  resumed(): void
  /** A person who waits should know why: told once until all may pass again. */
  told(): void
  /** Whether anything waits, so that the process has to live as long as a pause. */
  isNeeded(): boolean
  /** From 0 to 1, for jitter. */
  chance(): number
}

/** Milliseconds; doubles with each refusal. */
const FIRST_PAUSE = 2_000
/** A request that is not turned away by then is being rendered: that takes 10 to 200 seconds, a refusal hardly one. */
const TAKEN_AFTER = 5_000
/** Milliseconds of a pause that a person notices. */
const NOTICED = 5_000
/** setTimeout's longest delay; a longer one fires at once. */
const LONGEST_TIMER = 2_147_483_647

/**
 * After a refusal nothing passes for a while, and then a single request: only when that one is taken do the others
 * follow. So hundreds of jobs cost a handful of refusals, however long the API has enough.
 */
export function createGate({ paused, resumed, told, isNeeded, chance }: GateParts): Gate {
  let state: 'open' | 'paused' | 'half-open' | 'closed' = 'open'
  let reason: unknown
  /** The one that passed while the gate is half open. */
  let probe: object | undefined
  let refusals = 0
  let isTold = false
  let resumeAt = 0
  let timer: NodeJS.Timeout | undefined
  let waiting: (() => void)[] = []

  const wake = (): void => {
    const woken = waiting
    waiting = []
    for (const resume of woken) resume()
  }
  const open = (): void => {
    clearTimeout(timer)
    state = 'open'
    probe = undefined
    refusals = 0
    isTold = false
    wake()
  }
  const sleep = (): void => {
    const left = resumeAt - performance.now()
    if (left <= 0) {
      state = 'half-open'
      resumed()
      return wake()
    }
    timer = setTimeout(sleep, Math.min(Math.ceil(left), LONGEST_TIMER))
    // A timer may fire a moment early: then this is not the first look, and turns wait here already.
    if (waiting.length === 0 && !isNeeded()) timer.unref()
  }

  return {
    async pass(turn) {
      for (;;) {
        if (state === 'closed') throw reason
        if (state === 'open' || probe === turn) return
        if (state === 'half-open' && probe === undefined) {
          probe = turn
          timer = setTimeout(open, TAKEN_AFTER)
          return
        }
        timer?.ref()
        await new Promise<void>((resume) => waiting.push(resume))
      }
    },
    refuse(turn, ms) {
      if (state === 'closed') return
      // Those that were under way at the first refusal say nothing new.
      if (state === 'open' || probe === turn) refusals += 1
      const pause = Math.max(ms, equalJitter(FIRST_PAUSE, refusals - 1, chance())) || FIRST_PAUSE
      resumeAt = Math.max(resumeAt, performance.now() + pause)
      clearTimeout(timer)
      state = 'paused'
      probe = undefined
      paused()
      if (pause >= NOTICED && !isTold) {
        isTold = true
        told()
      }
      sleep()
    },
    settle(turn) {
      if (probe === turn) open()
    },
    hold() {
      timer?.ref()
    },
    close(why) {
      clearTimeout(timer)
      state = 'closed'
      reason = why
      wake()
    },
  }
}
