import type { ResizeOptions } from 'sharp'
import { fromPixels, toPixels, type Pixels } from './decode.ts'
import type { Cut, Preview } from './types.ts'

/** The most characters of a blur's data URL: it stands in every page that shows the picture. */
const LONGEST_URL = 400

/** Longest edge in pixels and quality, best first; the last of them fits whatever the picture. */
const BLURS: readonly (readonly [edge: number, quality: number])[] = [
  [16, 60],
  [16, 30],
  [12, 30],
  [8, 30],
  [4, 20],
]

/** The edge of the picture whose pixels are counted for the dominant colour. */
const SAMPLE_EDGE = 64

/** A tiny picture and the dominant colour of a picture, in the shape that its files have. */
export async function previewOf(pixels: Pixels, cut: Cut = { kind: 'whole' }): Promise<Preview> {
  // The colour comes from a sample, the blur from that sample: the full picture is gone through once.
  const sample = await shrunk(pixels, cut, SAMPLE_EDGE)
  const blur = await blurOf(sample)
  return { ...blur, color: dominantColor(sample.data, sample.channels) }
}

async function blurOf(sample: Pixels): Promise<Omit<Preview, 'color'>> {
  let found: Omit<Preview, 'color'> | undefined
  for (const [edge, quality] of BLURS) {
    const { width, height } = boxed(sample, edge)
    const bytes = await (
      await fromPixels(sample)
    )
      .resize({ width, height, fit: 'fill' })
      .webp({ quality, alphaQuality: quality, effort: 6 })
      .toBuffer()
    const blurDataURL = `data:image/webp;base64,${bytes.toString('base64')}`
    found = { blurDataURL, blurWidth: width, blurHeight: height }
    if (blurDataURL.length <= LONGEST_URL) break
  }
  return found as Omit<Preview, 'color'>
}

async function shrunk(pixels: Pixels, cut: Cut, edge: number): Promise<Pixels> {
  const size = boxed(cut.kind === 'pad' || cut.kind === 'squeeze' ? cut : pixels, edge)
  const how = cut.kind === 'pad' ? padding(cut) : ({ fit: 'fill' } as const)
  return toPixels((await fromPixels(pixels)).resize({ ...size, ...how }))
}

/** How the whole picture gets into a size of another shape. */
export function padding({ position }: Cut & { kind: 'pad' }): ResizeOptions {
  return { fit: 'contain', position, background: { r: 255, g: 255, b: 255, alpha: 0 } }
}

function boxed(
  { width, height }: { width: number; height: number },
  edge: number,
): { width: number; height: number } {
  const factor = Math.min(1, edge / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) }
}

/**
 * The dominant colour of pixels as `#rrggbb`: the mean of the fullest of 4096 boxes of similar colours.
 * A pixel counts by its opacity; a picture without any visible pixel is white.
 */
export function dominantColor(data: Uint8Array, channels: 1 | 2 | 3 | 4): string {
  const grey = channels < 3
  const hasAlpha = channels === 2 || channels === 4
  const weights = new Float64Array(4096)
  const sums = new Float64Array(4096 * 3)
  for (let at = 0; at + channels <= data.length; at += channels) {
    const red = data[at] ?? 0
    const green = grey ? red : (data[at + 1] ?? 0)
    const blue = grey ? red : (data[at + 2] ?? 0)
    const weight = hasAlpha ? (data[at + channels - 1] ?? 0) / 255 : 1
    const box = ((red >> 4) << 8) | ((green >> 4) << 4) | (blue >> 4)
    weights[box] = (weights[box] ?? 0) + weight
    for (const [channel, value] of [red, green, blue].entries()) {
      sums[box * 3 + channel] = (sums[box * 3 + channel] ?? 0) + value * weight
    }
  }
  let fullest = 0
  for (let box = 1; box < 4096; box++) if ((weights[box] ?? 0) > (weights[fullest] ?? 0)) fullest = box
  const weight = weights[fullest] ?? 0
  if (weight === 0) return '#ffffff'
  const hex = (channel: number): string =>
    Math.round((sums[fullest * 3 + channel] ?? 0) / weight)
      .toString(16)
      .padStart(2, '0')
  return `#${hex(0)}${hex(1)}${hex(2)}`
}
