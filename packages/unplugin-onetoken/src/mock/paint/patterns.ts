import { hsl, mix, ramp, rgb, scale, type Rgb } from './colour.ts'
import { noiseFrom, smoothstep } from './noise.ts'
import type { Random } from './random.ts'
import type { Raster } from './raster.ts'
import { paintStars } from './sky.ts'
import type { Stage } from './stage.ts'
import type { Material } from './words.ts'

const SCHEMES = [
  ['#0f2a43', '#1f5f7a', '#e9d8c0', '#e07a4f', '#7a2f45'],
  ['#1b1f3b', '#53478a', '#c779a8', '#f7b98b', '#fdf0d8'],
  ['#10312b', '#2f7f6d', '#bcd9b8', '#f4e6b4', '#d98a4b'],
  ['#2a1a2e', '#8a2f4f', '#e2665a', '#f7c59f', '#efefe0'],
  ['#0b1d33', '#275d8c', '#7fb8d6', '#eaf3f4', '#f2c6a0'],
]

/** Flowing folds of colour: waves bent by waves, lit as if they were cloth. */
export function paintAbstract({ raster, random, mood, unit }: Stage): void {
  const noise = noiseFrom(random)
  const scheme = random.pick(SCHEMES).map(rgb)
  const colours = mood.hour === 'night' ? scheme.map((colour) => scale(colour, 0.6)) : scheme
  const angle = random.between(0, Math.PI)
  const cos = Math.cos(angle) / unit
  const sin = Math.sin(angle) / unit
  const bends = Array.from({ length: 4 }, () => random.between(0, 6.3))
  const folds = random.between(1.4, 2.6)
  const surface = (x: number, y: number): number => {
    const u = x * cos + y * sin
    const v = y * cos - x * sin
    const bent = u + 0.28 * Math.sin(v * 2.3 + bends[0]!) + 0.12 * Math.sin(v * 5.1 + u * 2 + bends[1]!)
    const wave =
      Math.sin(bent * folds * 3.1 + bends[2]!) + 0.45 * Math.sin(bent * folds * 7.3 + v * 1.7 + bends[3]!)
    return wave / 2.9 + 0.5
  }
  fill(raster, (x, y, out) => {
    const here = surface(x, y)
    const slope = (here - surface(x + unit * 0.004, y + unit * 0.003)) * 26
    const silk = (noise((x * cos + y * sin) * 900, (y * cos - x * sin) * 60) - 0.5) * 0.05
    const colour = ramp(colours, smoothstep(-0.05, 1.05, here) + silk)
    const light = 0.94 + slope * 0.5
    const gloss = Math.max(0, slope - 0.3) * 0.35
    for (let channel = 0; channel < 3; channel++) out[channel] = colour[channel]! * light + gloss
  })
}

/** A nebula, stars and a planet. */
export function paintSpace({ raster, random, unit }: Stage): void {
  const { width, height } = raster
  const noise = noiseFrom(random)
  const hue = random()
  const gas: Rgb[] = [
    [0.012, 0.014, 0.035],
    hsl(hue, 0.6, 0.16),
    hsl(hue + 0.08, 0.65, 0.38),
    hsl(hue + 0.16, 0.75, 0.66),
    [1, 0.96, 0.92],
  ]
  const scaleBy = 150 / Math.min(width, height)
  fill(raster, (x, y, out) => {
    const u = x * scaleBy
    const v = y * scaleBy
    const warp = noise(u * 0.7 + 200, v * 0.7)
    const density = noise(u + warp * 90, v - warp * 60)
    const dust = noise(u * 2.3 + warp * 40, v * 2.3 + 50)
    const glow = smoothstep(0.42, 0.98, density) * (0.45 + 0.75 * dust)
    const colour = ramp(gas, glow)
    const dark = 1 - smoothstep(0.55, 0.8, dust) * 0.45
    for (let channel = 0; channel < 3; channel++) out[channel] = colour[channel]! * dark
  })
  for (let times = 0; times < 3; times++) paintStars(raster, height, random)
  paintPlanet(raster, random, unit, hue)
}

function paintPlanet(raster: Raster, random: Random, unit: number, hue: number): void {
  const { width, height, pixels } = raster
  const radius = unit * random.between(0.16, 0.3)
  const cx = width * random.between(0.25, 0.75)
  const cy = height * random.between(0.45, 0.7)
  const noise = noiseFrom(random)
  const bands: Rgb[] = [
    hsl(hue + 0.5, 0.35, 0.3),
    hsl(hue + 0.55, 0.4, 0.6),
    hsl(hue + 0.6, 0.3, 0.78),
    hsl(hue + 0.48, 0.45, 0.42),
  ]
  const halo = radius * 1.18
  for (let y = Math.max(0, Math.floor(cy - halo)); y < Math.min(height, cy + halo); y++) {
    for (let x = Math.max(0, Math.floor(cx - halo)); x < Math.min(width, cx + halo); x++) {
      const dx = (x - cx) / radius
      const dy = (y - cy) / radius
      const d = Math.hypot(dx, dy)
      const at = (y * width + x) * 3
      const facing = -dx * 0.62 - dy * 0.5
      const air = smoothstep(1.18, 1, d) * Math.max(0, 0.25 + facing) * 0.5
      const cover = Math.max(0, Math.min(1, (1 - d) * radius + 0.5))
      const z = Math.sqrt(Math.max(0, 1 - d * d))
      const swirl = noise(dx * 40 + z * 20, dy * 110)
      const colour = ramp(bands, ((dy + 1) * 1.6 + swirl * 0.9) % 1)
      const light = Math.max(0.015, Math.min(1.1, facing * 0.95 + z * 0.42))
      for (let channel = 0; channel < 3; channel++) {
        const lit = pixels[at + channel]! + bands[2]![channel]! * air
        pixels[at + channel] = lit + (colour[channel]! * light + air * 0.3 - lit) * cover
      }
    }
  }
}

const MATERIALS: Record<Material, readonly [string, string]> = {
  paper: ['#f6f1e7', '#e6dccb'],
  wood: ['#c79b68', '#7a5233'],
  stone: ['#d4d1cb', '#8f8d8a'],
  fabric: ['#ded6c8', '#a99c88'],
}

/** Nothing but a surface, seen from close up, with light falling from the upper left. */
export function paintSurface({ raster, random, words, unit, overlay, mood }: Stage): void {
  const { width, height } = raster
  const noise = noiseFrom(random)
  const [light, dark] = MATERIALS[words.material].map(rgb) as [Rgb, Rgb]
  const cast = mix([1, 1, 1], mood.tint, mood.hour === 'night' ? 0.7 : 0.25)
  const height1 = relief(words.material, noise, 1000 / unit)
  fill(raster, (x, y, out) => {
    const here = height1(x, y)
    const slope = here - height1(x + 1.2, y + 1.2)
    const falloff = 1.04 - 0.16 * ((x / width) * 0.5 + (y / height) * 0.5)
    const tone = Math.max(0, Math.min(1, here))
    for (let channel = 0; channel < 3; channel++) {
      const colour = dark[channel]! + (light[channel]! - dark[channel]!) * tone
      out[channel] = colour * (falloff + slope * 1.4) * cast[channel]!
    }
  })
  if (words.material === 'paper') overlay.push(fibres(width, height, unit, random))
}

function relief(
  material: Material,
  noise: (u: number, v: number) => number,
  per: number,
): (x: number, y: number) => number {
  if (material === 'wood') {
    return (x, y) => {
      const bend = noise(x * per * 0.06, y * per * 0.16)
      const rings =
        0.5 + 0.5 * Math.sin((y * per * 0.03 + bend * 5 + noise(x * per * 0.02, y * per * 0.5) * 0.5) * 6.283)
      const pore = noise(x * per * 0.12, y * per * 3.4)
      return 0.74 - 0.3 * rings ** 1.6 + (pore - 0.5) * 0.42
    }
  }
  if (material === 'fabric') {
    return (x, y) => {
      const warp = Math.sin(x * per * 0.9 + noise(x * per * 0.3, y * per * 0.05) * 7)
      const weft = Math.sin(y * per * 0.9 + noise(x * per * 0.05, y * per * 0.3) * 7)
      return 0.55 + 0.2 * warp * weft + 0.12 * (warp + weft) + (noise(x * per, y * per) - 0.5) * 0.35
    }
  }
  if (material === 'stone') {
    return (x, y) => {
      const cloud = noise(x * per * 0.22, y * per * 0.22)
      const vein = 1 - Math.abs(noise(x * per * 0.12 + cloud * 60, y * per * 0.2) - 0.5) * 14
      return 0.35 + cloud * 0.6 + (noise(x * per * 2, y * per * 2) - 0.5) * 0.18 - Math.max(0, vein) * 0.16
    }
  }
  return (x, y) =>
    0.35 + noise(x * per * 0.1, y * per * 0.1) * 0.4 + (noise(x * per * 1.1, y * per * 1.1) - 0.5) * 0.55
}

/** Short curved hairs, as in hand-made paper. */
function fibres(width: number, height: number, unit: number, random: Random): string {
  const parts: string[] = []
  for (let index = 0; index < 130; index++) {
    const x = random() * width
    const y = random() * height
    const length = unit * random.between(0.01, 0.05)
    const angle = random() * Math.PI * 2
    const [dx, dy] = [Math.cos(angle) * length, Math.sin(angle) * length]
    const [bx, by] = [random.between(-0.5, 0.5) * length, random.between(-0.5, 0.5) * length]
    const colour = random.pick(['#8f7c5f', '#ffffff', '#b29f80'])
    parts.push(
      `<path d="M${x.toFixed(1)} ${y.toFixed(1)}q${(dx / 2 + bx).toFixed(1)} ${(dy / 2 + by).toFixed(1)} ${dx.toFixed(1)} ${dy.toFixed(1)}" stroke="${colour}" stroke-width="${(unit * 0.0011).toFixed(2)}" fill="none" opacity="${random.between(0.15, 0.5).toFixed(2)}"/>`,
    )
  }
  return parts.join('')
}

function fill(raster: Raster, shade: (x: number, y: number, out: Float32Array) => void): void {
  const out = new Float32Array(3)
  const { width, height, pixels } = raster
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      shade(x, y, out)
      pixels[at] = out[0]!
      pixels[at + 1] = out[1]!
      pixels[at + 2] = out[2]!
    }
  }
}
