/** One candidate of a `srcset`. Offsets are UTF-16 code units in the attribute's value. */
export interface SrcsetCandidate {
  url: string
  start: number
  /** Behind the last one of the URL. */
  end: number
  /** What follows the URL, such as `480w` or `2x`; empty for the only density. */
  descriptor: string
}

/**
 * Split a `srcset` as browsers do: white space ends a URL, and so do commas that stand before it or at the end.
 * https://html.spec.whatwg.org/multipage/images.html#parsing-a-srcset-attribute
 */
export function srcsetCandidates(value: string): SrcsetCandidate[] {
  const found: SrcsetCandidate[] = []
  let at = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const [taken = ''] = pattern.exec(value) ?? []
    at += taken.length
    return taken
  }
  for (;;) {
    take(/[\t\n\f\r ,]*/y)
    const start = at
    const word = take(/[^\t\n\f\r ]+/y)
    if (word === '') return found
    const url = word.replace(/,+$/, '')
    const descriptor = url === word ? take(/(?:\([^)]*\)|[^,(])*/y).trim() : ''
    found.push({ url, start, end: start + url.length, descriptor })
  }
}

/** A width, a width with a height, or a density; nothing stands for `1x`. */
const DESCRIPTOR = /^(?:\d+w(?:\s+\d+h)?|\d*\.?\d+x)?$/

/** Whether a descriptor is one that HTML knows. */
export function isDescriptor(text: string): boolean {
  return DESCRIPTOR.test(text)
}
