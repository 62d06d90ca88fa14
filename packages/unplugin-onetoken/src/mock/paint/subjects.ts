import { drawBirds, drawCat, drawDeer, drawFox, drawOtter } from './animals.ts'
import { drawFruit, drawLamp, drawMug, drawPlant, drawVase } from './objects.ts'
import { drawBalloon, drawBoat, drawCabin, drawLighthouse, drawMushroom, drawTent } from './outdoors.ts'
import { createPen, place, type Pen } from './pen.ts'
import type { Spot, Stage } from './stage.ts'
import type { SubjectName } from './words.ts'

const DRAWINGS: Record<SubjectName, (pen: Pen, snow: boolean) => string> = {
  fox: drawFox,
  cat: drawCat,
  otter: drawOtter,
  deer: drawDeer,
  bird: drawBirds,
  lighthouse: drawLighthouse,
  boat: drawBoat,
  cabin: drawCabin,
  balloon: drawBalloon,
  tent: drawTent,
  mug: drawMug,
  lamp: drawLamp,
  plant: drawPlant,
  fruit: drawFruit,
  mushroom: drawMushroom,
  vase: drawVase,
}

/** Size of each thing where it is not the measure of all things: an animal close by is 1. */
const SIZES: Partial<Record<SubjectName, number>> = {
  deer: 0.95,
  cabin: 0.72,
  tent: 0.62,
  lighthouse: 1.15,
  boat: 0.8,
  otter: 1,
  balloon: 0.62,
  mushroom: 0.7,
  bird: 0.8,
}

/** Draw the subject of a picture at a spot: SVG in the picture's pixels. */
export function drawSubject(stage: Stage, name: SubjectName, spot: Spot, discX: number): string {
  const pen = createPen(stage, discX, name)
  const drawing = DRAWINGS[name](pen, stage.words.snow)
  return place(drawing, pen, { ...spot, size: spot.size * (SIZES[name] ?? 1) })
}

/** Draw the subject as large as the picture allows, for pictures with nothing else in them. */
export function drawAlone(stage: Stage, name: SubjectName): string {
  const { width, height } = stage.raster
  const pen = createPen(stage, width * 0.2, name)
  const drawing = DRAWINGS[name](pen, false)
  return place(drawing, pen, { x: width / 2, y: height * 0.82, size: stage.unit * 0.56 })
}
