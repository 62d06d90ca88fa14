import { closestMatch } from 'leven'

/** The one of `names` that `name` was most likely meant to be, or `undefined` when none is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const lower = name.toLowerCase().trim()
  const candidates = [...names]
  const same = candidates.find((candidate) => candidate.toLowerCase() === lower)
  if (same !== undefined) return same
  // A third of the letters may differ: `promt` is `prompt`, `zebra` is nothing.
  const maxDistance = Math.max(1, Math.floor(lower.length / 3))
  return closestMatch(lower, candidates, { maxDistance })
}

/** `; did you mean "prompt"?` or the empty string. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const found = nearest(name, names)
  return found === undefined ? '' : `; did you mean "${found}"?`
}
