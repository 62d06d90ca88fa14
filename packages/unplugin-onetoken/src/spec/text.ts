/**
 * Text as it is sent to the API: Unicode NFC, CRLF as LF, without white space at either end.
 * Nothing else is changed.
 */
export function normalizeText(text: string): string {
  return text.normalize('NFC').replaceAll('\r\n', '\n').trim()
}

const MAX_QUOTED = 60

/** `text` in quotes on one line, shortened, with control characters shown as escapes. Safe for terminals. */
export function quote(text: string): string {
  const points = [...text]
  const short = points.length > MAX_QUOTED ? `${points.slice(0, MAX_QUOTED - 1).join('')}…` : text
  return `"${visible(short)}"`
}

/**
 * `text` with everything that could steer a terminal or a CI log shown as an escape: C0, C1, line and
 * paragraph separators, bidirectional controls, and a `::` at the start of a line (GitHub's log commands).
 */
export function visible(text: string): string {
  return text
    .replace(
      /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu,
      (character) => {
        const named = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character]
        return named ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
      },
    )
    .replace(/^::/, '\\u003a:')
}
