import { existsSync, statSync, watch, type FSWatcher } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** How often a bundler is told of a change that it takes no notice of; each time it is left twice as long. */
const MOST_TRIES = 7

/** Events get lost: in folders that are made or replaced later, on network file systems, beyond limits. Milliseconds. */
const LOOK_EVERY = 2000

/** How a {@link DescriptorWatch} is made. */
export interface DescriptorWatchOptions {
  /** A file changed; called before its descriptors are touched. */
  changed(file: string): void
  /**
   * Milliseconds in which the bundler may see the change by itself. Several events of one change come in this time,
   * too.
   */
  patience: number
  /** How a bundler is told of a change. @default a new time of the descriptor's file */
  tell?: ((descriptor: string) => Promise<void>) | undefined
  /**
   * For a bundler that must not be told of a change while it builds: whether it does. It is told of one descriptor
   * after the other then.
   */
  isBusy?: (() => boolean) | undefined
}

async function touchFile(file: string): Promise<void> {
  const now = new Date()
  await utimes(file, now, now)
}

/** Watches what pictures depend on. */
export interface DescriptorWatch {
  /**
   * The module of `descriptor` was loaded by what was there at the time `begun`, in milliseconds since 1970: touch the
   * descriptor when one of `files` has changed since, and when one changes or appears.
   */
  watch(descriptor: string, files: readonly string[], begun: number): void
}

/**
 * Bundlers that look only at modules, and those that lose a change while they build, see no new record and no edited
 * manifest. So both are watched here, and a change is passed on as one of the descriptor, which is a module: again and
 * again, until it is loaded anew.
 */
export function createDescriptorWatch({
  changed,
  patience,
  tell = touchFile,
  isBusy,
}: DescriptorWatchOptions): DescriptorWatch {
  const dependents = new Map<string, Set<string>>()
  const folders = new Map<string, FSWatcher>()
  /** When each file became what it is, as far as it was told; undefined while it is not there. */
  const seen = new Map<string, number | undefined>()
  /** Descriptors that are to be loaded anew, since when, and how often this was tried. */
  const due = new Map<string, { since: number; tries: number }>()
  let timer: NodeJS.Timeout | undefined

  const touch = async (): Promise<void> => {
    if (isBusy?.() === true) return wait(patience)
    for (const [descriptor, { tries }] of due) if (tries >= MOST_TRIES) due.delete(descriptor)
    const [next, ...others] = [...due].toSorted(([, a], [, b]) => a.tries - b.tries)
    if (next === undefined) return
    const touched = isBusy === undefined ? [next, ...others] : [next]
    for (const [, wanted] of touched) wanted.tries += 1
    // One that is gone is written anew when it is asked for.
    await Promise.allSettled(touched.map(([descriptor]) => tell(descriptor)))
    const isOthersTurn = isBusy !== undefined && others.some(([, { tries }]) => tries < next[1].tries)
    wait(isOthersTurn ? patience : Math.max(patience, 1000) * 2 ** (next[1].tries - 1))
  }

  const wait = (milliseconds: number): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void touch(), milliseconds)
    timer.unref()
  }

  const noteChange = (file: string, descriptors: Iterable<string>): void => {
    changed(file)
    for (const descriptor of descriptors) due.set(descriptor, { since: Date.now(), tries: 0 })
    wait(patience)
  }

  const isNew = (file: string): boolean => {
    const time = changeTime(file)
    const known = seen.get(file)
    seen.set(file, time)
    return time !== undefined && time !== known
  }

  let looking: NodeJS.Timeout | undefined
  const lookAgain = (): void => {
    looking ??= setInterval(() => {
      for (const [file, descriptors] of dependents) if (isNew(file)) noteChange(file, descriptors)
    }, LOOK_EVERY).unref()
  }

  const watchFolder = (folder: string): void => {
    if (folders.has(folder) || !existsSync(folder)) return
    const see = (_: string, name: string | null): void => {
      const file = join(folder, name ?? '')
      const descriptors = dependents.get(file)
      if (descriptors !== undefined && isNew(file)) noteChange(file, descriptors)
    }
    try {
      const watcher = watch(folder, { persistent: false }, see)
      folders.set(folder, watcher)
      // The folder is gone; when a module is loaded that depends on it, it may be there again.
      watcher.on('error', () => {
        watcher.close()
        folders.delete(folder)
      })
    } catch {
      // The system watches no more folders: what the bundler itself watches has to do.
    }
  }

  return {
    watch(descriptor, files, begun) {
      if ((due.get(descriptor)?.since ?? 0) <= begun) due.delete(descriptor)
      for (const file of files) {
        const known = dependents.get(file)
        if (known?.has(descriptor) === true) continue
        const time = changeTime(file)
        if (known === undefined) {
          dependents.set(file, new Set([descriptor]))
          seen.set(file, time)
        } else known.add(descriptor)
        watchFolder(dirname(file))
        if (time !== undefined && time > begun) noteChange(file, [descriptor])
      }
      lookAgain()
    },
  }
}

/** When a file came to be, or came to be what it is, in milliseconds since 1970; undefined when it is not there. */
function changeTime(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ctimeMs
}
