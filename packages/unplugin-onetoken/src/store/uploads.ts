import { access, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceDurably } from './durable.ts'

/** A render that is to be put into the remote store. */
export interface Upload {
  key: string
  /** Whether it takes the place of a record that is there: somebody asked for another picture. */
  replace: boolean
}

/** One that waits. */
export interface WaitingUpload extends Upload {
  /** When it was added, in milliseconds since 1970. */
  since: number
}

/** Renders that wait for the remote store, in the cache folder: what fails now is tried again by a later run. */
export interface Uploads {
  add(upload: Upload): Promise<void>
  has(key: string): Promise<boolean>
  remove(key: string): Promise<void>
  all(): Promise<WaitingUpload[]>
}

/** The uploads that wait in `cache` (absolute). */
export function openUploads(cache: string): Uploads {
  const folder = join(cache, 'uploads')
  const fileOf = (key: string): string => join(folder, `${key}.json`)
  return {
    add: ({ key, replace }) =>
      replaceDurably(fileOf(key), Buffer.from(`${JSON.stringify({ key, replace })}\n`)),
    has: (key) =>
      access(fileOf(key)).then(
        () => true,
        () => false,
      ),
    remove: (key) => rm(fileOf(key), { force: true }),
    async all() {
      const names = await readdir(folder).catch(() => [])
      const keys = names.flatMap((name) => /^([\da-f]{64})\.json$/.exec(name)?.[1] ?? [])
      const uploads = keys.map(async (key) => {
        const file = fileOf(key)
        // Another process may have been faster.
        const text = await readFile(file, 'utf8').catch(() => '')
        const since = await stat(file).then(
          ({ mtimeMs }) => mtimeMs,
          () => Date.now(),
        )
        return { key, replace: replacesIn(text), since }
      })
      return await Promise.all(uploads)
    },
  }
}

/** What is damaged replaces nothing. */
function replacesIn(text: string): boolean {
  try {
    return (JSON.parse(text) as { replace?: unknown }).replace === true
  } catch {
    return false
  }
}
