import type { Rgb } from './colour.ts'

/** A picture in the making: three floats (0..1) a pixel, so that long gradients do not band. */
export interface Raster {
  width: number
  height: number
  /** Red, green, blue, row by row. */
  pixels: Float32Array
}

/** A black picture. */
export function createRaster(width: number, height: number): Raster {
  return { width, height, pixels: new Float32Array(width * height * 3) }
}

/** Lay a colour over a pixel. */
export function blend(raster: Raster, x: number, y: number, colour: Rgb, amount: number): void {
  const at = (y * raster.width + x) * 3
  const { pixels } = raster
  pixels[at]! += (colour[0] - pixels[at]!) * amount
  pixels[at + 1]! += (colour[1] - pixels[at + 1]!) * amount
  pixels[at + 2]! += (colour[2] - pixels[at + 2]!) * amount
}

/**
 * Fill everything below a line, one height a column, down to another; the upper edge is smoothed.
 * `shade` writes the colour of a pixel to `out`; `depth` is its distance below the line in pixels.
 */
export function fillBelow(
  raster: Raster,
  line: Float32Array,
  until: Float32Array,
  shade: (x: number, y: number, depth: number, out: Float32Array) => void,
): void {
  const { width, height, pixels } = raster
  const out = new Float32Array(3)
  let first = height
  for (const y of line) first = Math.min(first, y)
  const last = Math.min(height, Math.ceil(until.reduce((a, b) => Math.max(a, b))))
  for (let y = Math.max(0, Math.floor(first)); y < last; y++) {
    for (let x = 0; x < width; x++) {
      const depth = y + 1 - line[x]!
      if (depth <= 0 || y > until[x]!) continue
      shade(x, y, depth, out)
      const at = (y * width + x) * 3
      const cover = depth < 1 ? depth : 1
      pixels[at]! += (out[0]! - pixels[at]!) * cover
      pixels[at + 1]! += (out[1]! - pixels[at + 1]!) * cover
      pixels[at + 2]! += (out[2]! - pixels[at + 2]!) * cover
    }
  }
}

/**
 * Lay one colour over a band of rows, as thick as `amount` says (0..1).
 * The amount is asked for at every fourth pixel only and interpolated: it is meant for soft things.
 */
export function veil(
  raster: Raster,
  top: number,
  bottom: number,
  colour: Rgb,
  amount: (x: number, y: number) => number,
): void {
  const step = 4
  const y0 = Math.max(0, Math.floor(top))
  const y1 = Math.min(raster.height, Math.ceil(bottom))
  const columns = Math.ceil(raster.width / step) + 1
  const row = (y: number): Float32Array => {
    const values = new Float32Array(columns)
    for (let index = 0; index < columns; index++) values[index] = amount(index * step, y)
    return values
  }
  let upper = row(y0)
  for (let cell = y0; cell < y1; cell += step) {
    const lower = row(cell + step)
    for (let y = cell; y < Math.min(cell + step, y1); y++) {
      veilRow(raster, y, colour, upper, lower, (y - cell) / step, step)
    }
    upper = lower
  }
}

function veilRow(
  raster: Raster,
  y: number,
  colour: Rgb,
  upper: Float32Array,
  lower: Float32Array,
  fy: number,
  step: number,
): void {
  for (let x = 0; x < raster.width; x++) {
    const index = Math.floor(x / step)
    const fx = x / step - index
    const a = upper[index]! * (1 - fx) + upper[index + 1]! * fx
    const b = lower[index]! * (1 - fx) + lower[index + 1]! * fx
    const value = a * (1 - fy) + b * fy
    if (value > 0.002) blend(raster, x, y, colour, value < 1 ? value : 1)
  }
}
