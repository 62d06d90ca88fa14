import type { RenderAnswer } from '../client/types.ts'
import { asOneTokenError } from '../errors.ts'
import type { RenderSpec } from '../spec/types.ts'
import type { RenderRecord } from '../store/record.ts'
import { ask } from './ask.ts'
import { budgetReached, named, standingIntent, unforeseen } from './errors.ts'
import { openJournal, Taken, type Journal } from './journal.ts'
import { keep, keepRefusal } from './keep.ts'
import { billedCost, price } from './pricing.ts'
import type { Renderer, RendererParts, RenderJob } from './types.ts'

/** The only caller of the client. */
export function createRenderer(parts: RendererParts): Renderer {
  const { intents, budget, schedule, multiplier } = parts
  return {
    async standing(key, { label }) {
      const intent = await intents.read(key)
      if (intent?.state !== 'sent' || intents.isUnderWay(intent)) return undefined
      return standingIntent(label, intent)
    },

    othersDone: (key) => intents.othersDone(key, schedule.stopped),

    async render(job) {
      const before = await intents.read(job.key)
      if (before?.state === 'sent' && !job.again) {
        if (intents.isUnderWay(before)) return undefined
        throw standingIntent(job.label, before)
      }
      const { worst } = price(job.spec, multiplier)
      const reservation = await budget.reserve(worst)
      if (reservation === undefined) throw budgetReached(job.label, worst, budget)
      const journal = openJournal(parts, job, before)
      let answer: RenderAnswer
      try {
        answer = await ask(parts, job, journal)
      } catch (thrown) {
        const isBilled = mayBeBilled(journal, thrown)
        if (isBilled) reservation.settle(worst)
        else reservation.release()
        return await endWithout(parts, job, journal, thrown)
      }
      const cost = costOf(answer, job.spec, worst, multiplier)
      reservation.settle(cost.usd)
      return await keepJournaled(parts, job, journal, answer, cost)
    },
  }
}

/** A failure of the client says whether a picture may have been billed; any other, once it was sent, does not know. */
function mayBeBilled({ isSent }: Journal, thrown: unknown): boolean {
  if (!isSent || thrown instanceof Taken) return false
  return asOneTokenError(thrown)?.details?.['possiblyBilled'] !== false
}

/** No answer came: say so in the journal, stop what would fail in the same way, and throw the reason. */
async function endWithout(
  parts: RendererParts,
  job: RenderJob,
  journal: Journal,
  thrown: unknown,
): Promise<undefined> {
  if (thrown instanceof Taken) {
    await journal.withdraw()
    return undefined
  }
  const error = asOneTokenError(thrown) ?? unforeseen(job.label, thrown, journal.isSent)
  if (error.details?.['stopAll'] === true) parts.schedule.stop(error)
  if (error.code === 'API_REFUSED') await keepRefusal(parts, job, error)
  if (mayBeBilled(journal, thrown)) await journal.fail(error.message)
  else await journal.withdraw()
  throw named(error, job)
}

async function keepJournaled(
  parts: RendererParts,
  job: RenderJob,
  journal: Journal,
  answer: RenderAnswer,
  cost: RenderRecord['cost'],
): Promise<RenderRecord> {
  try {
    const record = await keep(parts, job, answer, cost)
    await journal.close()
    return record
  } catch (error) {
    const { message, hint = '' } = asOneTokenError(error) ?? { message: String(error) }
    await journal.fail(`${message} ${hint}`.trim())
    throw error
  }
}

function costOf(
  { usage }: RenderAnswer,
  spec: RenderSpec,
  worst: number,
  multiplier: number,
): RenderRecord['cost'] {
  const usd = billedCost(usage, spec, multiplier)
  return usd === undefined ? { usd: worst, from: 'estimate' } : { usd, from: 'usage' }
}
