import { readFileSync, statSync, utimesSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../canonical-json.ts'
import { replaceFile } from './replace-file.ts'
import type { PlannedFile, Preview, Recipe, VariantFile, Variants } from './types.ts'

/** Raised when the index is written in another form. */
const INDEX_VERSION = 1

/** Hex digits of a recipe's hash in names: 48 bits, so that ten thousand pictures still have names of their own. */
const SHORT = 12

/** What an index holds of one file, in the order of the recipe. The names follow from the recipe. */
export interface IndexedFile {
  bytes: number
  /** Milliseconds since 1970, as `stat` gives them. */
  modified: number
  /** Lower-case hex sha256 of the bytes. */
  sha256: string
}

interface Index {
  version: number
  /** Full hash of the recipe. */
  recipe: string
  files: IndexedFile[]
  preview: Preview
}

/** Where the variants of a recipe lie. */
export interface Shelf {
  /** Absolute path of the index. */
  index: string
  /** Absolute paths of the files, in the order of the recipe. */
  files: string[]
}

/**
 * The paths of a recipe's variants, such as `hero-960-1a2b3c4d5e6f.webp`, or `1a2b3c4d5e6f-960.webp` without
 * a name. The name is a part of the paths, so that they do not depend on who asked first.
 * @param name The entry's name; whatever is no letter, digit, `-` or `_` of ASCII becomes `-`.
 */
export function shelfOf(folder: string, recipe: Recipe, name: string | undefined): Shelf {
  const short = recipe.hash.slice(0, SHORT)
  const base = safeName(name ?? '')
  const nameOf = ({ width, format }: PlannedFile): string =>
    base === '' ? `${short}-${width}.${format}` : `${base}-${width}-${short}.${format}`
  return {
    index: join(folder, base === '' ? `${short}.json` : `${base}-${short}.json`),
    files: recipe.files.map((file) => join(folder, nameOf(file))),
  }
}

/** What the names of a shelf's files have in common, such as `hero-1a2b3c4d5e6f`; undefined for other names. */
export function shelfNameOf(file: string): string | undefined {
  const index = /^((?:.+-)?[\da-f]{12})\.json$/.exec(file)
  const unnamed = /^([\da-f]{12})-\d+\.(?:avif|webp|jpg|png)$/.exec(file)
  const [, base, short] = /^(.+)-\d+-([\da-f]{12})\.(?:avif|webp|jpg|png)$/.exec(file) ?? []
  return index?.[1] ?? unnamed?.[1] ?? (base === undefined ? undefined : `${base}-${short}`)
}

function safeName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '')
}

/**
 * The variants of a recipe when all of them are there, else `undefined`: no index, one that cannot be read or is
 * another recipe's, a file that is missing or was changed. A file with another time but the same bytes, such as
 * one from an unpacked CI cache, is taken, and its new time noted.
 */
export async function readVariants(shelf: Shelf, recipe: Recipe): Promise<Variants | undefined> {
  const index = readIndex(shelf, recipe)
  if (index === undefined) return undefined
  const states = await Promise.all(shelf.files.map((file, at) => stateOf(file, index.files[at])))
  if (states.some((state) => state === undefined)) return undefined
  if (states.some((state, at) => state !== index.files[at]?.modified)) {
    const files = index.files.map((file, at) => ({ ...file, modified: states[at] ?? file.modified }))
    // Only saves the next run some reading: a folder that cannot be written to is no reason to fail.
    await writeIndex(shelf, recipe, files, index.preview).catch(() => {})
  }
  noteUse(shelf.index)
  return variantsOf(shelf, recipe, index.files, index.preview, true)
}

/** How exact the time of the last use is, in milliseconds. */
const USE_STEP = 24 * 60 * 60 * 1000

/**
 * Make the time at which an index was read last say so. Most file systems keep it by themselves, to a day; those that
 * are mounted with `noatime` do not, and what is used would look forgotten.
 */
function noteUse(index: string): void {
  try {
    const { atimeMs, mtime } = statSync(index)
    if (Date.now() - atimeMs > USE_STEP) utimesSync(index, new Date(), mtime)
  } catch {
    // Only prune looks at it, and variants can be made again.
  }
}

/**
 * The time of a file whose bytes are those of the index. Index and times are read at once: a warm build looks at
 * thousands of them, and a turn of the event loop for each costs more than the look.
 */
async function stateOf(file: string, indexed: IndexedFile | undefined): Promise<number | undefined> {
  try {
    const { size, mtimeMs } = statSync(file)
    if (indexed === undefined || size !== indexed.bytes) return undefined
    if (mtimeMs === indexed.modified) return mtimeMs
    return sha256(await readFile(file)) === indexed.sha256 ? mtimeMs : undefined
  } catch {
    return undefined
  }
}

function readIndex(shelf: Shelf, recipe: Recipe): Index | undefined {
  try {
    const index = JSON.parse(readFileSync(shelf.index, 'utf8')) as Partial<Index> | null
    const isOurs = index?.version === INDEX_VERSION && index.recipe === recipe.hash
    return isOurs && index.files?.length === recipe.files.length && isPreview(index.preview)
      ? (index as Index)
      : undefined
  } catch {
    return undefined
  }
}

function isPreview(value: Partial<Preview> | null | undefined): boolean {
  const { blurDataURL, blurWidth, blurHeight, color } = value ?? {}
  const isText = typeof blurDataURL === 'string' && /^data:image\/webp;base64,[\w+/=]+$/.test(blurDataURL)
  const isSize = Number.isInteger(blurWidth) && Number.isInteger(blurHeight)
  return isText && isSize && typeof color === 'string' && /^#[0-9a-f]{6}$/.test(color)
}

/** Writes the index, whole or not at all. */
export async function writeIndex(
  shelf: Shelf,
  recipe: Recipe,
  files: IndexedFile[],
  preview: Preview,
): Promise<void> {
  const index: Index = { version: INDEX_VERSION, recipe: recipe.hash, files, preview }
  const temporary = `${shelf.index}.${process.pid}-${Math.random().toString(36).slice(2, 10)}.tmp`
  await writeFile(temporary, `${JSON.stringify(index, undefined, 1)}\n`)
  await replaceFile(temporary, shelf.index)
}

/** What the maker gives for files that are there. */
export function variantsOf(
  shelf: Shelf,
  recipe: Recipe,
  files: readonly IndexedFile[],
  preview: Preview,
  cached: boolean,
): Variants {
  // The three lists are of one length: one entry for each file of the recipe.
  const all = recipe.files.map(({ format, width, height }, at): VariantFile => {
    return { file: shelf.files[at] as string, format, width, height, bytes: files[at]?.bytes as number }
  })
  const { blurDataURL, blurWidth, blurHeight, color } = preview
  return { files: all, blurDataURL, blurWidth, blurHeight, color, cached }
}
