import { hostname } from 'node:os'
import { storeWriteError } from '../store/messages.ts'
import type { Intent } from '../store/intents.ts'
import type { RendererParts, RenderJob } from './types.ts'

/**
 * The journal of one request. Whatever becomes of this process, the next one reads here whether the picture may
 * have been billed.
 */
export interface Journal {
  /** Whether the request may have left this process. */
  readonly isSent: boolean
  readonly idempotencyKey: string
  /** Say that it is about to be sent. */
  plan(): Promise<void>
  /** Say that it is sent from now on. Throws {@link Taken} when another process was first. */
  send(): Promise<void>
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

/** Begin the journal of `job`. `before` is the intent that stands for its key. */
export function openJournal(
  { intents, store, now }: Pick<RendererParts, 'intents' | 'store' | 'now'>,
  job: RenderJob,
  before: Intent | undefined,
): Journal {
  const standing = before?.state === 'sent' ? before : undefined
  const idempotencyKey = idempotencyKeyOf(job, standing, now())
  let isSent = false

  const intent = (state: Intent['state'], failure?: string): Intent => ({
    state,
    key: job.key,
    label: job.label,
    pid: process.pid,
    host: hostname(),
    time: now().toISOString(),
    idempotencyKey,
    failure,
  })
  const writeBeforeSending = async <T>(write: () => Promise<T>): Promise<T> => {
    try {
      return await write()
    } catch (cause) {
      throw storeWriteError(store.cache, cause)
    }
  }

  return {
    get isSent() {
      return isSent
    },
    idempotencyKey,
    plan: () => writeBeforeSending(() => intents.write(intent('planned'))),
    async send() {
      if (isSent) return
      if (job.again) {
        // Somebody asks in spite of what stands.
        await writeBeforeSending(() => intents.write(intent('sent')))
        isSent = true
        return
      }
      if (!(await writeBeforeSending(() => intents.claim(intent('sent'))))) throw new Taken()
      isSent = true
      // Whoever was first keeps the record before the intent goes: with the intent gone, the record is there.
      if ((await store.find(job.key)).state !== 'missing') throw new Taken()
    },
    // From here on the journal only adds to what stands: that it cannot be written changes no outcome.
    fail: (why) => intents.write(intent('sent', why)).catch(() => undefined),
    async withdraw() {
      try {
        if (isSent && standing !== undefined) await intents.write(standing)
        await intents.clear(job.key, !isSent || standing !== undefined ? 'planned' : undefined)
      } catch {
        // The intent stays, and a person is asked.
      }
    },
    close: () => intents.clear(job.key).catch(() => undefined),
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
