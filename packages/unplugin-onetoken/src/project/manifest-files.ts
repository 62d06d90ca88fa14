import { readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import glob from 'fast-glob'
import { OneTokenError } from '../errors.ts'
import { parseManifest, type Manifest, type ManifestEntry } from '../spec/manifest.ts'
import type { ManifestSource } from '../spec/settings.ts'
import { isEntryName } from '../spec/entry-name.ts'

/** A manifest with the prefix of its name space. */
export interface PrefixedManifest extends Manifest {
  prefix: string | undefined
}

/** Files read at once: far below any limit of open files. */
const MAX_MANIFESTS = 1000

/** Find and read the manifests that the settings name; sorted by path. */
export async function readManifests(
  root: string,
  sources: readonly ManifestSource[],
): Promise<PrefixedManifest[]> {
  const found = new Map<string, string | undefined>()
  for (const { file, prefix } of sources) {
    checkPrefix(prefix)
    const paths = await glob(file, {
      cwd: root,
      absolute: true,
      onlyFiles: true,
      ignore: ['**/node_modules/**'],
    })
    if (paths.length === 0 && !glob.isDynamicPattern(file)) {
      throw new OneTokenError('MANIFEST_INVALID', 'The manifest that the settings name is not there.', {
        hint: 'Create it, or correct "manifest" in the settings.',
        place: { file: resolve(root, file) },
      })
    }
    for (const path of paths) if (!found.has(path)) found.set(path, prefix)
  }
  if (found.size > MAX_MANIFESTS) {
    throw new OneTokenError(
      'SETTINGS_INVALID',
      `"manifest" names ${found.size} files; at most ${MAX_MANIFESTS} are read.`,
    )
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1))
  return Promise.all(
    sorted.map(async ([file, prefix]) => {
      const path = resolve(file)
      return { ...parseManifest(await readFile(path, 'utf8'), path), prefix }
    }),
  )
}

function checkPrefix(prefix: string | undefined): void {
  if (prefix === undefined || isEntryName(prefix)) return
  throw new OneTokenError(
    'SETTINGS_INVALID',
    `"prefix" cannot be "${prefix}": it must be a name such as shop.`,
  )
}

/** An entry with what its manifest gives it. */
export interface ProjectEntry extends ManifestEntry {
  manifest: PrefixedManifest
  /** Folder that its input pictures are relative to; absolute. */
  base: string
}

/** All entries by their full names. Two of one name are an error that names both places. */
export function entriesByName(
  manifests: readonly PrefixedManifest[],
  root: string,
): Map<string, ProjectEntry> {
  const entries = new Map<string, ProjectEntry>()
  for (const manifest of manifests) {
    for (const entry of manifest.entries) {
      const name = manifest.prefix === undefined ? entry.name : `${manifest.prefix}/${entry.name}`
      const other = entries.get(name)
      if (other !== undefined) {
        const { file, line } = other.place
        throw new OneTokenError(
          'MANIFEST_INVALID',
          `The entry "${name}" is also in ${relative(root, file)}:${line}.`,
          {
            hint: 'Rename one, or give a manifest a prefix in the settings: { file, prefix }.',
            place: entry.place,
          },
        )
      }
      entries.set(name, { ...entry, name, manifest, base: dirname(manifest.file) })
    }
  }
  return entries
}
