import { closestMatch } from 'leven'
import { quote } from './text.ts'

/** Longer names are sentences: nothing is near them. */
const MAX_LENGTH = 100

/** The one of `names` that `name` was most likely meant to be, or `undefined` when none is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  if (name.length > MAX_LENGTH) return undefined
  const lower = name.toLowerCase().trim()
  const candidates = [...names]
  const same = candidates.find((candidate) => candidate.toLowerCase() === lower)
  if (same !== undefined) return same
  const sorted = letters(lower)
  const swapped = candidates.find((candidate) => letters(candidate) === sorted)
  if (swapped !== undefined) return swapped
  // A third of the letters may differ: `promt` is `prompt`, `zebra` is nothing. One letter is like any other.
  const maxDistance = lower.length < 2 ? 0 : Math.max(1, Math.round(lower.length / 3))
  return closestMatch(lower, candidates, { maxDistance })
}

/** The letters in order, equal for `hihg` and `high`, `top right` and `right top`. */
function letters(name: string): string {
  return [...name.toLowerCase()].sort().join('')
}

/** `; did you mean "prompt"?` or the empty string. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const found = nearest(name, names)
  return found === undefined ? '' : `; did you mean ${quote(found)}?`
}
