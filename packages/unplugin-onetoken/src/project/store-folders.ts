import { join, relative, sep } from 'node:path'

/**
 * The folders in which a store keeps its files, relative to `base` and with `/`: neither sources nor input pictures lie
 * there. What else lies in the folder of the store may well be either, as with `store: src`.
 */
export function storeFolders(base: string, store: string): string[] {
  const folders = ['renders', 'images', '.cache'].map((name) => relative(base, join(store, name)))
  // Of a manifest in one of them, nothing could be said.
  return folders.filter((folder) => folder !== '').map((folder) => folder.split(sep).join('/'))
}
