import { mix, type Rgb } from './colour.ts'
import type { Mood } from './mood.ts'
import { noiseFrom } from './noise.ts'
import type { Random } from './random.ts'
import type { Raster } from './raster.ts'

/** How a stretch of ground is wooded; lengths in pixels. */
export interface Wood {
  /** Share of the ground that stands under trees, 0..1. */
  cover: number
  /** Height of a full-grown tree. */
  height: number
  /** How far down from the crest the trees reach. */
  reach: number
  /** Height below which nothing grows: a shore line. */
  shore?: number
  /** How much of the air's colour lies over them, 0..1. */
  air: number
  snow: boolean
  /** Leaf trees among the conifers, 0..1. */
  leafy: number
}

/** Colours of one tree: shadow, light, and what lies on it. */
interface TreeColours {
  dark: Rgb
  lit: Rgb
  top: Rgb | undefined
  /** How much of light and shadow is left by the air in between, 0..1. */
  contrast: number
  /** -1 when the light comes from the left, 1 from the right. */
  side: number
}

/** Plant trees on a slope, the far ones first. `ground` holds the height of the crest in each column. */
export function plantWood(
  raster: Raster,
  mood: Mood,
  sunX: number,
  ground: Float32Array,
  wood: Wood,
  random: Random,
): void {
  const groves = noiseFrom(random)
  const side = sunX < raster.width / 2 ? -1 : 1
  const rowStep = Math.max(1.5, wood.height * 0.3)
  const rows = Math.max(1, Math.ceil(wood.reach / rowStep))
  const patch = 40 / wood.height
  for (let row = 0; row < rows; row++) {
    const down = row * rowStep
    const step = Math.max(1.6, wood.height * 0.2)
    for (let at = random() * step; at < raster.width; at += step * random.between(0.5, 1.5)) {
      const foot = ground[Math.floor(at)]! + down + rowStep * random.between(-0.4, 0.4)
      if (foot > (wood.shore ?? Infinity)) continue
      const grove = groves(at * patch * 0.35, (foot + down) * patch * 0.7)
      if (foot > raster.height * 1.1 || grove > 0.14 + wood.cover * 0.6) continue
      const height = wood.height * random.between(0.5, 1) * (1.1 - grove * 0.4)
      const colours = treeColours(mood, wood, side, random())
      if (random() < wood.leafy) drawLeafTree(raster, at, foot, height * 0.75, colours, random)
      else drawConifer(raster, at, foot, height, colours, random())
    }
  }
}

function treeColours(mood: Mood, wood: Wood, side: number, shade: number): TreeColours {
  const base = mix(mood.green[1], mood.foliage(shade), 0.05 + 0.3 * shade)
  const veiled = (colour: Rgb): Rgb => mix(colour, mood.haze, wood.air)
  return {
    dark: veiled(mix(base, [0, 0, 0], 0.28)),
    lit: veiled(mix(base, mood.foliage(shade), 0.5)),
    contrast: 1 - wood.air,
    top: wood.snow ? veiled(mood.snow[0]) : undefined,
    side,
  }
}

/** A fir: whorls of branches that widen and hang downwards, ragged at their ends. */
export function drawConifer(
  raster: Raster,
  x: number,
  foot: number,
  height: number,
  colours: TreeColours,
  variety: number,
): void {
  const { width, pixels } = raster
  const whorls = Math.max(4, 5 + height / 13)
  const spread = height * (0.16 + 0.05 * variety)
  const apex = foot - height
  let rag = Math.floor(1 + variety * 1e6)
  for (let y = Math.max(0, Math.floor(apex)); y < Math.min(raster.height, foot); y++) {
    const t = (y + 0.5 - apex) / height
    if (t <= 0 || t > 1) continue
    if (t > 0.95) {
      drawSpan(raster, x, y, Math.max(0.4, height * 0.012), colours, 0.6, 0)
      continue
    }
    const reach = spread * t ** 0.9 + 0.35
    const rise = t ** 0.85 * whorls + variety * 3
    const first = Math.max(0, Math.floor(x - reach))
    const last = Math.min(width - 1, Math.ceil(x + reach))
    for (let px = first; px <= last; px++) {
      // A cheap pseudo-random step a pixel is enough for ragged twigs.
      rag = (rag * 16807) % 2147483647
      const dx = px + 0.5 - x
      const across = Math.abs(dx) / reach
      // Seen from the side, a branch's tip hangs lower than where it grows.
      const whorl = (((rise - across * 0.75 + (dx < 0 ? 0.37 : 0)) % 1) + 1) % 1
      const limit = reach * (0.5 + 0.5 * whorl + ((rag & 255) / 255 - 0.5) * 0.22)
      const cover = limit + 0.5 - Math.abs(dx)
      if (cover <= 0) continue
      const light = 0.3 + (dx / reach) * colours.side * 0.45 + (whorl - 0.4) * 0.35
      const white = colours.top ? Math.max(0, 0.95 - whorl * 1.5) : 0
      paintLeaf(pixels, (y * width + px) * 3, colours, light, 1, white, Math.min(1, cover))
    }
  }
}

/** One pixel of a tree. */
function paintLeaf(
  pixels: Float32Array,
  at: number,
  colours: TreeColours,
  light: number,
  bright: number,
  snow: number,
  cover: number,
): void {
  const { dark, lit, top } = colours
  const amount = light < 0 ? 0 : light > 1 ? 1 : light
  const gain = 1 + (bright - 1) * colours.contrast
  for (let channel = 0; channel < 3; channel++) {
    let value = (dark[channel]! + (lit[channel]! - dark[channel]!) * amount) * gain
    if (top && snow > 0) value += (top[channel]! - value) * snow * (0.35 + 0.65 * amount)
    pixels[at + channel]! += (value - pixels[at + channel]!) * cover
  }
}

/** A leaf tree: a trunk and a crown of rounds, the upper ones in the light. */
function drawLeafTree(
  raster: Raster,
  x: number,
  foot: number,
  height: number,
  colours: TreeColours,
  random: Random,
): void {
  const trunk = Math.max(0.5, height * 0.022)
  for (let y = Math.max(0, Math.floor(foot - height * 0.5)); y < Math.min(raster.height, foot); y++) {
    drawSpan(raster, x, y, trunk, colours, 0.5, 0)
  }
  const clumps = height < 9 ? 4 : 15
  for (let index = 0; index < clumps; index++) {
    const up = index / (clumps - 1)
    const across = random.between(-1, 1) * (0.3 - 0.12 * Math.abs(up * 2 - 0.9))
    const radius = height * (clumps === 4 ? 0.24 : random.between(0.11, 0.19))
    const bright = 0.66 + 0.4 * up + random.between(-0.12, 0.12) + across * colours.side * 0.5
    drawClump(raster, x + across * height, foot - height * (0.36 + 0.46 * up), radius, colours, bright)
  }
}

function drawClump(
  raster: Raster,
  x: number,
  y: number,
  radius: number,
  colours: TreeColours,
  bright: number,
): void {
  for (let py = Math.max(0, Math.floor(y - radius)); py < Math.min(raster.height, y + radius); py++) {
    const t = (py + 0.5 - y) / radius
    if (Math.abs(t) >= 1) continue
    const half = radius * Math.sqrt(1 - t * t) * (0.88 + 0.12 * Math.sin(py * 1.7 + x))
    drawSpan(raster, x, py, half, colours, bright * (0.92 - 0.18 * t), t < -0.35 && colours.top ? 0.7 : 0)
  }
}

/** One row of a tree, lit from one side, its ends smoothed. `bright` is about 1; `snow` 0..1 lies on it. */
function drawSpan(
  raster: Raster,
  x: number,
  y: number,
  half: number,
  colours: TreeColours,
  bright: number,
  snow: number,
): void {
  const { pixels } = raster
  const first = Math.max(0, Math.floor(x - half))
  const last = Math.min(raster.width - 1, Math.ceil(x + half))
  for (let px = first; px <= last; px++) {
    const cover = Math.min(1, half + 0.5 - Math.abs(px + 0.5 - x))
    if (cover <= 0) continue
    const across = ((px + 0.5 - x) / half) * colours.side
    paintLeaf(pixels, (y * raster.width + px) * 3, colours, 0.35 + across * 0.55, bright, snow, cover)
  }
}
