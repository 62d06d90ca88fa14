import { OneTokenError } from '../errors.ts'
import { headerSize, imageFormat } from './magic.ts'
import { formatName, isCutShort, looksLike } from './sniff.ts'
import type { ImageFacts } from './types.ts'

/**
 * Version of what `convertInput` does. It enters the render key of every picture with a converted input:
 * raising it asks for these renders again, and that costs money.
 */
export const INPUT_CONVERSION = 1

/**
 * The most bytes of an input that is uploaded as it is. The vendor says 4 MB; this is the smaller reading of it.
 */
export const INPUT_LIMIT = 4_000_000

/** What an input is used as. */
export type InputRole = 'image' | 'mask'

/** What becomes of an input before it is uploaded. */
export interface InputPlan extends ImageFacts {
  /** 0: uploaded as it is; else the version of the conversion. */
  conversion: 0 | typeof INPUT_CONVERSION
}

/** What is known beside the bytes. */
export interface InputOptions {
  /** Name of the file, for messages. @default 'The input image' or 'The mask' */
  name?: string | undefined
  /** For a mask: the plan of the first image, whose size it must have. */
  of?: InputPlan | undefined
}

/**
 * Decides from an input's header what it needs: a PNG of at most 4 MB is uploaded as it is, any other image is
 * made a PNG of that size. Needs no sharp, as its answer is a part of the render key.
 * A mask is converted along with the image that it belongs to, which may come out smaller.
 * @throws OneTokenError `INPUT_INVALID`
 */
export function inputPlan(bytes: Uint8Array, role: InputRole, options: InputOptions = {}): InputPlan {
  const name = options.name ?? (role === 'mask' ? 'The mask' : 'The input image')
  const facts = readable(bytes, name)
  if (role === 'mask') checkMask(facts, name, options.of)
  const fits = facts.format === 'png' && bytes.length <= INPUT_LIMIT
  const follows = role === 'mask' && options.of !== undefined && options.of.conversion !== 0
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
      `${name} is a ${formatName(format)} that is cut short: it ends after ${bytes.length} bytes, in the middle of the picture.`,
      { hint: 'Copy or download it again.' },
    )
  }
  return facts
}

function checkMask(facts: ImageFacts, name: string, image: ImageFacts | undefined): void {
  if (facts.format !== 'png') {
    throw new OneTokenError(
      'INPUT_INVALID',
      `${name} is a ${formatName(facts.format)}; a mask must be a PNG.`,
      {
        hint: 'Export it as PNG with transparency: transparent is what may be painted over.',
      },
    )
  }
  if (!facts.alpha) {
    throw new OneTokenError(
      'INPUT_INVALID',
      `${name} has no transparency, so nothing in it may be painted over.`,
      {
        hint: 'Erase the area that may change, and export as PNG with an alpha channel.',
      },
    )
  }
  if (image !== undefined && (image.width !== facts.width || image.height !== facts.height)) {
    throw new OneTokenError(
      'INPUT_INVALID',
      `${name} has ${sizeOf(facts)} pixels, its image ${sizeOf(image)}: a mask must have the size of the first image.`,
      { hint: `Make the mask ${sizeOf(image)} pixels.` },
    )
  }
}

function sizeOf({ width, height }: ImageFacts): string {
  return `${width} × ${height}`
}
