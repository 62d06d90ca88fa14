import { OneTokenError } from '../errors.ts'
import { decode, fromPixels, LIMIT_PIXELS, traitsOf, type Pixels, type Traits } from './decode.ts'
import { INPUT_LIMIT, readable } from './input.ts'
import { reason } from './reason.ts'
import { sizeText } from './size-text.ts'
import { formatName } from './sniff.ts'
import type { ConvertedInput, ConvertOptions, ImageFacts, ImageFormat, Size } from './types.ts'

/** How much smaller each try is, when a PNG is too big, beyond what its bytes a pixel suggest. */
const MARGIN = 0.95

/**
 * Makes an image a PNG of at most 4 MB: upright, sRGB, first frame, without metadata, transparency kept;
 * scaled down as far as needed. What it gives for given bytes is fixed by `INPUT_CONVERSION`.
 * A PNG that is all this already comes back as it is, once it was decoded in full.
 * @throws OneTokenError `INPUT_INVALID`
 */
export async function convertInput(bytes: Uint8Array, options: ConvertOptions = {}): Promise<ConvertedInput> {
  const name = options.name ?? 'The input image'
  const facts = readable(bytes, name)
  const { pixels, traits } = await decodeInput(bytes, name)
  const before = { width: pixels.width, height: pixels.height, orientation: traits.orientation }
  if (facts.format === 'png' && bytes.length <= INPUT_LIMIT && traits.orientation === 1) {
    return { bytes, width: before.width, height: before.height, before, note: undefined }
  }
  let size: Size = before
  let png = await encoded(pixels, size, facts)
  while (png.length > INPUT_LIMIT && Math.max(size.width, size.height) > 1) {
    const factor = Math.min(MARGIN, Math.sqrt(INPUT_LIMIT / png.length) * MARGIN)
    size = { width: scaled(size.width, factor), height: scaled(size.height, factor) }
    png = await encoded(pixels, size, facts)
  }
  const isPng = facts.format === 'png'
  const notes = [
    `${describeFile(facts.format, bytes.length)}${isPng ? '' : ', converted to PNG'}`,
    isPng && traits.orientation > 1 && 'turned upright, as its EXIF data ask',
    traits.frames > 1 && firstFrame(traits),
    size !== before && `scaled from ${sizeText(before)} to ${sizeText(size)}`,
  ]
  const note = notes.filter((text) => text !== false).join(', ')
  return { bytes: png, width: size.width, height: size.height, before, note }
}

/**
 * The pixels of an input, and what else its file says of them.
 * @throws OneTokenError `INPUT_INVALID` when it cannot be decoded in full
 */
export async function decodeInput(
  bytes: Uint8Array,
  name: string,
): Promise<{ pixels: Pixels; traits: Traits }> {
  try {
    return { pixels: await decode(bytes), traits: await traitsOf(bytes) }
  } catch (cause) {
    if (cause instanceof OneTokenError) throw cause
    const isHuge = /pixel limit/.test(reason(cause))
    const why = isHuge ? `it has more than ${LIMIT_PIXELS / 1e6} million pixels` : reason(cause)
    throw new OneTokenError('INPUT_INVALID', `${name} cannot be decoded: ${why}.`, {
      hint: isHuge ? 'Make it smaller.' : 'Open it in an image program and export it anew as PNG.',
      cause,
    })
  }
}

/** What an input is, as a note calls it: `JPEG`, `PNG of 4.7 MB`. */
export function describeFile(format: ImageFormat, length: number): string {
  const isBig = format === 'png' && length > INPUT_LIMIT
  return isBig ? `PNG of ${(length / 1e6).toFixed(1)} MB` : formatName(format)
}

/** What a note says of an animation. */
export function firstFrame({ frames }: Traits): string {
  return `only the first of its ${frames} frames is used`
}

async function encoded(pixels: Pixels, { width, height }: Size, { alpha }: ImageFacts): Promise<Buffer> {
  const step = await fromPixels(pixels)
  // The decoder drops a channel in which nothing is transparent; what was sent with one stays so.
  if (alpha) step.ensureAlpha()
  if (width !== pixels.width || height !== pixels.height) step.resize({ width, height, fit: 'fill' })
  return step.png({ compressionLevel: 6, adaptiveFiltering: true, palette: false }).toBuffer()
}

function scaled(edge: number, factor: number): number {
  return Math.max(1, Math.floor(edge * factor))
}
