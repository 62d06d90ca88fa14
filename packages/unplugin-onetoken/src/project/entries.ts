import { dirname, relative } from 'node:path'
import { OneTokenError } from '../errors.ts'
import type { ManifestEntry } from '../spec/manifest-entry.ts'
import { didYouMean } from '../spec/nearest.ts'
import { quote, quotePath, visible } from '../spec/text.ts'
import type { EachOptions } from './each.ts'
import type { PrefixedManifest } from './manifest-files.ts'

/** An entry with what its manifest gives it. Its `edit` is the full name of another entry. */
export interface ProjectEntry extends ManifestEntry {
  manifest: PrefixedManifest
  /** Folder that its input pictures are relative to; absolute. */
  base: string
}

/** All entries, by their full names. */
export type ProjectEntries = Map<string, ProjectEntry>

/**
 * All entries by their full names, those of an `each` one by one. Throws for two of one name, for an `edit` of what is
 * no entry, and for edits in a circle.
 */
export async function collectEntries(
  manifests: readonly PrefixedManifest[],
  options: Omit<EachOptions, 'base'>,
): Promise<ProjectEntries> {
  const entries: ProjectEntries = new Map()
  for (const manifest of manifests) {
    const base = dirname(manifest.file)
    for (const entry of manifest.entries) {
      for (const one of await expanded(entry, { ...options, base })) {
        const name = manifest.prefix === undefined ? one.name : `${manifest.prefix}/${one.name}`
        const other = entries.get(name)
        if (other !== undefined) throw sameName(name, one, other, options.root)
        entries.set(name, { ...one, name, manifest, base })
      }
    }
  }
  joinEdits(entries)
  return entries
}

async function expanded(entry: ManifestEntry, options: EachOptions): Promise<ManifestEntry[]> {
  if (entry.each === undefined) return [entry]
  const { expandEach } = await import('./each.ts')
  return await expandEach(entry, options)
}

/** Make each `edit` a full name: of the entry's own manifest first, then of any. */
function joinEdits(entries: ProjectEntries): void {
  for (const [name, entry] of entries) {
    const { edit } = entry.parameters
    if (edit === undefined) continue
    const { prefix } = entry.manifest
    const own = prefix === undefined ? edit : `${prefix}/${edit}`
    const parent = entries.has(own) ? own : edit
    if (!entries.has(parent)) throw unknownParent(name, entry, edit, [...entries.keys()])
    entries.set(name, { ...entry, parameters: { ...entry.parameters, edit: parent } })
  }
  refuseCircles(entries)
}

function refuseCircles(entries: ProjectEntries): void {
  const good = new Set<string>()
  for (const name of entries.keys()) {
    const path: string[] = []
    for (let at: string | undefined = name; at !== undefined && !good.has(at);) {
      const begin = path.indexOf(at)
      if (begin >= 0) throw circle([...path.slice(begin), at], entries)
      path.push(at)
      at = entries.get(at)?.parameters.edit
    }
    for (const one of path) good.add(one)
  }
}

function circle(path: readonly string[], entries: ProjectEntries): OneTokenError {
  const [first = ''] = path
  const shown = path.map(visible).join(' → ')
  return new OneTokenError(
    'MANIFEST_INVALID',
    path.length === 2
      ? `The entry ${quote(first)} is an edit of itself.`
      : `These entries are edits of each other in a circle: ${shown}.`,
    {
      hint:
        path.length === 2
          ? 'Name another entry, or take "edit" out.'
          : 'One of them has to be made from words alone: take its "edit" out.',
      place: entries.get(first)?.places?.edit,
    },
  )
}

function unknownParent(
  name: string,
  { places, parameters, place, manifest }: ProjectEntry,
  edit: string,
  names: readonly string[],
): OneTokenError {
  const dark = /^(.+):dark$/.exec(edit)?.[1]
  if (dark !== undefined && (names.includes(dark) || names.includes(`${manifest.prefix}/${dark}`))) {
    return new OneTokenError(
      'UNKNOWN_ENTRY',
      `"edit" of ${quote(name)} names the dark version of ${quote(dark)}, which cannot be edited.`,
      {
        hint: `Make the dark version an entry of its own, with "edit: ${visible(dark)}", and name that one here.`,
        place: places?.edit ?? place,
      },
    )
  }
  const others = names.filter((other) => other !== name)
  const isPicture = /\.(?:png|jpe?g|webp|avif|gif)$/i.test(parameters.edit ?? '')
  return new OneTokenError(
    'UNKNOWN_ENTRY',
    `"edit" of ${quote(name)} names no entry: ${quote(edit)}${didYouMean(edit, others) || '.'}`,
    {
      hint: isPicture
        ? 'It names another entry, whose picture is changed. A file goes into "image".'
        : 'It names another entry, whose picture is changed.',
      place: places?.edit ?? place,
    },
  )
}

function sameName(name: string, entry: ManifestEntry, other: ProjectEntry, root: string): OneTokenError {
  const { file, line } = other.place
  const where = quotePath(`${relative(root, file)}:${line}`).slice(1, -1)
  return new OneTokenError('MANIFEST_INVALID', `The entry ${quote(name)} is also in ${where}.`, {
    hint: 'Rename one, or give a manifest a prefix in the settings: { file, prefix }.',
    place: entry.place,
  })
}
