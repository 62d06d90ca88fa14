import { mix, ramp, scale, type Rgb } from './colour.ts'
import type { Mood } from './mood.ts'
import { noiseFrom, smoothstep } from './noise.ts'
import type { Random } from './random.ts'
import { blend, veil, type Raster } from './raster.ts'

/** Where the sun or the moon stands, in pixels. */
export interface Disc {
  x: number
  y: number
  radius: number
}

/** Sky, stars, sun or moon, to a little below the horizon: the rest goes on top. */
export function paintSky(raster: Raster, horizon: number, mood: Mood, disc: Disc, random: Random): void {
  const { width, height, pixels } = raster
  const reach = Math.max(width, height) * mood.glowReach
  const end = Math.min(height, Math.ceil(horizon * 1.15))
  for (let y = 0; y < end; y++) {
    const [red, green, blue] = ramp(mood.sky, (y / horizon) ** 1.15)
    const dy = (y - disc.y) * 1.25
    for (let x = 0; x < width; x++) {
      const dx = x - disc.x
      const near = 1 / (1 + (7 * (dx * dx + dy * dy)) / (reach * reach))
      const glow = near * near * 0.85
      const at = (y * width + x) * 3
      pixels[at] = red + (mood.glow[0] - red) * glow
      pixels[at + 1] = green + (mood.glow[1] - green) * glow
      pixels[at + 2] = blue + (mood.glow[2] - blue) * glow
    }
  }
  if (mood.hour === 'night') paintStars(raster, horizon, random)
  paintDisc(raster, mood, disc, random)
}

/** Stars: most of them faint, a few bright with a soft edge. */
export function paintStars(raster: Raster, horizon: number, random: Random): void {
  const count = Math.round((raster.width * horizon) / 1500)
  const size = Math.min(raster.width, raster.height) / 1000
  for (let index = 0; index < count; index++) {
    const x = random() * raster.width
    const y = random() ** 1.3 * horizon
    const magnitude = random() ** 6
    const colour: Rgb = mix([0.75, 0.85, 1], [1, 0.92, 0.8], random())
    dot(raster, x, y, (0.55 + magnitude * 1.5) * size, colour, 0.25 + 0.75 * magnitude)
  }
}

/** A small round light. */
function dot(raster: Raster, x: number, y: number, radius: number, colour: Rgb, amount: number): void {
  const reach = Math.ceil(radius + 1)
  for (let py = Math.floor(y) - reach; py <= y + reach; py++) {
    if (py < 0 || py >= raster.height) continue
    for (let px = Math.floor(x) - reach; px <= x + reach; px++) {
      if (px < 0 || px >= raster.width) continue
      const cover = Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(px - x, py - y)))
      if (cover > 0) blend(raster, px, py, colour, cover * amount)
    }
  }
}

function paintDisc(raster: Raster, mood: Mood, disc: Disc, random: Random): void {
  const noise = noiseFrom(random)
  const { radius } = disc
  const halo = radius * 5
  const grain = 70 / radius
  for (let y = Math.max(0, Math.floor(disc.y - halo)); y < Math.min(raster.height, disc.y + halo); y++) {
    for (let x = Math.max(0, Math.floor(disc.x - halo)); x < Math.min(raster.width, disc.x + halo); x++) {
      const distance = Math.hypot(x - disc.x, y - disc.y)
      if (distance >= halo) continue
      const air = (1 - distance / halo) ** 3 * 0.5
      blend(raster, x, y, mood.glow, air)
      const cover = Math.max(0, Math.min(1, (radius + 0.7 - distance) / 1.4))
      if (cover === 0) continue
      const seas =
        mood.hour === 'night' ? smoothstep(0.45, 0.75, noise(x * grain * 0.6, y * grain * 0.6)) * 0.22 : 0
      blend(raster, x, y, scale(mood.disc, 1 - seas), cover)
    }
  }
}

/** Clouds in perspective: flat streaks near the horizon, heaps above. `amount` is 0..1. */
export function paintClouds(
  raster: Raster,
  horizon: number,
  mood: Mood,
  disc: Disc,
  amount: number,
  random: Random,
): void {
  const noise = noiseFrom(random)
  const unit = 210 / Math.min(raster.width, raster.height)
  const stretch = random.between(1.6, 3)
  const edge = 0.72 - amount * 0.34
  const density = (x: number, y: number): number => {
    const near = horizon / Math.max(horizon * 0.08, horizon - y + horizon * 0.18)
    const u = (x - raster.width / 2) * unit * Math.min(near, 5) * 0.45
    const v = y * unit * Math.min(near, 5) * 0.45 * stretch
    return noise(u, v) * 0.72 + noise(u * 3.1 + 90, v * 3.1) * 0.28
  }
  // Thin near the disc, so that it keeps shining.
  const fade = (x: number, y: number): number =>
    smoothstep(horizon, horizon * 0.8, y) *
    smoothstep(0.8, 3.5, Math.hypot(x - disc.x, y - disc.y) / disc.radius)
  veil(
    raster,
    0,
    horizon,
    mood.cloud[1],
    (x, y) => smoothstep(edge, edge + 0.3, density(x, y)) * 0.55 * fade(x, y),
  )
  // The light comes from the disc: what thins out towards it is bright.
  const step = Math.min(raster.width, raster.height) / 45
  veil(raster, 0, horizon, mood.cloud[0], (x, y) => {
    const here = density(x, y)
    if (here < edge) return 0
    const dx = disc.x - x
    const dy = disc.y - y
    const away = Math.hypot(dx, dy) + 1
    const towards = density(x + (dx / away) * step, y + (dy / away) * step)
    const lit = 0.35 + (here - towards) * 5
    return smoothstep(edge, edge + 0.22, here) * Math.max(0, Math.min(0.95, lit)) * fade(x, y)
  })
}
