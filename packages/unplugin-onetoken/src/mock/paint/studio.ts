import { hsl, mix, type Rgb } from './colour.ts'
import { noiseFrom, smoothstep } from './noise.ts'
import type { Setting, Stage } from './stage.ts'

/** An empty studio: a seamless backdrop, a floor, one soft light. */
export function paintStudio(stage: Stage): Setting {
  const { raster, random, mood, unit, words } = stage
  const { white } = words
  const { width, height, pixels } = raster
  const noise = noiseFrom(random)
  const hue = random()
  const tone = white ? 0.03 : random.between(0.12, 0.34)
  const wall: Rgb = hsl(hue, tone, white ? 0.95 : random.between(0.62, 0.82))
  const floor: Rgb = mix(wall, [1, 0.99, 0.97], 0.3)
  const night = mood.hour === 'night' ? 0.4 : 1
  const edge = height * 0.66
  const lightX = width * 0.26
  const lightY = height * 0.2
  for (let y = 0, at = 0; y < height; y++) {
    const ground = smoothstep(edge - height * 0.1, edge + height * 0.1, y)
    for (let x = 0; x < width; x++, at += 3) {
      const away = Math.hypot(x - lightX, y - lightY) / Math.max(width, height)
      const light = (1.1 - away * (white ? 0.2 : 0.5)) * night + (noise(x * 0.05, y * 0.05) - 0.5) * 0.02
      for (let channel = 0; channel < 3; channel++) {
        pixels[at + channel] = (wall[channel]! + (floor[channel]! - wall[channel]!) * ground) * light
      }
    }
  }
  return { spot: { x: width * 0.5, y: height * 0.78, size: unit * 0.46 }, discX: lightX }
}
