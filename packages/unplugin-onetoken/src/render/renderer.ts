import type { CallOptions, OneTokenClient, RenderAnswer, Upload } from '../client/types.ts'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import type { RenderSpec } from '../spec/types.ts'
import type { InputDigest } from '../spec/key.ts'
import { storeWriteError, type RenderStore } from '../store/file-store.ts'
import type { Intents } from '../store/intents.ts'
import type { RecordImage, RenderRecord } from '../store/record.ts'
import type { Budget, Reservation } from './budget.ts'
import { billedCost, dollars, price } from './pricing.ts'
import type { Schedule } from './schedule.ts'
import { keep, keepRefusal } from './keep.ts'

/** Facts of an image, from a full decode. */
export type ImageFacts = Pick<RecordImage, 'format' | 'width' | 'height'>

/** What the renderer works with. */
export interface RendererParts {
  /** Called on first need: what is never asked loads no HTTP client. */
  client(): Promise<OneTokenClient>
  store: RenderStore
  intents: Intents
  schedule: Schedule
  budget: Budget
  /** What the first bytes say, without decoding; undefined for what is no image. */
  header(bytes: Uint8Array): ImageFacts | undefined
  /** Decode in full; rejects with `IMAGE_INVALID` when the bytes are not a whole image. */
  inspect(file: string): Promise<ImageFacts>
  /** See `Settings.pricing`. */
  multiplier: number
  warn(message: string): void
  now(): Date
}

/** One render to be paid for. */
export interface RenderJob {
  key: string
  label: string
  name: string | undefined
  provider: string
  spec: RenderSpec
  digests: InputDigest[]
  /** Input pictures as they are sent. Called when the turn has come. */
  uploads(): Promise<{ images: Upload[]; mask?: Upload | undefined }>
  /** Ask again although there is a record, or a request that may have been billed. */
  again: boolean
}

/** Pays for renders and keeps them. */
export interface Renderer {
  /** Ask the API and keep the answer. Throws what went wrong; see {@link OneTokenError}. */
  render(job: RenderJob): Promise<RenderRecord>
  /** The error of a request that was sent in an earlier run and never answered; undefined when there is none. */
  standing(
    key: string,
    picture: { label: string; name: string | undefined },
  ): Promise<OneTokenError | undefined>
}

/** The only caller of the client. */
export function createRenderer(parts: RendererParts): Renderer {
  return {
    async standing(key, picture) {
      const intent = await parts.intents.read(key)
      return intent?.state === 'sent' ? standingIntent(picture, intent.time, intent.failure) : undefined
    },

    async render(job) {
      const standing = await parts.intents.read(job.key)
      if (standing?.state === 'sent' && !job.again) throw standingIntent(job, standing.time, standing.failure)
      const { worst } = price(job.spec, parts.multiplier)
      const reservation = await parts.budget.reserve(worst)
      if (reservation === undefined) throw budgetReached(job, worst, parts.budget)
      const answer = await ask(parts, job, reservation, worst, standing !== undefined)
      const cost = billedCost(answer.usage, parts.multiplier)
      reservation.settle(cost ?? worst)
      return await keep(
        parts,
        job,
        answer,
        cost === undefined ? { usd: worst, from: 'estimate' } : { usd: cost, from: 'usage' },
      )
    },
  }
}

/** Send the request when its turn comes; journal it before, and say in the journal what became of it. */
async function ask(
  parts: RendererParts,
  job: RenderJob,
  reservation: Reservation,
  worst: number,
  resumed: boolean,
): Promise<RenderAnswer> {
  const { intents, schedule } = parts
  const intent = { key: job.key, label: job.label, pid: process.pid }
  const journal = (state: 'planned' | 'sent', failure?: string): Promise<void> =>
    intents.write({ ...intent, state, time: parts.now().toISOString(), failure })
  let sent = false
  const onSend = async (): Promise<void> => {
    if (!sent) await journal('sent')
    sent = true
  }
  try {
    return await schedule.run(async (signal) => {
      const [client, files] = [await parts.client(), await job.uploads()]
      await parts.store.prepare()
      await journal('planned').catch((cause: unknown) => {
        throw storeWriteError(parts.store.cache, cause)
      })
      const options: CallOptions = {
        signal,
        // The same words asked for anew must not be answered from an older request's result.
        idempotencyKey: job.again && !resumed ? `${job.key}-${parts.now().getTime()}` : job.key,
        onSend,
        onWait: ({ ms, status }) => (status === undefined ? undefined : schedule.slowDown(ms)),
      }
      const { request } = job.spec
      return job.spec.endpoint === 'edits'
        ? await client.edit(request, files, options)
        : await client.generate(request, options)
    })
  } catch (thrown) {
    const error =
      asOneTokenError(thrown) ??
      new OneTokenError('API_UNEXPECTED', `The render of ${job.label} failed: ${String(thrown)}`, {
        cause: thrown,
      })
    const billed = sent && mayBeBilled(error)
    reservation.settle(billed ? worst : 0)
    if (billed) await journal('sent', error.message).catch(() => undefined)
    else await intents.clear(job.key).catch(() => undefined)
    if (error.details?.['stopAll'] === true) schedule.stop(error)
    if (error.code === 'API_REFUSED') await keepRefusal(parts, job, error)
    throw error
  }
}

function mayBeBilled(error: OneTokenError): boolean {
  return error.details?.['possiblyBilled'] === true || error.exitCode === 4
}

function standingIntent(
  job: Pick<RenderJob, 'label' | 'name'>,
  time: string,
  failure: string | undefined,
): OneTokenError {
  const when = time === '' ? 'before' : `on ${time.slice(0, 16).replace('T', ' ')} UTC`
  return new OneTokenError(
    'POSSIBLY_BILLED',
    `${job.label} was sent ${when} and never answered, so it may have been billed.${failure === undefined ? '' : ` What happened: ${failure}`}`,
    {
      hint: `Look at your usage in the OneToken dashboard. To pay for it (again): npx --no-install onetoken render ${job.name ?? 'NAME'} --again`,
    },
  )
}

function budgetReached(job: RenderJob, worst: number, { spent }: Budget): OneTokenError {
  return new OneTokenError(
    'BUDGET_REACHED',
    `${job.label} may cost ${dollars(worst)}, which the budget of this run does not hold: ${dollars(spent.cost)} and ${spent.renders} renders are used.`,
    {
      hint: 'Run again to go on, or raise "budget" in the settings: { cost: dollars, renders: number }.',
      details: { worst },
    },
  )
}
