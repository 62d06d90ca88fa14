import { lstat } from 'node:fs/promises'
import { basename, relative } from 'node:path'
import { OneTokenError } from '../../errors.ts'
import { secretsOf } from '../../project/environment.ts'
import { imageObject, type OneTokenImage } from '../../output/image-object.ts'
import {
  imagesModule,
  isImagesModule,
  namesOfImages,
  type ModuleLanguage,
} from '../../output/images-module.ts'
import { allFiles, type PictureFile } from '../../output/picture.ts'
import { quotePath, visible } from '../../spec/text.ts'
import type { Engine } from '../engine.ts'
import { withGroups } from '../group-names.ts'
import { entryPictures, type EntryPicture } from '../entry-pictures.ts'
import { describe } from '../problems.ts'
import { toPosix } from '../references.ts'
import { findLeak } from '../secret-guard.ts'
import { silentText, staleText } from '../summary.ts'
import { exportFolder, moduleFile, publicPathOf } from './destination.ts'
import { commonjsText } from './module-kind.ts'
import { publish, type EditionFile, type PublishedFile } from './publish.ts'
import { readIfThere, writeFileWhole } from './write-file.ts'

/** What is exported, and where to. */
export interface ExportWish {
  /** Folder of the files, relative to the root. */
  out: string
  /** Module of image objects, relative to the root: `.ts`, `.js`, `.mjs` or `.json`. */
  module?: string | undefined
  /** What addresses begin with. @default the way from a folder `public` or `static`, or else from the root */
  publicPath?: string | undefined
  /** Entries that are exported; files of others stay. Undefined: all of them. */
  names: readonly string[] | undefined
  /** Told of each picture that is cut. */
  progress?: ((done: number, total: number) => void) | undefined
}

/** A file of an export. */
export interface ExportedFile extends PublishedFile {
  url: string
}

/** What an export did. */
export interface ExportResult {
  /** Absolute path. */
  folder: string
  publicPath: string
  /** The folder that `publicPath` was taken from, relative to the root. */
  publicFrom: string | undefined
  files: ExportedFile[]
  /** Absolute paths of files of earlier exports that nothing needs any more. */
  removed: string[]
  module: { file: string; changed: boolean } | undefined
  /** Image objects by the names of the entries. */
  images: Map<string, OneTokenImage>
}

/**
 * Write the files of entries into a folder, and a module that names them. Renders nothing: where something is
 * missing, nothing is written.
 * @throws OneTokenError `USAGE`, `EXPORT_REFUSED`, `EXPORT_FAILED`, `RENDERS_MISSING`, `KEY_EXPOSED`, or what is wrong
 *   with an entry
 */
export async function exportPictures(engine: Engine, wish: ExportWish): Promise<ExportResult> {
  const project = await engine.project()
  const folder = await exportFolder(wish.out, project)
  const address = publicPathOf(folder, project.root, wish.publicPath)
  const target = wish.module === undefined ? undefined : await moduleFile(wish.module, project)
  if (address === undefined) {
    throw new OneTokenError(
      'USAGE',
      `Where ${quotePath(folder)} is served cannot be known: it lies outside the project, and not in a folder called public or static.`,
      {
        hint: 'Say what addresses begin with, such as /pictures/, by "publicPath", or by --public-path of the command.',
      },
    )
  }
  const urlOf = ({ file }: Pick<PictureFile, 'file'>): string => `${address.path}${basename(file)}`
  const names = wish.names && withGroups(wish.names, [...project.entries.keys()])
  const pictures = await entryPictures(engine, { ...wish, names })
  warn(engine, pictures)
  const images = new Map(pictures.map(({ name, picture }) => [name, imageObject(picture, urlOf)]))
  const text = target === undefined ? '' : imagesModule(images, target.language)
  const objects = [...images].map(([name, image]) => ({
    what: `image object of ${name}`,
    content: JSON.stringify(image),
  }))
  const module = target && {
    what: `file ${toPosix(relative(project.root, target.file))} of the export`,
    content: text,
  }
  const leak = findLeak(secretsOf(project.environment), module === undefined ? objects : [module])
  if (leak !== undefined) throw leak.problem
  const kind = target && (await commonjsText(target.file, project.root))
  if (kind !== undefined) engine.log.warn(kind)
  // Of an export of all entries, those that are gone go from the module as well.
  const others = names === undefined ? [] : [...project.entries.keys()].filter((name) => !images.has(name))
  const isNew = async (): Promise<boolean> =>
    target !== undefined && (await differs({ ...target, text, others }))
  let isWritten = await isNew()
  const edition = { kind: 'pictures', names, files: filesOf(pictures), hashed: true } as const
  const { files, removed } = await publish(folder, project.root, edition, async () => {
    // Another export may have written it while this one waited.
    isWritten = await isNew()
    if (target !== undefined && isWritten) await writeFileWhole(target.file, text)
  })
  return {
    folder,
    publicPath: address.path,
    publicFrom: address.from,
    files: files.map((file) => ({ ...file, url: urlOf(file) })),
    removed,
    module: target === undefined ? undefined : { file: target.file, changed: isWritten },
    images,
  }
}

/** What builds say of their pictures as well. */
function warn({ log, root }: Engine, pictures: readonly EntryPicture[]): void {
  const silent = pictures.flatMap(({ name, picture }) => (picture.alt === undefined ? [name] : []))
  const texts = [
    ...pictures.flatMap(({ problems }) => problems.map((problem) => describe(problem, root))),
    staleText({ stale: pictures.flatMap(({ stale }) => stale) }),
    silentText(silent),
  ]
  for (const text of texts) if (text !== undefined) log.warn(text)
}

/** Every file once: entries without a letter of ASCII in their names may share one. */
function filesOf(pictures: readonly EntryPicture[]): EditionFile[] {
  const files = new Map<string, EditionFile>()
  for (const { name, picture } of pictures) {
    for (const { file } of allFiles(picture)) {
      const of = files.get(basename(file))?.of ?? []
      files.set(basename(file), { name: basename(file), content: file, of: [...new Set([...of, name])] })
    }
  }
  return [...files.values()]
}

/** A module that is to be written. */
interface WantedModule {
  file: string
  language: ModuleLanguage
  text: string
  /** Entries that are not exported, and would be taken out of it. */
  others: readonly string[]
}

/** Whether a module has to be written. One that somebody else wrote, or that has entries of its own, is left alone. */
async function differs({ file, language, text, others }: WantedModule): Promise<boolean> {
  const there = (await readIfThere(file))?.toString()
  if (there === undefined) await refuseDeadLink(file)
  if (there === undefined || there === text) return there === undefined
  if (!isImagesModule(there, language)) {
    throw new OneTokenError(
      'EXPORT_REFUSED',
      `${quotePath(file)} is there already, and no export wrote it.`,
      { hint: 'Choose another name, or remove it.' },
    )
  }
  const named = new Set(namesOfImages(there, language))
  const lost = others.filter((name) => named.has(name))
  if (lost.length === 0) return true
  const more = lost.length > MOST_NAMED ? ` and ${lost.length - MOST_NAMED} more` : ''
  const listed = `${lost.slice(0, MOST_NAMED).map(visible).join(', ')}${more}`
  throw new OneTokenError(
    'EXPORT_REFUSED',
    `${quotePath(file)} has other entries as well (${listed}), which an export of named ones would take out of it.`,
    { hint: 'Export all entries, without names, or write the named ones into a module of their own.' },
  )
}

const MOST_NAMED = 12

/** Somebody made it for something, and it would be gone. */
async function refuseDeadLink(file: string): Promise<void> {
  const found = await lstat(file).catch(() => undefined)
  if (found?.isSymbolicLink() !== true) return
  throw new OneTokenError('EXPORT_REFUSED', `${quotePath(file)} is a link to what is not there.`, {
    hint: 'Choose another name, or remove it.',
  })
}
