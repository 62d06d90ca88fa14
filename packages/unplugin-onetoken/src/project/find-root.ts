import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { OneTokenError } from '../errors.ts'
import { DEFAULT_MANIFEST_FILES, resolveSettings } from '../spec/resolve-settings.ts'
import { quotePath } from '../spec/text.ts'
import { namesManifest } from './manifest-files.ts'
import { readSettingsFile, SETTINGS_FILES } from './settings-file.ts'

/** The folder of a project, and the file by which it is one; undefined where nothing says so. */
export interface FoundRoot {
  /** Absolute path. */
  root: string
  /** Relative to `root`, with `/`. */
  by: string | undefined
  /** The manifest that its settings name, where the search began with that; relative to `root`, with `/`. */
  names?: string
}

/** What makes a folder a project whatever it is called. */
const SURE = [...SETTINGS_FILES, 'package.json']

/**
 * The project in which a folder (absolute path) lies: the nearest folder upwards with a settings file, a manifest or a
 * `package.json`, but none above the work tree of git; else the folder itself. A folder that has nothing but a manifest
 * is of the project above whose settings name it. Throws `SETTINGS_INVALID` where those cannot be read, as one of them
 * may: a picture would be paid for twice.
 */
export async function findRoot(folder: string): Promise<FoundRoot> {
  const { isOpen, ...found } = nearest(folder)
  return (isOpen ? await aboveNamed(found.root) : undefined) ?? found
}

/**
 * The same where nothing can be awaited, and so no settings be read. Throws `SETTINGS_INVALID` where that decides; `how` says
 * what to do then.
 */
export function findRootAtOnce(folder: string, how: string): FoundRoot {
  const { isOpen, ...found } = nearest(folder)
  const settings = isOpen ? settingsAbove(found.root) : undefined
  if (settings === undefined) return found
  throw new OneTokenError(
    'SETTINGS_INVALID',
    `This folder has a manifest, and ${quotePath(relative(found.root, settings))} may be about it as well.`,
    { hint: how, place: { file: join(found.root, found.by ?? '') } },
  )
}

/** What is found without reading a file. `isOpen`: settings above may name the manifest by which it is a project. */
function nearest(folder: string): FoundRoot & { isOpen: boolean } {
  for (let here = folder; ; here = dirname(here)) {
    const by = firstThere(here, [...SETTINGS_FILES, ...DEFAULT_MANIFEST_FILES, 'package.json'])
    if (by !== undefined) {
      const isOpen = !isTop(here) && firstThere(here, SURE) === undefined
      const source = isOpen ? aboveSource(here, by) : undefined
      return source === undefined ? { root: here, by, isOpen } : { ...source, isOpen: false }
    }
    if (isTop(here)) return { root: folder, by: undefined, isOpen: false }
  }
}

/** A manifest in `src` is one of the folder above, when that is a project. */
function aboveSource(folder: string, by: string): FoundRoot | undefined {
  const manifest = `${basename(folder)}/${by}`
  if (!DEFAULT_MANIFEST_FILES.includes(manifest)) return undefined
  const root = dirname(folder)
  return firstThere(root, SURE) === undefined ? undefined : { root, by: manifest }
}

/** The nearest settings file above a folder. */
function settingsAbove(folder: string): string | undefined {
  for (let here = folder; !isTop(here);) {
    here = dirname(here)
    const name = firstThere(here, SETTINGS_FILES)
    if (name !== undefined) return join(here, name)
  }
  return undefined
}

/** A manifest is one of the nearest project upwards whose settings name it. */
async function aboveNamed(folder: string): Promise<FoundRoot | undefined> {
  const manifests = DEFAULT_MANIFEST_FILES.filter((name) => existsSync(join(folder, name)))
  for (let here = folder; !isTop(here);) {
    here = dirname(here)
    const found = await readSettingsFile(here)
    if (found === undefined) continue
    const { manifest: sources } = resolveSettings(found.settings)
    for (const manifest of manifests.map((name) => join(folder, name))) {
      if (!(await namesManifest(here, sources, manifest))) continue
      return { root: here, by: basename(found.file), names: relative(here, manifest).split(sep).join('/') }
    }
  }
  return undefined
}

/** Whether nothing above a folder is looked at. */
function isTop(folder: string): boolean {
  return dirname(folder) === folder || existsSync(join(folder, '.git'))
}

function firstThere(folder: string, names: readonly string[]): string | undefined {
  return names.find((name) => existsSync(join(folder, name)))
}
