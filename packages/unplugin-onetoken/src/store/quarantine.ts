import { randomBytes } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeFolder } from '../make-folder.ts'
import { createDurably } from './durable.ts'

/** Where bytes go that cannot be used: nothing that came from the API or lay in the store is deleted. */
export interface Quarantine {
  /** Keep bytes, synced; the path where they are. */
  keep(name: string, bytes: Uint8Array): Promise<string>
  /** Move a file there; its path. */
  move(file: string): Promise<string>
}

/** The quarantine in `folder` (absolute), which is made when it is needed. */
export function openQuarantine(folder: string): Quarantine {
  // Several results of one answer come within a millisecond, under one name.
  const pathOf = (name: string): string =>
    join(folder, `${Date.now()}-${randomBytes(4).toString('hex')}-${name}`)
  return {
    async keep(name, bytes) {
      const to = pathOf(name)
      await createDurably(to, bytes)
      return to
    },
    async move(file) {
      const to = pathOf(basename(file))
      await makeFolder(folder)
      await rename(file, to)
      return to
    },
  }
}
