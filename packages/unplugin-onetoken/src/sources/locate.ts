import type { Place } from '../errors.ts'
import { placesOf } from '../spec/places-of.ts'
import { NO_SOURCES, readSources, SOURCES } from './source-files.ts'

/**
 * Where the first of these texts stands in the sources of a project that can be read; earlier texts are better ones.
 */
export async function locate(root: string, texts: readonly string[]): Promise<Place | undefined> {
  let best: { place: Place; rank: number } | undefined
  for await (const { file, text: source } of readSources({
    folder: root,
    glob: SOURCES,
    ignore: NO_SOURCES,
  })) {
    const rank = texts.findIndex((text) => source.includes(text))
    if (rank < 0 || (best !== undefined && best.rank <= rank)) continue
    best = { place: placesOf(source, file)(source.indexOf(texts[rank] ?? '')), rank }
  }
  return best?.place
}
