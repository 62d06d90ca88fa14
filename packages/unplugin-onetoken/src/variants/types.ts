/** Formats that variants are encoded in, by the words of the `format` parameter. */
export type Format = 'avif' | 'webp' | 'jpg' | 'png'

/** How the picture is cut, by sharp's own words. */
export type Fit = 'cover' | 'contain' | 'fill' | 'inside' | 'outside'

/** What a reference wants made from a render. */
export interface OutputSpec {
  /** Widths in pixels, ascending, without repeats; empty: the picture's own width. */
  widths: readonly number[]
  /** In the author's order; the last is the fallback. Never empty. */
  formats: readonly Format[]
  /** Encoder quality, 1 to 100, where it differs from the default. */
  quality: Partial<Record<Format, number>>
  /** Aspect ratio as two positive numbers, such as `[16, 9]`. */
  aspect?: readonly [number, number] | undefined
  fit: Fit
  /** sharp's position, gravity or strategy word. */
  position: string
}

/** An image of the store, by its facts. */
export interface SourceImage {
  /** Lower-case hex sha256 of the bytes. */
  sha256: string
  /** Absolute path of the bytes. */
  file: string
  /** Pixels. */
  width: number
  height: number
  format: ImageFormat
}

/** Formats told by magic bytes. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'avif' | 'gif'

/** How a picture came to be, for its metadata. */
export interface Provenance {
  /** True when a picture of the user's own was edited. */
  composite: boolean
  /** Name of the model, such as `gpt-image-2`. */
  model: string
}

/** One encoded file. */
export interface VariantFile {
  /** Absolute path. */
  file: string
  format: Format
  /** Pixels. */
  width: number
  height: number
  /** Length in bytes. */
  bytes: number
}

/** All that a page gets from one picture. */
export interface Variants {
  /** Every format × width, in the order of the spec's formats, widths ascending. */
  files: VariantFile[]
  /** A `data:image/webp;base64,…` URL of a tiny picture. */
  blurDataURL: string
  blurWidth: number
  blurHeight: number
  /** The dominant colour, `#rrggbb`. */
  color: string
  /** True when nothing had to be encoded. */
  cached: boolean
}

/** Facts of an image that decodes in full. */
export interface ImageFacts {
  format: ImageFormat
  width: number
  height: number
  /** True when some pixel is not opaque or the file has an alpha channel. */
  alpha: boolean
}
