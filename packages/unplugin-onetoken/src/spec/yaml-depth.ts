import { Lexer } from 'yaml'

const SCALAR_FOLLOWS = '\u001f'
const FLOW_ERROR = '\u0018'
const CONTROLS = new Set([SCALAR_FOLLOWS, FLOW_ERROR, '\u0002'])

/**
 * Where a text nests deeper than `most` brackets, or so deep in blocks that it has more than `most` levels; undefined
 * where it does not. It is asked before parsing: the parser recurses once a level, and what it does at the end of the
 * stack can end the process. Brackets in strings and comments do not count.
 */
export function tooDeepAt(text: string, most: number): number | undefined {
  const lines = { start: 0, fresh: true }
  // Columns of what is open in blocks. A level takes up to two: one for its name, one for its colon.
  const columns: number[] = []
  let offset = 0
  let brackets = 0
  let isScalar = false
  for (const lexeme of new Lexer().lex(text)) {
    if (!isScalar && CONTROLS.has(lexeme)) {
      isScalar = lexeme === SCALAR_FOLLOWS
      if (lexeme === FLOW_ERROR) brackets = 0
      continue
    }
    if (isScalar || !/^[ \t\r\n#]/.test(lexeme)) {
      if (brackets === 0)
        openBlock(columns, offset - lines.start, lines.fresh, !isScalar && /^[-?:]$/.test(lexeme))
      lines.fresh = false
      if (!isScalar && /^[[{]$/.test(lexeme)) brackets += 1
      if (!isScalar && /^[\]}]$/.test(lexeme)) brackets = Math.max(0, brackets - 1)
      if (brackets > most || columns.length > 2 * most) return offset
    }
    const lastBreak = lexeme.lastIndexOf('\n')
    if (lastBreak >= 0) {
      lines.start = offset + lastBreak + 1
      lines.fresh = lastBreak === lexeme.length - 1
    }
    offset += lexeme.length
    isScalar = false
  }
  return undefined
}

/** Keep track of what is open where a token stands: the first of a line closes all that does not lie to its left. */
function openBlock(columns: number[], column: number, isFirst: boolean, isIndicator: boolean): void {
  while (isFirst && (columns.at(-1) ?? -1) >= column) columns.pop()
  if (isFirst || isIndicator) columns.push(column)
}
