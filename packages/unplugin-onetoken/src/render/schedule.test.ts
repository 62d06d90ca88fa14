import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { OneTokenError } from '../errors.ts'
import { createSchedule, type Schedule } from './schedule.ts'

const NO_CREDIT = new OneTokenError('API_NO_CREDIT', 'no credit')
const DAY = 24 * 3_600_000

/** A job that ends when it is told to. */
interface Job {
  started: boolean
  result: Promise<string>
  end(): void
  signal: AbortSignal | undefined
}

function add(schedule: Schedule, name = 'done'): Job {
  const job: Job = { started: false, result: Promise.resolve(''), end: () => {}, signal: undefined }
  const ended = new Promise<void>((resolve) => (job.end = resolve))
  job.result = schedule.run(async (signal) => {
    job.started = true
    job.signal = signal
    await ended
    return name
  })
  job.result.catch(() => undefined)
  return job
}

const add10 = (schedule: Schedule): Job[] => Array.from({ length: 10 }, () => add(schedule))
/** A request is turned away for so many milliseconds. */
const slowDown = (schedule: Schedule, ms: number): void => schedule.turn().refused(ms)
const startedOf = (jobs: Job[]): number => jobs.filter(({ started }) => started).length
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

describe('with a clock of its own', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  describe('limits', () => {
    test('so many at once, and the next when one ends', async () => {
      const jobs = add10(createSchedule({ concurrency: 3, requestsPerMinute: undefined }))
      await pass(0)
      expect(startedOf(jobs)).toBe(3)
      jobs[0]?.end()
      await pass(0)
      expect(startedOf(jobs)).toBe(4)
      for (const job of jobs) job.end()
      await pass(0)
      expect(await Promise.all(jobs.map(({ result }) => result))).toHaveLength(10)
    })

    test('the next also when one fails, even before it began to wait', async () => {
      const schedule = createSchedule({ concurrency: 1, requestsPerMinute: undefined })
      const failed = schedule.run(() => {
        throw new Error('at once')
      })
      await expect(failed).rejects.toThrow('at once')
      await expect(schedule.run(() => Promise.reject(new Error('later')))).rejects.toThrow('later')
      expect(await schedule.run(async () => 7)).toBe(7)
    })

    test('so many in any minute', async () => {
      const schedule = createSchedule({ concurrency: 64, requestsPerMinute: 2 })
      const starts: number[] = []
      const begin = Date.now()
      const run = (): void => void schedule.run(async () => void starts.push(Date.now() - begin))
      await pass(50_000)
      for (let job = 0; job < 5; job++) run()
      await pass(5 * 60_000)
      expect(starts).toHaveLength(5)
      for (const [index, start] of starts.slice(2).entries()) {
        expect(start - (starts[index] ?? 0)).toBeGreaterThanOrEqual(60_000)
      }
      expect(starts.at(-1)).toBeLessThanOrEqual(50_000 + 2 * 60_000 + 100)
    })
  })

  test('so many in any minute, also around the edge of one', async () => {
    const schedule = createSchedule({ concurrency: 64, requestsPerMinute: 2 })
    const begin = Date.now()
    const starts: number[] = []
    for (const at of [0, 55_000, 61_000, 62_000]) {
      await pass(at - (Date.now() - begin))
      void schedule.run(async () => void starts.push(Math.floor((Date.now() - begin) / 1_000)))
    }
    await pass(5 * 60_000)
    expect(starts).toEqual([0, 55, 61, 115])
  })

  describe('a refusal', () => {
    test('holds back the whole queue, and nothing that is under way', async () => {
      const schedule = createSchedule({ concurrency: 2, requestsPerMinute: undefined })
      const jobs = add10(schedule)
      slowDown(schedule, 30_000)
      jobs[0]?.end()
      jobs[1]?.end()
      await pass(29_000)
      expect(startedOf(jobs)).toBe(2)
      expect(await jobs[0]?.result).toBe('done')
      await pass(1_100)
      expect(startedOf(jobs)).toBe(4)
    })

    test('counts the longest of several, and from when it was said', async () => {
      const schedule = createSchedule({ concurrency: 2, requestsPerMinute: undefined })
      slowDown(schedule, 30_000)
      slowDown(schedule, 10_000)
      const job = add(schedule)
      await pass(20_000)
      slowDown(schedule, 20_000)
      await pass(19_000)
      expect(job.started).toBe(false)
      await pass(1_100)
      expect(job.started).toBe(true)
    })

    test.each([
      ['1e9', 1e9],
      ['2^31', 2 ** 31],
      ['2^32', 2 ** 32],
    ])('of %s milliseconds lasts as long', async (_, ms) => {
      const schedule = createSchedule({ concurrency: 2, requestsPerMinute: undefined })
      slowDown(schedule, ms)
      const job = add(schedule)
      await pass(1_000)
      expect(job.started).toBe(false)
      await pass(ms - 2_000)
      expect(job.started).toBe(false)
      await pass(1_100)
      expect(job.started).toBe(true)
    })

    test.each([Number.NaN, 0, -5, Number.NEGATIVE_INFINITY])(
      'of %d milliseconds is a short one',
      async (ms) => {
        const schedule = createSchedule({ concurrency: 2, requestsPerMinute: undefined })
        slowDown(schedule, ms)
        const job = add(schedule)
        await pass(990)
        expect(job.started).toBe(false)
        await pass(1_100)
        expect(job.started).toBe(true)
      },
    )

    test('without an end still ends with the queue', async () => {
      const schedule = createSchedule({ concurrency: 2, requestsPerMinute: undefined })
      slowDown(schedule, Number.POSITIVE_INFINITY)
      const job = add(schedule)
      await pass(40 * DAY)
      schedule.stop(NO_CREDIT)
      await expect(job.result).rejects.toBe(NO_CREDIT)
      expect(vi.getTimerCount()).toBe(0)
    })
  })

  describe('stop', () => {
    test('rejects what has not started, and lets go on what is under way', async () => {
      const schedule = createSchedule({ concurrency: 2, requestsPerMinute: undefined })
      const [first, second, ...others] = add10(schedule)
      schedule.stop(NO_CREDIT)
      // Although both places are taken.
      for (const { result } of others) await expect(result).rejects.toBe(NO_CREDIT)
      expect(startedOf(others)).toBe(0)
      expect([first?.signal?.aborted, second?.signal?.aborted]).toEqual([false, false])
      first?.end()
      second?.end()
      expect([await first?.result, await second?.result]).toEqual(['done', 'done'])
    })

    test('is told how many requests are under way: not those that wait', async () => {
      const schedule = createSchedule({ concurrency: 4, requestsPerMinute: undefined })
      const [sent, answered, refused, unsent] = [1, 2, 3, 4].map(() => schedule.turn())
      for (const turn of [sent, answered, unsent, refused]) await turn?.begin()
      expect(schedule.underWay).toBe(4)
      answered?.end()
      unsent?.unsent()
      refused?.refused(DAY)
      expect(schedule.underWay).toBe(1)
      const late = refused?.begin()
      schedule.stop(NO_CREDIT)
      await expect(late).rejects.toBe(NO_CREDIT)
      expect(schedule.underWay).toBe(1)
    })

    test('does not wait for turns of a slow queue', async () => {
      const schedule = createSchedule({ concurrency: 9, requestsPerMinute: 1 })
      const [first, ...others] = add10(schedule)
      slowDown(schedule, DAY)
      schedule.stop(NO_CREDIT)
      for (const { result } of others) await expect(result).rejects.toBe(NO_CREDIT)
      first?.end()
      await first?.result
      await pass(0)
      expect(vi.getTimerCount()).toBe(0)
    })

    test('takes nothing more, for the first reason that was given', async () => {
      const schedule = createSchedule({ concurrency: 2, requestsPerMinute: undefined })
      schedule.stop(NO_CREDIT)
      schedule.stop(new OneTokenError('ABORTED', 'later'))
      slowDown(schedule, DAY)
      const job = add(schedule)
      await expect(job.result).rejects.toBe(NO_CREDIT)
      expect(job.started).toBe(false)
      expect(schedule.stopped.reason).toBe(NO_CREDIT)
      expect(vi.getTimerCount()).toBe(0)
    })

    test('is told to those who wait elsewhere', () => {
      const schedule = createSchedule({ concurrency: 2, requestsPerMinute: undefined })
      expect(schedule.stopped.aborted).toBe(false)
      schedule.stop(NO_CREDIT)
      expect(schedule.stopped.aborted).toBe(true)
    })
  })

  describe('abort', () => {
    test('rejects what has not started, and aborts what is under way', async () => {
      const schedule = createSchedule({ concurrency: 1, requestsPerMinute: undefined })
      const [first, second] = [add(schedule), add(schedule)]
      schedule.abort()
      await expect(second.result).rejects.toMatchObject({ code: 'ABORTED', message: 'The run was stopped.' })
      expect(first.signal?.aborted).toBe(true)
      expect(first.signal?.reason).toMatchObject({ code: 'ABORTED' })
      // It is the job that decides what an abort means for it.
      first.end()
      expect(await first.result).toBe('done')
    })

    test('after a stop aborts for the reason of that', () => {
      const schedule = createSchedule({ concurrency: 1, requestsPerMinute: undefined })
      const job = add(schedule)
      schedule.stop(NO_CREDIT)
      schedule.abort()
      expect(job.signal?.reason).toBe(NO_CREDIT)
    })
  })
})

describe('a pause keeps the process alive', () => {
  /** Timers that do so at this moment. */
  const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length

  test('only while something waits for its end', async () => {
    const schedule = createSchedule({ concurrency: 1, requestsPerMinute: undefined })
    const before = timers()
    slowDown(schedule, DAY)
    expect(timers()).toBe(before)
    const job = add(schedule)
    expect(timers()).toBe(before + 1)
    schedule.stop(NO_CREDIT)
    await expect(job.result).rejects.toBe(NO_CREDIT)
    expect(timers()).toBe(before)
  })

  test('when something waited for it from its beginning', async () => {
    const schedule = createSchedule({ concurrency: 1, requestsPerMinute: undefined })
    const [first, second] = [add(schedule), add(schedule)]
    const before = timers()
    slowDown(schedule, DAY)
    first.end()
    await first.result
    expect(timers()).toBe(before + 1)
    schedule.stop(NO_CREDIT)
    await expect(second.result).rejects.toBe(NO_CREDIT)
  })
})
