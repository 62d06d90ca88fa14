import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/**
 * The bytes of a file, at once; undefined when it is not there. A record is small, a build looks for one for each of its
 * pictures, and the turns of the event loop that a file takes cost eight times as much as the file.
 */
export function readAtOnce(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The bytes of a file; undefined when it is not there. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
