import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'

/** What a file turned out to hold. */
export interface Examined {
  /** Length. */
  bytes: number
  /** Lower-case hex. */
  sha256: string
  /** The first bytes: at most {@link START} of them. */
  start: Uint8Array
}

const START = 1024
const CHUNK = 256 * 1024

/** Read a file through, a piece at a time; undefined when it is not there. Throws what the system says. */
export async function examine(file: string): Promise<Examined | undefined> {
  try {
    const found = await stat(file)
    // Opening a pipe would wait for somebody who writes into it.
    if (!found.isFile()) throw new Error(`${file} is not a file`)
    return await readThrough(file, found.size)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function readThrough(file: string, size: number): Promise<Examined> {
  const hash = createHash('sha256')
  const chunk = Buffer.allocUnsafe(Math.max(1, Math.min(size, CHUNK)))
  let start: Uint8Array | undefined
  let bytes = 0
  const handle = await open(file)
  try {
    for (;;) {
      const { bytesRead } = await handle.read(chunk)
      if (bytesRead === 0) break
      const read = chunk.subarray(0, bytesRead)
      start ??= Uint8Array.from(read.subarray(0, START))
      hash.update(read)
      bytes += bytesRead
    }
  } finally {
    await handle.close()
  }
  return { bytes, sha256: hash.digest('hex'), start: start ?? new Uint8Array() }
}
