import { mix } from './colour.ts'
import { groundLine, growGrass, paintGround } from './ground.ts'
import { crest, paintMist, paintRange, type Range } from './land.ts'
import { paintClouds, paintSky } from './sky.ts'
import { hangDisc, type Setting, type Stage } from './stage.ts'
import { paintSea } from './water.ts'

/** Open water under a wide sky, often with a headland, sometimes with a shore in front. */
export function paintSeascape(stage: Stage): Setting {
  const { raster, words, mood, random, unit } = stage
  const { width, height } = raster
  const afloat = words.subject === 'boat' || words.subject === 'otter' || words.subject === 'balloon'
  const horizon = height * random.between(0.46, 0.56)
  const disc = hangDisc(stage, horizon)
  paintSky(raster, horizon, mood, disc, random.branch('sky'))
  paintClouds(
    raster,
    horizon,
    mood,
    disc,
    words.fog ? 0.2 : random.between(0.4, 0.95),
    random.branch('clouds'),
  )
  paintMist(raster, horizon, unit * 0.12, mood.haze, words.fog ? 0.9 : 0.5, random.branch('mist'))
  paintSea(raster, mood, horizon, disc, random.branch('sea'))
  paintHeadlands(stage, horizon, disc.x)
  paintMist(raster, horizon, unit * 0.05, mood.haze, words.fog ? 0.95 : 0.35, random.branch('low mist'))
  const side = disc.x < width / 2 ? random.between(0.62, 0.72) : random.between(0.28, 0.38)
  if (afloat) {
    return {
      spot: { x: width * side, y: horizon + (height - horizon) * 0.36, size: unit * 0.36 },
      discX: disc.x,
    }
  }
  if (words.subject || random.chance(0.4)) paintShore(stage, disc.x)
  return { spot: { x: width * side, y: height * 0.865, size: unit * 0.5 }, discX: disc.x }
}

/** Far land that rises out of the water on one side. */
function paintHeadlands(stage: Stage, horizon: number, sunX: number): void {
  const { raster, words, mood, random, unit } = stage
  const { width } = raster
  const count = random.int(1, 3)
  for (let index = 0; index < count; index++) {
    const own = random.branch(`headland ${index}`)
    const distance = 0.85 - index * 0.25
    const range: Range = {
      base: horizon - unit * (0.02 + 0.03 * index),
      amplitude: unit * (0.05 + 0.035 * index),
      span: unit * own.between(0.25, 0.45),
      ruggedness: 0.55,
      distance,
      bottom: horizon,
      snow: words.snow ? 0.8 : 0,
      wood: {
        cover: 0.35,
        height: unit * (0.012 + 0.012 * index),
        reach: unit * 0.02,
        leafy: 0.4,
        shore: horizon,
      },
    }
    const line = crest(width, range, own)
    const left = own.chance(0.5)
    const reach = own.between(0.25, 0.55) - index * 0.08
    const foot = horizon + unit * (0.004 + 0.012 * index)
    for (let x = 0; x < width; x++) {
      const along = (left ? x : width - x) / width / reach
      const sink = Math.max(0, along) ** 3 * unit * 0.22
      line[x] = Math.min(foot + 2, line[x]! + sink)
    }
    paintRange(raster, mood, sunX, range, line, new Float32Array(width).fill(foot), own)
  }
}

/** A beach or a grassy cliff at the onlooker's feet. */
function paintShore(stage: Stage, sunX: number): void {
  const { raster, words, mood, random } = stage
  const { width, height } = raster
  const line = groundLine(width, height, height * 0.84, random.branch('shore'))
  const grassy = words.subject === 'lighthouse' || words.subject === 'cabin' || random.chance(0.4)
  const kind = words.snow ? 'snow' : grassy ? 'grass' : 'sand'
  if (kind === 'sand') paintSurf(stage, line)
  paintGround(raster, mood, sunX, line, kind, random.branch('beach'))
  if (kind === 'grass') growGrass(raster, mood, line, random.branch('grass'))
}

/** The foam where waves run up the sand, as wavering strokes. */
function paintSurf(stage: Stage, line: Float32Array): void {
  const { raster, mood, random, unit } = stage
  for (let wave = 0; wave < 3; wave++) {
    const own = random.branch(`surf ${wave}`)
    const phase = own() * 9
    const points: string[] = []
    for (let x = 0; x <= raster.width; x += raster.width / 60) {
      const top = line[Math.min(raster.width - 1, Math.round(x))]!
      const sway =
        Math.sin(x / (unit * 0.13) + phase) * 0.006 + Math.sin(x / (unit * 0.05) + phase * 2) * 0.003
      points.push(`${x.toFixed(1)} ${(top + unit * (sway - wave * 0.028 + 0.012)).toFixed(1)}`)
    }
    const [red, green, blue] = mix(mood.snow[0], mood.sky[2]!, 0.2).map((part) => Math.round(part * 255))
    stage.overlay.push(
      `<path d="M${points.join('L')}" fill="none" stroke="rgb(${red},${green},${blue})" stroke-width="${(unit * (0.012 - wave * 0.003)).toFixed(1)}" stroke-linecap="round" opacity="${0.75 - wave * 0.2}"/>`,
    )
  }
}
