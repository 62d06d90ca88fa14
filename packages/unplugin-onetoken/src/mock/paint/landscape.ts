import { groundLine, growGrass, paintGround, scatterFlowers, type GroundKind } from './ground.ts'
import { crest, paintMist, paintRange, type Range } from './land.ts'
import { paintClouds, paintSky, type Disc } from './sky.ts'
import { hangDisc, type Setting, type Spot, type Stage } from './stage.ts'
import type { Wood } from './trees.ts'
import { paintLake } from './water.ts'

/** Hills, mountains, forests and lakes in layers. */
export function paintLandscape(stage: Stage): Setting {
  const { raster, words, mood, random, unit } = stage
  const { width, height } = raster
  const forest = words.place === 'forest'
  const rugged = words.mountains || (!forest && random.chance(0.65))
  const lake = words.water || (!words.flowers && !words.subject && !forest && random.chance(0.45))
  const horizon = height * (lake ? random.between(0.5, 0.58) : random.between(0.56, 0.64))
  const disc = hangDisc(stage, horizon)
  paintSky(raster, horizon, mood, disc, random.branch('sky'))
  const overcast = words.fog ? 0.2 : random.between(0.25, 0.85)
  paintClouds(raster, horizon, mood, disc, overcast, random.branch('clouds'))
  const bottom = lake ? horizon + unit * 0.04 : height
  const layers = ranges(stage, horizon, bottom, rugged, forest, lake)
  const crests = layers.map((range, index) => crest(width, range, random.branch(`crest ${index}`)))
  for (const [index, range] of layers.entries()) {
    const own = random.branch(`range ${index}`)
    const hiddenBy = crests[index + 1] ?? new Float32Array(width).fill(bottom)
    paintRange(raster, mood, disc.x, range, crests[index]!, hiddenBy, own)
    const mist = (words.fog ? 0.95 : 0.45) * (0.35 + range.distance)
    paintMist(raster, range.base + range.amplitude * 0.9, unit * 0.1, mood.haze, mist, own.branch('mist'))
  }
  if (lake) {
    paintLake(raster, mood, horizon + unit * 0.035, random.branch('lake'))
    paintMist(
      raster,
      horizon + unit * 0.05,
      unit * 0.06,
      mood.haze,
      words.fog ? 0.8 : 0.3,
      random.branch('rise'),
    )
  }
  return { spot: paintFront(stage, disc, lake), discX: disc.x }
}

function ranges(
  stage: Stage,
  horizon: number,
  bottom: number,
  rugged: boolean,
  forest: boolean,
  lake: boolean,
): Range[] {
  const { raster, words, random, unit } = stage
  const count = random.int(4, 5)
  const depth = lake ? horizon : raster.height * 0.86
  return Array.from({ length: count }, (_, index) => {
    const near = index / (count - 1)
    const peaks = rugged && near < 0.55
    const base = lake
      ? horizon - unit * (0.16 * (1 - near) + 0.012)
      : horizon - unit * 0.1 + (depth - horizon) * near ** 1.4
    const amplitude = unit * (peaks ? 0.24 * (1 - near) + 0.07 : lake ? 0.05 : 0.07 + 0.03 * near)
    const treed = forest || near > 0.3
    return {
      base,
      amplitude,
      span: unit * (peaks ? random.between(0.5, 0.8) : random.between(0.55, 1.1)),
      ruggedness: peaks ? 0.9 - near * 0.5 : 0.12,
      distance: 1 - near * 0.86,
      bottom,
      snow: words.snow ? (peaks ? 0.85 : 3) : peaks && index === 0 ? 0.26 : 0,
      ...(treed ? { wood: woodAt(stage, near, forest, lake) } : {}),
    }
  })
}

function woodAt(
  { words, unit }: Stage,
  near: number,
  forest: boolean,
  lake: boolean,
): Omit<Wood, 'air' | 'snow'> {
  const tallest = forest ? 0.17 : lake ? 0.045 : 0.09
  return {
    cover: forest ? 0.95 : 0.3 + 0.3 * near,
    height: unit * (0.012 + tallest * near ** 1.3),
    reach: unit * (lake ? 0.05 : 0.16) * (0.3 + near),
    leafy: words.snow ? 0 : words.autumn ? 0.75 : forest ? 0.03 : 0.3,
  }
}

/** The ground in front, with what grows on it. */
function paintFront(stage: Stage, disc: Disc, lake: boolean): Spot {
  const { raster, words, mood, random, unit } = stage
  const { width, height } = raster
  const kind: GroundKind = words.snow ? 'snow' : 'grass'
  const side = disc.x < width / 2 ? random.between(0.6, 0.7) : random.between(0.3, 0.4)
  const spot = { x: width * side, y: height * 0.925, size: unit * 0.42 }
  if (lake && !words.subject) return { ...spot, y: height * 0.8 }
  const line = groundLine(width, height, height * (words.subject ? 0.8 : 0.84), random)
  paintGround(raster, mood, disc.x, line, kind, random.branch('ground'))
  if (kind === 'grass') growGrass(raster, mood, line, random.branch('grass'))
  if (words.flowers && kind === 'grass') {
    stage.overlay.push(scatterFlowers(raster, mood, line, random.branch('flowers')))
  }
  return spot
}
