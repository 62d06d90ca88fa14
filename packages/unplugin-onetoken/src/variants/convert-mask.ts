import { OneTokenError } from '../errors.ts'
import { decodeInput, describeFile, firstFrame } from './convert-input.ts'
import { fromPixels } from './decode.ts'
import { INPUT_LIMIT, readable } from './input.ts'
import {
  alphaOfLuminance,
  hardMask,
  ownAlpha,
  rangeOf,
  resizedMask,
  turnedMask,
  type MaskAlpha,
} from './mask-alpha.ts'
import { sizeText } from './size-text.ts'
import type { ConvertedInput, ConvertMaskOptions, ImageFormat, MaskedImage, Size } from './types.ts'

/** How far the shapes of a mask and its image may differ before it is said: what rounding or a careless cut makes. */
const SAME_SHAPE = 0.03

const LOSSY: readonly ImageFormat[] = ['jpeg', 'webp', 'avif']

/**
 * Makes a mask a PNG of at most 4 MB that has the size of its image as that is sent: transparent is painted anew.
 * One without transparent parts is read as black and white, where white is painted anew. A PNG that is right already
 * comes back as it is; of any other one the alpha is kept, and no colour, as nobody looks at it.
 * @throws OneTokenError `INPUT_INVALID`, also when nothing would be painted anew
 */
export async function convertMask(
  bytes: Uint8Array,
  options: ConvertMaskOptions = {},
): Promise<ConvertedInput> {
  const name = options.name ?? 'The mask'
  const { format } = readable(bytes, name)
  const { pixels, traits } = await decodeInput(bytes, name)
  const before = { width: pixels.width, height: pixels.height, orientation: traits.orientation }
  const image = options.image ?? { ...before, before }
  const own = ownAlpha(pixels, LOSSY.includes(format))
  const read = own ?? alphaOfLuminance(pixels)
  if (rangeOf(read).lowest === 255)
    throw replacesNothing(name, 'it is black everywhere, without transparency')
  const isTurned = liesAsItsImageDid(read, image)
  const upright = isTurned ? turnedMask(read, image.before.orientation) : read
  const mask = resizedMask(upright, image)
  if (rangeOf(mask).lowest === 255) {
    throw replacesNothing(
      name,
      `nothing is left of what it marks at ${sizeText(image)}, the size of its image`,
    )
  }
  const isRight = own !== undefined && mask === read && traits.orientation === 1 && hasAlphaChannel(bytes)
  const png = isRight ? { bytes, isHard: false } : await encoded(mask, name)
  const isOther = format !== 'png' || bytes.length > INPUT_LIMIT
  const what = describeFile(format, bytes.length)
  const notes = [
    own === undefined
      ? `${what} without transparent parts, read as black and white: white is painted anew, black is kept`
      : isOther && `${what}, converted to PNG`,
    traits.frames > 1 && firstFrame(traits),
    isTurned && 'turned upright as its image is',
    scaling(upright, image),
    png.isHard && 'its soft edges made hard, as it would have more than 4 MB with them',
    extremes(mask, own === undefined ? 'white' : 'transparent'),
  ]
  const note = notes.filter((text) => text !== undefined && text !== false).join('; ') || undefined
  return { bytes: png.bytes, width: mask.width, height: mask.height, before, note }
}

/** Whether a mask was drawn on the picture of a camera as that lies in the file, before it is turned upright. */
function liesAsItsImageDid(mask: Size, { before }: MaskedImage): boolean {
  const onItsSide = { width: before.height, height: before.width }
  return before.orientation >= 5 && isSameSize(mask, onItsSide) && !isSameSize(mask, before)
}

/** Whether a PNG has a channel of its own for alpha: one colour that counts as transparent is not taken everywhere. */
function hasAlphaChannel(bytes: Uint8Array): boolean {
  const colourType = bytes[25]
  return bytes.length <= INPUT_LIMIT && (colourType === 4 || colourType === 6)
}

async function encoded(mask: MaskAlpha, name: string): Promise<{ bytes: Uint8Array; isHard: boolean }> {
  const soft = await pngOf(mask)
  if (soft.length <= INPUT_LIMIT) return { bytes: soft, isHard: false }
  const edged = hardMask(mask)
  const hard = await pngOf(edged)
  if (hard.length <= INPUT_LIMIT && rangeOf(edged).lowest === 0) return { bytes: hard, isHard: true }
  throw new OneTokenError(
    'INPUT_INVALID',
    `${name} has more than 4 MB as a PNG of ${sizeText(mask)} pixels.`,
    {
      hint: 'Use plain areas in a mask, without noise or soft edges.',
    },
  )
}

async function pngOf({ data, width, height }: MaskAlpha): Promise<Uint8Array> {
  const pixels = Buffer.alloc(data.length * 2)
  for (let pixel = 0; pixel < data.length; pixel++) pixels[pixel * 2 + 1] = data[pixel] as number
  const step = await fromPixels({ data: pixels, width, height, channels: 2 })
  // A higher level takes minutes for noise.
  return step.png({ compressionLevel: 6, palette: false }).toBuffer()
}

/** What is said of a change of size. A mask that only follows an image which had to be scaled down is no news. */
function scaling(mask: Size, image: MaskedImage): string | undefined {
  const { before } = image
  if (isSameSize(mask, image) || isSameSize(mask, before)) return undefined
  const stretch = mask.width / mask.height / (before.width / before.height)
  const scaled = `scaled from ${sizeText(mask)} to ${sizeText(image)}, the size of its image`
  return Math.max(stretch, 1 / stretch) > 1 + SAME_SHAPE
    ? `${scaled}, which has another shape: is it the mask of another picture?`
    : scaled
}

/** What is said of a mask that does not mark a part of the picture, but all of it, or nothing for sure. */
function extremes(mask: MaskAlpha, marked: 'white' | 'transparent'): string | undefined {
  const { lowest, highest } = rangeOf(mask)
  if (highest === 0) return `all of it is ${marked}: the whole picture is painted anew`
  return lowest > 0 ? `nothing in it is fully ${marked}, so the API may keep the whole picture` : undefined
}

function isSameSize(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height
}

function replacesNothing(name: string, why: string): OneTokenError {
  return new OneTokenError('INPUT_INVALID', `${name} replaces nothing: ${why}.`, {
    hint: 'Make transparent, or white, what is to be painted anew, and leave the rest opaque, or black.',
  })
}
