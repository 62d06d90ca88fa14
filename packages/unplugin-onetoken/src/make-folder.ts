import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Make a folder and those above it where they are not there; the first one that was made, or undefined.
 * One by one, as `recursive` of mkdir says that there is no such folder when a disk is full, fails or is read-only
 * (https://github.com/nodejs/node/issues/47098).
 */
export async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    return (await makeOne(folder)) ? folder : undefined
  } catch (error) {
    const parent = dirname(folder)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === folder) throw error
    const first = await makeFolder(parent)
    return (await makeOne(folder)) ? (first ?? folder) : first
  }
}

/** Whether a folder was made; false when it was there. Some systems have other reasons not to make one that is there. */
async function makeOne(folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
    return true
  } catch (error) {
    const found = await stat(folder).catch((cause: unknown) => {
      // Something is there that cannot be looked at: that is the trouble.
      throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? cause : error
    })
    if (found.isDirectory()) return false
    throw error
  }
}
