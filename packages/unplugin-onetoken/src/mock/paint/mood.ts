import { mix, ramp, rgb, scale, type Rgb } from './colour.ts'
import type { Random } from './random.ts'
import type { Hour, Words } from './words.ts'

/** The light of a picture and the colours that it gives to things. */
export interface Mood {
  hour: Hour
  /** Sky from the top of the picture down to the horizon. */
  sky: readonly Rgb[]
  /** Colour that far things fade into. */
  haze: Rgb
  /** Sun or moon. */
  disc: Rgb
  /** Air around the sun or moon. */
  glow: Rgb
  /** How far the glow reaches, 0..1. */
  glowReach: number
  /** Sunlit and shadowed side of clouds. */
  cloud: readonly [Rgb, Rgb]
  /** Bare rock, lit and in shadow. */
  rock: readonly [Rgb, Rgb]
  /** Vegetation far off and close by. */
  green: readonly [Rgb, Rgb]
  /** A leaf's colour in the light, from a number in 0..1 that is the tree's own. */
  foliage: (tree: number) => Rgb
  /** Snow, lit and in shadow. */
  snow: readonly [Rgb, Rgb]
  /** Water straight below the onlooker. */
  water: Rgb
  /** What the light does to a thing's own colour. */
  tint: Rgb
}

type Light = Pick<Mood, 'sky' | 'haze' | 'disc' | 'glow' | 'glowReach' | 'cloud' | 'water' | 'tint'>

const light = (
  sky: string[],
  [haze, disc, glow, lit, dark, water, tint]: [string, string, string, string, string, string, string],
  glowReach: number,
): Light => ({
  sky: sky.map(rgb),
  haze: rgb(haze),
  disc: rgb(disc),
  glow: rgb(glow),
  glowReach,
  cloud: [rgb(lit), rgb(dark)],
  water: rgb(water),
  tint: rgb(tint),
})

const LIGHTS: Record<Hour, readonly Light[]> = {
  dawn: [
    light(
      ['#6f8fbd', '#b9bdd6', '#f1cfc4', '#ffe6c2'],
      ['#e6d2cf', '#fff3d6', '#ffd9a6', '#fff0e2', '#a9a3bd', '#3d5875', '#f3dcd2'],
      0.55,
    ),
    light(
      ['#4f7aa6', '#93b7cf', '#dfe0d3', '#ffe9b8'],
      ['#d8dcd6', '#fff6da', '#ffe0a0', '#fff6e6', '#93a5b6', '#2f5a70', '#f1e6d4'],
      0.5,
    ),
  ],
  day: [
    light(
      ['#2f6fb4', '#5f9fd6', '#a6cdea', '#e2eef2'],
      ['#cfe0ea', '#fffdf0', '#fff3cf', '#ffffff', '#9fb4c9', '#1f5670', '#ffffff'],
      0.32,
    ),
    light(
      ['#3b7f9f', '#73b0c4', '#b9dcdd', '#f0f2e2'],
      ['#d6e4e0', '#fffdf0', '#fff1c4', '#ffffff', '#a3b7bd', '#1f6068', '#fffaf0'],
      0.35,
    ),
  ],
  sunset: [
    light(
      ['#2c3a6b', '#7a5a8c', '#e2826f', '#ffc27a'],
      ['#d88f7c', '#fff0c0', '#ffb060', '#ffb58a', '#5f4a74', '#2b2f55', '#e8b49a'],
      0.7,
    ),
    light(
      ['#31527a', '#8f7c93', '#f0a070', '#ffd98c'],
      ['#dfa983', '#fff4cc', '#ffc36a', '#ffcf9e', '#6f627d', '#2f4460', '#ecc19c'],
      0.65,
    ),
  ],
  night: [
    light(
      ['#050b1e', '#0d1c3d', '#1c3560', '#3b5f8c'],
      ['#2b4770', '#f4f3e6', '#9db8dc', '#5c769f', '#101d38', '#081428', '#5d78a8'],
      0.4,
    ),
    light(
      ['#080a22', '#161b45', '#2c2f66', '#5c5a8c'],
      ['#3a3d6b', '#f6f1e4', '#a9a8dc', '#6f6ba0', '#15153a', '#0a0f2c', '#6c70a8'],
      0.4,
    ),
  ],
}

const GREENS = {
  summer: ['#6f8a55', '#24381f'],
  autumn: ['#b98545', '#4a2c16'],
  winter: ['#6d7f86', '#1d2c31'],
} as const

const AUTUMN_LEAVES = ['#d9a036', '#c8641e', '#a83c1c', '#d8852a', '#8a7a36']

/** The mood that a prompt's words ask for. */
export function moodFor(words: Words, random: Random): Mood {
  const chosen = random.pick(LIGHTS[words.hour])
  const lit = (colour: string): Rgb => underLight(rgb(colour), chosen.tint)
  const greens = GREENS[words.snow ? 'winter' : words.autumn ? 'autumn' : 'summer']
  const leaves = (words.autumn && !words.snow ? AUTUMN_LEAVES : [greens[0], greens[0]]).map(lit)
  const mood: Mood = {
    hour: words.hour,
    ...chosen,
    rock: [lit('#b3a698'), mix(lit('#4a4c58'), chosen.sky[1]!, 0.28)],
    green: [lit(greens[0]), lit(greens[1])],
    foliage: (tree) => ramp(leaves, tree),
    snow: [lit('#fbfbf8'), mix(lit('#8fa6c8'), chosen.sky[1]!, 0.2)],
  }
  if (!words.fog) return mood
  const veiled = (colour: Rgb): Rgb => mix(colour, chosen.haze, 0.55)
  return { ...mood, sky: mood.sky.map(veiled), glowReach: mood.glowReach * 1.3 }
}

/** A thing's own colour as it looks in a light. */
export function underLight(colour: Rgb, tint: Rgb): Rgb {
  const full: Rgb = [colour[0] * tint[0], colour[1] * tint[1], colour[2] * tint[2]]
  const dim = (tint[0] + tint[1] + tint[2]) / 3
  return mix(scale(colour, dim), full, 0.85)
}
