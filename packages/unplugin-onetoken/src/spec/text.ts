import { inspect } from 'node:util'
import { MAX_QUOTED, quote } from '../quote.ts'

export { quote, quotePath, visible, visibleJson, visibleLines } from '../quote.ts'

/**
 * Text as it is sent to the API: Unicode NFC, CRLF as LF, without white space at either end.
 * Nothing else is changed. Normalised text stays as it is.
 */
export function normalizeText(text: string): string {
  // A run of CRs counts as one, or a second pass would find a CRLF again. The look-behind keeps it linear.
  return text
    .normalize('NFC')
    .replace(/(?<!\r)\r+\n/g, '\n')
    .trim()
}

/** Any value as a message shows it: text in quotes, all else as JavaScript writes it, shortened and safe for terminals. */
export function show(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (value === undefined) return 'nothing'
  const text = inspect(value, {
    depth: 4,
    breakLength: Number.POSITIVE_INFINITY,
    compact: true,
    customInspect: false,
    maxArrayLength: MAX_QUOTED,
    maxStringLength: MAX_QUOTED,
  })
  return quote(text).slice(1, -1)
}
