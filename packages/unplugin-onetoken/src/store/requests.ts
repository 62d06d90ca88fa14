import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Keys that the journal of requests in `cache` (absolute) has something about, by the names of its files. What it
 * says of them is read by `openIntents`.
 */
export async function journaledKeys(cache: string): Promise<string[]> {
  const names = await readdir(join(cache, 'intents')).catch(() => [])
  return [...new Set(names.flatMap((name) => /^[\da-f]{64}(?=\.)/.exec(name) ?? []))].sort()
}
