import { createHash } from 'node:crypto'
import type { Site } from './site.ts'

/** Lower-case hex sha256. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** Digests of the files below a folder of a site, by their paths. */
export async function digests(site: Site, folder = 'dist'): Promise<Record<string, string>> {
  const entries = (await site.list(folder)).map(
    async (path) => [path, sha256(await site.read(path))] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}
