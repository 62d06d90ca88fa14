import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceDurably } from './durable.ts'

/**
 * What is known of a request whose record is not there yet. `planned`: nothing was sent. `sent`: it may have
 * been billed, and nobody sends it again unasked.
 */
export interface Intent {
  state: 'planned' | 'sent'
  key: string
  /** How messages call the picture. */
  label: string
  pid: number
  /** ISO 8601, UTC: when the state began. */
  time: string
  /** What went wrong after it was sent, in one sentence. */
  failure?: string | undefined
}

/** The journal of requests, in the store's cache folder. */
export interface Intents {
  read(key: string): Promise<Intent | undefined>
  /** Written and synced before it returns. */
  write(intent: Intent): Promise<void>
  clear(key: string): Promise<void>
}

/** Open the journal in `cache` (absolute). */
export function openIntents(cache: string): Intents {
  const fileOf = (key: string): string => join(cache, 'intents', `${key}.json`)
  return {
    async read(key) {
      try {
        const intent = JSON.parse(await readFile(fileOf(key), 'utf8')) as Intent
        // A file that says anything else was written, so something may have been sent.
        return intent.state === 'planned' ? intent : { ...intent, key, state: 'sent' }
      } catch (error) {
        if (error instanceof SyntaxError) return { state: 'sent', key, label: key, pid: 0, time: '' }
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
    write: (intent) =>
      replaceDurably(fileOf(intent.key), Buffer.from(`${JSON.stringify(intent, null, 2)}\n`)),
    clear: (key) => rm(fileOf(key), { force: true }),
  }
}
