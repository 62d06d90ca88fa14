/**
 * Text that may stand in XML, in an element or in a quoted attribute.
 * What XML 1.0 forbids (control characters, lone surrogates, U+FFFE and U+FFFF) becomes a space.
 */
export function xmlText(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark)
}

/** Text on one line, without what XML forbids and without invisible marks that reorder what follows. */
export function plainText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
