import type { Raster } from './raster.ts'
import { randomFrom } from './random.ts'
import type { Look } from './words.ts'

let grainTile: Float32Array | undefined
const GRAIN = 256

/** A tile of film grain, about -1..1, made once a process. */
function grain(): Float32Array {
  if (grainTile) return grainTile
  const random = randomFrom('grain')
  grainTile = Float32Array.from({ length: GRAIN * GRAIN }, () => random() + random() + random() - 1.5)
  return grainTile
}

/** Lay an RGBA picture (8 bits, not premultiplied) over a raster of the same size. */
export function layOver(raster: Raster, rgba: Uint8Array): void {
  const { pixels } = raster
  for (let pixel = 0, at = 0; pixel < rgba.length; pixel += 4, at += 3) {
    const alpha = rgba[pixel + 3]!
    if (alpha === 0) continue
    const amount = alpha / 255
    pixels[at]! += (rgba[pixel]! / 255 - pixels[at]!) * amount
    pixels[at + 1]! += (rgba[pixel + 1]! / 255 - pixels[at + 1]!) * amount
    pixels[at + 2]! += (rgba[pixel + 2]! / 255 - pixels[at + 2]!) * amount
  }
}

/** Develop a raster into 8-bit RGB: contrast, a darker edge, grain that also hides banding. */
export function develop(raster: Raster, look: Look): Uint8Array {
  const { width, height, pixels } = raster
  const rgb = new Uint8Array(pixels.length)
  const tile = grain()
  const strength = (look === 'flat' ? 0.004 : 0.011) * CURVE_STEPS
  const vignette = look === 'photo' || look === 'mono' ? 0.045 : 0
  const grade = graders[look]
  const out = new Float32Array(3)
  const across = Float32Array.from({ length: width }, (_, x) => ((x / width - 0.5) * 2) ** 2)
  for (let y = 0; y < height; y++) {
    const down = ((y / height - 0.5) * 2) ** 2
    const grainRow = (y & (GRAIN - 1)) * GRAIN
    for (let x = 0, at = y * width * 3; x < width; x++, at += 3) {
      const corner = across[x]! + down
      const shade = (1 - vignette * corner * corner) * CURVE_STEPS
      const speck = tile[grainRow + (x & (GRAIN - 1))]! * strength
      if (grade) {
        out[0] = pixels[at]!
        out[1] = pixels[at + 1]!
        out[2] = pixels[at + 2]!
        grade(out)
        rgb[at] = tone(out[0] * shade + speck)
        rgb[at + 1] = tone(out[1] * shade + speck)
        rgb[at + 2] = tone(out[2] * shade + speck)
      } else {
        rgb[at] = tone(pixels[at]! * shade + speck)
        rgb[at + 1] = tone(pixels[at + 1]! * shade + speck)
        rgb[at + 2] = tone(pixels[at + 2]! * shade + speck)
      }
    }
  }
  return rgb
}

const CURVE_STEPS = 4095

/** A mild S, as a table: deeper shadows, brighter lights. */
const CURVE: Uint8Array = Uint8Array.from({ length: CURVE_STEPS + 1 }, (_, step) => {
  const v = step / CURVE_STEPS
  return Math.round((v + (v * v * (3 - 2 * v) - v) * 0.35) * 255)
})

function tone(step: number): number {
  return CURVE[step <= 0 ? 0 : step >= CURVE_STEPS ? CURVE_STEPS : step | 0]!
}

const graders: Partial<Record<Look, (out: Float32Array) => void>> = {
  mono: (out) => {
    out.fill(luminance(out))
  },
  ink: (out) => {
    const light = luminance(out)
    const tone = Math.min(1, Math.max(0, (light - 0.18) * 1.75))
    out[0] = 0.12 + (0.965 - 0.12) * tone
    out[1] = 0.14 + (0.945 - 0.14) * tone
    out[2] = 0.22 + (0.895 - 0.22) * tone
  },
  flat: (out) => {
    // Five tones a channel pair: brightness in steps, hue kept.
    const light = Math.max(0.001, luminance(out))
    const step = (Math.round(light * 6) + 0.15) / 6
    const factor = step / light
    for (let channel = 0; channel < 3; channel++) {
      const pushed = light + (out[channel]! - light) * 1.35
      out[channel] = pushed * factor
    }
  },
}

function luminance(out: Float32Array): number {
  return out[0]! * 0.299 + out[1]! * 0.587 + out[2]! * 0.114
}
