import { CST, Parser } from 'yaml'

/** A mapping as it stands in a text: in lines of its own, or in brackets. */
export type MapToken = CST.BlockMap | CST.FlowCollection

/** One `name: value` of a mapping, and where it stands. Offsets are UTF-16 code units from 0. */
export interface PairToken {
  /** Undefined for a name that is no text, such as an alias. */
  name: string | undefined
  value: CST.Token | undefined
  /** Where it begins: at its name, or at what belongs to that. */
  start: number
  /** Behind the `:`, and behind the anchor of the value where there is one. */
  valueStart: number
  /** Behind its last character; a comment comes later. */
  end: number
}

/** The mapping that a text is; undefined when it is something else. The text has no byte order mark. */
export function topMap(text: string): MapToken | undefined {
  for (const token of new Parser().parse(text)) {
    if (token.type === 'document') return asMap(token.value)
  }
  return undefined
}

/** `token` when it is a mapping. */
export function asMap(token: CST.Token | undefined): MapToken | undefined {
  if (token?.type === 'block-map') return token
  return token?.type === 'flow-collection' && token.start.type === 'flow-map-start' ? token : undefined
}

/** The pairs of a mapping, in their order. */
export function pairsOf({ items }: MapToken): PairToken[] {
  return items.flatMap((item: CST.CollectionItem) => {
    const { start, key, sep = [], value } = item
    const colon = sep.findLast(({ type }) => !isTrivia(type))
    const first = [...start, key, ...sep].find((token) => token && !isTrivia(token.type))
    if (key === undefined || colon === undefined || first === undefined || first === null) return []
    const name = CST.isScalar(key) ? CST.resolveAsScalar(key)?.value : undefined
    const valueStart = colon.offset + colon.source.length
    return { name, value, start: first.offset, valueStart, end: endOfItem(item) ?? valueStart }
  })
}

function isTrivia(type: string): boolean {
  return ['space', 'newline', 'comment', 'comma'].includes(type)
}

/** Behind the last character of a token's content. */
export function endOf(token: CST.Token): number {
  switch (token.type) {
    case 'block-map':
    case 'block-seq':
      return token.items.map(endOfItem).findLast((end) => end !== undefined) ?? token.offset
    case 'flow-collection': {
      const bracket = token.end.find(({ type }) => type === 'flow-map-end' || type === 'flow-seq-end')
      return bracket === undefined ? token.offset : bracket.offset + 1
    }
    case 'block-scalar': {
      const header = headerOf(token)
      const bodyStart = token.props.reduce((end, prop) => Math.max(end, endOf(prop)), token.offset)
      // With a `+`, the empty lines at its end belong to the text.
      const body = header.source.includes('+') ? token.source.replace(/\r?\n$/, '') : token.source.trimEnd()
      return body.trim() === '' ? endOf(header) : bodyStart + body.length
    }
    case 'document':
      return token.offset
    default:
      return token.offset + token.source.length
  }
}

function endOfItem({ start, key, sep = [], value }: CST.CollectionItem): number | undefined {
  const last = [...start, key, ...sep, value].findLast((token) => token && !isTrivia(token.type))
  return last ? endOf(last) : undefined
}

/** The `|` or `>` of a text in lines of its own, with what belongs to it. */
export function headerOf(token: CST.BlockScalar): CST.SourceToken {
  return token.props.find(({ type }) => type === 'block-scalar-header') as CST.SourceToken
}

/** Where the line begins that an offset is in. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
}

/** Where the line ends that an offset is in: before its line break. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  if (end === -1) return text.length
  return text[end - 1] === '\r' && end > offset ? end - 1 : end
}

/** The line break at the end of the line that an offset is in; that of the first line where it is the last one. */
export function eolAt(text: string, offset: number): string {
  return /\r?\n/.exec(text.slice(offset))?.[0] ?? /\r?\n/.exec(text)?.[0] ?? '\n'
}
