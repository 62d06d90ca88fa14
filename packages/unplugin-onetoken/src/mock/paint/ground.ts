import { mix, type Rgb } from './colour.ts'
import type { Mood } from './mood.ts'
import { noiseFrom, noiseLine, smoothstep } from './noise.ts'
import type { Random } from './random.ts'
import { blend, fillBelow, type Raster } from './raster.ts'

/** What the ground in front is made of. */
export type GroundKind = 'snow' | 'grass' | 'sand'

/** The gentle line along which the near ground begins. */
export function groundLine(width: number, height: number, base: number, random: Random): Float32Array {
  const line = noiseLine(random.branch('ground'), 4, 0.38)
  const lean = random.between(-0.05, 0.05)
  return Float32Array.from(
    { length: width },
    (_, x) => base + height * (line((x / Math.max(width, height)) * 2.2) * 0.05 + lean * (x / width - 0.5)),
  )
}

/** Paint the ground that the onlooker stands on, from a line down to the bottom edge. */
export function paintGround(
  raster: Raster,
  mood: Mood,
  sunX: number,
  line: Float32Array,
  kind: GroundKind,
  random: Random,
): void {
  const { width, height } = raster
  const noise = noiseFrom(random)
  const fine = noiseFrom(random)
  const unit = 300 / Math.max(width, height)
  const side = sunX < width / 2 ? -1 : 1
  const [lit, dark] = groundColours(mood, kind)
  fillBelow(raster, line, new Float32Array(width).fill(height), (x, y, depth, out) => {
    // Nearer ground has bigger shapes: sizes shrink towards the line as they do in perspective.
    const near = 1 / (0.35 + depth / (height * 0.3))
    const u = x * unit * (0.5 + near * 0.25)
    const v = depth * unit * (1.1 + near)
    const swell = noise(u, v)
    const relief = (swell - noise(u + 7 * side, v - 5)) * (kind === 'grass' ? 1.6 : 2.6)
    const detail =
      kind === 'grass'
        ? blades(fine, x * unit * 5.2, y * unit * 5.2, near)
        : (fine(x * unit * 5, y * unit * 9) - 0.5) * 0.16 +
          (fine(x * unit * 21, y * unit * 26) - 0.5) * 0.2 * near
    const rim = 0.25 * Math.exp(-depth / (height * 0.02))
    const light = Math.max(
      0,
      Math.min(1, 0.5 + relief + detail + rim + (swell - 0.5) * 0.3 - depth / height / 2.5),
    )
    for (let channel = 0; channel < 3; channel++) {
      const value = dark[channel]! + (lit[channel]! - dark[channel]!) * light
      const far = 0.3 * Math.exp(-depth / (height * 0.06))
      out[channel] = value + (mood.haze[channel]! - value) * far
    }
  })
}

/** Grass: noise drawn out upwards, in tufts that grow with nearness. */
function blades(noise: (u: number, v: number) => number, x: number, y: number, near: number): number {
  const fine = (noise(x, y * 0.16) - 0.5) * 0.5
  const coarse = (noise(x * 0.55 + 40, y * 0.1 + 90) - 0.5) * 0.6
  const share = near > 1 ? 1 / near : 1
  return fine * (1 - share * 0.5) + coarse * share
}

function groundColours(mood: Mood, kind: GroundKind): readonly [Rgb, Rgb] {
  if (kind === 'snow') return mood.snow
  if (kind === 'grass') return [mix(mood.green[0], mood.tint, 0.1), mix(mood.green[1], [0, 0, 0], 0.15)]
  return [mix(mood.rock[0], mood.glow, 0.45), mix(mood.rock[1], mood.glow, 0.3)]
}

/** Draw blades of grass over the ground, the near ones long. */
export function growGrass(raster: Raster, mood: Mood, line: Float32Array, random: Random): void {
  const { width, height } = raster
  const rows = 46
  for (let row = 0; row < rows; row++) {
    const near = (row / rows) ** 1.5
    const length = height * (0.006 + 0.05 * near)
    const step = Math.max(1.4, length * 0.2)
    for (let x = random() * step; x < width; x += step * random.between(0.3, 1.7)) {
      const top = line[Math.floor(x)]!
      const foot = top + (height * 1.06 - top) * near + length * random.between(0.2, 1)
      const colour = mix(mood.green[1], mood.foliage(random()), random.between(0.05, 0.62))
      const bend = random.between(-0.35, 0.45) * length
      drawBlade(raster, x, foot, length * random.between(0.5, 1), bend, colour, mix(colour, mood.glow, 0.22))
    }
  }
}

/** One blade: a stroke that thins and bends towards its tip, where the light is. */
function drawBlade(
  raster: Raster,
  x: number,
  foot: number,
  length: number,
  bend: number,
  low: Rgb,
  tip: Rgb,
): void {
  const thick = Math.max(0.45, length * 0.028)
  for (let y = Math.max(0, Math.floor(foot - length)); y < Math.min(raster.height, foot); y++) {
    const up = (foot - y) / length
    const centre = x + bend * up * up
    const half = thick * (1 - up * 0.85)
    const colour = mix(low, tip, up * up)
    for (let px = Math.floor(centre - half); px <= centre + half; px++) {
      if (px < 0 || px >= raster.width) continue
      const cover = Math.min(1, half + 0.5 - Math.abs(px + 0.5 - centre))
      if (cover > 0) blend(raster, px, y, colour, cover * 0.85 * Math.min(1, up * 6))
    }
  }
}

/** Scatter wild flowers over grass: dots that grow towards the onlooker. */
export function scatterFlowers(raster: Raster, mood: Mood, line: Float32Array, random: Random): string {
  const { width, height } = raster
  const hues: Rgb[] = random.pick([
    [
      [0.9, 0.25, 0.2],
      [0.98, 0.8, 0.3],
      [0.96, 0.95, 0.9],
    ],
    [
      [0.55, 0.4, 0.8],
      [0.75, 0.6, 0.9],
      [0.95, 0.92, 0.98],
    ],
    [
      [0.98, 0.75, 0.2],
      [1, 0.93, 0.6],
      [0.95, 0.55, 0.25],
    ],
  ] as Rgb[][])
  const groves = noiseFrom(random)
  const parts: string[] = []
  for (let index = 0; index < 900; index++) {
    const x = random() * width
    const top = line[Math.min(width - 1, Math.floor(x))]!
    const down = random() ** 0.8
    const y = top + (height - top) * down
    if (groves((x / width) * 160, down * 160) < 0.5) continue
    const radius = Math.max(0.8, (height / 300) * (0.25 + down * 1.4) * random.between(0.6, 1.1))
    const colour = mix(random.pick(hues), mood.tint, 0.15)
    const dim = smoothstep(-0.2, 0.6, down) * (mood.hour === 'night' ? 0.4 : 1)
    const fill = colour.map((part) => Math.round(part * mood.tint[0] ** 0.3 * 255)).join(' ')
    parts.push(
      `<ellipse cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" rx="${radius.toFixed(1)}" ry="${(radius * 0.7).toFixed(1)}" fill="rgb(${fill.replaceAll(' ', ',')})" opacity="${dim.toFixed(2)}"/>`,
    )
  }
  return parts.join('')
}
