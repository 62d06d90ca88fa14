import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { projectFiles } from '../engine/index.ts'
import type { Watched } from './build.ts'

/**
 * What to watch for a picture: where it failed, every file of the project that may mend it. The folder of a record that
 * is awaited is made, since one that is not there cannot be watched.
 */
export function watchList({ watch, awaited = [] }: Watched, root: string, mode = ''): string[] {
  for (const file of awaited) mkdirSync(dirname(file), { recursive: true })
  return [...(watch.length > 0 ? watch : projectFiles(root, mode)), ...awaited]
}

/**
 * The same for watchers that know only paths that are there: for a record that is awaited, the folder where it will
 * be, and nothing for other files.
 */
export function watchPaths(watched: Watched, root: string, mode?: string): string[] {
  return watchList(watched, root, mode)
    .map((file) => (watched.awaited?.includes(file) === true && !existsSync(file) ? dirname(file) : file))
    .filter((path) => existsSync(path))
}
