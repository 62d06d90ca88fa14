import { mix, rgb, scale, type Rgb } from './colour.ts'
import { paintMist } from './land.ts'
import type { Random } from './random.ts'
import { blend } from './raster.ts'
import { paintClouds, paintSky } from './sky.ts'
import { hangDisc, type Setting, type Stage } from './stage.ts'
import { paintLake } from './water.ts'

interface Tower {
  left: number
  right: number
  top: number
  floor: number
  bay: number
  colour: Rgb
  mast: number
}

/** A skyline in layers, with lit windows when it is dark, over water. */
export function paintCity(stage: Stage): Setting {
  const { raster, words, mood, random, unit } = stage
  const { width, height } = raster
  const horizon = height * random.between(0.66, 0.72)
  const disc = hangDisc(stage, horizon * 0.8)
  paintSky(raster, horizon, mood, disc, random.branch('sky'))
  paintClouds(raster, horizon, mood, disc, random.between(0.2, 0.7), random.branch('clouds'))
  const layers = 4
  for (let layer = 0; layer < layers; layer++) {
    const near = layer / (layers - 1)
    const own = random.branch(`layer ${layer}`)
    for (const tower of towers(stage, horizon, near, own)) paintTower(stage, tower, horizon, near, own)
    const mist = (words.fog ? 0.9 : 0.55) * (1 - near * 0.8)
    paintMist(raster, horizon - unit * 0.03, unit * 0.2, mood.haze, mist, own.branch('mist'))
  }
  paintLake(raster, mood, horizon, random.branch('water'))
  return { spot: { x: width * 0.3, y: height * 0.86, size: unit * 0.34 }, discX: disc.x }
}

function towers(stage: Stage, horizon: number, near: number, random: Random): Tower[] {
  const { raster, mood, unit } = stage
  const list: Tower[] = []
  const heart = raster.width * random.between(0.3, 0.7)
  const wide = unit * (0.035 + 0.035 * near)
  for (let x = -wide; x < raster.width;) {
    const breadth = wide * random.between(0.6, 1.7)
    const centre = 1 - Math.min(1, Math.abs(x - heart) / (raster.width * 0.55))
    const tall = unit * (0.06 + (0.42 - 0.2 * near) * centre ** 1.6 * random() + 0.1 * random())
    const own = mix(rgb(random.pick(['#39435a', '#4a4453', '#2f3a4c', '#514a4a'])), mood.sky[0]!, 0.35)
    list.push({
      left: Math.round(x),
      right: Math.round(x + breadth),
      top: horizon - tall,
      floor: Math.max(3, unit * (0.006 + 0.0065 * near)),
      bay: Math.max(2.5, unit * (0.0045 + 0.005 * near)),
      colour: mix(own, mood.haze, 0.72 * (1 - near)),
      mast: random.chance(0.25) ? tall * random.between(0.1, 0.25) : 0,
    })
    x += breadth * random.between(0.75, 1.15)
  }
  return list
}

function paintTower(stage: Stage, tower: Tower, horizon: number, near: number, random: Random): void {
  const { raster, mood } = stage
  const dark = mood.hour === 'night' || mood.hour === 'sunset'
  const lamp = mix(
    rgb(random.pick(['#ffd48a', '#ffe7b8', '#ffc06a', '#cfe6ff'])),
    mood.haze,
    0.45 * (1 - near),
  )
  const share = dark ? random.between(0.2, 0.55) : 0.06
  const seed = Math.floor(random() * 1e6)
  const middle = Math.round((tower.left + tower.right) / 2)
  const first = Math.max(0, tower.left)
  const last = Math.min(raster.width, tower.right)
  for (let y = Math.max(0, Math.round(tower.top - tower.mast)); y < horizon; y++) {
    if (y < tower.top) {
      if (middle >= 0 && middle < raster.width) blend(raster, middle, y, tower.colour, 0.8)
      continue
    }
    const down = (y - tower.top) / (horizon - tower.top)
    const floor = Math.floor((y - tower.top) / tower.floor)
    const inFloor = (y - tower.top) / tower.floor - floor
    for (let x = first; x < last; x++) {
      const across = (x - tower.left) / (tower.right - tower.left)
      const shade = 1.18 - across * 0.4 - down * 0.12
      blend(raster, x, y, scale(tower.colour, shade), 1)
      const bay = Math.floor((x - tower.left) / tower.bay)
      const inBay = (x - tower.left) / tower.bay - bay
      if (inFloor < 0.3 || inFloor > 0.85 || inBay < 0.25 || inBay > 0.85 || floor === 0) continue
      const dice = hash(seed, bay, floor)
      if (dice < share) blend(raster, x, y, lamp, dark ? 0.55 + dice : 0.35)
      else blend(raster, x, y, mood.sky[1]!, dark ? 0.08 : 0.3)
    }
  }
}

/** A number in 0..1 from three integers. */
function hash(a: number, b: number, c: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 1, 0xc2b2ae35) ^ Math.imul(c + 7, 0x27d4eb2f)
  h ^= h >>> 15
  h = Math.imul(h, 0x2c1b3c6d)
  h ^= h >>> 12
  return (h >>> 0) / 4294967296
}
