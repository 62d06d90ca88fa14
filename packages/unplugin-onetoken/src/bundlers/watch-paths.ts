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
 * be, and nothing for other files. For folders, which these watchers would look at with all that is written there, the
 * descriptor, which is touched: what a plugin loads they do not watch by themselves.
 */
export function watchPaths(descriptor: string, watched: Watched, root: string, mode?: string): string[] {
  const files = watchList(watched, root, mode)
    .map((file) => (watched.awaited?.includes(file) === true && !existsSync(file) ? dirname(file) : file))
    .filter((path) => existsSync(path))
  // Otherwise not: Rolldown has been seen to mix up a build with one that such a change has interrupted.
  return (watched.folders?.size ?? 0) === 0 ? files : [descriptor, ...files]
}
