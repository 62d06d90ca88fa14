import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { projectFiles } from '../engine/index.ts'
import type { Watched } from './build.ts'

/** What to watch for a picture: where it failed, every file of the project that may mend it. */
export function watchList({ watch, awaited }: Watched, root: string, mode = ''): string[] {
  return [
    ...(watch.length > 0 ? watch : projectFiles(root, mode)),
    ...(awaited === undefined ? [] : [awaited]),
  ]
}

/**
 * The same for watchers that know only paths that are there: for a record that is awaited, the folder where it will
 * be, and nothing for other files.
 */
export function watchPaths({ awaited, ...files }: Watched, root: string, mode?: string): string[] {
  const there = watchList(files, root, mode).filter((file) => existsSync(file))
  if (awaited === undefined) return there
  if (existsSync(awaited)) return [...there, awaited]
  const folder = dirname(awaited)
  mkdirSync(folder, { recursive: true })
  return [...there, folder]
}
