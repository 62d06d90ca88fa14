import { createHash } from 'node:crypto'

/** A value of JSON. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue }

/**
 * JSON with the names of every object in one order (whole numbers first, then by code units) and no white space: equal values give equal text.
 * Absent (`undefined`) members are left out, as in `JSON.stringify`.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const names = Object.keys(value).sort()
  // A null prototype keeps a member named `__proto__` a member.
  const copy: Record<string, unknown> = Object.create(null)
  for (const name of names) copy[name] = sorted((value as Record<string, unknown>)[name])
  return copy
}

/** Lower-case hex sha256 of text (as UTF-8) or bytes. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
