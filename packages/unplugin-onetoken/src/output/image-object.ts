import type { Format } from '../spec/types.ts'
import { pictureParts, type Picture, type PictureFile } from './picture.ts'

/** A picture as one object: a superset of what `next/image` and `astro:assets` take. */
export interface OneTokenImage {
  /** URL of the largest file of the fallback format. */
  src: string
  /** Every width of the fallback format: `/a.webp 480w, /b.webp 960w`. */
  srcset: string
  /** `srcset` by MIME subtype: `{ avif: '… 480w', webp: '… 480w' }`. */
  sources: Record<string, string>
  /** Pixels of `src`. */
  width: number
  height: number
  format: 'avif' | 'webp' | 'jpg' | 'png'
  /** The text of the `alt` parameter, if there is one. */
  alt: string | undefined
  /** A tiny picture as a data URL, to show until the file is there. */
  blurDataURL: string
  blurWidth: number
  blurHeight: number
  /** Dominant colour, `#rrggbb`. */
  color: string
  /** The dark version of the picture, if it has one. */
  dark: OneTokenImage | undefined
  /** Attributes of an `<img>`. */
  img: { src: string; srcset?: string; width: number; height: number; alt?: string }
  /** Sources and fallback of a `<picture>`. */
  picture: { sources: Record<string, string>; img: { src: string; w: number; h: number } }
}

/** The image object of a picture, as an import of the manifest has it. `urlOf` gives the address of a file. */
export function imageObject(picture: Picture, urlOf: (file: PictureFile) => string): OneTokenImage {
  const { main, fallback, sources: groups } = pictureParts(picture)
  const { alt, blurDataURL, blurWidth, blurHeight, color, dark } = picture
  const srcsetOf = (files: readonly PictureFile[]): string =>
    files.map((file) => `${urlOf(file)} ${file.width}w`).join(', ')
  const { width, height } = main
  const format: Format = main.format
  const src = urlOf(main)
  const srcset = srcsetOf(fallback)
  const sources = Object.fromEntries(groups.map(([subtype, files]) => [subtype, srcsetOf(files)]))
  return {
    src,
    srcset,
    sources,
    width,
    height,
    format,
    alt,
    blurDataURL,
    blurWidth,
    blurHeight,
    color,
    dark: dark === undefined ? undefined : imageObject(dark, urlOf),
    img: {
      src,
      ...(fallback.length > 1 && { srcset }),
      width,
      height,
      ...(alt !== undefined && { alt }),
    },
    picture: { sources, img: { src, w: width, h: height } },
  }
}
