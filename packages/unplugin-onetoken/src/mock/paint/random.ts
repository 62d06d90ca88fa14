import { createHash } from 'node:crypto'

/** A seeded source of numbers: the same seed gives the same sequence on every machine. */
export interface Random {
  /** A number in [0, 1). */
  (): number
  /** A number in [low, high). */
  between(low: number, high: number): number
  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number
  /** True with the given probability. */
  chance(probability: number): boolean
  /** One of the list; the list must not be empty. */
  pick<T>(list: readonly T[]): T
  /** Another source that depends on this one's seed and a name, not on how much was drawn. */
  branch(name: string): Random
}

/** A random source from words and numbers. The generator is sfc32, seeded by sha256. */
export function randomFrom(...seed: (string | number)[]): Random {
  const text = JSON.stringify(seed)
  const digest = createHash('sha256').update(text).digest()
  let a = digest.readInt32LE(0)
  let b = digest.readInt32LE(4)
  let c = digest.readInt32LE(8)
  let counter = digest.readInt32LE(12)
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 4294967296
  }
  const between = (low: number, high: number): number => low + (high - low) * next()
  const int = (low: number, high: number): number => Math.floor(between(low, high + 1))
  return Object.assign(next, {
    between,
    int,
    chance: (probability: number): boolean => next() < probability,
    pick: <T>(list: readonly T[]): T => list[int(0, list.length - 1)] as T,
    branch: (name: string): Random => randomFrom(text, name),
  })
}
