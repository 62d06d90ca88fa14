import { hex, mix, rgb } from './colour.ts'
import { underLight } from './mood.ts'
import type { Random } from './random.ts'
import type { Spot, Stage } from './stage.ts'

/** Draws things as SVG in the light of a picture. Things are 100 units tall and stand on (0, 0); up is negative. */
export interface Pen {
  random: Random
  /** -1 when the light comes from the left, 1 from the right. */
  side: number
  /** It is dark enough for lamps. */
  dark: boolean
  /** A thing's colour in this light. */
  colour(own: string): string
  /** A colour that shines by itself. */
  glow(own: string): string
  /** A gradient from left to right, or from top to bottom; answers what `fill` takes. */
  gradient(colours: readonly string[], direction?: 'across' | 'down' | 'round'): string
  /** A soft shadow on the ground below a thing of the given width. */
  shadow(width: number, opacity?: number): string
  /** Everything that `gradient` made, for `<defs>`. */
  defs: string[]
}

let serial = 0

/** A pen for one subject. */
export function createPen(stage: Stage, discX: number, name: string): Pen {
  const { mood, raster } = stage
  const prefix = `p${(serial = (serial + 1) % 1e6)}`
  const defs: string[] = []
  const side = discX < raster.width / 2 ? -1 : 1
  const pen: Pen = {
    random: stage.random.branch(name),
    side,
    dark: mood.hour === 'night' || mood.hour === 'sunset',
    colour: (own) => hex(mix(underLight(rgb(own), mood.tint), rgb(own), 0.12)),
    glow: (own) => own,
    gradient: (colours, direction = 'across') => {
      const id = `${prefix}g${defs.length}`
      const ordered = direction === 'across' && side > 0 ? colours.toReversed() : colours
      const stops = ordered
        .map((own, index) => {
          const [paint = own, opacity = '1'] = own.split('/')
          const offset = ((index / (ordered.length - 1)) * 100).toFixed(0)
          return `<stop offset="${offset}%" stop-color="${pen.colour(paint)}" stop-opacity="${opacity}"/>`
        })
        .join('')
      defs.push(
        direction === 'round'
          ? `<radialGradient id="${id}">${stops}</radialGradient>`
          : `<linearGradient id="${id}" x1="0" y1="0" x2="${direction === 'across' ? 1 : 0}" y2="${direction === 'down' ? 1 : 0}">${stops}</linearGradient>`,
      )
      return `url(#${id})`
    },
    shadow: (width, opacity = 0.5) => {
      const fill = pen.gradient(['#0a0f1c/1', '#0a0f1c/0.7', '#0a0f1c/0'], 'round')
      const shift = -side * width * 0.18
      return `<ellipse cx="${shift}" cy="0" rx="${width * 0.72}" ry="${width * 0.12}" fill="${fill}" opacity="${opacity}"/>`
    },
    defs,
  }
  return pen
}

/** A drawing put in its place and size. */
export function place(drawing: string, pen: Pen, spot: Spot): string {
  const factor = spot.size / 100
  return `<defs>${pen.defs.join('')}</defs><g transform="translate(${spot.x.toFixed(1)} ${spot.y.toFixed(1)}) scale(${factor.toFixed(4)})">${drawing}</g>`
}
