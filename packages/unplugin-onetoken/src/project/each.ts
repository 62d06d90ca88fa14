import fs from 'node:fs'
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { FileSystemAdapter } from 'fast-glob'
import { OneTokenError, type Place } from '../errors.ts'
import { isEntryName } from '../spec/entry-name.ts'
import type { ManifestEntry } from '../spec/manifest-entry.ts'
import { quote, quotePath } from '../spec/text.ts'
import type { Parameters } from '../spec/types.ts'
import { withoutExported } from './exported.ts'
import { globbing } from './globbing.ts'
import { isInside } from './input-file.ts'
import { leadsTo } from './leads-to.ts'
import { namesOfPictures } from './pictures-in.ts'
import { storeFolders } from './store-folders.ts'

/** Where the globs of an entry are looked at. Absolute paths. */
export interface EachOptions {
  /** Folder that they are relative to. */
  base: string
  root: string
  /** Folder of the renders, which are no input pictures. */
  store: string
  /** Told of each folder in which pictures were looked for, absolute, and of the names of what lay in it then. */
  looked(folder: string, pictures: string | undefined): void
}

/** One input picture of an `each`. */
interface EachPicture {
  /** Relative to the base, with `/`. */
  path: string
  /** What it adds to the name of the entry, such as `mug` or `kitchen/mug`. */
  name: string
  /** What `{name}` says: the name of the file without its extension. */
  words: string
}

/**
 * The entries that an `each` stands for: one for each picture, sorted by name. Throws where there is none, where two have
 * one name, and for globs that lead out of the project.
 */
export async function expandEach(entry: ManifestEntry, options: EachOptions): Promise<ManifestEntry[]> {
  const { name, each = [], parameters, dark, places, place } = entry
  const at = places?.each ?? place
  const found = await findPictures(name, each, options, at)
  if (found.length === 0) {
    throw new OneTokenError('MANIFEST_INVALID', `"each" of ${quote(name)} finds no picture.`, {
      hint: `It was looked for as ${each.map((glob) => quote(glob)).join(', ')} in ${quotePath(relative(options.root, options.base) || '.')}.`,
      place: at,
    })
  }
  const names = new Map<string, string>()
  for (const one of found) {
    const other = names.get(one.name)
    if (other !== undefined) throw sameName(name, one, other, at)
    names.set(one.name, one.path)
  }
  return found
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((one) => ({
      name: `${name}/${one.name}`,
      parameters: { ...named(parameters, one.words), image: [one.path, ...(parameters.image ?? [])] },
      dark: dark === undefined ? undefined : named(dark, one.words),
      place,
      places,
    }))
}

/** Parameters with `{name}` replaced in what is written for people and for the model. */
function named(parameters: Parameters, words: string): Parameters {
  const fill = (text: string): string => text.replaceAll('{name}', () => words)
  const { prompt, alt, variables } = parameters
  return {
    ...parameters,
    ...(prompt === undefined ? {} : { prompt: fill(prompt) }),
    ...(alt === undefined ? {} : { alt: fill(alt) }),
    ...(variables === undefined
      ? {}
      : { variables: Object.fromEntries(Object.entries(variables).map(([key, text]) => [key, fill(text)])) }),
  }
}

async function findPictures(
  entry: string,
  globs: readonly string[],
  { base, root, store, looked }: EachOptions,
  place: Place,
): Promise<EachPicture[]> {
  const { default: glob } = await import('fast-glob')
  const { files, outside } = filesInside(base, await realpath(root), looked)
  const settings = {
    cwd: base,
    fs: files,
    onlyFiles: true,
    // A link could lead out of the project, or in circles.
    followSymbolicLinks: false,
    ignore: ['**/node_modules/**', ...storeFolders(base, store).map((one) => `${glob.escapePath(one)}/**`)],
  }
  const pictures = new Map<string, EachPicture>()
  const [excluded, wanted] = [true, false].map((is) => globs.filter((one) => one.startsWith('!') === is))
  // One by one: together they would have the folder in common for their beginning, and with one more of them all names
  // could be others.
  for (const one of wanted ?? []) {
    await globbing({ name: 'each', code: 'BAD_VALUE', glob: one, place }, async () => {
      for (const { base: start, patterns } of glob.generateTasks([one, ...(excluded ?? [])], settings)) {
        for (const path of await glob(patterns, settings)) {
          const inside = start === '.' ? path : path.slice(start.length + 1)
          if (!pictures.has(path)) pictures.set(path, pictureOf(entry, path, inside, place))
        }
      }
    })
  }
  const [first] = outside
  if (first === undefined) return [...pictures.values()]
  throw new OneTokenError('INPUT_OUTSIDE_ROOT', `"each" leads out of the project, to ${quotePath(first)}.`, {
    hint: 'Put the pictures into the project, and name them relative to the manifest.',
    place,
  })
}

/**
 * A file system that ends at the project: what a glob looks for elsewhere is noted and not looked at, whatever it is
 * written like and wherever links lead.
 */
function filesInside(
  base: string,
  realRoot: string,
  looked: EachOptions['looked'],
): { files: Partial<FileSystemAdapter>; outside: string[] } {
  const outside: string[] = []
  /** `follows`: what a link leads to is looked at, and not the link. */
  const guarded = (work: AnyCallback, follows: boolean): AnyCallback => {
    return (path, ...rest) => {
      const file = resolve(base, path)
      const real = follows ? leadsTo(file) : join(leadsTo(dirname(file)), basename(file))
      if (isInside(real, realRoot)) return work(file, ...rest)
      outside.push(file)
      const done = rest.at(-1) as (error: NodeJS.ErrnoException) => void
      done(Object.assign(new Error('It lies outside of the project'), { code: 'ENOENT' }))
    }
  }
  const files = {
    lstat: guarded(fs.lstat as AnyCallback, false),
    stat: guarded(fs.stat as AnyCallback, true),
    readdir: guarded((folder, ...rest) => {
      const done = rest.at(-1) as (error: Error | null, entries?: readonly fs.Dirent[]) => void
      const see: typeof done = (error, entries) => {
        const own = entries === undefined ? undefined : withoutExported(folder, entries)
        looked(folder, own === undefined ? undefined : namesOfPictures(own))
        done(error, own)
      }
      return (fs.readdir as AnyCallback)(folder, ...rest.slice(0, -1), see)
    }, true),
  }
  return { files, outside }
}

type AnyCallback = (path: string, ...rest: unknown[]) => void

function pictureOf(entry: string, path: string, inside: string, place: Place): EachPicture {
  const segments = inside.split('/')
  const words = (segments.at(-1) ?? '').replace(/\.[^.]*$/, '').normalize('NFC')
  const name = [...segments.slice(0, -1), words].map(asSegment).join('/')
  if (isEntryName(`${entry}/${name}`)) return { path, name, words }
  throw new OneTokenError('MANIFEST_INVALID', `${quotePath(path)} cannot give an entry its name.`, {
    hint: 'Name the file with letters and digits, such as mug.png.',
    place,
  })
}

/** What may stand in a name of an entry; all else becomes a hyphen. */
function asSegment(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}\p{M}_-]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
}

function sameName(name: string, one: EachPicture, other: string, place: Place): OneTokenError {
  return new OneTokenError(
    'MANIFEST_INVALID',
    `Two pictures give one entry its name, ${quote(`${name}/${one.name}`)}: ${quotePath(other)} and ${quotePath(one.path)}.`,
    { hint: 'Rename one of the files, or make "each" narrower.', place },
  )
}
