import { mkdir } from 'node:fs/promises'

/**
 * Make a folder and those above it where they are not there; the first one that was made, or undefined. Node says
 * ENOENT for a disk that is full or read-only (https://github.com/nodejs/node/issues/47098): the system is asked once more.
 */
export async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    return await mkdir(folder, { recursive: true })
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException
    // The path is that of the folder which could not be made.
    if (code !== 'ENOENT' || path === undefined) throw error
    await mkdir(path)
    await makeFolder(folder)
    return path
  }
}
