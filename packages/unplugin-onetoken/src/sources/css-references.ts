import { tokenize, TokenType, type CSSToken } from '@csstools/css-tokenizer'
import { specifierOfURL, URL_REFERENCE } from '../spec/reference.ts'

/** A picture in a style sheet: `url('onetoken:hero')`, or a string of `image-set()`. */
export interface CssReference {
  /** `virtual:onetoken/hero` */
  specifier: string
  /** As it is written, with its escapes decoded. */
  written: string
  /** What a `url("…")` takes the place of: UTF-16 code units from 0. */
  start: number
  end: number
  /** Where the words begin. */
  offset: number
  /** What a compiler put before it. */
  folder: string
}

/**
 * What a style sheet is written in: CSS, or a language with `//` comments and interpolation, or CSS that was compiled,
 * where a reference of an imported sheet may have become a path: `../styles/onetoken:hero`.
 */
export type CssDialect = 'css' | 'sass' | 'less' | 'compiled'

const INTERPOLATION: Partial<Record<CssDialect, RegExp>> = { sass: /#\{/, less: /@\{/ }

const LINE_COMMENTS: ReadonlySet<CssDialect> = new Set(['sass', 'less'])

const FOLDER = /^[^:?]*\/(?=(?:virtual:)?onetoken[:/?])/i

/** The pictures that a style sheet names. What a preprocessor has still to put together is left out. */
export function cssReferences(css: string, dialect: CssDialect = 'css'): CssReference[] {
  if (!/onetoken/i.test(css)) return []
  const tokens = tokenize({ css: LINE_COMMENTS.has(dialect) ? withoutLineComments(css) : css })
  const found = urlsOf(meaningful(tokens), dialect === 'sass' ? css : undefined)
  return found.flatMap(({ value, ...place }) => {
    const folder = dialect === 'compiled' ? (FOLDER.exec(value)?.[0] ?? '') : ''
    const written = value.slice(folder.length)
    if (!URL_REFERENCE.test(written) || INTERPOLATION[dialect]?.test(written) === true) return []
    return [{ specifier: specifierOfURL(written), written, folder, ...place }]
  })
}

type FoundURL = Pick<CssReference, 'start' | 'end' | 'offset'> & { value: string }

/**
 * `url(…)` with and without quotes, and strings in `image-set()`; not what is imported.
 * @param lines The text itself, in languages that may end an import by the end of its line.
 */
function urlsOf(tokens: readonly CSSToken[], lines: string | undefined): FoundURL[] {
  const found: FoundURL[] = []
  const open: string[] = []
  let isImport = false
  for (const [index, token] of tokens.entries()) {
    const [type, text, start, end] = token
    if (type === TokenType.AtKeyword) isImport = /^@(?:import|use|forward)$/i.test(text)
    else if (type === TokenType.Semicolon || type === TokenType.OpenCurly) isImport = false
    else if (isImport && open.length === 0) {
      const before = tokens[index - 1]?.[3] ?? start
      isImport = lines?.slice(before, start).includes('\n') !== true
    }
    // `@use 'theme' with ($hero: url('onetoken:hero'))` gives it as a value.
    const isImported = isImport && !open.includes('(')
    if (type === TokenType.URL) {
      if (isImported) continue
      const [head] = /^url\(\s*/i.exec(text) ?? ['']
      found.push({ value: valueOf(token), start, end: end + 1, offset: start + head.length })
    } else if (type === TokenType.Function || type === TokenType.OpenParen) open.push(text.toLowerCase())
    else if (type === TokenType.CloseParen) open.pop()
    else if (type === TokenType.String) {
      const before = tokens[index - 1]
      const behind = tokens[index + 1]
      const around = open.at(-1) ?? ''
      if (isImported) continue
      if (before?.[0] === TokenType.Function && around === 'url(' && behind?.[0] === TokenType.CloseParen)
        found.push({ value: valueOf(token), start: before[2], end: behind[3] + 1, offset: start + 1 })
      else if (IMAGE_SET.test(around))
        found.push({ value: valueOf(token), start, end: end + 1, offset: start + 1 })
    }
  }
  return found
}

const IMAGE_SET = /^(?:-webkit-)?image-set\($/

function valueOf(token: CSSToken): string {
  return (token[4] as { value: string }).value.trim()
}

function meaningful(tokens: readonly CSSToken[]): CSSToken[] {
  return tokens.filter(([type]) => type !== TokenType.Whitespace && type !== TokenType.Comment)
}

/**
 * What may hold a `//` that begins no comment, or such a comment: Sass and Less end it at the end of its line. What is not
 * closed ends with its line, or with the sheet, so that nobody looks for its end twice.
 */
const STRINGS_AND_COMMENTS =
  /"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?|\/\*[^]*?(?:\*\/|$)|\burl\(\s*[^"'\s)][^)\n]*\)?|(\/\/[^\n\r\f]*)/gi

/** The same text with spaces in the place of comments that CSS has not. */
function withoutLineComments(css: string): string {
  return css.replace(STRINGS_AND_COMMENTS, (all, comment?: string) =>
    comment === undefined ? all : ' '.repeat(comment.length),
  )
}
