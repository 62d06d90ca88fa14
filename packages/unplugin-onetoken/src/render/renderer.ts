import type { RenderAnswer } from '../client/types.ts'
import { asOneTokenError } from '../errors.ts'
import type { RenderSpec } from '../spec/types.ts'
import type { Lookup } from '../store/file-store.ts'
import type { Intent } from '../store/intents.ts'
import type { RenderRecord } from '../store/record.ts'
import { ask } from './ask.ts'
import { budgetReached, named, notFinished, standingIntent, unforeseen } from './errors.ts'
import { openJournal, Taken, type Journal } from './journal.ts'
import type { PaidAnswer } from './draft.ts'
import { finish, keep, keepRefusal } from './keep.ts'
import { billedCost, price } from './pricing.ts'
import { takesPlace, type Renderer, type RendererParts, type RenderJob } from './types.ts'

/** The only caller of the client. */
export function createRenderer(parts: RendererParts): Renderer {
  const { store, intents, budget, schedule, multiplier } = parts

  /** What was sent and nobody works on any more. */
  const abandoned = async (key: string): Promise<Intent | 'under way' | undefined> => {
    const intent = await intents.read(key)
    if (intent === undefined) return undefined
    if (await intents.isUnderWay(intent)) return 'under way'
    // Its sender also gives no sign of life when it was done between these two looks.
    const now = await intents.read(key)
    return now?.attempt === intent.attempt && now.sender.id === intent.sender.id ? now : 'under way'
  }

  const finishAbandoned: Renderer['finishAbandoned'] = async (key, place) => {
    const intent = await abandoned(key)
    if (intent === undefined || intent === 'under way' || intent.arrived === undefined) return false
    const { arrived: draft, replaces = false } = intent
    const replace = replaces && place !== 'aside'
    const finished = await finish(parts, { draft, replace }).catch((cause: unknown) => {
      throw notFinished(intent, store, cause)
    })
    if (finished === undefined) return false
    await intents.close(intent).catch(() => undefined)
    const end = finished.isUsed
      ? 'its picture is used'
      : 'another one stands, and its picture stays in the store'
    parts.warn(`${intent.label} was paid for by a run that ended before it was kept: ${end}.`)
    return true
  }

  return {
    finishAbandoned,

    async standing(key, { label }) {
      const intent = await abandoned(key)
      return intent === undefined || intent === 'under way' ? undefined : standingIntent(label, intent)
    },

    async othersDone(key) {
      await intents.othersDone(key, schedule.stopped)
      await finishAbandoned(key)
    },

    async render(job) {
      const standing = await abandoned(job.key)
      if (standing === 'under way') return undefined
      if (standing !== undefined && !job.again) throw standingIntent(job.label, standing)
      const lookup: Lookup = takesPlace(job)
        ? (job.seen ?? (await store.find(job.key)))
        : { state: 'missing' }
      const { worst } = price(job.spec, multiplier)
      const reservation = await budget.reserve(worst)
      if (reservation === undefined) throw budgetReached(job.label, worst, budget)
      const journal = openJournal(parts, job, { standing, lookup })
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
      const former = lookup.state === 'found' ? lookup.record : undefined
      return await keepJournaled(parts, job, journal, { answer, cost, former })
    },
  }
}

/** A failure of the client says whether a picture may have been billed; any other, once it was sent, does not know. */
function mayBeBilled({ isSent }: Journal, thrown: unknown): boolean {
  if (!isSent) return false
  return asOneTokenError(thrown)?.details?.['possiblyBilled'] !== false
}

/** No answer came: say so in the journal, stop what would fail in the same way, and throw the reason. */
async function endWithout(
  parts: RendererParts,
  job: RenderJob,
  journal: Journal,
  thrown: unknown,
): Promise<undefined> {
  if (thrown instanceof Taken) return undefined
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
  paid: PaidAnswer,
): Promise<RenderRecord> {
  try {
    const record = await keep(parts, job, paid, journal.arrive)
    await journal.close()
    return record
  } catch (error) {
    const { code, message, hint = '' } = asOneTokenError(error) ?? { code: undefined, message: String(error) }
    // How to pay for it again is said by whoever tells of the journal.
    await journal.fail(code === 'IMAGE_INVALID' ? message : `${message} ${hint}`.trim())
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
