import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RenderStore } from './file-store.ts'
import { layoutOf } from './layout.ts'
import { entriesOf, sizeOf } from './listing.ts'
import { parseRecord } from './record.ts'

/** A file of the quarantine. */
export interface PutAside {
  /** Absolute path. */
  path: string
  bytes: number
  /** Whether it is a whole record, and the store has another one of the same render: no bytes of a picture are lost with it. */
  isReplaced: boolean
}

/** As the quarantine calls the record of a key. */
const RECORD = /^\d+-[\da-f]{8}-([\da-f]{64})\.json$/

/** What lies in the quarantine of a store. */
export async function* putAsideIn(store: RenderStore): AsyncGenerator<PutAside> {
  const { quarantine } = layoutOf(store.folder)
  for (const { name } of await entriesOf(quarantine)) {
    const path = join(quarantine, name)
    const key = RECORD.exec(name)?.[1]
    const isReplaced = key !== undefined && (await isRecord(path, key)) && (await isThere(store, key))
    yield { path, bytes: await sizeOf(path), isReplaced }
  }
}

async function isRecord(file: string, key: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return parseRecord(text, key).state === 'valid'
}

async function isThere(store: RenderStore, key: string): Promise<boolean> {
  return (await store.find(key)).state === 'found'
}
