import { LEASE } from './heartbeat.ts'
import type { Intent, Intents, Surroundings } from './intents.ts'
import type { Claim, Claims } from './remote/claims.ts'

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
  /** Requests of this process that are under way, with the sign of life that is on its way. */
  const held = new Map<string, { intent: Intent; beat?: Promise<unknown> | undefined }>()
  let timer: NodeJS.Timeout | undefined
  const beat = (): void => {
    for (const one of held.values()) {
      one.beat ??= claims
        .write(one.intent)
        .catch(() => undefined)
        .finally(() => (one.beat = undefined))
    }
  }
  const hold = (intent: Intent): void => {
    held.set(intent.key, { intent })
    timer ??= setInterval(beat, lease / BEATS).unref()
  }
  const release = async ({ key }: Intent): Promise<void> => {
    const last = held.get(key)?.beat
    held.delete(key)
    if (held.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
    // It would bring back what is removed next.
    await last
  }
  /** Requests of other machines, as they were read, with whether they are under way. */
  const foreign = new WeakMap<Intent, boolean>()

  /** What counts of a request of this machine and of the last one that the machines know of. */
  const lastOf = (own: Intent | undefined, claim: Claim | undefined): Intent | undefined => {
    if (claim === undefined || claim.intent.sender.id === own?.sender.id) return own
    if (own !== undefined && own.attempt >= claim.intent.attempt && !claim.isUnderWay) return own
    foreign.set(claim.intent, claim.isUnderWay)
    return claim.intent
  }

  const intents: Intents = {
    ...local,

    read: async (key) => lastOf(await local.read(key), await claims.read(key)),

    async claim(intent) {
      if (!(await local.claim(intent))) return false
      // A remote store that takes nothing (it is full, or refuses this machine) keeps nobody from working, as long as
      // no other machine is at it. One that is down is found out when the record is looked for once more.
      const granted = await claims.create(intent).catch(async () => {
        const other = await claims.read(intent.key).catch(() => undefined)
        return other === undefined || other.intent.attempt < intent.attempt ? 'unknown' : false
      })
      if (granted === true) hold(intent)
      if (granted === false) await local.withdraw(intent)
      return granted !== false
    },

    async write(intent) {
      await local.write(intent)
      const own = held.get(intent.key)
      if (intent.failure !== undefined) await release(intent)
      else if (own !== undefined) own.intent = intent
      // Only what it holds: another machine may have its number by now.
      if (own !== undefined) await claims.write(intent).catch(() => undefined)
    },

    async withdraw(intent) {
      await release(intent)
      await local.withdraw(intent)
      await claims.remove(intent).catch(() => undefined)
    },

    async close(intent) {
      await release(intent)
      await local.close(intent)
      // Before its record is there, others would ask for it once more.
      if (!(await isWaiting(intent.key))) {
        await claims.clear(intent.key, intent).catch(() => undefined)
      }
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
