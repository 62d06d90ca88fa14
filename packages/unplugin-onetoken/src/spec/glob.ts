import { count } from './bad-value.ts'

/** Characters of a glob, in UTF-16 code units: far more than any path needs. */
export const MAX_GLOB = 1000

/** Globs that the braces of one setting or of one `each` may stand for: more take seconds to be looked for. */
export const MAX_EXPANSIONS = 1000

/** What is wrong with globs that nobody can look for in reasonable time, as the end of a sentence; undefined for good ones. */
export function globsMistake(globs: readonly string[]): { what: string; hint: string } | undefined {
  const longest = Math.max(0, ...globs.map(({ length }) => length))
  if (longest > MAX_GLOB) {
    const what = `has a glob of ${count(longest)} characters, and at most ${count(MAX_GLOB)} are allowed`
    return { what, hint: 'Write several shorter ones.' }
  }
  const all = globs.reduce((sum, glob) => sum + mostExpansions(glob), 0)
  if (all <= MAX_EXPANSIONS) return undefined
  const what = `stands for more than ${count(MAX_EXPANSIONS)} globs, by what is in braces`
  return { what, hint: 'Write * for what differs.' }
}

/**
 * At least so many globs are made of one as its braces stand for. An estimate from above, as it must never be too low:
 * the library that expands them reads brackets, quotes and what is not closed in ways of its own. So many commas and
 * braces make the most of it when each brace has as many commas.
 */
export function mostExpansions(glob: string): number {
  // What that library skips, and what it does not take for a part of a number.
  const text = glob.replaceAll(/["'`\\\ufeff\u00a0]/g, '')
  const braces = text.split('{').length - 1
  if (braces === 0) return 1
  const commas = text.split(',').length - 1
  const ranges = [...text.matchAll(RANGE)].map((match) => {
    const [whole, from = '', to = '', step = ''] = match
    const [before, after] = [text.slice(0, match.index), text.slice(match.index + whole.length)]
    // What is nested in a range is taken out of it, and anything may be its end then: nobody writes that.
    const isInside = before.split('{').length > before.split('}').length
    return isInside && (before.endsWith('}') || after.startsWith('{')) ? Infinity : rangeSize(from, to, step)
  })
  return ranges.reduce((product, size) => product * size, (commas / braces + 1) ** braces)
}

const RANGE = /([^{},.]*)\.\.([^{},.]*)(?:\.\.([^{},.]*))?/g

/** `1..12`, `a..z`, `0..100..10`; 1 for what is no range, such as the dots of a path. */
function rangeSize(from: string, to: string, step: string): number {
  const [first, last] = [numberOf(from), numberOf(to)]
  if (first === undefined || last === undefined) {
    const codes = [codesOf(from), codesOf(to)]
    if (codes.some(({ length }) => length === 0)) return 1
    return Math.max(...codes.flat()) - Math.min(...codes.flat()) + 1
  }
  return Math.floor(Math.abs(last - first) / Math.max(1, Math.abs(Number(step)) || 1)) + 1
}

function numberOf(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isNaN(number) ? undefined : number
}

/** Of the characters that may be an end of a range of letters: a number is one by its first, a longer word is none. */
function codesOf(text: string): number[] {
  const characters = numberOf(text) === undefined ? text : text.slice(0, 1)
  if (/^[\w./-]{2,}$/.test(characters)) return []
  return Array.from({ length: characters.length }, (_, index) => characters.charCodeAt(index))
}
