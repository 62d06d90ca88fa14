import type { Dispatcher } from 'undici'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { jsonBody } from '../client/body.ts'
import { call, type Room } from '../client/call.ts'
import { createCleaner } from '../client/clean.ts'
import { resolveOptions } from '../client/options.ts'
import type { OneTokenClient } from '../client/types.ts'
import { ask } from './ask.ts'
import type { Journal } from './journal.ts'
import { createSchedule } from './schedule.ts'
import { jobOf, picture } from './testing.ts'

const JOBS = 200
const CONCURRENCY = 4
const LIMITED_FOR = 60_000
const RENDER_TIME = 12_000
const REFUSAL_TIME = 80

const begun = (): number => performance.now()
const GOOD = JSON.stringify({ data: [{ b64_json: picture().toString('base64') }] })

/** An API that takes nothing for a minute, and four at once from then on; with its headers, and what it saw. */
function limitedApi(headers: () => Record<string, string>): {
  dispatcher: Dispatcher
  attempts: () => number
} {
  let attempts = 0
  const start = begun()
  const dispatch: Dispatcher['dispatch'] = (_, handler) => {
    attempts += 1
    const controller = { abort: () => {} } as unknown as Dispatcher.DispatchController
    handler.onRequestStart?.(controller, {})
    const isLimited = begun() - start < LIMITED_FOR
    setTimeout(
      () => {
        handler.onResponseStart?.(controller, isLimited ? 429 : 200, isLimited ? headers() : {}, '')
        handler.onResponseData?.(controller, Buffer.from(isLimited ? '{"error":{"message":"later"}}' : GOOD))
        handler.onResponseEnd?.(controller, {})
      },
      isLimited ? REFUSAL_TIME : RENDER_TIME,
    )
    return true
  }
  return { dispatcher: { dispatch } as Dispatcher, attempts: () => attempts }
}

function clientOf(dispatcher: Dispatcher): OneTokenClient {
  // The timers of node:timers/promises have a clock that no test can set.
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
  const options = resolveOptions({ apiKey: 'sk-of-nobody', sleep })
  const room: Room = {
    options,
    network: { own: dispatcher, outside: dispatcher, close: async () => {} },
    cleaner: createCleaner('sk-of-nobody'),
  }
  const generate: OneTokenClient['generate'] = (fields, more = {}) =>
    call(room, { url: options.generations, body: jsonBody(fields), wanted: 1 }, more)
  return { generate, edit: (fields, _, more) => generate(fields, more), close: async () => {} }
}

const JOURNAL: Journal = {
  isSent: false,
  idempotencyKey: 'key',
  send: async () => {},
  turnedAway: async () => {},
  arrive: async () => {},
  fail: async () => {},
  withdraw: async () => {},
  close: async () => {},
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-01-02T03:04:05Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

describe(`${JOBS} jobs against a minute of 429`, () => {
  test.each<[string, () => Record<string, string>]>([
    ['without a word on when to come back', () => ({})],
    ['with 0 seconds', () => ({ 'retry-after': '0' })],
    ['with a second', () => ({ 'retry-after': '1' })],
    ['with 200 milliseconds', () => ({ 'retry-after-ms': '200' })],
    ['with 20 seconds', () => ({ 'retry-after': '20' })],
    ['with a date', () => ({ 'retry-after': new Date(Date.now() + 3_000).toUTCString() })],
    ['with a date that is past', () => ({ 'retry-after': new Date(Date.now() - 3_000).toUTCString() })],
    ['with something negative', () => ({ 'retry-after': '-5' })],
    ['with garbage', () => ({ 'retry-after': 'soon' })],
  ])('%s', async (_, headers) => {
    const { dispatcher, attempts } = limitedApi(headers)
    const schedule = createSchedule({ concurrency: CONCURRENCY, requestsPerMinute: undefined })
    const client = clientOf(dispatcher)
    const parts = { schedule, client: async () => client, store: { prepare: async () => {} } as never }
    const start = begun()
    const all = Promise.all(Array.from({ length: JOBS }, () => ask(parts, jobOf(), JOURNAL)))
    await vi.runAllTimersAsync()
    expect(await all).toHaveLength(JOBS)
    expect(attempts()).toBeLessThanOrEqual(1.1 * JOBS + CONCURRENCY)
    // Half a minute of the longest pause, and some seconds until all places are taken again.
    expect(begun() - start).toBeLessThan(LIMITED_FOR + 40_000 + (JOBS / CONCURRENCY) * RENDER_TIME)
  })

  test.each(['1e9', String(2 ** 32), new Date(Date.now() + 3_600_000).toUTCString()])(
    'with %s, which is beyond the deadline: fails at once, for all',
    async (value) => {
      const { dispatcher, attempts } = limitedApi(() => ({ 'retry-after': value }))
      const schedule = createSchedule({ concurrency: CONCURRENCY, requestsPerMinute: undefined })
      const client = clientOf(dispatcher)
      const parts = { schedule, client: async () => client, store: { prepare: async () => {} } as never }
      const jobs = Array.from({ length: JOBS }, () =>
        ask(parts, jobOf(), JOURNAL).catch((error: unknown) => {
          schedule.stop(error as never)
          return error
        }),
      )
      const start = begun()
      await vi.runAllTimersAsync()
      const errors = await Promise.all(jobs)
      expect(new Set(errors.map((error) => (error as { code: string }).code))).toEqual(
        new Set(['API_RATE_LIMITED']),
      )
      expect(attempts()).toBe(CONCURRENCY)
      expect(begun() - start).toBeLessThan(1_000)
    },
  )
})

test('nothing that was turned away, or waits for the API, is sent when the build has failed meanwhile', async () => {
  const { dispatcher, attempts } = limitedApi(() => ({}))
  const schedule = createSchedule({ concurrency: CONCURRENCY, requestsPerMinute: undefined })
  const client = clientOf(dispatcher)
  const parts = { schedule, client: async () => client, store: { prepare: async () => {} } as never }
  let isWanted = true
  const job = jobOf({ wanted: () => isWanted })
  const jobs = Array.from({ length: JOBS }, () => ask(parts, job, JOURNAL).catch((error: unknown) => error))
  await vi.advanceTimersByTimeAsync(REFUSAL_TIME / 2)
  expect(attempts()).toBe(CONCURRENCY)
  isWanted = false
  await vi.runAllTimersAsync()
  for (const error of await Promise.all(jobs)) {
    expect(error).toMatchObject({ code: 'ABORTED', details: { unwanted: true } })
  }
  expect(attempts()).toBe(CONCURRENCY)
})
