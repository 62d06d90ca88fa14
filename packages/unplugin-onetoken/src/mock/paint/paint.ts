import { paintCity } from './city.ts'
import { paintDesert } from './desert.ts'
import { develop, layOver } from './film.ts'
import { paintLandscape } from './landscape.ts'
import { moodFor } from './mood.ts'
import { paintAbstract, paintSpace, paintSurface } from './patterns.ts'
import { randomFrom } from './random.ts'
import { createRaster } from './raster.ts'
import { paintSeascape } from './sea.ts'
import { loadSharp } from './sharp.ts'
import type { Setting, Stage } from './stage.ts'
import { paintStudio } from './studio.ts'
import { drawAlone, drawSubject } from './subjects.ts'
import { readWords, type Place } from './words.ts'

/** What is to be painted. The same order gives the same pixels. */
export interface Order {
  prompt: string
  width: number
  height: number
  /** Everything else that the picture depends on. */
  seed: readonly (string | number)[]
  /** Leave everything but the subject transparent. */
  transparent: boolean
}

/** Uncompressed pixels, 8 bits a channel. */
export interface Pixels {
  data: Uint8Array
  width: number
  height: number
  channels: 3 | 4
}

/** Pictures bigger than this many pixels are painted smaller and enlarged: a mock-up may not take seconds. */
const MOST_PIXELS = 1_050_000

const PLACES: Record<Place, (stage: Stage) => Setting | undefined> = {
  land: paintLandscape,
  forest: paintLandscape,
  sea: paintSeascape,
  desert: paintDesert,
  city: paintCity,
  studio: paintStudio,
  // These leave no room for a subject.
  space: (stage) => alone(paintSpace, stage),
  abstract: (stage) => alone(paintAbstract, stage),
  surface: (stage) => alone(paintSurface, stage),
}

function alone(scene: (stage: Stage) => void, stage: Stage): undefined {
  scene(stage)
}

/** Paint a picture that fits a prompt, at exactly the size of the order. */
export async function paint(order: Order): Promise<Pixels> {
  const shrink = Math.min(1, Math.sqrt(MOST_PIXELS / (order.width * order.height)))
  const width = Math.round(order.width * shrink)
  const height = Math.round(order.height * shrink)
  const stage = setStage(order, width, height)
  const painted = order.transparent && stage.words.subject ? await paintAlone(stage) : await paintScene(stage)
  const pixels = order.transparent && painted.channels === 3 ? cutOut(painted) : painted
  if (shrink === 1) return pixels
  const sharp = await loadSharp()
  const { channels } = pixels
  const data = await sharp(pixels.data, { raw: { width, height, channels } })
    .resize(order.width, order.height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer()
  return { data, width: order.width, height: order.height, channels }
}

function setStage(order: Order, width: number, height: number): Stage {
  const random = randomFrom(order.prompt, order.width, order.height, ...order.seed)
  const words = readWords(order.prompt, random.branch('words'))
  const mood = moodFor(words, random.branch('mood'))
  return {
    raster: createRaster(width, height),
    words,
    mood,
    random,
    unit: Math.min(width, height),
    overlay: [],
  }
}

async function paintScene(stage: Stage): Promise<Pixels> {
  const { raster, words, overlay } = stage
  const setting = PLACES[words.place](stage)
  const subject = words.subject ?? (words.place === 'studio' ? 'vase' : undefined)
  if (setting && subject) {
    const { spot, discX } = setting
    const aloft = subject === 'balloon' && words.place !== 'studio'
    overlay.push(drawSubject(stage, subject, aloft ? { ...spot, y: raster.height * 0.68 } : spot, discX))
  }
  if (overlay.length > 0) layOver(raster, (await drawSvg(stage)).data)
  return { data: develop(raster, words.look), width: raster.width, height: raster.height, channels: 3 }
}

/** The subject alone, on nothing. */
async function paintAlone(stage: Stage): Promise<Pixels> {
  stage.overlay.push(drawAlone(stage, stage.words.subject!))
  return drawSvg(stage)
}

async function drawSvg({ raster, overlay }: Stage): Promise<Pixels> {
  const { width, height } = raster
  const sharp = await loadSharp()
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${overlay.join('')}</svg>`
  const data = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer()
  return { data, width, height, channels: 4 }
}

/** Keep a soft round of a scene: what a picture without a subject leaves when its background goes. */
function cutOut({ data, width, height }: Pixels): Pixels {
  const out = new Uint8Array(width * height * 4)
  for (let y = 0, pixel = 0; y < height; y++) {
    const dy = (y + 0.5) / height - 0.5
    for (let x = 0; x < width; x++, pixel++) {
      const dx = (x + 0.5) / width - 0.5
      const inside = (0.47 - Math.sqrt(dx * dx + dy * dy)) / 0.02
      out[pixel * 4] = data[pixel * 3]!
      out[pixel * 4 + 1] = data[pixel * 3 + 1]!
      out[pixel * 4 + 2] = data[pixel * 3 + 2]!
      out[pixel * 4 + 3] = inside <= 0 ? 0 : inside >= 1 ? 255 : inside * 255
    }
  }
  return { data: out, width, height, channels: 4 }
}
