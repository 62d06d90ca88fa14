import { describe, expect, test } from 'vitest'
import { type Decision, decide, equalJitter, type Standing } from './decide.ts'
import type { Failure } from './failure.ts'
import type { Topic } from './problem.ts'

const STANDING: Standing = { resends: 0, maxResends: 4, waitLeft: 600_000, chance: 0.5 }

function status(code: number, more: Partial<Failure> = {}): Failure {
  return { kind: 'status', sent: true, status: code, problem: {}, ...more }
}
function about(topic: Topic): Partial<Failure> {
  return { problem: { topic } }
}
function resend(waitMs: number): Decision {
  return { action: 'resend', waitMs }
}
function fail(code: Extract<Decision, { code: unknown }>['code'], ...flags: ('billed' | 'stop')[]): Decision {
  const possiblyBilled = flags.includes('billed')
  return { action: 'fail', code, possiblyBilled, stopAll: flags.includes('stop') }
}

const TABLE: [name: string, failure: Failure, expected: Decision][] = [
  // nothing was sent
  ['connect failure', { kind: 'connect', sent: false }, resend(375)],
  ['deadline before a connection', { kind: 'timeout', sent: false }, resend(375)],
  ['bad certificate', { kind: 'connect', sent: false, permanent: true }, fail('API_UNREACHABLE', 'stop')],
  ['stopped before it was sent', { kind: 'aborted', sent: false }, fail('ABORTED')],
  // not accepted
  ['408', status(408), resend(1500)],
  ['425', status(425), resend(1500)],
  ['429', status(429), resend(1500)],
  ['429 of a limit', status(429, about('rate')), resend(1500)],
  ['429, retry-after 8 s', status(429, { askedMs: 8000 }), resend(8500)],
  ['429, retry-after 1 s', status(429, { askedMs: 1000 }), resend(1125)],
  ['429, retry-after 0', status(429, { askedMs: 0 }), resend(1500)],
  ['429, retry-after at the deadline', status(429, { askedMs: 600_000 }), resend(600_500)],
  ['429, retry-after beyond it', status(429, { askedMs: 600_001 }), fail('API_RATE_LIMITED', 'stop')],
  ['429, retry-after 2^32 s', status(429, { askedMs: 2 ** 32 * 1000 }), fail('API_RATE_LIMITED', 'stop')],
  ['429, x-should-retry: false', status(429, { shouldRetry: false }), fail('API_RATE_LIMITED')],
  ['429, x-should-retry: true', status(429, { shouldRetry: true }), resend(1500)],
  ['503 with Retry-After', status(503, { askedMs: 2000 }), resend(2250)],
  ['503 with Retry-After 0', status(503, { askedMs: 0 }), resend(1500)],
  ['503 with a long Retry-After', status(503, { askedMs: 1e9 }), fail('API_RATE_LIMITED', 'stop')],
  ['409, x-should-retry: true', status(409, { shouldRetry: true }), resend(1500)],
  // wrong
  ['400', status(400), fail('API_BAD_REQUEST')],
  ['400, x-should-retry: true', status(400, { shouldRetry: true }), fail('API_BAD_REQUEST')],
  ['404', status(404), fail('API_BAD_REQUEST')],
  ['409', status(409), fail('API_BAD_REQUEST')],
  ['413', status(413), fail('API_BAD_REQUEST')],
  ['422', status(422), fail('API_BAD_REQUEST')],
  ['503 of an unknown model', status(503, about('model')), fail('API_BAD_REQUEST')],
  // refused
  ['400 of moderation', status(400, about('moderation')), fail('API_REFUSED')],
  ['403 of moderation', status(403, about('moderation')), fail('API_REFUSED')],
  // key and credit
  ['401', status(401), fail('API_KEY_REFUSED', 'stop')],
  ['403', status(403), fail('API_KEY_REFUSED', 'stop')],
  ['402', status(402), fail('API_NO_CREDIT', 'stop')],
  ['403 of credit', status(403, about('credit')), fail('API_NO_CREDIT', 'stop')],
  ['429 of credit', status(429, { ...about('credit'), askedMs: 1000 }), fail('API_NO_CREDIT', 'stop')],
  // possibly billed
  ['own deadline', { kind: 'timeout', sent: true }, fail('POSSIBLY_BILLED', 'billed')],
  ['reset after it was sent', { kind: 'cut', sent: true }, fail('POSSIBLY_BILLED', 'billed')],
  ['answer cut', { kind: 'cut', sent: true, status: 200 }, fail('POSSIBLY_BILLED', 'billed')],
  ['answer too large', { kind: 'oversize', sent: true, status: 200 }, fail('POSSIBLY_BILLED', 'billed')],
  ['500', status(500), fail('POSSIBLY_BILLED', 'billed')],
  ['500, x-should-retry: true', status(500, { shouldRetry: true }), fail('POSSIBLY_BILLED', 'billed')],
  ['500 with Retry-After', status(500, { askedMs: 1000 }), fail('POSSIBLY_BILLED', 'billed')],
  ['502', status(502), fail('POSSIBLY_BILLED', 'billed')],
  ['503 without Retry-After', status(503), fail('POSSIBLY_BILLED', 'billed')],
  ['503, x-should-retry: true', status(503, { shouldRetry: true }), fail('POSSIBLY_BILLED', 'billed')],
  ['504', status(504), fail('POSSIBLY_BILLED', 'billed')],
  ['520', status(520), fail('POSSIBLY_BILLED', 'billed')],
  ['524', status(524), fail('POSSIBLY_BILLED', 'billed')],
  ['599', status(599), fail('POSSIBLY_BILLED', 'billed')],
  ['stopped after it was sent', { kind: 'aborted', sent: true }, fail('ABORTED', 'billed')],
  // 2xx that is none
  ['a redirect', { kind: 'redirect', sent: true, status: 301 }, fail('API_UNEXPECTED', 'stop')],
  ['a web page', { kind: 'page', sent: true, status: 200 }, fail('API_UNEXPECTED', 'stop')],
  ['no image', { kind: 'empty', sent: true, status: 200 }, fail('POSSIBLY_BILLED', 'billed')],
  ['unreadable images', { kind: 'lost', sent: true, status: 200 }, fail('POSSIBLY_BILLED', 'billed')],
  [
    'refused addresses',
    { kind: 'refused-url', sent: true, status: 200 },
    fail('RESULT_URL_REFUSED', 'billed'),
  ],
  ['200 with an error', status(200, { kind: 'error' }), fail('POSSIBLY_BILLED', 'billed')],
  ['200, bad request', status(200, { kind: 'error', ...about('request') }), fail('API_BAD_REQUEST')],
  ['200, moderation', status(200, { kind: 'error', ...about('moderation') }), fail('API_REFUSED')],
  ['200, credit', status(200, { kind: 'error', ...about('credit') }), fail('API_NO_CREDIT', 'stop')],
  ['200, key', status(200, { kind: 'error', ...about('key') }), fail('API_KEY_REFUSED', 'stop')],
  ['200, limit', status(200, { kind: 'error', ...about('rate') }), fail('API_RATE_LIMITED')],
]

test.each(TABLE)('%s', (_, failure, expected) => {
  expect(decide(failure, STANDING)).toEqual(expected)
})

describe('resends', () => {
  const resent = TABLE.filter(([, , { action }]) => action === 'resend')

  const isLimit = ({ status }: Failure): boolean => status === 429 || status === 503

  test.each(resent.filter(([, failure]) => !isLimit(failure)))('end at their number: %s', (_, failure) => {
    const code = failure.sent ? 'API_RATE_LIMITED' : 'API_UNREACHABLE'
    expect(decide(failure, { ...STANDING, resends: 4 })).toMatchObject({ code, possiblyBilled: false })
    expect(decide(failure, { ...STANDING, maxResends: 0 })).toMatchObject({ code, possiblyBilled: false })
  })

  test.each(resent.filter(([, failure]) => isLimit(failure)))('end with the time: %s', (_, failure) => {
    const late = { ...STANDING, resends: 40 }
    const ended = { code: 'API_RATE_LIMITED', possiblyBilled: false, stopAll: true }
    expect(decide(failure, { ...late, waitLeft: 601_000 }).action).toBe('resend')
    expect(decide(failure, { ...late, waitLeft: 1 })).toMatchObject(ended)
    expect(decide(failure, { ...late, waitLeft: -5_000 })).toMatchObject(ended)
  })

  test('of who says "in a second" again and again become rarer', () => {
    const waits = [0, 1, 2, 3, 9].map((resends) =>
      decide(status(429, { askedMs: 1000 }), { ...STANDING, resends }),
    )
    expect(waits).toEqual([1125, 3000, 6000, 12_000, 22_500].map(resend))
  })

  test('are never sent after a failure that is possibly billed', () => {
    const billed = TABLE.filter(([, , decision]) => decision.action === 'fail' && decision.possiblyBilled)
    for (const [, failure] of billed) {
      for (const askedMs of [undefined, 0, 1000]) {
        if (failure.status === 503 && askedMs !== undefined) continue
        const facts = { ...failure, askedMs, shouldRetry: true }
        expect(decide(facts, STANDING).action).toBe('fail')
      }
    }
  })
})

describe('equalJitter', () => {
  test.each([
    [0, 0, 250],
    [0, 1, 500],
    [1, 0, 500],
    [1, 1, 1000],
    [3, 0.5, 3000],
    [40, 0, 15_000],
    [4000, 1, 30_000],
  ])('after %d resends with chance %d: %d ms', (resends, chance, expected) => {
    expect(equalJitter(500, resends, chance)).toBe(expected)
  })
})
