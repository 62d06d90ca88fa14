import { mix, rgb, type Rgb } from './colour.ts'
import { paintMist } from './land.ts'
import { underLight } from './mood.ts'
import { noiseFrom, noiseLine, smoothstep } from './noise.ts'
import type { Random } from './random.ts'
import { fillBelow } from './raster.ts'
import { paintClouds, paintSky } from './sky.ts'
import { hangDisc, type Setting, type Stage } from './stage.ts'

/** Dunes in layers, each with a lit and a shadowed flank and wind ripples. */
export function paintDesert(stage: Stage): Setting {
  const { raster, mood, random, unit } = stage
  const { width, height } = raster
  const horizon = height * random.between(0.48, 0.56)
  const disc = hangDisc(stage, horizon)
  paintSky(raster, horizon, mood, disc, random.branch('sky'))
  paintClouds(raster, horizon, mood, disc, random.between(0.1, 0.5), random.branch('clouds'))
  const layers = 5
  const lines = Array.from({ length: layers }, (_, index) => duneLine(stage, horizon, index / (layers - 1)))
  for (const [index, line] of lines.entries()) {
    const near = index / (layers - 1)
    const until = lines[index + 1] ?? new Float32Array(width).fill(height)
    paintDune(stage, disc.x, line, until, near, random.branch(`dune ${index}`))
    if (near < 0.8) {
      const mist = 0.4 * (1 - near)
      paintMist(
        raster,
        horizon + unit * (0.05 + 0.2 * near),
        unit * 0.08,
        mood.haze,
        mist,
        random.branch(`haze ${index}`),
      )
    }
  }
  const side = disc.x < width / 2 ? random.between(0.6, 0.7) : random.between(0.3, 0.4)
  return { spot: { x: width * side, y: height * 0.9, size: unit * 0.4 }, discX: disc.x }
}

function duneLine(stage: Stage, horizon: number, near: number): Float32Array {
  const { raster, random, unit } = stage
  const own = random.branch(`line ${near}`)
  const line = noiseLine(own, 2, 0.3)
  const span = unit * (0.45 + 0.7 * near)
  const base = horizon + (raster.height - horizon) * 0.72 * near ** 1.5
  const offset = own() * 40
  return Float32Array.from({ length: raster.width }, (_, x) => {
    const value = line(offset + x / span)
    // Sharp crests, wide hollows.
    return base - unit * (0.04 + 0.1 * near) * (1 - Math.abs(value) * 2.4)
  })
}

function paintDune(
  stage: Stage,
  sunX: number,
  line: Float32Array,
  until: Float32Array,
  near: number,
  random: Random,
): void {
  const { raster, mood, unit } = stage
  const noise = noiseFrom(random)
  const side = sunX < raster.width / 2 ? -1 : 1
  const lit: Rgb = underLight(mix(rgb('#efc07f'), rgb('#f2d3a0'), 1 - near), mood.tint)
  const dark: Rgb = mix(underLight(rgb('#8a4f33'), mood.tint), mood.sky[0]!, 0.22)
  const air = 0.75 * (1 - near) ** 1.2
  const last = raster.width - 1
  const wide = Math.max(2, Math.round(unit / 60))
  const slopes = line.map(
    (_, x) => (line[Math.min(last, x + wide)]! - line[Math.max(0, x - wide)]!) / (2 * wide),
  )
  const ripple = (900 / unit) * (1.4 - near * 0.6)
  fillBelow(raster, line, until, (x, y, below, out) => {
    const swell = noise((x * 130) / unit, (y * 260) / unit)
    // The edge between the flanks winds down from each crest.
    const at = x + (swell - 0.5) * below * 1.6 + below * 0.55 * side
    const face = slopes[Math.max(0, Math.min(last, Math.round(at)))]! * -side
    const flank = smoothstep(-0.16, 0.1, face)
    const waves = Math.sin((y * ripple + swell * 60 + x * ripple * 0.12) * 0.55) * 0.05 * near
    const rim = 0.18 * Math.exp(-below / (unit * 0.012))
    const light = Math.max(
      0,
      Math.min(1, 0.12 + flank * 0.72 + (swell - 0.5) * 0.35 + waves * (0.4 + flank) + rim),
    )
    for (let channel = 0; channel < 3; channel++) {
      const value = dark[channel]! + (lit[channel]! - dark[channel]!) * light
      out[channel] = value + (mood.haze[channel]! - value) * air
    }
  })
}
