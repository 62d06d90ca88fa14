import { OneTokenError } from '../errors.ts'
import { headerSize, imageFormat } from './magic.ts'
import { aFormat, isCutShort, looksLike } from './sniff.ts'
import type { ImageFacts } from './types.ts'

/**
 * Version of what `convertInput` does, and of a mask that is no more than brought along with an image so converted.
 * It enters the render key of every picture with such an input: raising it asks for these renders again, and that
 * costs money.
 */
export const INPUT_CONVERSION = 1

/**
 * Version of what `convertMask` does to a mask of another size, format or kind than the API takes.
 * It enters render keys as {@link INPUT_CONVERSION} does.
 */
export const MASK_CONVERSION = 2

/**
 * The most bytes of an input that is uploaded as it is. The vendor says 4 MB; this is the smaller reading of it.
 */
export const INPUT_LIMIT = 4_000_000

/** What an input is used as. */
export type InputRole = 'image' | 'mask'

/** What becomes of an input before it is uploaded. */
export interface InputPlan extends ImageFacts {
  /** The part of it that enters the render key: 0 for what the API takes as it is. */
  conversion: 0 | typeof INPUT_CONVERSION | typeof MASK_CONVERSION
}

/** What is known beside the bytes. */
export interface InputOptions {
  /** Name of the file, for messages. @default 'The input image' or 'The mask' */
  name?: string | undefined
  /** For a mask: the plan of the first image, whose size it is to have. */
  of?: InputPlan | undefined
}

/**
 * Decides from an input's header which conversion enters the render key. Needs no sharp, as a warm build has none.
 * What only decoding shows is put right at the upload, and changes no key: a mask whose alpha channel is opaque
 * everywhere, a PNG that is to be turned upright.
 *
 * - 0: a PNG of at most 4 MB; a mask has an alpha channel and the size of its image, which is 0 as well
 * - 1: any other image; a mask that has an alpha channel and the size of its image, where one of the two is over
 *   4 MB or the image is no PNG
 * - 2: a mask of another format or size, or without an alpha channel
 * @throws OneTokenError `INPUT_INVALID`
 */
export function inputPlan(bytes: Uint8Array, role: InputRole, options: InputOptions = {}): InputPlan {
  const { name = role === 'mask' ? 'The mask' : 'The input image', of } = options
  const facts = readable(bytes, name)
  if (role === 'mask' && !isMaskFor(facts, of)) return { ...facts, conversion: MASK_CONVERSION }
  const fits = facts.format === 'png' && bytes.length <= INPUT_LIMIT
  const follows = role === 'mask' && of !== undefined && of.conversion !== 0
  return { ...facts, conversion: fits && !follows ? 0 : INPUT_CONVERSION }
}

/** The same for a picture of the store, whose header was read when it was kept. `bytes`: length of its file. */
export function renderInputPlan(image: Omit<ImageFacts, 'alpha'> & { bytes: number }): InputPlan {
  const { format, width, height, bytes } = image
  const fits = format === 'png' && bytes <= INPUT_LIMIT
  return { format, width, height, alpha: false, conversion: fits ? 0 : INPUT_CONVERSION }
}

/**
 * The facts of an input's header.
 * @throws OneTokenError `INPUT_INVALID` when it is no image, or visibly broken
 */
export function readable(bytes: Uint8Array, name: string): ImageFacts {
  const format = imageFormat(bytes)
  if (format === undefined) {
    const { what, hint } = looksLike(bytes)
    throw new OneTokenError('INPUT_INVALID', `${name} is not an image that can be used: it is ${what}.`, {
      hint: hint ?? 'Use a PNG, JPEG, WebP, AVIF or GIF.',
    })
  }
  const facts = headerSize(bytes)
  if (facts === undefined || isCutShort(bytes)) {
    throw new OneTokenError(
      'INPUT_INVALID',
      `${name} is ${aFormat(format)} that is cut short: it ends after ${bytes.length} bytes, in the middle of the picture.`,
      { hint: 'Copy or download it again.' },
    )
  }
  return facts
}

/** Whether the API takes a mask beside this image, as far as a header tells. */
function isMaskFor({ format, alpha, width, height }: ImageFacts, image: ImageFacts | undefined): boolean {
  const isSameSize = image === undefined || (image.width === width && image.height === height)
  return format === 'png' && alpha && isSameSize
}
