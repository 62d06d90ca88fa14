import { existsSync, mkdirSync, watch, type FSWatcher } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** How often a bundler is told of a change that it takes no notice of. */
const MOST_TRIES = 5

/** How a {@link DescriptorWatch} is made. */
export interface DescriptorWatchOptions {
  /** A file changed; called before its descriptors are touched. */
  changed(file: string): void
  /**
   * Milliseconds in which the bundler may see the change by itself. Several events of one change come in this time,
   * too.
   */
  patience: number
}

/** Watches what pictures depend on. */
export interface DescriptorWatch {
  /** The module of `descriptor` was loaded; touch the descriptor when one of `files` changes or appears. */
  watch(descriptor: string, files: readonly string[]): void
}

/**
 * Bundlers that look only at modules, and those that lose a change while they build, see no new record and no edited
 * manifest. So both are watched here, and a change is passed on as one of the descriptor, which is a module: again and
 * again, until it is loaded anew.
 */
export function createDescriptorWatch({ changed, patience }: DescriptorWatchOptions): DescriptorWatch {
  const dependents = new Map<string, Set<string>>()
  const folders = new Map<string, FSWatcher>()
  /** Descriptors that are to be loaded anew, and how often this was tried. */
  const due = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined

  const touch = async (): Promise<void> => {
    const now = new Date()
    for (const [descriptor, tries] of due) {
      if (tries >= MOST_TRIES) due.delete(descriptor)
      else due.set(descriptor, tries + 1)
    }
    // One that is gone is written anew when it is asked for.
    await Promise.allSettled([...due.keys()].map((descriptor) => utimes(descriptor, now, now)))
    if (due.size > 0) wait(Math.max(patience, 1000))
  }

  const wait = (milliseconds: number): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void touch(), milliseconds)
    timer.unref()
  }

  const watchFolder = (folder: string): void => {
    if (folders.has(folder)) return
    mkdirSync(folder, { recursive: true })
    const watcher = watch(folder, { persistent: false }, (_, name) => {
      const file = join(folder, name ?? '')
      const descriptors = dependents.get(file)
      if (descriptors === undefined || !existsSync(file)) return
      changed(file)
      for (const descriptor of descriptors) due.set(descriptor, 0)
      wait(patience)
    })
    folders.set(folder, watcher)
  }

  return {
    watch(descriptor, files) {
      due.delete(descriptor)
      for (const file of files) {
        const known = dependents.get(file)
        if (known === undefined) dependents.set(file, new Set([descriptor]))
        else known.add(descriptor)
        watchFolder(dirname(file))
      }
    },
  }
}
