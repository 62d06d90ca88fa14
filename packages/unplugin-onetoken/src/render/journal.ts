import { asOneTokenError } from '../errors.ts'
import { storeWriteError } from '../store/messages.ts'
import { isSameLookup, type Lookup } from '../store/file-store.ts'
import type { Intent } from '../store/intents.ts'
import type { RenderRecord } from '../store/record.ts'
import { SELF } from '../store/sender.ts'
import { takesPlace, type RendererParts, type RenderJob } from './types.ts'

/**
 * The journal of one request. Whatever becomes of this process, the next one reads here whether the picture may
 * have been billed.
 */
export interface Journal {
  /** Whether the request may have left this process, and was not turned away. */
  readonly isSent: boolean
  readonly idempotencyKey: string
  /** Say that it is sent from now on. Throws {@link Taken} when another process was first. */
  send(): Promise<void>
  /** It was certainly not accepted: until it is sent again, any process may send it. */
  turnedAway(): Promise<void>
  /** The answer is here. Its pictures are kept next: who finds them without a record finishes by this one. */
  arrive(record: RenderRecord): Promise<void>
  /** It may have been billed: the next one who asks is told why, and waits for a person. */
  fail(why: string): Promise<void>
  /** Nothing was billed: what stood before stands again. */
  withdraw(): Promise<void>
  /** The record is kept. */
  close(): Promise<void>
}

/** Another process has sent the same request, or has its picture already. Nothing was sent from here. */
export class Taken extends Error {
  override readonly name: string = 'Taken'
}

/** What was known of a key when the job began. */
export interface Known {
  /** The request that stands, sent and without a record. */
  standing: Intent | undefined
  lookup: Lookup
}

/** Begin the journal of `job`. */
export function openJournal(
  { intents, store, now }: Pick<RendererParts, 'intents' | 'store' | 'now'>,
  job: RenderJob,
  { standing, lookup }: Known,
): Journal {
  const idempotencyKey = idempotencyKeyOf(job, standing, now())
  let sent: Intent | undefined

  const claim = async (): Promise<Intent> => {
    const intent: Intent = {
      key: job.key,
      attempt: (standing?.attempt ?? 0) + 1,
      label: job.label,
      sender: SELF,
      time: now().toISOString(),
      idempotencyKey,
      replaces: takesPlace(job) ? true : undefined,
    }
    try {
      if (await intents.claim(intent)) return intent
    } catch (cause) {
      // It can have got its name all the same: nothing was sent under it.
      await intents.withdraw(intent).catch(() => undefined)
      throw asOneTokenError(cause) ?? storeWriteError(store.cache, cause)
    }
    throw new Taken()
  }
  const withdraw = async (): Promise<void> => {
    if (sent === undefined) return
    const intent = sent
    sent = undefined
    // Where it stays, a person is asked.
    await intents.withdraw(intent).catch(() => undefined)
  }

  return {
    get isSent() {
      return sent !== undefined
    },
    idempotencyKey,
    async send() {
      if (sent !== undefined) return
      sent = await claim()
      try {
        // Whoever was first keeps the record before the intent goes: with the intent gone, the record is there.
        if (!isSameLookup(await store.find(job.key), lookup)) throw new Taken()
      } catch (error) {
        await withdraw()
        throw error
      }
    },
    turnedAway: withdraw,
    // From here on the journal only adds to what stands: that it cannot be written changes no outcome.
    async arrive(record) {
      if (sent === undefined) return
      sent = { ...sent, arrived: record }
      await intents.write(sent).catch(() => undefined)
    },
    async fail(failure) {
      if (sent !== undefined) await intents.write({ ...sent, failure }).catch(() => undefined)
    },
    withdraw,
    async close() {
      if (sent !== undefined) await intents.close(sent).catch(() => undefined)
    },
  }
}

/**
 * The same for all requests that one picture can answer: a request that may have been billed is repeated under
 * its own key, while another picture for the same words needs a key of its own.
 */
function idempotencyKeyOf(job: RenderJob, standing: Intent | undefined, now: Date): string {
  if (standing !== undefined) return standing.idempotencyKey ?? job.key
  return job.again ? `${job.key}-${now.getTime()}` : job.key
}
