import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Where a path leads when links are followed, as far as there is something. */
export function leadsTo(file: string): string {
  try {
    return realpathSync.native(file)
  } catch {
    const folder = dirname(file)
    return folder === file ? file : join(leadsTo(folder), basename(file))
  }
}
