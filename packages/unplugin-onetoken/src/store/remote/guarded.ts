import PQueue from 'p-queue'
import { asOneTokenError, type OneTokenError } from '../../errors.ts'
import type { RemoteTrouble } from './failed.ts'
import type { Remote } from './types.ts'

/** Requests under way at once: enough for a fast server, not too many for a small one. */
const CONCURRENCY = 8
/** Milliseconds after which a server that was down, or did not take what it was sent, is asked once more. */
const RECOVERY = 60_000

const DOWN: ReadonlySet<unknown> = new Set<RemoteTrouble>(['unreachable', 'timeout'])

/** Something that did not work, and until when it is not tried again. */
interface Trouble {
  error: OneTokenError
  until: number
}

/**
 * A remote store that costs a run little when it is down: when it could not be reached for reading, everything fails at
 * once for a minute, and when it did not take a file, all writing of files. `told` gets the first failure of each such
 * time. Claims are no such files: one that is not tried is a request that two machines pay for.
 */
export function guarded(
  remote: Remote,
  told: (error: OneTokenError, what: 'everything' | 'writing') => void,
  now: () => number = () => performance.now(),
): Remote {
  const queue = new PQueue({ concurrency: CONCURRENCY })
  let down: Trouble | undefined
  let refusing: Trouble | undefined
  const failAtOnce = (trouble: Trouble | undefined): void => {
    if (trouble !== undefined && now() < trouble.until) throw trouble.error
  }
  /** Others that were under way fail in the same way, and say nothing new. */
  const note = (
    before: Trouble | undefined,
    error: OneTokenError,
    what: 'everything' | 'writing',
  ): Trouble => {
    if (before === undefined || now() >= before.until) told(error, what)
    return { error, until: now() + RECOVERY }
  }

  const read = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    inTurn(name, async () => {
      failAtOnce(down)
      try {
        return await work()
      } catch (thrown) {
        const error = asOneTokenError(thrown)
        if (error !== undefined && DOWN.has(error.details?.['kind'])) down = note(down, error, 'everything')
        throw thrown
      }
    })
  const write = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    inTurn(name, async () => {
      failAtOnce(down)
      if (isClaim(name)) return await work()
      failAtOnce(refusing)
      try {
        return await work()
      } catch (thrown) {
        const error = asOneTokenError(thrown)
        if (error !== undefined) refusing = note(refusing, error, 'writing')
        throw thrown
      }
    })
  /** Claims say to others that this machine is at work: they do not wait behind pictures. */
  const inTurn = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    isClaim(name) ? work() : queue.add(work)

  return {
    url: remote.url,
    isExclusive: remote.isExclusive,
    read: (name, largest) => read(name, () => remote.read(name, largest)),
    has: (name) => read(name, () => remote.has(name)),
    list: (start) => read(start, () => remote.list(start)),
    create: (name, bytes) => write(name, () => remote.create(name, bytes)),
    replace: (name, bytes) => write(name, () => remote.replace(name, bytes)),
    remove: (name) => write(name, () => remote.remove(name)),
    close: () => remote.close(),
  }
}

function isClaim(name: string): boolean {
  return name.startsWith('claims/')
}
