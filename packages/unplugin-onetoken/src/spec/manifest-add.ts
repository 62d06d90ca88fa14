import type { JsonValue } from '../canonical-json.ts'
import type { Edit } from '../edit.ts'
import { insertPair, isSpaced, styleIn, type YamlSource } from './yaml-edit.ts'
import { formatPair, formatText, formatValue } from './yaml-format.ts'
import { asMap, eolAt, lineEnd, pairsOf, type MapToken, type PairToken } from './yaml-tokens.ts'

/** An entry that a manifest is to have. */
export interface NewEntry {
  entry: string
  parameters: Readonly<Record<string, JsonValue>>
}

/** Add an entry behind the last one, in lines or in brackets as that one is. `top` is the whole manifest, and "images" in it no alias. */
export function addEntry(source: YamlSource, top: MapToken, entry: NewEntry): Edit[] {
  const pair = pairsOf(top).find(({ name }) => name === 'images')
  const images = asMap(pair?.value)
  if (pair === undefined) return insertPair(source, top, firstEntry(source, top, entry))
  // Empty, or written as `~` or `null`.
  if (images === undefined) return fillImages(source, top, pair, entry)
  const pairs = pairsOf(images)
  if (
    pairs.length === 0 &&
    top.type === 'block-map' &&
    !source.text.slice(pair.valueStart, pair.end).includes('#')
  ) {
    return fillImages(source, top, pair, entry)
  }
  const isInBrackets = images.type === 'flow-collection' || pairs.at(-1)?.value?.type === 'flow-collection'
  const written = isInBrackets
    ? inBrackets(source, images, entry)
    : inLines(source, images.indent, eolAt(source.text, pairs.at(-1)?.end ?? images.offset), entry)
  return insertPair(source, images, written, { spaced: isSpaced(source, images) })
}

/** "images" has no entry yet: the first one takes the place of what stands there. */
function fillImages(source: YamlSource, top: MapToken, pair: PairToken, entry: NewEntry): Edit[] {
  const value = firstEntry(source, top, entry).replace(/^"?images"?:/, '')
  const gone = { start: pair.valueStart, end: pair.end, text: '' }
  if (top.type === 'flow-collection') return [{ ...gone, text: value }]
  const line = lineEnd(source.text, pair.end)
  const below = { start: line, end: line, text: value }
  return pair.end === line ? [{ ...gone, text: value }] : [gone, below]
}

/** "images" with its first entry. */
function firstEntry(source: YamlSource, top: MapToken, entry: NewEntry): string {
  if (top.type === 'flow-collection') {
    return formatPair('images', { [entry.entry]: { ...entry.parameters } }, styleIn(source, top))
  }
  const { eol } = styleIn(source, top)
  const indent = top.indent + source.step
  return `images:${eol}${' '.repeat(indent)}${inLines(source, indent, eol, entry)}`
}

function inBrackets(source: YamlSource, images: MapToken, { entry, parameters }: NewEntry): string {
  return formatPair(entry, { ...parameters }, styleIn(source, images))
}

function inLines(
  { isJson, step }: YamlSource,
  indent: number,
  eol: string,
  { entry, parameters }: NewEntry,
): string {
  const inner = ' '.repeat(indent + step)
  const style = { isJson, inFlow: false, indent: ' '.repeat(indent + 2 * step), eol }
  const lines = Object.entries(parameters).map(([name, value]) => {
    const { head, body } = formatValue(value, style)
    return `${eol}${inner}${name}: ${head}${body}`
  })
  return `${formatText(entry, style)}:${lines.join('')}`
}
