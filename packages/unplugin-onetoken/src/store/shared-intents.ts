import { LEASE } from './heartbeat.ts'
import type { Intent, Intents, Surroundings } from './intents.ts'
import type { Claims } from './remote/claims.ts'

/** Between two looks at the claim of another machine, in milliseconds: renders take 10 to 200 seconds. */
const POLL = 2_000
/** How often a machine says within a lease that its request is under way. */
const BEATS = 4

/** What a journal that machines share works with. */
export interface SharedIntentsParts {
  claims: Claims
  /** Whether the record of a key waits to be put into the remote store. */
  isWaiting(key: string): Promise<boolean>
  sleep: Surroundings['sleep']
  lease?: number
}

/** Join the journal of this machine with the claims of all: one machine sends the request for a key. */
export function shareIntents(
  local: Intents,
  { claims, isWaiting, sleep, lease = LEASE }: SharedIntentsParts,
): Intents {
  /** Requests of this machine that are under way. */
  const held = new Map<string, Intent>()
  let timer: NodeJS.Timeout | undefined
  const beat = (): void => {
    for (const intent of held.values()) void claims.write(intent).catch(() => undefined)
  }
  const hold = (intent: Intent): void => {
    held.set(intent.key, intent)
    timer ??= setInterval(beat, lease / BEATS).unref()
  }
  const release = ({ key }: Intent): void => {
    held.delete(key)
    if (held.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
  /** Requests of other machines, as they were read. */
  const foreign = new WeakMap<Intent, boolean>()

  const readForeign = async (key: string, above: number): Promise<Intent | undefined> => {
    const claim = await claims.read(key)
    if (claim === undefined || claim.intent.attempt <= above) return undefined
    foreign.set(claim.intent, claim.isUnderWay)
    return claim.intent
  }

  const intents: Intents = {
    ...local,

    async read(key) {
      const own = await local.read(key)
      return (await readForeign(key, own?.attempt ?? 0)) ?? own
    },

    async claim(intent) {
      if (!(await local.claim(intent))) return false
      // A remote store that takes nothing (it is full, or refuses this machine) keeps nobody from working. One that is
      // down is found out when the record is looked for once more.
      const granted = await claims.create(intent).catch(() => 'unknown' as const)
      if (granted === 'unknown') return true
      if (granted) hold(intent)
      else await local.withdraw(intent)
      return granted
    },

    async write(intent) {
      await local.write(intent)
      if (intent.failure !== undefined) release(intent)
      else if (held.has(intent.key)) held.set(intent.key, intent)
      await claims.write(intent).catch(() => undefined)
    },

    async withdraw(intent) {
      release(intent)
      await local.withdraw(intent)
      await claims.remove(intent).catch(() => undefined)
    },

    async close(intent) {
      release(intent)
      await local.close(intent)
      // Before its record is there, others would ask for it once more.
      if (!(await isWaiting(intent.key))) await claims.clear(intent.key).catch(() => undefined)
    },

    isUnderWay: async (intent) => foreign.get(intent) ?? (await local.isUnderWay(intent)),

    async othersDone(key, signal) {
      for (;;) {
        await local.othersDone(key, signal)
        const intent = await intents.read(key)
        if (intent === undefined || foreign.get(intent) !== true) return
        await sleep(POLL, signal).catch(() => undefined)
        signal.throwIfAborted()
      }
    },
  }
  return intents
}
