import { randomFrom, type Random } from './random.ts'

/** Edge of the noise texture in texels; a power of two, so that wrapping is a bit mask. */
const SIZE = 512
const MASK = SIZE - 1

let texture: Float32Array | undefined

/** Fractal noise that tiles, stretched to fill 0..1. Made once a process, always the same. */
function noiseTexture(): Float32Array {
  if (texture) return texture
  const texels = new Float32Array(SIZE * SIZE)
  const random = randomFrom('noise texture')
  let amplitude = 1
  for (let period = 8; period <= 256; period *= 2, amplitude *= 0.52) {
    const lattice = Float32Array.from({ length: period * period }, random)
    addOctave(texels, lattice, period, amplitude)
  }
  let low = Infinity
  let high = -Infinity
  for (const value of texels) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  texture = texels.map((value) => (value - low) / (high - low))
  return texture
}

function addOctave(texels: Float32Array, lattice: Float32Array, period: number, amplitude: number): void {
  const cell = SIZE / period
  for (let y = 0; y < SIZE; y++) {
    const row = Math.floor(y / cell)
    const fy = smooth((y % cell) / cell)
    const top = row * period
    const bottom = ((row + 1) % period) * period
    for (let x = 0; x < SIZE; x++) {
      const column = Math.floor(x / cell)
      const next = (column + 1) % period
      const fx = smooth((x % cell) / cell)
      const upper = lattice[top + column]! * (1 - fx) + lattice[top + next]! * fx
      const lower = lattice[bottom + column]! * (1 - fx) + lattice[bottom + next]! * fx
      texels[y * SIZE + x]! += amplitude * (upper * (1 - fy) + lower * fy)
    }
  }
}

/** Smooth noise in 0..1 (mean about 0.5) at a point of the endless plane. Features are about 64 units wide. */
export type Noise = (u: number, v: number) => number

/** A noise of its own for each caller: one texture, another place in it. */
export function noiseFrom(random: Random): Noise {
  const texels = noiseTexture()
  const du = random() * SIZE
  const dv = random() * SIZE
  return (u, v) => {
    const x = u + du
    const y = v + dv
    const x0 = Math.floor(x)
    const y0 = Math.floor(y)
    const fx = x - x0
    const fy = y - y0
    const left = x0 & MASK
    const right = (x0 + 1) & MASK
    const top = (y0 & MASK) * SIZE
    const bottom = ((y0 + 1) & MASK) * SIZE
    const upper = texels[top + left]! * (1 - fx) + texels[top + right]! * fx
    const lower = texels[bottom + left]! * (1 - fx) + texels[bottom + right]! * fx
    return upper * (1 - fy) + lower * fy
  }
}

/** Fractal noise along a line, -1..1. `roughness` is how much weaker each octave is than the one before. */
export function noiseLine(random: Random, octaves: number, roughness: number): (x: number) => number {
  const lattice = Float32Array.from({ length: 256 }, () => random() * 2 - 1)
  let total = 0
  for (let octave = 0; octave < octaves; octave++) total += roughness ** octave
  return (x) => {
    let sum = 0
    let amplitude = 1 / total
    let at = x + 64
    for (let octave = 0; octave < octaves; octave++) {
      const cell = Math.floor(at)
      const f = smooth(at - cell)
      sum += amplitude * (lattice[cell & 255]! * (1 - f) + lattice[(cell + 1) & 255]! * f)
      amplitude *= roughness
      at = at * 2 + 17.3
    }
    return sum
  }
}

/** The smooth step from 0 to 1 of a value already in that range. */
export function smooth(t: number): number {
  return t * t * (3 - 2 * t)
}

/** The smooth step between two edges; the edges may be in falling order. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = (value - from) / (to - from)
  return t <= 0 ? 0 : t >= 1 ? 1 : smooth(t)
}
