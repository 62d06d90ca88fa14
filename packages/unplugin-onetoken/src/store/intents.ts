import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { asOneTokenError, type OneTokenError } from '../errors.ts'
import { createAlone, replaceDurably } from './durable.ts'
import { createHeartbeat, LEASE, lastBeat } from './heartbeat.ts'
import { unreadable } from './messages.ts'
import { recordIn, serializeRecord, type RenderRecord } from './record.ts'
import { hasEnded, isAlive, isOfThisSystem, type Sender } from './sender.ts'

/** A request that was sent, as long as its record is not there: it may have been billed, and nobody sends it again unasked. */
export interface Intent {
  key: string
  /** From 1. Each request for a key has a number of its own, which one process can claim; the last one counts. */
  attempt: number
  /** How messages call the picture. */
  label: string
  sender: Sender
  /** ISO 8601, UTC: when it was sent. */
  time: string
  /** The `Idempotency-Key` of the request. */
  idempotencyKey?: string | undefined
  /** Whether its picture takes the place of one that is there: somebody asked again. */
  replaces?: boolean | undefined
  /** What went wrong after it was sent. */
  failure?: string | undefined
  /** The record as the answer gives it, before its pictures were looked at: with it and their bytes, others can finish. */
  arrived?: RenderRecord | undefined
}

/** The journal of requests, in the store's cache folder. */
export interface Intents {
  /** What stands for a key: its last request. Throws `STORE_UNAVAILABLE`. */
  read(key: string): Promise<Intent | undefined>
  /** What stands for any key. Throws `STORE_UNAVAILABLE`, unless `skipped` is told of what cannot be read. */
  all(skipped?: (error: OneTokenError) => void): Promise<Intent[]>
  /** Of all who claim one attempt for a key, one is told true. Written and synced before it returns. */
  claim(intent: Intent): Promise<boolean>
  /** Write one's own intent anew. With a `failure`, its sender is done. */
  write(intent: Intent): Promise<void>
  /** Forget one's own attempt: what stood before stands again. */
  withdraw(intent: Intent): Promise<void>
  /** Forget this attempt and all before it. */
  close(intent: Intent): Promise<void>
  /** Whether the sender may still be waiting for its answer. */
  isUnderWay(intent: Intent): Promise<boolean>
  /** Wait until nobody has a request for this key under way. Rejects with the signal's reason. */
  othersDone(key: string, signal: AbortSignal): Promise<void>
}

/** What tests put in place of the system. */
export interface Surroundings {
  isAlive(pid: number): boolean
  sleep(ms: number, signal: AbortSignal): Promise<unknown>
  /** Milliseconds after which a sender that gives no sign of life is given up. @default LEASE */
  lease?: number
}

const REAL: Surroundings = { isAlive, sleep: (ms, signal) => sleep(ms, undefined, { signal }) }

const POLL = 250
/** How wrong the clocks of machines that share a folder may be, in leases. */
const SKEW = 10

/** Open the journal in `cache` (absolute). */
export function openIntents(cache: string, { isAlive, sleep, lease = LEASE }: Surroundings = REAL): Intents {
  const folder = join(cache, 'intents')
  const fileOf = ({ key, attempt }: Pick<Intent, 'key' | 'attempt'>): string =>
    join(folder, `${key}.${attempt}.json`)
  const heartbeat = createHeartbeat(lease)
  /** Senders that were given up, by their files, with the last beat that was heard of them. */
  const givenUp = new Map<string, number>()

  const attempts = async (key?: string): Promise<{ key: string; attempt: number }[]> => {
    try {
      const names = await readdir(folder)
      return names.flatMap((name) => {
        const [, of = '', attempt] = NAME.exec(name) ?? []
        return attempt === undefined || (key !== undefined && of !== key)
          ? []
          : [{ key: of, attempt: Number(attempt) }]
      })
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw unreadable(folder, cause)
    }
  }

  const readAttempt = async (key: string, attempt: number): Promise<Intent | undefined> => {
    const file = fileOf({ key, attempt })
    try {
      // What a damaged file says is lost, but not that it was written.
      return parseIntent(await readFile(file, 'utf8'), key, attempt)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw unreadable(file, cause)
    }
  }

  /** The last beat of a sender that may still be at work; undefined when it is not. */
  const beatOf = async (intent: Intent): Promise<number | undefined> => {
    const file = fileOf(intent)
    if (intent.failure !== undefined || hasEnded(intent.sender, isAlive)) return undefined
    const beat = await lastBeat(file)
    return beat === undefined || givenUp.get(file) === beat ? undefined : beat
  }

  /** Who was given up may come back when somebody else has its number. */
  const isAnothers = async ({ key, attempt, sender }: Intent): Promise<boolean> => {
    const there = await readAttempt(key, attempt)
    return there !== undefined && there.sender.id !== sender.id
  }

  const intents: Intents = {
    async read(key) {
      for (const { attempt } of (await attempts(key)).sort((one, other) => other.attempt - one.attempt)) {
        const intent = await readAttempt(key, attempt)
        if (intent !== undefined) return intent
      }
      return undefined
    },

    async all(skipped) {
      const skip = (thrown: unknown): undefined => {
        const error = asOneTokenError(thrown)
        if (error === undefined || skipped === undefined) throw thrown
        skipped(error)
      }
      const keys = new Set((await attempts().catch(skip))?.map(({ key }) => key))
      const all = await Promise.all([...keys].map((key) => intents.read(key).catch(skip)))
      return all.filter((intent) => intent !== undefined)
    },

    async claim(intent) {
      const file = fileOf(intent)
      if ((await createAlone(file, bytesOf(intent))) === 'exists') return false
      heartbeat.start(file)
      return true
    },

    async write(intent) {
      if (intent.failure !== undefined) heartbeat.stop(fileOf(intent))
      if (await isAnothers(intent)) return
      await replaceDurably(fileOf(intent), bytesOf(intent))
    },

    async withdraw(intent) {
      heartbeat.stop(fileOf(intent))
      if (!(await isAnothers(intent))) await rm(fileOf(intent), { force: true })
    },

    async close(intent) {
      heartbeat.stop(fileOf(intent))
      const done = (await attempts(intent.key)).filter(({ attempt }) => attempt < intent.attempt)
      const own = (await isAnothers(intent)) ? [] : [intent]
      // One's own at last: as long as any is there, nobody takes the key for one that was never asked for.
      for (const one of [...done, ...own]) await rm(fileOf(one), { force: true })
    },

    async isUnderWay(intent) {
      const beat = await beatOf(intent)
      return beat !== undefined && Math.abs(Date.now() - beat) < lease
    },

    async othersDone(key, signal) {
      let seen = { file: '', beat: 0, at: 0 }
      for (;;) {
        signal.throwIfAborted()
        const intent = await intents.read(key)
        const beat = intent && (await beatOf(intent))
        if (intent === undefined || beat === undefined) return
        const file = fileOf(intent)
        if (seen.file !== file || seen.beat !== beat) seen = { file, beat, at: performance.now() }
        const silence = Date.now() - beat
        const longest = isOfThisSystem(intent.sender) ? lease : lease * SKEW
        if (silence >= longest || performance.now() - seen.at >= lease) {
          givenUp.set(file, beat)
          return
        }
        await sleep(POLL, signal).catch(() => undefined)
      }
    },
  }
  return intents
}

const NAME = /^([\da-f]{64})\.(\d{1,6})\.json$/

/** An intent as it is written. */
export function bytesOf({ arrived, ...intent }: Intent): Buffer {
  // As a record is kept: with its digest.
  const record = arrived === undefined ? {} : { arrived: JSON.parse(serializeRecord(arrived)) as unknown }
  return Buffer.from(`${JSON.stringify({ ...intent, ...record }, null, 2)}\n`)
}

/** An intent as it was written: the parts that can be read, and nothing in place of the others. */
export function parseIntent(text: string, key: string, attempt: number): Intent {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Handled as an object without members.
  }
  const { label, sender, time, idempotencyKey, replaces, failure, arrived } = Object(value) as Record<
    string,
    unknown
  >
  const { id, pid, host, namespace, start } = Object(sender) as Record<string, unknown>
  const record = arrived === undefined ? undefined : recordIn(arrived, key)
  return {
    key,
    attempt,
    label: textOr(label, ''),
    sender: {
      id: textOr(id, ''),
      pid: typeof pid === 'number' ? pid : 0,
      host: textOr(host, ''),
      namespace: textOr(namespace, ''),
      start: textOr(start, undefined),
    },
    time: textOr(time, ''),
    idempotencyKey: textOr(idempotencyKey, undefined),
    replaces: replaces === true ? true : undefined,
    failure: textOr(failure, undefined),
    arrived: record?.state === 'valid' ? record.record : undefined,
  }
}

function textOr<Fallback>(value: unknown, fallback: Fallback): string | Fallback {
  return typeof value === 'string' ? value : fallback
}
