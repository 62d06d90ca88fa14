import type { Mood } from './mood.ts'
import type { Random } from './random.ts'
import type { Raster } from './raster.ts'
import type { Disc } from './sky.ts'
import type { Words } from './words.ts'

/** What a scene paints on and with. */
export interface Stage {
  raster: Raster
  words: Words
  mood: Mood
  random: Random
  /** Short edge of the picture in pixels: the measure of things. */
  unit: number
  /** SVG fragments in pixel coordinates, laid over the raster in order. */
  overlay: string[]
}

/** Place for the subject: where it touches the ground, and how tall it may be. */
export interface Spot {
  x: number
  y: number
  size: number
}

/** What a scene tells to those who draw in it. */
export interface Setting {
  spot: Spot
  /** Where the light stands, left to right, in pixels. */
  discX: number
}

/** A sun or moon that stands well above a horizon, off the middle. */
export function hangDisc(stage: Stage, horizon: number): Disc {
  const { raster, random, unit, mood } = stage
  const low = mood.hour === 'sunset' || mood.hour === 'dawn'
  const side = random.chance(0.5) ? random.between(0.16, 0.36) : random.between(0.64, 0.84)
  return {
    x: raster.width * side,
    y: horizon * (low ? random.between(0.6, 0.8) : random.between(0.2, 0.42)),
    radius: unit * (mood.hour === 'night' ? 0.042 : low ? 0.036 : 0.024),
  }
}
