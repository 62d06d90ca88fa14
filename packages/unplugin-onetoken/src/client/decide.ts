import type { ErrorCode } from '../errors.ts'
import type { Failure } from './failure.ts'

/** The codes with which a call can end. */
export type FailureCode = Extract<
  ErrorCode,
  | 'ABORTED'
  | 'API_UNREACHABLE'
  | 'API_UNEXPECTED'
  | 'API_REFUSED'
  | 'API_NO_CREDIT'
  | 'API_KEY_REFUSED'
  | 'API_BAD_REQUEST'
  | 'API_RATE_LIMITED'
  | 'RESULT_URL_REFUSED'
  | 'POSSIBLY_BILLED'
>

/** What to do about a failed attempt. */
export type Decision =
  | { action: 'resend'; waitMs: number }
  | { action: 'fail'; code: FailureCode; possiblyBilled: boolean; stopAll: boolean }

/** Where a call stands when an attempt of it fails. */
export interface Standing {
  /** How often it was sent again so far. */
  resends: number
  maxResends: number
  /** Milliseconds that may still be waited. */
  waitLeft: number
  /** From 0 to 1, for jitter. */
  chance: number
}

interface Row {
  when: (failure: Failure) => boolean
  code: FailureCode
  /**
   * The attempt was certainly not accepted, so that sending it again cannot cost a second time: a few times, or as
   * long as there is time, where the API says that it will have it later.
   */
  resend?: 'few times' | 'until it is taken'
  billed?: 'yes' | 'if sent'
  /** The next request would end in the same way: nothing else should be sent. */
  stopAll?: true
}

/** First match counts. Every row is a row of the table in the tests. */
const ROWS: readonly Row[] = [
  { when: is('aborted'), code: 'ABORTED', billed: 'if sent' },
  { when: (f) => !f.sent && f.permanent === true, code: 'API_UNREACHABLE', stopAll: true },
  { when: (f) => !f.sent, code: 'API_UNREACHABLE', resend: 'few times', stopAll: true },
  { when: is('redirect'), code: 'API_UNEXPECTED', stopAll: true },
  { when: is('page'), code: 'API_UNEXPECTED', stopAll: true },
  { when: is('refused-url'), code: 'RESULT_URL_REFUSED', billed: 'yes' },
  { when: (f) => f.problem?.topic === 'moderation', code: 'API_REFUSED' },
  { when: (f) => f.status === 402 || f.problem?.topic === 'credit', code: 'API_NO_CREDIT', stopAll: true },
  { when: status(401, 403), code: 'API_KEY_REFUSED', stopAll: true },
  // The relay says 503 when it knows no such model; it has asked nobody to render then.
  { when: (f) => f.problem?.topic === 'model', code: 'API_BAD_REQUEST' },
  { when: status(429), code: 'API_RATE_LIMITED', resend: 'until it is taken' },
  { when: status(408, 425), code: 'API_RATE_LIMITED', resend: 'few times' },
  // A 503 that names a time to come back was turned away at the door. One that does not may as well come from a proxy
  // whose upstream broke down in the middle of the work, and a second picture would cost as much as the first.
  {
    when: (f) => f.status === 503 && f.askedMs !== undefined,
    code: 'API_RATE_LIMITED',
    resend: 'until it is taken',
  },
  {
    when: (f) => f.status === 409 && f.shouldRetry === true,
    code: 'API_RATE_LIMITED',
    resend: 'few times',
  },
  { when: (f) => f.status !== undefined && f.status >= 400 && f.status < 500, code: 'API_BAD_REQUEST' },
  { when: (f) => f.kind === 'error' && f.problem?.topic === 'key', code: 'API_KEY_REFUSED', stopAll: true },
  { when: (f) => f.kind === 'error' && f.problem?.topic === 'rate', code: 'API_RATE_LIMITED' },
  { when: (f) => f.kind === 'error' && f.problem?.topic === 'request', code: 'API_BAD_REQUEST' },
]

const ANYTHING_ELSE: Row = { when: () => true, code: 'POSSIBLY_BILLED', billed: 'yes' }

const LONGEST_BACK_OFF = 30_000
const FIRST_BACK_OFF = 500
// A limit counts in minutes as a rule: coming back at once only uses up the resends.
const FIRST_BACK_OFF_LIMITED = 2_000
const LONGEST_SPREAD = 1_000

/** Decide about a failure. Pure: the same facts give the same decision. */
export function decide(failure: Failure, standing: Standing): Decision {
  const row = ROWS.find(({ when }) => when(failure)) ?? ANYTHING_ELSE
  const possiblyBilled = row.billed === 'yes' || (row.billed === 'if sent' && failure.sent)
  const fail = (stopAll: boolean): Decision => ({ action: 'fail', code: row.code, possiblyBilled, stopAll })
  if (row.resend === undefined) return fail(row.stopAll === true)
  if ((failure.askedMs ?? 0) > Math.max(0, standing.waitLeft)) return fail(true)
  if (failure.shouldRetry === false) return fail(row.stopAll === true)
  const isPatient = row.resend === 'until it is taken'
  if (!isPatient && standing.resends >= standing.maxResends) return fail(row.stopAll === true)
  const waitMs = waitFor(failure, standing)
  // The others would be turned away as long as this one was.
  if (isPatient && waitMs > standing.waitLeft && standing.resends > 0) return fail(true)
  return { action: 'resend', waitMs }
}

function waitFor({ askedMs, sent }: Failure, { resends, chance }: Standing): number {
  const backOff = equalJitter(sent ? FIRST_BACK_OFF_LIMITED : FIRST_BACK_OFF, resends, chance)
  if (askedMs === undefined || askedMs <= 0) return backOff
  // A little on top of what was asked, so that jobs that were turned away together do not come back together.
  const asked = Math.ceil(askedMs + chance * Math.min(askedMs / 4, LONGEST_SPREAD))
  // Who says "in a second" again and again is not asked every second.
  return resends === 0 ? asked : Math.max(asked, backOff)
}

/** Half of a wait that doubles each time, and by chance up to the whole of it. */
export function equalJitter(first: number, resends: number, chance: number): number {
  const whole = Math.min(LONGEST_BACK_OFF, first * 2 ** resends)
  return Math.ceil(whole / 2 + (chance * whole) / 2)
}

function is(kind: Failure['kind']): Row['when'] {
  return (failure) => failure.kind === kind
}

function status(...statuses: number[]): Row['when'] {
  return (failure) => failure.status !== undefined && statuses.includes(failure.status)
}
