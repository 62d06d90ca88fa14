import { bytesOf, parseIntent, type Intent } from '../intents.ts'
import { LEASE } from '../heartbeat.ts'
import type { Remote } from './types.ts'

/** A request of some machine, as the remote store knows it. */
export interface Claim {
  intent: Intent
  /** Whether its sender may still be waiting for its answer. */
  isUnderWay: boolean
}

/** Requests for renders, in a store that machines share. Attempts are numbered as in the journal of each machine. */
export interface Claims {
  /** The last request for a key. */
  read(key: string): Promise<Claim | undefined>
  /** Of all machines that create one attempt for a key, one is told true. */
  create(intent: Intent): Promise<boolean>
  /** Say that its sender lives; with a `failure`, that it is done. */
  write(intent: Intent): Promise<void>
  remove(intent: Intent): Promise<void>
  /** Forget all requests for a key: its record is there. */
  clear(key: string): Promise<void>
}

const LARGEST_CLAIM = 2 ** 20
/** No person asks so often for one picture; a server that has everything must not be asked for ever. */
const MOST_ATTEMPTS = 100

/** The claims of a remote store whose `create` is exclusive. `lease` in milliseconds. */
export function openClaims(remote: Remote, lease: number = LEASE): Claims {
  const nameOf = ({ key, attempt }: Pick<Intent, 'key' | 'attempt'>): string =>
    `claims/${key}.${attempt}.json`

  const read = async (key: string): Promise<Claim | undefined> => {
    let last: Claim | undefined
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const file = await remote.read(nameOf({ key, attempt }), LARGEST_CLAIM)
      if (file === undefined) break
      const intent = parseIntent(file.bytes.toString('utf8'), key, attempt)
      // By the clock of the server alone: those of two machines may differ.
      const isUnderWay = intent.failure === undefined && (file.age ?? Number.POSITIVE_INFINITY) < lease
      last = { intent, isUnderWay }
    }
    return last
  }
  // What came is the sender's own affair: others get it as a record.
  const put = (intent: Intent): Buffer => bytesOf({ ...intent, arrived: undefined })

  return {
    read,
    create: async (intent) => (await remote.create(nameOf(intent), put(intent))) === 'created',
    write: (intent) => remote.replace(nameOf(intent), put(intent)),
    async remove(intent) {
      // Whoever was given up leaves what others count their attempts from.
      const last = await read(intent.key)
      const isLast = last?.intent.attempt === intent.attempt
      if (isLast && last.intent.sender.id === intent.sender.id) await remote.remove(nameOf(intent))
    },
    async clear(key) {
      const last = await read(key)
      for (let attempt = 1; attempt <= (last?.intent.attempt ?? 0); attempt += 1) {
        await remote.remove(nameOf({ key, attempt }))
      }
    },
  }
}
