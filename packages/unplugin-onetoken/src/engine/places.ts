import { readFile } from 'node:fs/promises'
import type { Place } from '../errors.ts'

/**
 * Where `specifier` stands in the source of `importer`: bundlers tell the file, not the position. A specifier that
 * is written with escapes is not found as it is; then the only reference of the file will do.
 */
export async function findPlace(importer: string | undefined, specifier: string): Promise<Place | undefined> {
  if (importer === undefined) return undefined
  const [file = importer] = importer.split('?', 1)
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const offset = offsetOf(text, specifier)
  if (offset === undefined) return { file }
  const before = text.slice(0, offset)
  return { file, line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

function offsetOf(text: string, specifier: string): number | undefined {
  const exact = [`'`, `"`, '`', ')']
    .map((end) => text.indexOf(`${specifier}${end}`))
    .filter((offset) => offset >= 0)
  if (exact.length > 0) return Math.min(...exact)
  const first = text.indexOf('virtual:onetoken')
  return first >= 0 && text.indexOf('virtual:onetoken', first + 1) < 0 ? first : undefined
}
