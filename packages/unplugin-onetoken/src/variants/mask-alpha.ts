import type { Pixels } from './decode.ts'
import type { Size } from './types.ts'

/** What a mask says: one byte a pixel, 0 is painted anew and 255 is kept. */
export interface MaskAlpha extends Size {
  data: Uint8Array
}

/**
 * How far from white, black, transparent or opaque a pixel may be and still be meant so, in steps of 255.
 * Only alpha 0 is promised to be painted anew, and a lossy encoder leaves values beside it: up to 36 were seen
 * around hard edges in JPEGs of quality 60. Black that is printed (CMYK) comes out at about 35.
 */
const TOLERANCE = 40

/** Luma of sRGB, ITU-R BT.709, in 65536ths. */
const LUMA = { red: 13_933, green: 46_871, blue: 4_732 }

/**
 * The alpha channel of a mask; undefined when there is none, or when every pixel is opaque.
 * @param lossy Whether the encoder may have changed its values a little.
 */
export function ownAlpha({ data, width, height, channels }: Pixels, lossy: boolean): MaskAlpha | undefined {
  if (channels !== 2 && channels !== 4) return undefined
  const alpha = new Uint8Array(width * height)
  for (let pixel = 0, at = channels - 1; pixel < alpha.length; pixel++, at += channels) {
    const value = data[at] as number
    alpha[pixel] = lossy ? settled(value) : value
  }
  const mask = { data: alpha, width, height }
  return rangeOf(mask).lowest === 255 ? undefined : mask
}

/** A black-and-white mask: white is painted anew, black is kept, grey is as transparent as it is bright. */
export function alphaOfLuminance({ data, width, height, channels }: Pixels): MaskAlpha {
  const alpha = new Uint8Array(width * height)
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2]
  for (let pixel = 0, at = 0; pixel < alpha.length; pixel++, at += channels) {
    const luma =
      LUMA.red * (data[at] as number) +
      LUMA.green * (data[at + green] as number) +
      LUMA.blue * (data[at + blue] as number)
    alpha[pixel] = settled(255 - Math.round(luma / 65_536))
  }
  return { data: alpha, width, height }
}

/**
 * A mask in another size, stretched to it. Every pixel is one of the mask's own, that nearest to its middle: any kernel
 * that mixes would make half-transparent ones along the edges. The API promises to paint where alpha is 0, and says
 * nothing of what lies between 0 and 255: such a seam would be kept by one model and painted by the next.
 */
export function resizedMask(mask: MaskAlpha, { width, height }: Size): MaskAlpha {
  if (mask.width === width && mask.height === height) return mask
  const data = new Uint8Array(width * height)
  const columns = Uint32Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * mask.width) / width))
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * mask.height) / height) * mask.width
    for (let x = 0; x < width; x++) data[y * width + x] = mask.data[row + (columns[x] as number)] as number
  }
  return { data, width, height }
}

/** A mask that lies on its side, turned upright by an EXIF orientation from 5 to 8. */
export function turnedMask(mask: MaskAlpha, orientation: number): MaskAlpha {
  const { width: across, height: down } = mask
  const data = new Uint8Array(mask.data.length)
  // 6 and 7 were taken with the bottom row on the left, 7 and 8 with the last column at the top.
  const fromBottom = orientation === 6 || orientation === 7
  const fromRight = orientation === 7 || orientation === 8
  for (let y = 0; y < across; y++) {
    const column = fromRight ? across - 1 - y : y
    for (let x = 0; x < down; x++) {
      const row = fromBottom ? down - 1 - x : x
      data[y * down + x] = mask.data[row * across + column] as number
    }
  }
  return { data, width: down, height: across }
}

/** A mask without anything between painted and kept. */
export function hardMask({ data, width, height }: MaskAlpha): MaskAlpha {
  return { data: data.map((value) => (value < 128 ? 0 : 255)), width, height }
}

/** The lowest and the highest alpha of a mask. */
export function rangeOf({ data }: MaskAlpha): { lowest: number; highest: number } {
  let lowest = 255
  let highest = 0
  for (const value of data) {
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  return { lowest, highest }
}

function settled(alpha: number): number {
  if (alpha <= TOLERANCE) return 0
  return alpha >= 255 - TOLERANCE ? 255 : alpha
}
