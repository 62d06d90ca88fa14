import type { Format } from '../spec/types.ts'

/** One file of a picture. */
export interface PictureFile {
  /** Absolute path. */
  file: string
  format: Format
  /** Pixels. */
  width: number
  height: number
}

/** All that a page can be given of one picture. */
export interface Picture {
  /** Every format × width: formats in the author's order, the last is the fallback; widths ascending. Never empty. */
  files: PictureFile[]
  alt: string | undefined
  blurDataURL: string
  blurWidth: number
  blurHeight: number
  /** `#rrggbb` */
  color: string
  /** True while the render is not there. */
  placeholder: boolean
  /** The same for dark pages. */
  dark?: Picture | undefined
}

/** MIME subtypes, which are also the names of the formats in `sources`. */
const SUBTYPES: Record<Format, string> = { avif: 'avif', webp: 'webp', jpg: 'jpeg', png: 'png' }

/** Formats with their files, in the author's order. */
function byFormat(files: readonly PictureFile[]): Map<Format, PictureFile[]> {
  const formats = new Map<Format, PictureFile[]>()
  for (const file of files) formats.set(file.format, [...(formats.get(file.format) ?? []), file])
  return formats
}

/** Names of MIME subtypes and their files, the fallback included, in the author's order. */
export function formatsOf({ files }: Pick<Picture, 'files'>): [subtype: string, files: PictureFile[]][] {
  return [...byFormat(files)].map(([format, group]) => [SUBTYPES[format], group])
}

/** All files of a picture, those of its dark version included. */
export function allFiles({ files, dark }: Picture): PictureFile[] {
  return [...files, ...(dark?.files ?? [])]
}

/** What an image object is made of, with places for the URLs of files. */
export interface PictureParts {
  /** The largest file of the fallback format. */
  main: PictureFile
  /** Files of the fallback format. */
  fallback: PictureFile[]
  /** Names of MIME subtypes and their files, as `picture.sources` has them. */
  sources: [subtype: string, files: PictureFile[]][]
}

/** Sort the files of a picture by what a page does with them. A fallback of a single file needs no source. */
export function pictureParts({ files }: Picture): PictureParts {
  const formats = formatsOf({ files })
  const [, fallback = []] = formats.at(-1) ?? []
  const main = fallback.at(-1)
  if (main === undefined) throw new TypeError('A picture has at least one file')
  return { main, fallback, sources: formats.filter(([, group]) => group !== fallback || group.length > 1) }
}

/** The file that stands for the picture where there is room for one: the largest of the fallback format. */
export function mainFile(picture: Picture): string {
  return pictureParts(picture).main.file
}
