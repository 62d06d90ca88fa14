import { mix, type Rgb } from './colour.ts'
import type { Mood } from './mood.ts'
import { noiseFrom, smoothstep } from './noise.ts'
import type { Random } from './random.ts'
import type { Raster } from './raster.ts'
import type { Disc } from './sky.ts'

/** Still water that mirrors what is above a shore line, down to the bottom edge. */
export function paintLake(raster: Raster, mood: Mood, shore: number, random: Random): void {
  const { width, height, pixels } = raster
  const noise = noiseFrom(random)
  const start = Math.round(shore)
  const depth = height - start
  const unit = 260 / width
  const tint = mood.water
  for (let y = start; y < height; y++) {
    const down = y - start
    const near = down / depth
    const sway = (2 + 16 * near) * (height / 1000)
    const v = 1300 / (0.28 + near)
    const deep = 0.12 + 0.5 * near
    for (let x = 0; x < width; x++) {
      const ripple = noise(x * unit * (0.9 + 0.5 / (0.2 + near)), v) - 0.5
      const sourceY = Math.min(
        start - 1,
        Math.max(0, Math.round(start - 1 - down * 0.92 - ripple * sway * 2.4)),
      )
      const sourceX = Math.min(width - 1, Math.max(0, Math.round(x + ripple * sway * 1.2)))
      const from = (sourceY * width + sourceX) * 3
      const at = (y * width + x) * 3
      const shine = Math.max(0, ripple - 0.18) * (0.5 + near) * 0.9
      for (let channel = 0; channel < 3; channel++) {
        const seen = pixels[from + channel]! * 0.94
        const value = seen + (tint[channel]! - seen) * deep
        pixels[at + channel] = value + (mood.sky[2]![channel]! - value) * shine
      }
    }
  }
}

/** Open sea from the horizon down, with waves and the path of light below the sun or moon. */
export function paintSea(raster: Raster, mood: Mood, horizon: number, disc: Disc, random: Random): void {
  const { width, height, pixels } = raster
  const noise = noiseFrom(random)
  const start = Math.round(horizon)
  const depth = height - start
  const far: Rgb = mix(mood.sky[mood.sky.length - 1]!, mood.water, 0.35)
  const crest: Rgb = mix(mood.sky[2]!, mood.cloud[0], 0.4)
  const unit = 900 / width
  for (let y = start; y < height; y++) {
    const near = (y - start + 0.5) / depth
    const away = 1 / (0.09 + near)
    const base = mix(far, mood.water, smoothstep(0, 0.75, near ** 0.8))
    const pathWidth = disc.radius * 0.8 + near * width * 0.16
    const v = away * 300
    const mixed = 0.18 + 0.35 * near
    for (let x = 0; x < width; x++) {
      const u = (x - width / 2) * unit * (away + 1.2) * 0.11
      const wave = noise(u, v) * 0.6 + noise(u * 2.3 + 31, v * 2.6) * 0.4 - 0.5
      const glint = pathGlint(x - disc.x, pathWidth, wave)
      const at = (y * width + x) * 3
      const light = wave * mixed * 2.1
      for (let channel = 0; channel < 3; channel++) {
        const toward = light > 0 ? crest[channel]! : mood.water[channel]! * 0.55
        let value = base[channel]! + (toward - base[channel]!) * Math.min(0.9, Math.abs(light))
        value += (mood.disc[channel]! - value) * glint
        pixels[at + channel] = value
      }
    }
  }
}

function pathGlint(dx: number, pathWidth: number, wave: number): number {
  const inside = 1 - Math.abs(dx) / pathWidth
  if (inside <= -0.8) return 0
  const reach = inside > 0 ? inside : 0
  return smoothstep(0.16 - reach * 0.2, 0.32 - reach * 0.1, wave) * (0.12 + 0.8 * reach)
}
