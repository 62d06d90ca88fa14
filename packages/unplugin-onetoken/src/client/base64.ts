const DATA_URL = /^data:([^,]*),/i
// Longer than the header of any data: URL of an image; what follows can be megabytes.
const LONGEST_HEADER = 200

/**
 * Decode base64 strictly: the standard alphabet, padded, white space apart. Node's own decoder drops what it does not
 * know, and would make a damaged picture of a damaged text.
 *
 * @returns `undefined` when the text is not base64, or empty.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const compact = /\s/.test(text) ? text.replace(/\s+/g, '') : text
  const padding = compact.endsWith('==') ? 2 : compact.endsWith('=') ? 1 : 0
  const digits = padding === 0 ? compact : compact.slice(0, -padding)
  if (compact === '' || compact.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(digits)) return undefined
  return Buffer.from(compact, 'base64')
}

/** Decode the `b64_json` of a result: base64, with or without the head of a `data:` URL. */
export function decodeResult(text: string): Buffer | undefined {
  return isDataURL(text) ? decodeDataURL(text) : decodeBase64(text)
}

/** Decode a `data:` URL of base64. */
export function decodeDataURL(text: string): Buffer | undefined {
  const trimmed = text.trimStart()
  const head = DATA_URL.exec(trimmed.slice(0, LONGEST_HEADER))
  if (head === null || !/;\s*base64\s*$/i.test(head[1] ?? '')) return undefined
  return decodeBase64(trimmed.slice(head[0].length))
}

/** Whether a text is a `data:` URL. */
export function isDataURL(text: string): boolean {
  return /^\s*data:/i.test(text.slice(0, LONGEST_HEADER))
}
