import type { Dirent } from 'node:fs'
import { lstat, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { EXTENSIONS } from './record.ts'
import { examine } from './examine.ts'
import type { RenderStore } from './file-store.ts'
import { openIntents } from './intents.ts'
import { layoutOf } from './layout.ts'
import { entriesOf, extentOf, isTemporaryName, LEFT_BEHIND } from './listing.ts'
import { writing } from './messages.ts'

/** A temporary file, or a folder of them, that a process left behind which died. */
export interface Leftover {
  /** Absolute path. */
  path: string
  bytes: number
  /** Whether it may hold what was paid for: it lies where renders are written. */
  isPrecious: boolean
}

/** What was left behind in a store a day ago or earlier. */
export async function* leftoversOf(store: RenderStore, now: number): AsyncGenerator<Leftover> {
  const { records, images, cache } = layoutOf(store.folder)
  for (const folder of [store.folder, records, images]) {
    yield* oldIn(folder, await entriesOf(folder), now, isTemporaryName, folder !== store.folder)
  }
  for (const part of await entriesOf(cache)) {
    // What was put aside stays, whatever it is called.
    if (!part.isDirectory() || part.name === 'quarantine') continue
    const folder = join(cache, part.name)
    // What cannot be read is not precious, and keeps nobody from looking at the other parts.
    const entries = await entriesOf(folder).catch(() => [])
    // Everything in `tmp` is work in progress.
    const isTemporary = part.name === 'tmp' ? () => true : (name: string) => /\.(?:tmp|claim)$/.test(name)
    yield* oldIn(folder, entries, now, isTemporary, false)
  }
}

async function* oldIn(
  folder: string,
  entries: readonly Dirent[],
  now: number,
  isTemporary: (name: string) => boolean,
  isPrecious: boolean,
): AsyncGenerator<Leftover> {
  for (const { name } of entries) {
    if (!isTemporary(name)) continue
    const path = join(folder, name)
    const found = await lstat(path).catch(() => undefined)
    if (found === undefined || now - found.mtimeMs < LEFT_BEHIND) continue
    const bytes = found.isDirectory() ? (await extentOf(path)).bytes : found.size
    yield { path, bytes, isPrecious: isPrecious && bytes > 0 }
  }
}

/** What became of a leftover. */
export type Cleared = 'removed' | 'aside' | 'kept'

/**
 * Clear a leftover away. One that may hold a picture is removed only when the store has the same bytes under their own
 * name, and is put aside else. While a request stands, the next run may find its answer there: then it stays.
 */
export async function clearLeftover(store: RenderStore, leftover: Leftover): Promise<Cleared> {
  return await writing(store.folder, () => clear(store, leftover))
}

async function clear(store: RenderStore, { path, isPrecious }: Leftover): Promise<Cleared> {
  if (isPrecious) {
    const mayStand = await openIntents(store.cache)
      .all()
      .then(
        ({ length }) => length > 0,
        () => true,
      )
    if (mayStand) return 'kept'
    if (!(await isKept(store, path))) {
      await store.setAside(path)
      return 'aside'
    }
  }
  await rm(path, { recursive: true, force: true })
  return 'removed'
}

async function isKept(store: RenderStore, path: string): Promise<boolean> {
  const sha256 = (await examine(path).catch(() => undefined))?.sha256
  if (sha256 === undefined) return false
  for (const format of Object.keys(EXTENSIONS) as (keyof typeof EXTENSIONS)[]) {
    if ((await examine(store.imageFile({ sha256, format })))?.sha256 === sha256) return true
  }
  return false
}
