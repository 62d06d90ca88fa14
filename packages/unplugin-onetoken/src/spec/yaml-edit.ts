import type { CST } from 'yaml'
import type { JsonValue } from '../canonical-json.ts'
import type { Edit } from '../edit.ts'
import { formatValue, type YamlStyle, type YamlText } from './yaml-format.ts'
import {
  endOf,
  eolAt,
  headerOf,
  lineEnd,
  lineStart,
  pairsOf,
  type MapToken,
  type PairToken,
} from './yaml-tokens.ts'

/** A text that is changed. */
export interface YamlSource {
  /** Without a byte order mark. */
  text: string
  /** The file is JSON, and stays it. */
  isJson: boolean
  /** Spaces by which a level is indented. */
  step: number
}

/** How values are written in a mapping. */
export function styleIn({ text, isJson, step }: YamlSource, map: MapToken): YamlStyle {
  return {
    isJson,
    inFlow: map.type === 'flow-collection',
    indent: ' '.repeat(map.indent + step),
    eol: eolAt(text, map.offset),
  }
}

/** Give a pair another value. Its name, its anchor and the comments around it stay. */
export function setValue(source: YamlSource, map: MapToken, pair: PairToken, value: JsonValue): Edit[] {
  const { text } = source
  const old = pair.value
  const quote = old?.type === 'single-quoted-scalar' ? "'" : '"'
  const written = formatValue(value, { ...styleIn(source, map), quote })
  if (old === undefined) return []
  if (old.type === 'block-map' || old.type === 'block-seq') return inPlaceOfLines(text, pair, old, written)
  const head = {
    start: old.offset,
    end: old.type === 'block-scalar' ? endOf(headerOf(old)) : endOf(old),
    text: text[old.offset - 1] === ':' && !source.isJson ? ` ${written.head}` : written.head,
  }
  // A comment behind the value, or behind the `|` above it, stays where it is.
  const line = lineEnd(text, head.end)
  return changing(head, { start: line, end: Math.max(line, endOf(old)), text: written.body })
}

/** The value goes behind the name, and the lines go that it had below it. */
function inPlaceOfLines(
  text: string,
  { valueStart }: PairToken,
  old: CST.BlockMap | CST.BlockSequence,
  { head, body }: YamlText,
): Edit[] {
  const line = lineEnd(text, valueStart)
  const below = {
    start: breakBefore(text, lineStart(text, old.offset)),
    end: lineEnd(text, endOf(old)),
    text: '',
  }
  const behindName = insertAt(valueStart, ` ${head}`)
  return below.start === line
    ? [behindName, { ...below, text: body }]
    : changing(behindName, insertAt(line, body), below)
}

/** Only what changes something. */
function changing(...edits: Edit[]): Edit[] {
  return edits.filter(({ start, end, text }) => end > start || text !== '')
}

function insertAt(offset: number, text: string): Edit {
  return { start: offset, end: offset, text }
}

/** Where the line break begins that comes before a line. */
function breakBefore(text: string, begin: number): number {
  return text.startsWith('\r\n', begin - 2) ? begin - 2 : begin - 1
}

/**
 * Add a pair at the end of a mapping, in lines of their own after an empty one if it is `spaced`. `written` has no line
 * break at its end, and its indentation in all lines but the first.
 */
export function insertPair(
  { text }: YamlSource,
  map: MapToken,
  written: string,
  { spaced = false }: { spaced?: boolean } = {},
): Edit[] {
  const last = pairsOf(map).at(-1)
  if (map.type === 'flow-collection') {
    return last === undefined ? fill(text, map, written) : append(text, last, written)
  }
  if (last === undefined) return []
  const eol = eolAt(text, last.end)
  return [insertAt(lineEnd(text, last.end), `${spaced ? eol : ''}${eol}${' '.repeat(map.indent)}${written}`)]
}

/** Whether the last two pairs of a mapping have an empty line between them. */
export function isSpaced({ text }: YamlSource, map: MapToken): boolean {
  const [before, last] = pairsOf(map).slice(-2)
  return (
    before !== undefined && last !== undefined && /\n[ \t]*\r?\n/.test(text.slice(before.end, last.start))
  )
}

/** Brackets with nothing but spaces or comments in them. */
function fill(text: string, map: CST.FlowCollection, written: string): Edit[] {
  const start = map.start.offset + 1
  const end = endOf(map) - 1
  return text.slice(start, end).trim() === ''
    ? [{ start, end, text: ` ${written} ` }]
    : [insertAt(start, ` ${written}`)]
}

/** Behind the last pair in brackets: in a line of its own where that has one, with a comma where that has one. */
function append(text: string, last: PairToken, written: string): Edit[] {
  const { comma, rest } = behind(text, last.end)
  const indent = text.slice(lineStart(text, last.start), last.start)
  const isInLine = indent.trim() !== ''
  const eol = eolAt(text, last.end)
  const pair = `${isInLine ? ' ' : eol + indent}${written}${comma === undefined ? '' : ','}`
  const at = comma === undefined ? last.end : comma + 1
  if (isInLine) return [insertAt(at, comma === undefined ? `,${pair}` : pair)]
  const separator = comma === undefined ? [insertAt(last.end, ',')] : []
  return [...separator, insertAt(rest === 'bracket' ? at : lineEnd(text, at), pair)]
}

/** What follows a pair in brackets: its comma, and then another pair, the bracket, or nothing but a comment in its line. */
function behind(
  text: string,
  end: number,
): { comma: number | undefined; rest: 'pair' | 'bracket' | 'nothing' } {
  const spaces = /^(?:\s|(?<=\s)#[^\n]*)*/
  const gap = spaces.exec(text.slice(end))?.[0].length ?? 0
  const comma = text[end + gap] === ',' ? end + gap : undefined
  const after = (comma ?? end - 1) + 1
  const [, line = ''] = /^[ \t]*([^\n]?)/.exec(text.slice(after)) ?? []
  if (line === '' || line === '\r' || line === '#') return { comma, rest: 'nothing' }
  return { comma, rest: line === '}' ? 'bracket' : 'pair' }
}

/** Take a pair out of a mapping: its lines, with the comment behind it, or its part of a line. */
export function removePair({ text }: YamlSource, map: MapToken, pair: PairToken): Edit[] | undefined {
  const begin = lineStart(text, pair.start)
  const isFirstInLine = text.slice(begin, pair.start).trim() === ''
  if (map.type === 'block-map') return isFirstInLine ? [lines(text, begin, pair.end)] : undefined
  const pairs = pairsOf(map)
  const index = pairs.findIndex(({ start }) => start === pair.start)
  const before = pairs[index - 1]
  const { comma, rest } = behind(text, pair.end)
  const commaBefore = before === undefined ? undefined : behind(text, before.end).comma
  const isLastOfSeveral = comma === undefined && commaBefore !== undefined
  if (isFirstInLine && rest === 'nothing') {
    const separator = isLastOfSeveral ? [{ start: commaBefore, end: commaBefore + 1, text: '' }] : []
    return [...separator, lines(text, begin, comma ?? pair.end)]
  }
  if (isLastOfSeveral) {
    const isBare = text.slice(commaBefore + 1, pair.start).trim() === ''
    return [{ start: isBare ? commaBefore : pair.start, end: pair.end, text: '' }]
  }
  const end = (comma ?? pair.end - 1) + 1
  const spaces = /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0
  return [{ start: pair.start, end: end + spaces, text: '' }]
}

/** The lines from the one that begins at `begin` to the one that `end` is in, with one of the line breaks around them. */
function lines(text: string, begin: number, end: number): Edit {
  const last = lineEnd(text, end)
  if (last === text.length && begin > 0) return { start: breakBefore(text, begin), end: last, text: '' }
  const after = text.startsWith('\r\n', last) ? last + 2 : last + 1
  return { start: begin, end: Math.min(after, text.length), text: '' }
}
