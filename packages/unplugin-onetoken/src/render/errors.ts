import { askAgain } from '../again.ts'
import { OneTokenError, type ErrorCode } from '../errors.ts'
import { visible } from '../spec/text.ts'
import type { RenderStore } from '../store/file-store.ts'
import type { Intent } from '../store/intents.ts'
import { layoutOf } from '../store/layout.ts'
import { display, reasonOf } from '../store/messages.ts'
import { SELF } from '../store/sender.ts'
import type { Budget } from './budget.ts'
import { dollars } from './pricing.ts'
import type { RenderJob } from './types.ts'

/** The error for a request that was sent earlier and of which no picture was kept. */
export function standingIntent(label: string, { time, sender: { host }, failure }: Intent): OneTokenError {
  const from = host === '' || host === SELF.host ? '' : ` from ${visible(host)}`
  const when = `${time === '' ? 'before' : `on ${visible(time.slice(0, 16)).replace('T', ' ')} UTC`}${from}`
  const what =
    failure === undefined
      ? 'and no answer was kept: it may have been billed.'
      : `and may have been billed. What happened: ${visible(failure.replaceAll('\n', ' '))}`
  return new OneTokenError('POSSIBLY_BILLED', `${label} was asked for ${when}, ${what}`, {
    hint: `Look at the usage log of your account first. To pay for it (again): ${askAgain(label)}`,
  })
}

/**
 * The error for an answer that a run left which died, and that the store does not take now either. No matter of the other
 * pictures: nothing is asked for.
 */
export function notFinished(
  { key, label }: Pick<Intent, 'key' | 'label'>,
  { folder }: Pick<RenderStore, 'folder'>,
  cause: unknown,
): OneTokenError {
  const what = label === '' ? `The render ${key}` : visible(label)
  return new OneTokenError(
    'STORE_WRITE',
    `${what} is rendered and paid for, but the run ended before it was kept, and the store cannot keep it now: ${visible(reasonOf(cause))}`,
    {
      hint: `Its picture is in ${display(layoutOf(folder).images)}, and is not paid for again. Make ${display(folder)} a folder that can be written, with room on its disk, then try again: it is kept then.`,
      cause,
    },
  )
}

/** The error for a render that does not fit into what is left of the budget. */
export function budgetReached(label: string, worst: number, { limits, spent }: Budget): OneTokenError {
  const byCount = spent.renders + 1 > limits.renders
  const limit = byCount ? count(limits.renders) : dollars(limits.cost)
  const more = byCount ? `{ renders: ${limits.renders + 10} }` : `{ cost: ${roundUp(spent.cost + worst)} }`
  const flag = byCount ? '' : ' (or --max-cost, where that was given)'
  const raise = `raise "budget" in the settings, as in ${more}${flag}`
  const neverFits = worst > limits.cost || limits.renders === 0
  return new OneTokenError(
    'BUDGET_REACHED',
    `${label} may cost ${dollars(worst)}, and does not fit into the budget of this run (${limit}): ${dollars(spent.cost)} went into ${count(spent.renders)} so far.`,
    {
      hint: neverFits ? `To render it, ${raise}.` : `Run it again to go on, or ${raise}.`,
      details: { worst, limits: { ...limits }, spent: { ...spent } },
    },
  )
}

/** Dollars that are enough, to two digits. */
function roundUp(usd: number): number {
  return Math.ceil(usd * 100) / 100
}

function count(renders: number): string {
  return renders === 1 ? '1 render' : `${renders} renders`
}

/** The error for something that no part of this package says of its own accord. */
export function unforeseen(label: string, cause: unknown, isSent: boolean): OneTokenError {
  const reason = reasonOf(cause)
  return isSent
    ? new OneTokenError('POSSIBLY_BILLED', `The request failed after it was sent: ${reason}`, {
        hint: `The picture may have been rendered and billed. Look at the usage log of your account; to pay for it (again): ${askAgain(label)}`,
        cause,
      })
    : new OneTokenError('API_UNEXPECTED', `The request failed before it was sent: ${reason}`, {
        hint: 'Nothing was sent to the API.',
        cause,
      })
}

/** Failures of one request. The others are matters of the account or of the project, and are said once. */
const OF_ONE_PICTURE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'API_BAD_REQUEST',
  'API_REFUSED',
  'API_RATE_LIMITED',
  'API_UNEXPECTED',
  'RESULT_URL_REFUSED',
  'POSSIBLY_BILLED',
])

/** The same error with the picture in it and how to ask for it once more: the client knows neither. */
export function named(error: OneTokenError, { label }: Pick<RenderJob, 'label'>): OneTokenError {
  const { code, message, details, cause, place } = error
  const isBilled = details?.['possiblyBilled'] === true
  if (!isBilled && (details?.['stopAll'] === true || !OF_ONE_PICTURE.has(code))) return error
  const again = isBilled ? `To pay for it (again): ${askAgain(label)}` : undefined
  const hint = [error.hint, again].filter((sentence) => sentence !== undefined).join('\n') || undefined
  return new OneTokenError(code, `${label}: ${message}`, { hint, details, cause, place })
}
