import { existsSync, statSync, watch, type FSWatcher } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { picturesIn } from '../engine/index.ts'
import type { Watched } from './build.ts'

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
  /** How a bundler is told of what has changed. @default a new time of each descriptor's file */
  tell?: ((descriptors: readonly string[]) => Promise<void>) | undefined
  /** For a bundler that takes notice whenever it is told: it is told once. */
  isHeard?: boolean | undefined
  /**
   * For a bundler that must not be told of a change while it builds: whether it does. It is told of one descriptor
   * after the other then.
   */
  isBusy?: (() => boolean) | undefined
}

async function touchFiles(files: readonly string[]): Promise<void> {
  const now = new Date()
  // One that is gone is written anew when it is asked for.
  await Promise.allSettled(files.map((file) => utimes(file, now, now)))
}

/** Watches what pictures depend on. */
export interface DescriptorWatch {
  /**
   * The module of `descriptor` was loaded by what was there at the time `begun`, in milliseconds since 1970: tell of the
   * descriptor when one of `files` has changed since, and when one changes, comes or goes. Of `folders`, when a picture or
   * a folder in them comes or goes.
   */
  watch(descriptor: string, files: readonly string[], loaded: Pick<Watched, 'begun' | 'folders'>): void
  /** Forget all of them. */
  close(): void
}

/**
 * Bundlers that look only at modules, and those that lose a change while they build, see no new record and no edited
 * manifest. So both are watched here, and a change is passed on as one of the descriptor, which is a module: again and
 * again, until it is loaded anew.
 */
export function createDescriptorWatch({
  changed,
  patience,
  tell = touchFiles,
  isHeard = false,
  isBusy,
}: DescriptorWatchOptions): DescriptorWatch {
  const dependents = new Map<string, Set<string>>()
  const folders = new Map<string, FSWatcher>()
  /** What was seen of each path last. */
  const seen = new Map<string, Look>()
  const listed = new Set<string>()
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
    if (isHeard) due.clear()
    await tell(touched.map(([descriptor]) => descriptor))
    if (isHeard) return due.size > 0 ? wait(patience) : undefined
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

  const look = (path: string): Look => (listed.has(path) ? picturesIn(path) : changeTime(path))

  const isNew = (path: string): boolean => {
    const now = look(path)
    const known = seen.get(path)
    seen.set(path, now)
    return now !== known
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
      for (const path of [join(folder, name ?? ''), folder]) {
        const descriptors = dependents.get(path)
        if (descriptors !== undefined && isNew(path)) noteChange(path, descriptors)
      }
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
    watch(descriptor, files, { begun, folders = new Map() }) {
      if ((due.get(descriptor)?.since ?? 0) <= begun) due.delete(descriptor)
      for (const folder of folders.keys()) listed.add(folder)
      for (const path of [...files, ...folders.keys()]) {
        const known = dependents.get(path)
        const isKnown = known?.has(descriptor) === true
        if (isKnown && !folders.has(path)) continue
        const now = look(path)
        if (known === undefined) {
          dependents.set(path, new Set([descriptor]))
          seen.set(path, now)
        } else known.add(descriptor)
        if (!isKnown) watchFolder(listed.has(path) ? path : dirname(path))
        // A time that is yet to come is that of a file server whose clock is fast.
        const isOther = folders.has(path)
          ? now !== undefined && now !== folders.get(path)
          : typeof now === 'number' && now > begun && now < Date.now() + 1
        if (isOther) noteChange(path, [descriptor])
      }
      if (dependents.size > 0) lookAgain()
    },

    close() {
      clearTimeout(timer)
      clearInterval(looking)
      looking = undefined
      for (const watcher of folders.values()) watcher.close()
      for (const known of [dependents, folders, seen, listed, due]) known.clear()
    },
  }
}

/** When a file became what it is, or the names in a folder; undefined while it is not there. */
type Look = number | string | undefined

/** When a file came to be, or came to be what it is, in milliseconds since 1970; undefined when it is not there. */
function changeTime(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ctimeMs
}
