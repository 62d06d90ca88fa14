import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { OneTokenError } from '../errors.ts'
import { makeFolder } from '../make-folder.ts'
import { readVariants, shelfOf, variantsOf, writeIndex, type IndexedFile, type Shelf } from './index-file.ts'
import { reason } from './reason.ts'
import { planRecipe } from './recipe.ts'
import { replaceFile } from './replace-file.ts'
import type {
  EncodedPicture,
  Encoder,
  OutputSpec,
  Provenance,
  Recipe,
  SourceImage,
  Variants,
} from './types.ts'
import { encoderVersions, type EncoderVersions } from './versions.ts'

/** A temporary folder of this age, in milliseconds, belongs to a process that died. */
const STALE = 24 * 60 * 60 * 1000

/** How a maker is made. */
export interface VariantMakerOptions {
  /** Absolute path of the disposable cache; variants go into `variants/` below it, work in progress into `tmp/`. */
  cacheDir: string
  /** Encodes what is not there; called only then. That of a pool, most likely. */
  encode: Encoder['encode']
  /** @default those of the installed sharp, found without loading it */
  versions?: EncoderVersions | undefined
}

/** What is said about a picture, beside its output. */
export interface MakeOptions {
  /** Name of the entry, for readable file names. */
  name?: string | undefined
  /** Written into each file; absent: none is. */
  provenance?: Provenance | undefined
}

/** Makes variants, or finds them. */
export interface VariantMaker {
  /** @throws OneTokenError `ENCODE_FAILED` */
  make(source: SourceImage, output: OutputSpec, options?: MakeOptions): Promise<Variants>
}

/**
 * Keeps variants in a disposable cache: an index per recipe, and the files beside it. Everything that could
 * change a byte is in the recipe, so an entry is right or absent, and whatever is in doubt is made anew.
 * Files are moved into place whole, the index last: processes that make the same recipe at once replace each
 * other's files by equal ones. In one process a recipe is made once at a time.
 */
export function createVariantMaker(options: VariantMakerOptions): VariantMaker {
  const folder = join(options.cacheDir, 'variants')
  const flights = new Map<string, Promise<Variants>>()
  let versions = options.versions
  let swept: Promise<void> | undefined

  async function findOrMake(source: SourceImage, recipe: Recipe, shelf: Shelf): Promise<Variants> {
    const found = await readVariants(shelf, recipe)
    if (found !== undefined) return found
    const work = join(options.cacheDir, 'tmp')
    try {
      await Promise.all([makeFolder(folder), makeFolder(work)])
      await (swept ??= sweep(work))
      return await makeIn(await mkdtemp(join(work, 'variants-')), source, recipe, shelf)
    } catch (cause) {
      if (cause instanceof OneTokenError) throw cause
      const why = `The variants of ${source.file} cannot be written to ${folder}: ${reason(cause)}.`
      throw new OneTokenError('ENCODE_FAILED', why, {
        hint: `What is cut from renders goes there, and can be made again at any time: make it writable, or mount a folder that is.`,
        cause,
      })
    }
  }

  async function makeIn(work: string, source: SourceImage, recipe: Recipe, shelf: Shelf): Promise<Variants> {
    const { cut, files, provenance } = recipe
    try {
      return await shelve(
        await options.encode({ source, cut, files, provenance, folder: work, preview: true }),
        recipe,
        shelf,
      )
    } finally {
      await rm(work, { recursive: true, force: true }).catch(() => {})
    }
  }

  return {
    make(source, output, { name, provenance } = {}) {
      versions ??= encoderVersions()
      const recipe = planRecipe(source, output, { provenance, versions })
      const shelf = shelfOf(folder, recipe, name)
      const flying = flights.get(shelf.index)
      if (flying !== undefined) return flying
      const flight = findOrMake(source, recipe, shelf).finally(() => flights.delete(shelf.index))
      flights.set(shelf.index, flight)
      return flight
    },
  }
}

/** Moves encoded files to their places and writes the index. */
async function shelve({ files, preview }: EncodedPicture, recipe: Recipe, shelf: Shelf): Promise<Variants> {
  if (files.length !== recipe.files.length || preview === undefined) {
    throw new OneTokenError('ENCODE_FAILED', 'The encoder did not make everything that it was asked for.')
  }
  const indexed = await Promise.all(
    files.map(async ({ file, bytes, sha256 }, at): Promise<IndexedFile> => {
      const place = shelf.files[at] as string
      await replaceFile(file, place)
      return { bytes, sha256, modified: (await stat(place)).mtimeMs }
    }),
  )
  await writeIndex(shelf, recipe, indexed, preview)
  return variantsOf(shelf, recipe, indexed, preview, false)
}

/** Removes what processes that died have left. Best effort. */
async function sweep(work: string): Promise<void> {
  const names = await readdir(work).catch(() => [])
  for (const name of names.filter((one) => one.startsWith('variants-'))) {
    const path = join(work, name)
    const isOld = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs > STALE,
      () => false,
    )
    if (isOld) await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}
