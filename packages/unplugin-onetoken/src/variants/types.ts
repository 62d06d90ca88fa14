import type { Fit, Format, OutputSpec } from '../spec/types.ts'

export type { Fit, Format, OutputSpec }

/** An image of the store, by its facts. */
export interface SourceImage {
  /** Lower-case hex sha256 of the bytes. */
  sha256: string
  /** Absolute path of the bytes. */
  file: string
  /** Pixels, after the orientation that the file asks for; as `inspect` and `headerSize` give them. */
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

/** What stands in for a picture until it is there. */
export interface Preview {
  /** A `data:image/webp;base64,…` URL of a tiny picture, at most 400 characters. */
  blurDataURL: string
  /** Pixels of that tiny picture. */
  blurWidth: number
  blurHeight: number
  /** The dominant colour, `#rrggbb`. */
  color: string
}

/** All that a page gets from one picture. */
export interface Variants extends Preview {
  /** Every format × width, in the order of the spec's formats, widths ascending. */
  files: VariantFile[]
  /** True when nothing had to be encoded. */
  cached: boolean
}

/** Facts of an image that decodes in full. */
export interface ImageFacts {
  format: ImageFormat
  /** Pixels, after the orientation that the file asks for. */
  width: number
  height: number
  /** True when some pixel is not opaque or the file has an alpha channel. */
  alpha: boolean
}

/** A file that a recipe makes. */
export interface PlannedFile {
  format: Format
  /** Pixels. */
  width: number
  height: number
  /** Encoder quality, 1 to 100; 100 for PNG, which has none. */
  quality: number
}

/** What is done to the decoded picture on its way to the planned sizes. */
export type Cut =
  /** The whole picture, brought to each size. */
  | { kind: 'whole' }
  /** First cut to this size, without scaling, then brought to each size. */
  | { kind: 'crop'; width: number; height: number; position: string }
  /** The whole picture, squeezed into each size; the largest has this one, or less of the same shape. */
  | { kind: 'squeeze'; width: number; height: number }
  /** Fitted whole into each size, which has the shape of this one, on a transparent ground (white in JPEG). */
  | { kind: 'pad'; width: number; height: number; position: string }

/** All that decides the bytes of a picture's variants. */
export interface Recipe {
  /** Lower-case hex sha256 of everything that enters the bytes. */
  hash: string
  cut: Cut
  /** In the order of the spec's formats, widths ascending. */
  files: PlannedFile[]
  /** Written into each file; absent: none is. */
  provenance?: Provenance | undefined
}

/** Work for an encoder: one picture, or a part of it. */
export interface EncodeJob {
  source: SourceImage
  cut: Cut
  files: readonly PlannedFile[]
  provenance?: Provenance | undefined
  /** An existing folder; the files are written into it as `<width>.<format>`. */
  folder: string
  /** False leaves the preview out. */
  preview: boolean
}

/** A file that was written. */
export interface EncodedFile extends PlannedFile {
  /** Absolute path in the job's folder. */
  file: string
  /** Length in bytes. */
  bytes: number
  /** Lower-case hex sha256 of the bytes. */
  sha256: string
}

/** What a job gave. */
export interface EncodedPicture {
  files: EncodedFile[]
  preview?: Preview | undefined
}

/** Width and height in pixels. */
export interface Size {
  width: number
  height: number
}

/** An image that has a mask. */
export interface MaskedImage extends Size {
  /** Upright and before it was scaled down, and the EXIF orientation, 1 to 8, by which it was turned upright. */
  before: Size & { orientation: number }
}

/** An input in the form in which it is uploaded; its size is that of the PNG. */
export interface ConvertedInput extends MaskedImage {
  /** A PNG: the input itself, where nothing had to be done. */
  bytes: Uint8Array
  /** What was done, as a phrase such as `JPEG, converted to PNG`; undefined when there is nothing to say. */
  note: string | undefined
}

/** What is known of an input beside its bytes. */
export interface ConvertOptions {
  /** How messages call it, such as `The image "photo.jpg"`. */
  name?: string | undefined
}

/** What is known of a mask beside its bytes. */
export interface ConvertMaskOptions extends ConvertOptions {
  /** The first image, as it is sent. @default an image of the mask's own size */
  image?: MaskedImage | undefined
}

/**
 * Everything that needs sharp. The pool is one; so is the one that works in this process.
 * Its functions may be passed on by themselves.
 */
export interface Encoder {
  /** @throws OneTokenError `ENCODE_FAILED` */
  encode: (job: EncodeJob) => Promise<EncodedPicture>
  /**
   * Decodes an image in full: a path, or its bytes.
   * @throws OneTokenError `IMAGE_INVALID`
   */
  inspect: (image: string | Uint8Array) => Promise<ImageFacts>
  /** @throws OneTokenError `INPUT_INVALID` */
  convertInput: (bytes: Uint8Array, options?: ConvertOptions) => Promise<ConvertedInput>
  /** @throws OneTokenError `INPUT_INVALID` */
  convertMask: (bytes: Uint8Array, options?: ConvertMaskOptions) => Promise<ConvertedInput>
  /** Ends what runs; what waits is rejected with `ABORTED`. */
  close: () => Promise<void>
}
