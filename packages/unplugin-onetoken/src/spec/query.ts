import { OneTokenError } from '../errors.ts'
import { quote } from './text.ts'

/** One `name=value` of a query. */
export interface QueryPart {
  name: string
  /** The value with its escapes decoded. */
  value: string
  /** The value split at `;`, each item with its escapes decoded: `%3B` stays inside an item. */
  items: string[]
  /** Where the part starts in the query, in UTF-16 code units from 0. */
  offset: number
}

const AMPERSAND = 'A "&" separates parameters; where it is part of a text, write %26.'

/**
 * Split a query (the text after `?`) into its parts.
 * Parts are separated by `&`; the first `=` ends the name; valid `%XX` sequences (UTF-8) are decoded and any
 * other `%` stays; `+` is a plus sign. Throws `QUERY_INVALID` for a part without `=` and for a name given twice.
 */
export function parseQuery(query: string): QueryPart[] {
  if (query === '') return []
  const parts: QueryPart[] = []
  const names = new Set<string>()
  let offset = 0
  for (const text of query.split('&')) {
    const equals = text.indexOf('=')
    if (equals < 1) throw notAPair(text, offset)
    const name = decodePercent(text.slice(0, equals))
    const raw = text.slice(equals + 1)
    if (names.has(name)) {
      throw new OneTokenError('QUERY_INVALID', `The parameter ${quote(name)} is given twice.`, {
        hint: `Keep one of them. ${AMPERSAND}`,
      })
    }
    names.add(name)
    parts.push({ name, value: decodePercent(raw), items: raw.split(';').map(decodePercent), offset })
    offset += text.length + 1
  }
  return parts
}

function notAPair(text: string, offset: number): OneTokenError {
  return new OneTokenError('QUERY_INVALID', `The query has ${whatIs(text)}; each parameter is name=value.`, {
    hint: offset > 0 ? AMPERSAND : 'Write it as in virtual:onetoken?prompt=A red fox&w=480;960',
  })
}

function whatIs(text: string): string {
  if (text === '') return 'an empty parameter'
  const shown = quote(decodePercent(text))
  return text.startsWith('=') ? `${shown} without a name before the "="` : `${shown} without a "="`
}

/** What to say of an unknown name at `index` of a query: after an `&`, the text may have meant the character. */
export function ampersandHint(index: number): string | undefined {
  return index > 0 ? AMPERSAND : undefined
}

/** Decode every valid UTF-8 sequence of `%XX` escapes; all other text, a lone `%` included, stays. */
export function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/giu, decodeRun)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeRun(run: string): string {
  const bytes = Uint8Array.from(run.slice(1).split('%'), (hex) => Number.parseInt(hex, 16))
  let out = ''
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at] ?? 0)
    const decoded = tryDecode(bytes.subarray(at, at + length), length)
    out += decoded ?? run.slice(at * 3, at * 3 + 3)
    at += decoded === undefined ? 1 : length
  }
  return out
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1
  if (lead >= 0xf0) return 4
  return lead >= 0xe0 ? 3 : 2
}

function tryDecode(bytes: Uint8Array, length: number): string | undefined {
  // What is plainly no sequence is told apart without an exception: a hostile query has very many.
  if (bytes.length < length || bytes.subarray(1).some((byte) => byte >> 6 !== 0b10)) return undefined
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
