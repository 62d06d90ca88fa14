import { existsSync, mkdirSync, watch, type FSWatcher } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Milliseconds in which several events of one change come. */
const QUIET = 50

/**
 * Farm builds again only when a module changes, and a manifest or a record is none. So what a picture depends on is
 * watched here, and a change of it passed on as one of its descriptor. `changed` is called before.
 */
export function createDescriptorWatch(changed: (file: string) => void): {
  watch(descriptor: string, files: readonly string[]): void
} {
  const dependents = new Map<string, Set<string>>()
  const folders = new Map<string, FSWatcher>()
  const pending = new Set<string>()
  let timer: NodeJS.Timeout | undefined

  const touch = async (): Promise<void> => {
    const files = [...pending]
    pending.clear()
    files.forEach(changed)
    const now = new Date()
    const descriptors = new Set(files.flatMap((file) => [...(dependents.get(file) ?? [])]))
    // One that is gone is written anew when it is asked for.
    await Promise.allSettled([...descriptors].map((descriptor) => utimes(descriptor, now, now)))
  }

  const watchFolder = (folder: string): void => {
    if (folders.has(folder)) return
    mkdirSync(folder, { recursive: true })
    const watcher = watch(folder, { persistent: false }, (_, name) => {
      const file = join(folder, name ?? '')
      if (!dependents.has(file) || !existsSync(file)) return
      pending.add(file)
      clearTimeout(timer)
      timer = setTimeout(() => void touch(), QUIET)
    })
    folders.set(folder, watcher)
  }

  return {
    watch(descriptor, files) {
      for (const file of files) {
        const known = dependents.get(file)
        if (known === undefined) dependents.set(file, new Set([descriptor]))
        else known.add(descriptor)
        watchFolder(dirname(file))
      }
    },
  }
}
