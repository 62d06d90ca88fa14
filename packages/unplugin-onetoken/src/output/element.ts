import { formatsOf, pictureParts, type Picture, type PictureFile } from './picture.ts'

/** An `<img>` as its author wrote it. */
export interface AuthorImg {
  /** Its attributes by name, with their entities decoded. */
  attributes: ReadonlyMap<string, string>
  /** Whether it lies in a `<picture>` of the author. */
  inPicture: boolean
}

/** What an author's `<img>` becomes; the rest of the tag stays as it is written. */
export interface ImgMarkup {
  /** Stands before the tag. */
  before: string
  /** Takes the place of the attribute `src`. */
  attributes: string
  /** Stands behind the tag. */
  after: string
}

/**
 * Markup that makes an author's `<img>` a whole picture: every format but the fallback as a `<source>`, and what the
 * author left out of the `<img>`. What the author gave wins: with a `srcset` of their own, or in a `<picture>` of
 * their own, there is no other around it.
 */
export function imgMarkup(
  picture: Picture,
  { attributes: given, inPicture }: AuthorImg,
  urlOf: (file: PictureFile) => string,
): ImgMarkup {
  const { main, fallback } = pictureParts(picture)
  const tags = inPicture || given.has('srcset') ? [] : sourceTags(picture, given.get('sizes'), urlOf)
  const filled = {
    src: urlOf(main),
    srcset: fallback.length > 1 ? srcsetOf(fallback, urlOf) : undefined,
    ...dimensionsOf(main, given),
    alt: picture.alt,
  }
  const missing = Object.entries(filled).filter(([name]) => name === 'src' || !given.has(name))
  return {
    before: tags.length === 0 ? '' : `<picture>${tags.join('')}`,
    attributes: attributesText(Object.fromEntries(missing)),
    after: tags.length === 0 ? '' : '</picture>',
  }
}

/** A `<source>` for every format but the fallback; those of the dark version come first, with its fallback. */
function sourceTags(
  picture: Picture,
  sizes: string | undefined,
  urlOf: (file: PictureFile) => string,
): string[] {
  const { fallback, sources } = pictureParts(picture)
  const tag = (subtype: string, files: PictureFile[], media?: string): string => {
    const attributes = {
      media,
      type: `image/${subtype}`,
      srcset: srcsetOf(files, urlOf),
      sizes: files.length > 1 ? sizes : undefined,
    }
    return `<source ${attributesText(attributes)}>`
  }
  const dark = picture.dark === undefined ? [] : formatsOf(picture.dark)
  return [
    ...dark.map(([subtype, files]) => tag(subtype, files, '(prefers-color-scheme: dark)')),
    ...sources.filter(([, files]) => files !== fallback).map(([subtype, files]) => tag(subtype, files)),
  ]
}

/** Files with their widths. A single one has none: with a width, `sizes` alone would say how large it is shown. */
function srcsetOf(files: readonly PictureFile[], urlOf: (file: PictureFile) => string): string {
  if (files.length === 1) return files.map(urlOf).join('')
  return files.map((file) => `${urlOf(file)} ${file.width}w`).join(', ')
}

/** Where the author gave one of the two, the other follows in proportion. */
function dimensionsOf(
  { width, height }: PictureFile,
  given: AuthorImg['attributes'],
): { width: string | undefined; height: string | undefined } {
  const scaled = (name: string, factor: number): string | undefined => {
    const text = given.get(name)?.trim() ?? ''
    return /^\d+$/.test(text) ? String(Math.round(Number(text) * factor)) : undefined
  }
  if (given.has('width')) return { width: undefined, height: scaled('width', height / width) }
  if (given.has('height')) return { width: scaled('height', width / height), height: undefined }
  return { width: String(width), height: String(height) }
}

function attributesText(attributes: Record<string, string | undefined>): string {
  return Object.entries(attributes)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${attributeValue(value)}`]))
    .join(' ')
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' }

/** Text as the value of an attribute, with its quotes. */
export function attributeValue(text: string): string {
  return `"${text.replace(/[&"<>]/g, (character) => ENTITIES[character] ?? character)}"`
}
