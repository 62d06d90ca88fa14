import { mix, type Rgb } from './colour.ts'
import type { Mood } from './mood.ts'
import { noiseFrom, noiseLine, smoothstep } from './noise.ts'
import type { Random } from './random.ts'
import { fillBelow, veil, type Raster } from './raster.ts'
import { plantWood, type Wood } from './trees.ts'

/** How one range of hills or mountains lies in the picture; lengths in pixels. */
export interface Range {
  /** Height of its crest's middle line. */
  base: number
  /** How far the crest goes up and down. */
  amplitude: number
  /** Width of its biggest shapes. */
  span: number
  /** 0 rolling hills … 1 jagged peaks. */
  ruggedness: number
  /** 0 at the onlooker's feet … 1 at the horizon. */
  distance: number
  /** Down to where it is painted. */
  bottom: number
  /** How much of it lies under snow, 0..1. */
  snow: number
  /** The trees on it; how much air lies before them follows from the distance. */
  wood?: Omit<Wood, 'air' | 'snow'>
}

/** The crest of a range: one height a column. */
export function crest(width: number, range: Range, random: Random): Float32Array {
  const rugged = range.ruggedness
  const line = noiseLine(random.branch('crest'), 7, 0.42 + rugged * 0.12)
  const offset = random() * 50
  return Float32Array.from({ length: width }, (_, x) => {
    const value = line(offset + x / range.span)
    const peaked = (1 - Math.abs(value) * 2.2) * 0.8
    return range.base - range.amplitude * (value * 1.6 * (1 - rugged) + peaked * rugged)
  })
}

/** Paint one range from its crest down to what hides it: rock, snow or green, trees, and the air in front. */
export function paintRange(
  raster: Raster,
  mood: Mood,
  sunX: number,
  range: Range,
  line: Float32Array,
  until: Float32Array,
  random: Random,
): void {
  const shade = rangeShade(raster, mood, sunX, range, line, random)
  fillBelow(raster, line, until, shade)
  if (range.wood) {
    const wood: Wood = { ...range.wood, air: airBefore(range), snow: range.snow > 0.5 }
    plantWood(raster, mood, sunX, line, wood, random.branch('wood'))
  }
}

type Shade = (x: number, y: number, depth: number, out: Float32Array) => void

function rangeShade(
  raster: Raster,
  mood: Mood,
  sunX: number,
  range: Range,
  line: Float32Array,
  random: Random,
): Shade {
  const noise = noiseFrom(random)
  const slopes = slopesOf(line, Math.max(1, Math.round(range.span / 90)))
  const { green, snow, haze } = mood
  const { ruggedness, distance } = range
  const side = sunX < raster.width / 2 ? -1 : 1
  const air = airBefore(range)
  const grain = (140 / range.span) * (0.7 + ruggedness)
  const thickness = Math.max(20, range.bottom - range.base)
  const high = line.reduce((a, b) => Math.min(a, b))
  const low = range.base + range.amplitude * 0.7
  const lit = mix(green[0], mood.rock[0], ruggedness)
  const dark = mix(green[1], mood.rock[1], ruggedness)
  const last = raster.width - 1
  return (x, y, below, out) => {
    const n = noise(x * grain, y * grain * 0.75)
    // Faces of rock run down from the crest, and wander as they do.
    const fine = noise(x * grain * 4.1 + 70, y * grain * 3.3) - 0.5
    const wander = (n - 0.5 + fine * 0.3) * Math.min(below + 6, range.span * 0.5) * 1.5
    const face = slopes[Math.max(0, Math.min(last, Math.round(x + wander)))]! * -side
    const relief = (n - noise(x * grain + 6 * side, y * grain * 0.75 - 4)) * (1.8 + ruggedness * 2.6)
    const steep = smoothstep(-0.55, 0.55, face) - 0.5
    const light = clamp(
      0.5 + steep * (0.35 + ruggedness * 0.6) + relief * 0.7 + fine * (0.25 + 0.4 * ruggedness),
    )
    const altitude = (y - high) / Math.max(1, low - high)
    const white =
      range.snow === 0
        ? 0
        : smoothstep(-0.1, 0.12, range.snow * 1.45 - altitude - (n - 0.5 + fine * 0.6) * 0.9 + relief * 0.3)
    const foot = smoothstep(0.1, 1.1, below / thickness) * (0.25 + 0.75 * distance)
    const mist = Math.min(0.93, air + (1 - air) * 0.7 * foot)
    for (let channel = 0; channel < 3; channel++) {
      const bare = dark[channel]! + (lit[channel]! - dark[channel]!) * light
      const cold = snow[1][channel]! + (snow[0][channel]! - snow[1][channel]!) * light
      const value = bare + (cold - bare) * white
      out[channel] = value + (haze[channel]! - value) * mist
    }
  }
}

/** How much of the air's colour lies before a range, 0..1. */
function airBefore({ ruggedness, distance }: Range): number {
  return 0.05 + (0.4 + 0.36 * (1 - ruggedness)) * distance
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value
}

/** Slope of a line at each column, over a window of `2 * wide` columns. */
function slopesOf(line: Float32Array, wide: number): Float32Array {
  const last = line.length - 1
  return line.map((_, x) => (line[Math.min(last, x + wide)]! - line[Math.max(0, x - wide)]!) / (2 * wide))
}

/** Fog that lies in a band, in banks. */
export function paintMist(
  raster: Raster,
  centre: number,
  spread: number,
  colour: Rgb,
  amount: number,
  random: Random,
): void {
  const noise = noiseFrom(random)
  const unit = 120 / raster.width
  veil(raster, centre - spread, centre + spread, colour, (x, y) => {
    const away = 1 - ((y - centre) / spread) ** 2
    if (away <= 0) return 0
    return away * away * amount * (0.25 + 1.1 * smoothstep(0.3, 0.75, noise(x * unit, y * unit * 3.2)))
  })
}
