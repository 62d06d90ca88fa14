import type { Size } from './types.ts'

/** A size as messages tell it. */
export function sizeText({ width, height }: Size): string {
  return `${width} × ${height}`
}
