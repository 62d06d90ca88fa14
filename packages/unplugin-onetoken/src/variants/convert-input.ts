import { OneTokenError } from '../errors.ts'
import { decode, fromPixels, LIMIT_PIXELS, type Pixels } from './decode.ts'
import { INPUT_LIMIT, readable } from './input.ts'
import { reason } from './reason.ts'
import { formatName } from './sniff.ts'
import type { ConvertedInput, ConvertOptions } from './types.ts'

interface Size {
  width: number
  height: number
}

/** How much smaller each try is, when a PNG is too big, beyond what its bytes a pixel suggest. */
const MARGIN = 0.95

/**
 * Makes an input a PNG of at most 4 MB: upright, sRGB, first frame, without metadata, transparency kept;
 * scaled down as far as needed. What it gives for given bytes is fixed by `INPUT_CONVERSION`.
 * @throws OneTokenError `INPUT_INVALID`
 */
export async function convertInput(bytes: Uint8Array, options: ConvertOptions = {}): Promise<ConvertedInput> {
  const name = options.name ?? 'The input image'
  const facts = readable(bytes, name)
  const pixels = await decoded(bytes, name)
  let size = options.size ?? { width: pixels.width, height: pixels.height }
  let png = await encoded(pixels, size, facts.alpha)
  while (png.length > INPUT_LIMIT && options.size === undefined && Math.max(size.width, size.height) > 1) {
    const factor = Math.min(MARGIN, Math.sqrt(INPUT_LIMIT / png.length) * MARGIN)
    size = { width: scaled(size.width, factor), height: scaled(size.height, factor) }
    png = await encoded(pixels, size, facts.alpha)
  }
  if (png.length > INPUT_LIMIT) {
    throw new OneTokenError(
      'INPUT_INVALID',
      `${name} has more than 4 MB as a PNG of ${sizeOf(size)} pixels.`,
      {
        hint: 'Use plain areas in a mask, without noise or soft edges.',
      },
    )
  }
  const { width, height } = size
  return { bytes: png, width, height, note: noteOf(formatName(facts.format), bytes.length, pixels, size) }
}

async function decoded(bytes: Uint8Array, name: string): Promise<Pixels> {
  try {
    return await decode(bytes)
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

async function encoded(pixels: Pixels, { width, height }: Size, alpha: boolean): Promise<Buffer> {
  const step = await fromPixels(pixels)
  // A mask without an alpha channel is refused, even where nothing in it is transparent.
  if (alpha) step.ensureAlpha()
  if (width !== pixels.width || height !== pixels.height) step.resize({ width, height, fit: 'fill' })
  return step.png({ compressionLevel: 6, adaptiveFiltering: true, palette: false }).toBuffer()
}

function scaled(edge: number, factor: number): number {
  return Math.max(1, Math.floor(edge * factor))
}

function noteOf(format: string, length: number, before: Pixels, after: Size): string {
  const what = format === 'PNG' ? `PNG of ${(length / 1e6).toFixed(1)} MB` : `${format}, converted to PNG`
  const isSame = before.width === after.width && before.height === after.height
  return isSame ? what : `${what}, scaled from ${sizeOf(before)} to ${sizeOf(after)}`
}

function sizeOf({ width, height }: Size): string {
  return `${width} × ${height}`
}
