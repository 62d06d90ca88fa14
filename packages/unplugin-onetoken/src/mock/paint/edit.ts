import { paint, type Order, type Pixels } from './paint.ts'
import { loadSharp } from './sharp.ts'

/** A picture to be made out of others. */
export interface EditOrder extends Order {
  /** Encoded images; the first is the one that is edited. */
  inputs: readonly Uint8Array[]
  /** An encoded image whose transparent parts say what to replace. */
  mask: Uint8Array | undefined
}

/**
 * Edit pictures: what the mask (or the first input's own transparency) leaves open is painted anew, the rest stays
 * as it is, pixel for pixel. Without one, the inputs take on the light and colours of a picture of the prompt.
 */
export async function paintEdit(order: EditOrder): Promise<Pixels> {
  const { width, height } = order
  const fresh = await paint({ ...order, transparent: false })
  const bases = await Promise.all(order.inputs.map((input) => decode(input, width, height)))
  const base = bases[0]!
  const keep = order.mask ? await alphaOf(order.mask, width, height) : ownAlpha(base)
  const edited = keep
    ? await replace(base, fresh, keep, Math.min(width, height))
    : regrade(montage(bases), fresh)
  return order.transparent ? withAlpha(edited, base) : edited
}

async function decode(bytes: Uint8Array, width: number, height: number): Promise<Pixels> {
  const sharp = await loadSharp()
  const data = await sharp(bytes)
    .autoOrient()
    .resize(width, height, { fit: 'cover' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer()
  return { data, width, height, channels: 4 }
}

async function alphaOf(mask: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return alphaChannel(await decode(mask, width, height))
}

function alphaChannel({ data, width, height }: Pixels): Uint8Array {
  const alpha = new Uint8Array(width * height)
  for (let pixel = 0; pixel < alpha.length; pixel++) alpha[pixel] = data[pixel * 4 + 3]!
  return alpha
}

/** The alpha of a picture, if any of it is transparent. */
function ownAlpha(pixels: Pixels): Uint8Array | undefined {
  const alpha = alphaChannel(pixels)
  return alpha.some((value) => value < 128) ? alpha : undefined
}

/** Put `fresh` where `keep` is 0. The seam is softened on its inner side only: what is kept is not touched. */
async function replace(base: Pixels, fresh: Pixels, keep: Uint8Array, unit: number): Promise<Pixels> {
  const { width, height } = base
  const sharp = await loadSharp()
  const soft = await sharp(keep, { raw: { width, height, channels: 1 } })
    .blur(Math.max(0.5, unit * 0.008))
    .toColourspace('b-w')
    .raw()
    .toBuffer()
  const data = new Uint8Array(width * height * 3)
  for (let pixel = 0; pixel < keep.length; pixel++) {
    const kept = keep[pixel]!
    const share = kept === 255 ? 1 : Math.min(1, (soft[pixel]! / 255) * 2) * 0.999
    for (let channel = 0; channel < 3; channel++) {
      const old = base.data[pixel * 4 + channel]!
      const next = fresh.data[pixel * fresh.channels + channel]!
      data[pixel * 3 + channel] = next + (old - next) * share
    }
  }
  return { data, width, height, channels: 3 }
}

/** Several pictures side by side, each fading into the next. */
function montage(bases: readonly Pixels[]): Pixels {
  const { width, height } = bases[0]!
  const data = new Uint8Array(width * height * 3)
  const fade = 0.12
  for (let x = 0; x < width; x++) {
    const at = ((x + 0.5) / width) * bases.length - 0.5
    const left = Math.max(0, Math.min(bases.length - 1, Math.floor(at)))
    const right = Math.min(bases.length - 1, left + 1)
    const blend = Math.min(1, Math.max(0, (at - left - 0.5) / fade + 0.5))
    const one = bases[left]!.data
    const two = bases[right]!.data
    for (let y = 0; y < height; y++) {
      const pixel = y * width + x
      for (let channel = 0; channel < 3; channel++) {
        const from = one[pixel * 4 + channel]!
        data[pixel * 3 + channel] = from + (two[pixel * 4 + channel]! - from) * blend
      }
    }
  }
  return { data, width, height, channels: 3 }
}

/** Move each channel's mean and spread most of the way to those of another picture. */
function regrade(base: Pixels, model: Pixels): Pixels {
  const data = new Uint8Array(base.data.length)
  for (let channel = 0; channel < 3; channel++) {
    const own = momentsOf(base, channel)
    const wanted = momentsOf(model, channel)
    const gain = Math.min(2.2, Math.max(0.35, wanted.spread / Math.max(4, own.spread)))
    const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => {
      const moved = (value - own.mean) * gain + wanted.mean
      return value + (moved - value) * 0.72
    })
    for (let at = channel; at < data.length; at += 3) data[at] = table[base.data[at]!]!
  }
  return { ...base, data }
}

function momentsOf({ data, channels }: Pixels, channel: number): { mean: number; spread: number } {
  let sum = 0
  let squares = 0
  let count = 0
  for (let at = channel; at < data.length; at += channels * 7) {
    const value = data[at]!
    sum += value
    squares += value * value
    count++
  }
  const mean = sum / count
  return { mean, spread: Math.sqrt(Math.max(0, squares / count - mean * mean)) }
}

/** Give a picture the transparency of another; a round one if that has none. */
function withAlpha(pixels: Pixels, from: Pixels): Pixels {
  const { width, height } = pixels
  const own = ownAlpha(from)
  const data = new Uint8Array(width * height * 4)
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      const distance = Math.hypot((x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5)
      const round = Math.max(0, Math.min(1, (0.47 - distance) / 0.02)) * 255
      for (let channel = 0; channel < 3; channel++)
        data[pixel * 4 + channel] = pixels.data[pixel * 3 + channel]!
      data[pixel * 4 + 3] = own ? own[pixel]! : round
    }
  }
  return { data, width, height, channels: 4 }
}
