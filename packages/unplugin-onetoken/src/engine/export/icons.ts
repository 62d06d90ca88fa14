import { readFile } from 'node:fs/promises'
import { OneTokenError } from '../../errors.ts'
import { attributeValue } from '../../output/element.ts'
import { iconFile } from '../../output/icon-file.ts'
import { quote } from '../../spec/text.ts'
import type { Engine } from '../engine.ts'
import { entryPictures, type EntryPicture } from '../entry-pictures.ts'
import { exportFolder, publicPathOf } from './destination.ts'
import type { ExportedFile } from './export.ts'
import { publish } from './publish.ts'

/** What icons are made of, and where to. */
export interface IconWish {
  /** Entry of the manifest. */
  name: string
  /** Folder of the files, relative to the root: the one that is served as the root of the site, most likely. */
  out: string
  /** What addresses begin with. @default the way from a folder `public` or `static`, or else from the root */
  publicPath?: string | undefined
}

/** What an export of icons did. */
export interface IconResult {
  /** Absolute path. */
  folder: string
  files: ExportedFile[]
  /** Absolute paths of icons of earlier exports. */
  removed: string[]
  /** Elements for the head of every page. */
  links: string[]
  /** Entries of `icons` in a web app manifest. */
  manifest: { src: string; sizes: string; type: string }[]
}

/** Sizes in `favicon.ico`: tabs, taskbars, and shortcuts on a desktop, in pixels. */
const FAVICON = [16, 32, 48]

/** Icons by their names, which browsers look for: home screens of iOS, and the two sizes that Android asks for. */
const PICTURES = { 'apple-touch-icon.png': 180, 'icon-192.png': 192, 'icon-512.png': 512 } as const

const SIZES = [...FAVICON, ...Object.values(PICTURES)]

/**
 * Write the icons of a site, cut from the middle of one entry's picture. Renders nothing.
 * @throws OneTokenError `USAGE`, `EXPORT_REFUSED`, `EXPORT_FAILED`, `RENDERS_MISSING`, or what is wrong with the entry
 */
export async function exportIcons(engine: Engine, { name, out, publicPath }: IconWish): Promise<IconResult> {
  const project = await engine.project()
  const folder = await exportFolder(out, project)
  const address = publicPathOf(folder, project.root, publicPath)?.path ?? '/'
  const [icon] = await entryPictures(engine, {
    names: [name],
    dark: false,
    cut: (output) => ({ ...output, widths: SIZES, formats: ['png'], aspect: [1, 1], fit: 'cover' }),
  })
  if (icon === undefined) throw new TypeError('One name gives one picture')
  const bytesOf = await reader(icon)
  const favicon = await Promise.all(FAVICON.map(async (size) => ({ size, bytes: await bytesOf(size) })))
  const pictures = Object.entries(PICTURES).map(async ([file, size]) => [file, await bytesOf(size)] as const)
  const contents = [['favicon.ico', iconFile(favicon)] as const, ...(await Promise.all(pictures))]
  const { files, removed } = await publish(folder, project.root, {
    kind: 'icons',
    names: undefined,
    files: contents.map(([file, content]) => ({ name: file, content, of: [name] })),
    hashed: false,
  })
  const url = (file: string): string => `${address}${file}`
  const exported = files.map((file, index) => ({ ...file, url: url(contents[index]?.[0] ?? '') }))
  return { folder, files: exported, removed, ...elements(url) }
}

/** Gives the bytes of a size. Nothing is enlarged, so a small render has not all of them. */
async function reader({ name, picture }: EntryPicture): Promise<(size: number) => Promise<Buffer>> {
  const largest = Math.max(...SIZES)
  const edge = picture.files.at(-1)?.width ?? 0
  if (edge < largest) {
    throw new OneTokenError(
      'BAD_VALUE',
      `The picture of ${quote(name)} is too small for icons: ${edge} pixels, where ${largest} are needed.`,
      { hint: 'Render it with a larger "size", such as 1024x1024.' },
    )
  }
  const files = new Map(picture.files.map(({ width, file }) => [width, file]))
  return async (size) => await readFile(files.get(size) ?? '')
}

function elements(url: (file: string) => string): Pick<IconResult, 'links' | 'manifest'> {
  const manifest = (['icon-192.png', 'icon-512.png'] as const).map((file) => ({
    src: url(file),
    sizes: `${PICTURES[file]}x${PICTURES[file]}`,
    type: 'image/png',
  }))
  const links = [
    `<link rel="icon" href=${attributeValue(url('favicon.ico'))} sizes="${FAVICON.map((size) => `${size}x${size}`).join(' ')}">`,
    `<link rel="icon" href=${attributeValue(url('icon-192.png'))} type="image/png" sizes="192x192">`,
    `<link rel="apple-touch-icon" href=${attributeValue(url('apple-touch-icon.png'))}>`,
  ]
  return { links, manifest }
}
