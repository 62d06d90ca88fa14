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

/**
 * What follows a reference: a quote or a bracket. In a page its words may also end without one, or with a quote that
 * is written as an entity.
 */
const ENDS = [/['"`)]/, /[\s>,&]/]

function offsetOf(text: string, specifier: string): number | undefined {
  const ampersands = specifier.replaceAll('&', '&amp;')
  const spellings = new Set([specifier, ampersands, ampersands.replaceAll('"', '&quot;')])
  for (const end of ENDS) {
    for (const spelling of spellings) {
      const offset = endedOffset(text, spelling, end)
      if (offset !== undefined) return offset
    }
  }
  const [first, second] = text.matchAll(/(?:virtual:)?onetoken[/?:]/g)
  return second === undefined ? first?.index : undefined
}

function endedOffset(text: string, words: string, end: RegExp): number | undefined {
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) {
    if (end.test(text.charAt(at + words.length))) return at
  }
  return undefined
}
