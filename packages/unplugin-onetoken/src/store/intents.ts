import { readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDurably, replaceDurably } from './durable.ts'
import { unreadable } from './messages.ts'

/**
 * What is known of a request whose record is not there yet. `planned`: nothing was sent. `sent`: it may have
 * been billed, and nobody sends it again unasked.
 */
export interface Intent {
  state: 'planned' | 'sent'
  key: string
  /** How messages call the picture. */
  label: string
  /** Who asks: a process, and the machine it runs on. */
  pid: number
  host: string
  /** ISO 8601, UTC: when the state began. */
  time: string
  /** The `Idempotency-Key` of the request. */
  idempotencyKey?: string | undefined
  /** What went wrong after it was sent. */
  failure?: string | undefined
}

/** The journal of requests, in the store's cache folder. */
export interface Intents {
  /** What stands for a key: `sent` before `planned`. Throws `STORE_UNAVAILABLE`. */
  read(key: string): Promise<Intent | undefined>
  /** Write an intent in place of one of the same state. Written and synced before it returns. */
  write(intent: Intent): Promise<void>
  /** The same unless one of this state stands: false then. Of all who claim a key, one is told true. */
  claim(intent: Intent): Promise<boolean>
  /** Forget a key, or only that it was planned. */
  clear(key: string, state?: Intent['state']): Promise<void>
  /** Whether the process that sent a request may still be waiting for its answer. */
  isUnderWay(intent: Intent): boolean
  /** Wait until no process of this machine has a request for this key under way. Rejects with the signal's reason. */
  othersDone(key: string, signal: AbortSignal): Promise<void>
}

/** What tests put in place of the system. */
export interface Surroundings {
  isAlive(pid: number): boolean
  sleep(ms: number, signal: AbortSignal): Promise<unknown>
}

const REAL: Surroundings = { isAlive, sleep: (ms, signal) => sleep(ms, undefined, { signal }) }

/** After this long, a process with the number of the sender is taken for another one. Milliseconds. */
const LONGEST_REQUEST = 30 * 60_000
const POLL = 500

/** Open the journal in `cache` (absolute). */
export function openIntents(cache: string, { isAlive, sleep }: Surroundings = REAL): Intents {
  // A file for each state: a link to a name that is not there yet is what only one process can make.
  const fileOf = (key: string, state: Intent['state']): string =>
    join(cache, 'intents', `${key}.${state}.json`)

  const readState = async (key: string, state: Intent['state']): Promise<Intent | undefined> => {
    const file = fileOf(key, state)
    try {
      // What a damaged file says is lost, but not that it was written.
      return { ...known(await readFile(file, 'utf8')), key, state }
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw unreadable(file, cause)
    }
  }

  const intents: Intents = {
    read: async (key) => (await readState(key, 'sent')) ?? (await readState(key, 'planned')),
    write: (intent) => replaceDurably(fileOf(intent.key, intent.state), bytesOf(intent)),
    claim: async (intent) =>
      (await createDurably(fileOf(intent.key, intent.state), bytesOf(intent))) === 'created',
    async clear(key, state) {
      for (const each of state === undefined ? (['planned', 'sent'] as const) : [state]) {
        await rm(fileOf(key, each), { force: true })
      }
    },
    isUnderWay({ state, failure, host, pid, time }) {
      const began = Date.parse(time)
      const fits = state === 'sent' && failure === undefined && host === hostname()
      if (!fits || !(Date.now() - began < LONGEST_REQUEST)) return false
      // A number may have belonged to another process before it was ours.
      return pid === process.pid ? began >= Date.now() - process.uptime() * 1000 : isAlive(pid)
    },
    async othersDone(key, signal) {
      for (;;) {
        const intent = await readState(key, 'sent')
        if (intent === undefined || !intents.isUnderWay(intent)) return
        await sleep(POLL, signal).catch(() => undefined)
        signal.throwIfAborted()
      }
    },
  }
  return intents
}

function bytesOf(intent: Intent): Buffer {
  return Buffer.from(`${JSON.stringify(intent, null, 2)}\n`)
}

/** The parts of an intent that can be read, and nothing in place of the others. */
function known(text: string): Omit<Intent, 'key' | 'state'> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Handled as an object without members.
  }
  const { label, pid, host, time, idempotencyKey, failure } = Object(value) as Record<string, unknown>
  return {
    label: textOr(label, ''),
    pid: typeof pid === 'number' ? pid : 0,
    host: textOr(host, ''),
    time: textOr(time, ''),
    idempotencyKey: textOr(idempotencyKey, undefined),
    failure: textOr(failure, undefined),
  }
}

function textOr<Fallback>(value: unknown, fallback: Fallback): string | Fallback {
  return typeof value === 'string' ? value : fallback
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process cannot be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
