import { randomBytes } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const HOOK = fileURLToPath(new URL('./connections.cjs', import.meta.url))

/** The network as the processes of one test use it. */
export interface WatchedNetwork {
  /** Environment of the processes that are watched, and of those that they start. */
  env: Record<string, string>
  /** Every attempt to connect so far, with the call by which it was made. */
  attempts(): Promise<string[]>
}

/** Watch what processes do on the network: nothing is kept from them. */
export function watchNetwork(): WatchedNetwork {
  const file = join(tmpdir(), `picture-connections-${randomBytes(6).toString('hex')}`)
  onTestFinished(() => rm(file, { force: true }))
  return {
    env: { NODE_OPTIONS: `--require ${JSON.stringify(HOOK)}`, CONNECTIONS_FILE: file },
    async attempts() {
      const text = await readFile(file, 'utf8').catch(() => '')
      return text.split('\n').filter((line) => line !== '')
    },
  }
}
