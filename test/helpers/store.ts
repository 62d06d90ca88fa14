import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256 } from '../../packages/unplugin-onetoken/src/canonical-json.ts'
import { openFileStore } from '../../packages/unplugin-onetoken/src/store/file-store.ts'
import { parseRecord } from '../../packages/unplugin-onetoken/src/store/record.ts'

/** The files below a folder, relative to it, with the hashes of their bytes; those that go away meanwhile are left out. */
export async function hashesOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const hashes = new Map<string, string>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const bytes = await readFile(file).catch(() => undefined)
    if (bytes !== undefined) hashes.set(file.slice(folder.length + 1), sha256(bytes))
  }
  return hashes
}

/** Whether a name in a store is one that a reader looks for: not the one of a file that is being written. */
export function isFinal(path: string): boolean {
  return !/(?:^|\/)\.[^/]*\.tmp$/.test(path) && !path.startsWith('.cache/')
}

/** What is wrong with the renders and pictures of a store; `known` are files that were looked at before, and right. */
export async function wrongIn(folder: string, known: Set<string> = new Set<string>()): Promise<string[]> {
  const wrong: string[] = []
  const store = openFileStore(folder)
  for (const part of ['images', 'renders']) {
    for (const name of await readdir(join(folder, part)).catch(() => [])) {
      if (!isFinal(name) || known.has(name)) continue
      const bytes = await readFile(join(folder, part, name))
      const [stem = ''] = name.split('.')
      if (part === 'images') {
        if (sha256(bytes) !== stem) wrong.push(`images/${name} is not what its name says`)
      } else {
        const parsed = parseRecord(bytes.toString(), stem)
        if (parsed.state !== 'valid') {
          wrong.push(`renders/${name} ${parsed.why}`)
          continue
        }
        for (const image of parsed.record.images) {
          const picture = await readFile(store.imageFile(image)).catch(() => undefined)
          if (picture === undefined) wrong.push(`renders/${name} has a picture that is not there`)
          else if (sha256(picture) !== image.sha256)
            wrong.push(`renders/${name} has a picture that is another`)
        }
      }
      known.add(name)
    }
  }
  return wrong
}

/** Look at the files of a store, over and over, until told to end: how many came, and which were another later on. */
export function watchPublished(folder: string): () => Promise<{ published: number; changed: string[] }> {
  const first = new Map<string, string>()
  const changed = new Set<string>()
  let isOver = false
  const look = async (): Promise<void> => {
    const now = await hashesOf(folder)
    for (const [path, hash] of now) {
      if (!isFinal(path)) continue
      if ((first.get(path) ?? hash) !== hash) changed.add(path)
      first.set(path, hash)
    }
    for (const path of first.keys()) if (!now.has(path)) changed.add(path)
  }
  const watching = (async () => {
    while (!isOver) {
      await look()
      await sleep(10)
    }
    await look()
  })()
  return async () => {
    isOver = true
    await watching
    return { published: first.size, changed: [...changed] }
  }
}
