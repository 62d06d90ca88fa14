import { stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { OneTokenError } from '../errors.ts'
import type { Manifest } from '../spec/manifest.ts'
import { DEFAULT_MANIFEST, DEFAULT_MANIFEST_FILES, type ManifestSource } from '../spec/settings.ts'
import { quote, quotePath } from '../spec/text.ts'
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

const NAMES_STORE = /^[\s"'{,?]*store\b/m

/** Absolute paths of the files that a source names. */
async function filesOf(root: string, { file }: ManifestSource): Promise<string[]> {
  const literal = resolve(root, file)
  // What exists is meant as it is written: folders such as `(site)` and `[lang]` are no globs.
  if (await isFile(literal)) return [literal]
  if (file === DEFAULT_MANIFEST) {
    const paths = DEFAULT_MANIFEST_FILES.map((name) => resolve(root, name))
    const there = await Promise.all(paths.map(isFile))
    return paths.filter((_, index) => there[index])
  }
  const { default: glob } = await import('fast-glob')
  if (!glob.isDynamicPattern(file)) {
    throw new OneTokenError('MANIFEST_INVALID', 'The manifest that the settings name is not there.', {
      hint: 'Create it, or correct "manifest" in the settings.',
      place: { file: literal },
    })
  }
  const paths = await glob(file, {
    cwd: root,
    absolute: true,
    onlyFiles: true,
    ignore: ['**/node_modules/**'],
  })
  return paths.map((path) => resolve(path))
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
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
