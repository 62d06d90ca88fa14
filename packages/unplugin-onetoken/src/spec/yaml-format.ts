import { stringify } from 'yaml'
import type { JsonValue } from '../canonical-json.ts'

/** How a value is to be written, beside what it is. */
export interface YamlStyle {
  /** The file is JSON, and stays it. */
  isJson: boolean
  /** Inside of brackets, where text ends at a comma or a bracket. */
  inFlow: boolean
  /** Spaces before the lines of text that has several. */
  indent: string
  /** Line break of the file. */
  eol: string
  /** Quotes around text that needs some. @default '"' */
  quote?: '"' | "'" | undefined
}

/** The same for what is written on one line. */
export type InlineStyle = Omit<YamlStyle, 'indent' | 'eol'>

/** A value as text. `body` is what stands in lines of its own, below that of `head`; it begins with a line break. */
export interface YamlText {
  head: string
  body: string
}

/** What YAML cannot hold as it is, or what other readers of it take for a line break or for nothing. */
const UNSAFE = /[\0-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/u

/** Write a value, in lines of its own only where text has several lines. Mappings and lists are written in brackets. */
export function formatValue(value: JsonValue, style: YamlStyle): YamlText {
  const isLiteral =
    typeof value === 'string' &&
    value.includes('\n') &&
    !style.isJson &&
    !style.inFlow &&
    value.split('\n').every((line) => line === line.trim() && !UNSAFE.test(line)) &&
    value === value.trim()
  if (!isLiteral) return { head: formatInline(value, style), body: '' }
  const lines = value.split('\n').map((line) => style.eol + (line === '' ? '' : style.indent + line))
  return { head: '|-', body: lines.join('') }
}

/** Write a value on one line. */
export function formatInline(value: JsonValue, style: InlineStyle): string {
  if (typeof value === 'string') return formatText(value, style)
  if (value === null || typeof value !== 'object') return String(value)
  const inner = { ...style, inFlow: true }
  if (Array.isArray(value)) return `[${value.map((item) => formatInline(item, inner)).join(', ')}]`
  const pairs = Object.entries(value).map(([name, member]) => formatPair(name, member, inner))
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
}

/** `name: value` on one line. */
export function formatPair(name: string, value: JsonValue, style: InlineStyle): string {
  return `${formatText(name, style)}: ${formatInline(value, style)}`
}

/** Text on one line, in quotes only where it would be read as something else without. */
export function formatText(text: string, { isJson, inFlow, quote = '"' }: InlineStyle): string {
  if (!isJson && isPlain(text, inFlow)) return text
  if (!isJson && quote === "'" && !/[\n\t]/.test(text) && !UNSAFE.test(text)) {
    return `'${text.replaceAll("'", "''")}'`
  }
  // What JSON escapes, YAML reads in the same way; it lets some pass that YAML wants escaped.
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}

function isPlain(text: string, inFlow: boolean): boolean {
  if (/[\n\t]/.test(text) || UNSAFE.test(text) || (inFlow && /[[\]{},]/.test(text))) return false
  // Other readers of the file may know YAML 1.1 alone, to which `yes`, `12:30` and `2026-01-02` are no text.
  return stringify(text, { compat: 'yaml-1.1', lineWidth: 0 }) === `${text}\n`
}
