import jsTokens, { type JSXToken, type Token } from 'js-tokens'
import type { Script } from './scripts.ts'

/** A token that is neither white space nor comment, and where it stands in the file. */
export interface PlacedToken {
  type: (Token | JSXToken)['type']
  value: string
  offset: number
  /** Text of a string or a template without substitutions. */
  text: string | undefined
}

const IGNORABLE = new Set<PlacedToken['type']>([
  'WhiteSpace',
  'LineTerminatorSequence',
  'MultiLineComment',
  'SingleLineComment',
  'HashbangComment',
])

/** The tokens of a script that mean something. */
export function tokensOf({ code, offset: start, jsx }: Script): PlacedToken[] {
  const tokens = [...jsTokens(code, { jsx: true })]
  // `<T,>(x: T) => x` in a .tsx file looks like an element that is never closed, and its `=>` like a stray bracket.
  const misread = !jsx || tokens.some(({ type }) => type === 'JSXInvalid')
  const placed: PlacedToken[] = []
  let offset = start
  for (const token of misread ? jsTokens(code) : tokens) {
    const { type, value } = token
    if (!IGNORABLE.has(type)) placed.push({ type, value, offset, text: textOf(token) })
    offset += value.length
  }
  return placed
}

/** JavaScript with spaces in the place of its comments, also in what it evaluates, as bundlers write it in development. */
export function withoutComments(code: string): string {
  let result = ''
  let called: string[] = []
  for (const token of jsTokens(code)) {
    const { type, value } = token
    const evaluated = type === 'StringLiteral' && called.join('') === 'eval(' ? textOf(token) : undefined
    if (type === 'MultiLineComment' || type === 'SingleLineComment') result += ' '
    else if (evaluated === undefined) result += value
    else result += JSON.stringify(withoutComments(evaluated))
    if (!IGNORABLE.has(type)) called = [...called.slice(-1), value]
  }
  return result
}

function textOf(token: Token | JSXToken): string | undefined {
  if (token.type !== 'StringLiteral' && token.type !== 'NoSubstitutionTemplate') return undefined
  if (!token.closed) return undefined
  return token.value.slice(1, -1).replace(ESCAPE, unescape)
}

const ESCAPE = /\\(u\{([0-9a-fA-F]{1,8})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\r\n|[^])/g

const SIMPLE: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  0: '\0',
  '\n': '',
  '\r': '',
  '\r\n': '',
  '\u2028': '',
  '\u2029': '',
}

function unescape(all: string, escape: string, braces?: string, four?: string, two?: string): string {
  const hex = braces ?? four ?? two
  if (hex === undefined) return SIMPLE[escape] ?? escape
  const code = Number.parseInt(hex, 16)
  return code > 0x10ffff ? all : String.fromCodePoint(code)
}
