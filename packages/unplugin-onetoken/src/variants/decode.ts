import { readFile } from 'node:fs/promises'
import type { Sharp, SharpOptions } from 'sharp'
import { OneTokenError } from '../errors.ts'
import { loadSharp } from './load-sharp.ts'
import { headerSize, imageFormat } from './magic.ts'
import { reason } from './reason.ts'
import { formatName, isCutShort, looksLike } from './sniff.ts'
import type { ImageFacts } from './types.ts'

/**
 * The most pixels that are decoded: 100 megapixels, 400 MB of memory at the most.
 * The API's largest picture has 8.3.
 */
export const LIMIT_PIXELS = 100_000_000

/** A decoded picture: 8 bits a channel, sRGB, upright, first frame. */
export interface Pixels {
  data: Buffer
  width: number
  height: number
  channels: 1 | 2 | 3 | 4
}

/** How every image is opened. Errors of a decoder short of a truncation leave a picture that is worth having. */
const OPEN: SharpOptions = { failOn: 'truncated', limitInputPixels: LIMIT_PIXELS, autoOrient: true }

/** Decodes an image in full. Rejects with sharp's own error. */
export async function decode(bytes: Uint8Array): Promise<Pixels> {
  const sharp = await loadSharp()
  const image = sharp(bytes, OPEN)
  const { depth, hasProfile } = await image.metadata()
  // sharp brings pictures of 16 bits with a profile to Display P3, and leaves them there unless told otherwise.
  if (depth !== 'uchar' && hasProfile) image.withIccProfile('srgb', { attach: false })
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  return withoutIdleAlpha({ data, width: info.width, height: info.height, channels: info.channels })
}

/** What a file says of its picture beside the pixels. */
export interface Traits {
  /** By EXIF, 1 to 8; 1 is upright. */
  orientation: number
  /** 1 unless it is an animation. */
  frames: number
}

/** What a file says of its picture. Rejects with sharp's own error. */
export async function traitsOf(bytes: Uint8Array): Promise<Traits> {
  const sharp = await loadSharp()
  const { orientation = 1, pages = 1 } = await sharp(bytes, OPEN).metadata()
  return { orientation, frames: pages }
}

/** Opens decoded pixels for a step of their own. */
export async function fromPixels({ data, width, height, channels }: Pixels): Promise<Sharp> {
  const sharp = await loadSharp()
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
}

/** The pixels that a step gives. */
export async function toPixels(step: Sharp): Promise<Pixels> {
  const { data, info } = await step.raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: info.channels }
}

/** Drops an alpha channel in which every pixel is opaque: PNG and AVIF would pay for it. */
async function withoutIdleAlpha(pixels: Pixels): Promise<Pixels> {
  const { data, channels } = pixels
  if (channels !== 4) return pixels
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return pixels
  return toPixels((await fromPixels(pixels)).removeAlpha())
}

/**
 * Facts of an image, after a full decode: a header alone also lets pass what was cut short.
 * @param image A path, or the bytes.
 * @throws OneTokenError `IMAGE_INVALID`, saying what the bytes look like
 */
export async function inspectImage(image: string | Uint8Array): Promise<ImageFacts> {
  const bytes = typeof image === 'string' ? await readFile(image) : image
  if (imageFormat(bytes) === undefined) {
    throw new OneTokenError('IMAGE_INVALID', `The bytes are not an image, but ${looksLike(bytes).what}.`)
  }
  const facts = headerSize(bytes)
  if (facts === undefined) throw invalid(bytes, 'its header cannot be read')
  if (facts.width * facts.height > LIMIT_PIXELS) {
    throw invalid(
      bytes,
      `${facts.width} × ${facts.height} pixels are more than ${LIMIT_PIXELS / 1e6} million`,
    )
  }
  try {
    const { width, height } = await decode(bytes)
    return { format: facts.format, width, height, alpha: facts.alpha }
  } catch (cause) {
    if (cause instanceof OneTokenError) throw cause
    throw invalid(bytes, isCutShort(bytes) ? 'it is cut short' : reason(cause), cause)
  }
}

function invalid(bytes: Uint8Array, why: string, cause?: unknown): OneTokenError {
  const format = imageFormat(bytes)
  const what = format === undefined ? 'image' : `${formatName(format)} image`
  return new OneTokenError('IMAGE_INVALID', `The ${what} (${bytes.length} bytes) cannot be used: ${why}.`, {
    cause,
  })
}
