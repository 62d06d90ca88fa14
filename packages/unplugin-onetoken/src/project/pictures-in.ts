import { readdirSync, type Dirent } from 'node:fs'
import { withoutExported } from './exported.ts'

/** Names of the pictures and folders in a folder, sorted, as one text: what else comes and goes there is nothing to us. */
export function namesOfPictures(entries: readonly Dirent[]): string {
  const names = entries.flatMap((entry) =>
    entry.isDirectory() ? `${entry.name}/` : PICTURE.test(entry.name) ? entry.name : [],
  )
  return names.sort().join('\n')
}

/** {@link namesOfPictures} of a folder as it is now, without what exports wrote; undefined while it cannot be read. */
export function picturesIn(folder: string): string | undefined {
  try {
    return namesOfPictures(withoutExported(folder, readdirSync(folder, { withFileTypes: true })))
  } catch {
    return undefined
  }
}

const PICTURE = /\.(?:png|jpe?g|webp|avif|gif)$/i
