import PQueue from 'p-queue'
import { asOneTokenError, type OneTokenError } from '../../errors.ts'
import type { RemoteTrouble } from './failed.ts'
import type { Remote } from './types.ts'

/** Requests under way at once: enough for a fast server, not too many for a small one. */
const CONCURRENCY = 8
/** Milliseconds after which a server that was down, or did not take what it was sent, is asked once more. */
const RECOVERY = 60_000

const DOWN: ReadonlySet<unknown> = new Set<RemoteTrouble>(['unreachable', 'timeout'])

/**
 * A remote store that costs a run little when it is down: when it could not be reached for reading, everything fails at
 * once for a minute, and when it could not be written, all writing. `told` gets the first failure of each such time.
 */
export function guarded(
  remote: Remote,
  told: (error: OneTokenError, what: 'everything' | 'writing') => void,
  now: () => number = () => performance.now(),
): Remote {
  const queue = new PQueue({ concurrency: CONCURRENCY })
  let down: { error: unknown; until: number } | undefined
  let refusing: { error: unknown; until: number } | undefined

  const run = <T>(work: () => Promise<T>, isWrite: boolean): Promise<T> =>
    queue.add(async () => {
      for (const state of [down, isWrite ? refusing : undefined]) {
        if (state !== undefined && now() < state.until) throw state.error
      }
      try {
        return await work()
      } catch (thrown) {
        const error = asOneTokenError(thrown)
        const isTrouble = isWrite || DOWN.has(error?.details?.['kind'])
        if (error !== undefined && isTrouble) {
          const known = isWrite ? refusing : down
          const state = { error, until: now() + RECOVERY }
          if (isWrite) refusing = state
          else down = state
          // Others that were under way fail in the same way, and say nothing new.
          if (known === undefined || now() >= known.until) told(error, isWrite ? 'writing' : 'everything')
        }
        throw thrown
      }
    })

  return {
    url: remote.url,
    isExclusive: remote.isExclusive,
    read: (name, largest) => run(() => remote.read(name, largest), false),
    has: (name) => run(() => remote.has(name), false),
    create: (name, bytes) => run(() => remote.create(name, bytes), true),
    replace: (name, bytes) => run(() => remote.replace(name, bytes), true),
    remove: (name) => run(() => remote.remove(name), true),
    close: () => remote.close(),
  }
}
