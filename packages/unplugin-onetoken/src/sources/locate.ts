import { readFile } from 'node:fs/promises'
import glob from 'fast-glob'
import type { Place } from '../errors.ts'
import { placesOf } from '../spec/places-of.ts'
import { IGNORED, SOURCES } from './scan.ts'

/** Where the first of these texts stands in the sources of a project; earlier texts are better ones. */
export async function locate(root: string, texts: readonly string[]): Promise<Place | undefined> {
  const files = await glob(SOURCES, {
    cwd: root,
    absolute: true,
    ignore: IGNORED,
    followSymbolicLinks: false,
  })
  let best: { place: Place; rank: number } | undefined
  for (const file of files.sort()) {
    const source = await readFile(file, 'utf8').catch(() => '')
    const rank = texts.findIndex((text) => source.includes(text))
    if (rank < 0 || (best !== undefined && best.rank <= rank)) continue
    best = { place: placesOf(source, file)(source.indexOf(texts[rank] ?? '')), rank }
  }
  return best?.place
}
