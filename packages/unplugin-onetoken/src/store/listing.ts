import { lstatSync, type Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { layoutOf } from './layout.ts'
import { unreadable } from './messages.ts'

/** Age in milliseconds at which a temporary file belongs to a process that died. A younger one may be in use. */
export const LEFT_BEHIND: number = 24 * 60 * 60 * 1000

/** The entries of a folder by name; none when it is not there. Throws `STORE_UNAVAILABLE`. */
export async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw unreadable(folder, error)
  }
}

/** The key of a record by the name of its file. */
export function keyOfName(name: string): string | undefined {
  return /^([\da-f]{64})\.json$/.exec(name)?.[1]
}

/** Whether a file has the name of an image. */
export function isImageName(name: string): boolean {
  return /^[\da-f]{64}\.(?:png|jpg|webp|avif|gif)$/.test(name)
}

/** Whether a file of the store proper is one that is there only while something is written. */
export function isTemporaryName(name: string): boolean {
  return /^\..+\.tmp$|\.\d+\.claim$/.test(name)
}

/** Number and length of files. */
export interface Extent {
  files: number
  bytes: number
}

/** What all files below a folder are together. */
export async function extentOf(folder: string): Promise<Extent> {
  const extent: Extent = { files: 0, bytes: 0 }
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name)
    const found = entry.isDirectory() ? await extentOf(path) : { files: 1, bytes: await sizeOf(path) }
    extent.files += found.files
    extent.bytes += found.bytes
  }
  return extent
}

/** What a store keeps: the records of renders, and their pictures. */
export interface StoreExtent {
  renders: Extent
  pictures: Extent
}

/** What the store in a folder keeps, by the names of its files. Throws `STORE_UNAVAILABLE`. */
export async function storeExtentOf(folder: string): Promise<StoreExtent> {
  const { records, images } = layoutOf(folder)
  return {
    renders: await extentOfFiles(records, (name) => keyOfName(name) !== undefined),
    pictures: await extentOfFiles(images, isImageName),
  }
}

async function extentOfFiles(folder: string, isMeant: (name: string) => boolean): Promise<Extent> {
  const files = (await entriesOf(folder)).filter(({ name }) => isMeant(name))
  // For thousands of files, the turns of the event loop would cost more than the looks.
  const bytes = files.reduce(
    (sum, { name }) => sum + (lstatSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
  return { files: files.length, bytes }
}

/** Length of a file; 0 when it has gone meanwhile. */
export async function sizeOf(file: string): Promise<number> {
  return await lstat(file).then(
    ({ size }) => size,
    () => 0,
  )
}
