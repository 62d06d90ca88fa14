import type { Stats } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { shelfNameOf } from './index-file.ts'

/** Variants of one recipe that nothing has asked for in a while. */
export interface UnusedVariants {
  /** Absolute paths: the index, where there is one, comes first. */
  files: string[]
  /** Length of all of them. */
  bytes: number
}

/**
 * The variants in `cacheDir` (absolute) that were neither made nor used since `before` (milliseconds since 1970): by
 * the index, which is touched at every use, and else by the files.
 */
export async function* unusedVariants(cacheDir: string, before: number): AsyncGenerator<UnusedVariants> {
  const folder = join(cacheDir, 'variants')
  const shelves = new Map<string, string[]>()
  for (const name of await readdir(folder).catch(() => [])) {
    const shelf = shelfNameOf(name)
    if (shelf === undefined) continue
    const files = shelves.get(shelf) ?? []
    shelves.set(shelf, files)
    if (name.endsWith('.json')) files.unshift(join(folder, name))
    else files.push(join(folder, name))
  }
  for (const files of shelves.values()) {
    const states = await Promise.all(files.map((file) => stateOf(file)))
    if (states.every(({ used }) => used < before)) {
      yield { files, bytes: states.reduce((sum, { bytes }) => sum + bytes, 0) }
    }
  }
}

async function stateOf(file: string): Promise<{ used: number; bytes: number }> {
  const found = await stat(file).catch(() => undefined)
  // Gone meanwhile.
  if (found === undefined) return { used: 0, bytes: 0 }
  return { used: lastUse(found, file), bytes: found.size }
}

/** Of a picture only the time counts at which it was made: whoever copies or searches a folder reads them all. */
function lastUse({ atimeMs, mtimeMs }: Stats, file: string): number {
  return file.endsWith('.json') ? Math.max(atimeMs, mtimeMs) : mtimeMs
}

/** Remove variants, the index first: a build that finds none makes them anew. */
export async function removeVariants({ files }: UnusedVariants): Promise<void> {
  for (const file of files) await rm(file, { force: true })
}
