import { stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { OneTokenError } from '../errors.ts'
import type { Manifest } from '../spec/manifest.ts'
import { DEFAULT_MANIFEST, DEFAULT_MANIFEST_FILES } from '../spec/resolve-settings.ts'
import type { ManifestSource } from '../spec/settings-types.ts'
import { quote, quotePath } from '../spec/text.ts'
import { globbing } from './globbing.ts'
import type { ManifestCache } from './manifest-cache.ts'
import { readText } from './read-text.ts'

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
  cache?: ManifestCache,
): Promise<PrefixedManifest[]> {
  const found = new Map<string, string | undefined>()
  for (const source of sources) {
    for (const path of await filesOf(root, source))
      found.set(path, prefixOf(path, source, found.get(path), root))
  }
  if (found.size > MAX_MANIFESTS) {
    throw new OneTokenError(
      'SETTINGS_INVALID',
      `"manifest" names ${found.size} files; at most ${MAX_MANIFESTS} are read.`,
      { hint: 'Make its glob narrower.' },
    )
  }
  if (found.size === 0) return []
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1))
  const read = await Promise.allSettled(
    sorted.map(async ([file, prefix]) => {
      return { ...(await readManifest(file, cache)), prefix }
    }),
  )
  // Of several bad files the first by name is told, whichever was read first.
  return read.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}

async function readManifest(file: string, cache: ManifestCache | undefined): Promise<Manifest> {
  const text = await readText(file, 'MANIFEST_INVALID')
  // Which store a manifest has that names one is not known before it is read.
  const known = NAMES_STORE.test(text) ? undefined : cache
  const cached = known?.get(file, text)
  if (cached !== undefined) return cached
  // The YAML parser is loaded only where there is something to parse.
  const { parseManifest } = await import('../spec/manifest.ts')
  const manifest = parseManifest(text, file)
  await known?.put(file, text, manifest)
  return manifest
}

const NAMES_STORE = /^[ \t\ufeff"'{,?]*store\b/m

/** Whether one of the sources in the settings of `root` names a manifest, of which this is the absolute path. */
export async function namesManifest(
  root: string,
  sources: readonly ManifestSource[],
  manifest: string,
): Promise<boolean> {
  for (const source of sources) if ((await listed(root, source))?.includes(manifest) === true) return true
  return false
}

async function filesOf(root: string, source: ManifestSource): Promise<string[]> {
  const files = await listed(root, source)
  if (files !== undefined) return files
  throw new OneTokenError('MANIFEST_INVALID', 'The manifest that the settings name is not there.', {
    hint: 'Create it, or correct "manifest" in the settings.',
    place: { file: resolve(root, source.file) },
  })
}

/** Absolute paths of the files that a source names; undefined where that is a file which is not there. */
async function listed(root: string, { file }: ManifestSource): Promise<string[] | undefined> {
  const literal = resolve(root, file)
  // What exists is meant as it is written: folders such as `(site)` and `[lang]` are no globs.
  if (await isFile(literal)) return [literal]
  if (file === DEFAULT_MANIFEST) {
    const paths = DEFAULT_MANIFEST_FILES.map((name) => resolve(root, name))
    const there = await Promise.all(paths.map(isFile))
    return paths.filter((_, index) => there[index])
  }
  return await globbing({ name: 'manifest', code: 'SETTINGS_INVALID', glob: file }, async () => {
    const { default: glob } = await import('fast-glob')
    if (!glob.isDynamicPattern(file)) return undefined
    const paths = await glob(file, {
      cwd: root,
      absolute: true,
      onlyFiles: true,
      ignore: ['**/node_modules/**'],
    })
    return paths.map((path) => resolve(path))
  })
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ELOOP') return undefined
    throw noFile(path, 'is a link that leads to itself', error)
  })
  if (found?.isDirectory() === true && MANIFEST_NAME.test(path)) throw noFile(path, 'is a folder')
  return found?.isFile() ?? false
}

/** What nobody would call a folder. */
const MANIFEST_NAME = /\.ya?ml$/i

function noFile(file: string, is: string, cause?: unknown): OneTokenError {
  return new OneTokenError('MANIFEST_INVALID', `The manifest ${is}.`, {
    hint: 'Make it a file, or name another one with "manifest" in the settings.',
    place: { file },
    cause,
  })
}

/** The prefix of a file that may have been named before: a prefix is stronger than none, two of them are a mistake. */
function prefixOf(
  path: string,
  { prefix }: ManifestSource,
  before: string | undefined,
  root: string,
): string | undefined {
  if (before === undefined || prefix === undefined || before === prefix) return prefix ?? before
  throw new OneTokenError(
    'SETTINGS_INVALID',
    `"manifest" gives ${quotePath(relative(root, path))} two prefixes: ${quote(before)} and ${quote(prefix)}.`,
    { hint: 'Name the file once, or make the globs narrower.' },
  )
}
