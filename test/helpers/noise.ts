import { createHash } from 'node:crypto'
import { encodeFourColours, type Rgba } from '../../packages/unplugin-onetoken/src/mock/png.ts'

const PALETTE: readonly [Rgba, Rgba, Rgba, Rgba] = [
  [0, 0, 0, 255],
  [255, 0, 0, 255],
  [0, 255, 0, 255],
  [0, 0, 255, 255],
]

/** A square PNG that cannot be compressed: another one for other words, the same for the same. About a quarter of a byte a pixel. */
export function noise(words: string, edge: number): Buffer {
  const bits = createHash('shake256', { outputLength: edge * edge })
    .update(words)
    .digest()
  return encodeFourColours(edge, edge, PALETTE, (y) =>
    bits.subarray(y * edge, (y + 1) * edge).map((byte) => byte & 3),
  )
}
