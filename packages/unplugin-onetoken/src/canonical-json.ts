import { createHash } from 'node:crypto'

/** A value of JSON. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue }

/**
 * JSON with the names of every object in one order (whole numbers first, then by code units) and no white space: equal values give equal text.
 * Absent (`undefined`) members are left out, as in `JSON.stringify`.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map((item) => (isJson(item) ? canonicalJson(item) : 'null')).join(',')}]`
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = value as Record<string, unknown>
  const parts: string[] = []
  for (const name of ordered(Object.keys(members))) {
    const member = members[name]
    if (isJson(member)) parts.push(`${JSON.stringify(name)}:${canonicalJson(member)}`)
  }
  return `{${parts.join(',')}}`
}

/** `JSON.stringify` leaves out members that have no text. */
function isJson(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol'
}

/** The names that objects put first: those of the indexes of arrays. */
const INDEX = /^(?:0|[1-9]\d{0,9})$/
const MOST_INDEXES = 2 ** 32 - 1

function beginsWithDigit(name: string): boolean {
  const code = name.charCodeAt(0)
  return code >= 48 && code <= 57
}

function ordered(names: string[]): string[] {
  names.sort()
  if (!names.some(beginsWithDigit)) return names
  const isIndex = (name: string): boolean => INDEX.test(name) && Number(name) < MOST_INDEXES
  const indexes = names.filter(isIndex).sort((a, b) => Number(a) - Number(b))
  return [...indexes, ...names.filter((name) => !isIndex(name))]
}

/** Lower-case hex sha256 of text (as UTF-8) or bytes. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
