const TYPES: Record<string, string> = {
  json: 'application/json',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  avif: 'image/avif',
  gif: 'image/gif',
}

/** The content type of a file of the store, by its name. */
export function contentType(name: string): string {
  return TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
}

/**
 * Milliseconds from one date of a server to a later one, both as its headers `Last-Modified` and `Date` have them,
 * in whole seconds; undefined when one of them is not there or is no date.
 */
export function ageBetween(
  lastModified: string | null | undefined,
  date: string | null | undefined,
): number | undefined {
  const age = Date.parse(date ?? '') - Date.parse(lastModified ?? '')
  return Number.isNaN(age) ? undefined : Math.max(0, age)
}
