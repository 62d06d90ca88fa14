import { bytesOf, parseIntent, type Intent } from '../intents.ts'
import { LEASE } from '../heartbeat.ts'
import { SELF } from '../sender.ts'
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
  /** Of all senders that create one attempt for a key, one is told true. */
  create(intent: Intent): Promise<boolean>
  /** Say that its sender lives; with a `failure`, that it is done. */
  write(intent: Intent): Promise<void>
  remove(intent: Intent): Promise<void>
  /** Forget the requests for a key: up to one's own, all without one, except those that others have under way. */
  clear(key: string, own?: Pick<Intent, 'attempt' | 'sender'>): Promise<void>
}

const LARGEST_CLAIM = 2 ** 20

/** The claims of a remote store whose `create` is exclusive. `lease` in milliseconds. */
export function openClaims(remote: Remote, lease: number = LEASE): Claims {
  const nameOf = ({ key, attempt }: Pick<Intent, 'key' | 'attempt'>): string =>
    `claims/${key}.${attempt}.json`

  const attemptsOf = async (key: string): Promise<number[]> => {
    const names = (await remote.list(`claims/${key}.`)) ?? []
    const attempts = names.flatMap((name) => {
      const [, number] = /\.(\d{1,6})\.json$/.exec(name) ?? []
      return number === undefined ? [] : Number(number)
    })
    return attempts.sort((one, other) => other - one)
  }
  const readOne = async (key: string, attempt: number): Promise<Claim | undefined> => {
    const file = await remote.read(nameOf({ key, attempt }), LARGEST_CLAIM)
    if (file === undefined) return undefined
    const intent = parseIntent(file.bytes.toString('utf8'), key, attempt)
    // By the clock of the server alone: those of two machines may differ.
    const isUnderWay = intent.failure === undefined && (file.age ?? Number.POSITIVE_INFINITY) < lease
    return { intent, isUnderWay }
  }
  const isOurs = (claim: Claim | undefined, { sender }: Intent): boolean =>
    claim?.intent.sender.id === sender.id
  // What came is the sender's own affair: others get it as a record.
  const put = (intent: Intent): Buffer => bytesOf({ ...intent, arrived: undefined })

  return {
    async read(key) {
      for (const attempt of await attemptsOf(key)) {
        const claim = await readOne(key, attempt)
        if (claim !== undefined) return claim
      }
      return undefined
    },
    async create(intent) {
      if ((await remote.create(nameOf(intent), put(intent))) === 'created') return true
      // One of our own that could not be removed when its request was turned away.
      return isOurs(await readOne(intent.key, intent.attempt), intent)
    },
    write: (intent) => remote.replace(nameOf(intent), put(intent)),
    async remove(intent) {
      if (isOurs(await readOne(intent.key, intent.attempt), intent)) await remote.remove(nameOf(intent))
    },
    async clear(key, own = { attempt: Number.POSITIVE_INFINITY, sender: SELF }) {
      const attempts = (await attemptsOf(key)).filter((attempt) => attempt <= own.attempt)
      for (const attempt of attempts.reverse()) {
        const claim = await readOne(key, attempt)
        const isOthers = claim?.isUnderWay === true && claim.intent.sender.id !== own.sender.id
        if (claim !== undefined && !isOthers) await remote.remove(nameOf({ key, attempt }))
      }
    },
  }
}
