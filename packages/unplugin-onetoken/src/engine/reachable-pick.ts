import type { Parameters } from '../spec/types.ts'
import type { NamedPicture, ParameterChange } from './named-picture.ts'

/** A `pick` that goes, as there are fewer pictures by now than its number. */
export interface FormerPick {
  /** From 1. */
  number: number
  /** The parameters of the entry without it. */
  parameters: Parameters
  change: ParameterChange
}

/**
 * See whether the "pick" of a picture is beyond the `pictures` that it is going to have: then it has to go, and the first
 * one is used. Undefined when it may stay. Dark versions have none.
 */
export function formerPick({ entry, spec }: NamedPicture, pictures: number): FormerPick | undefined {
  if (spec.pick <= pictures) return undefined
  // No default takes its place: each picture has its own.
  const { pick: _, ...parameters } = entry.parameters
  return { number: spec.pick, parameters, change: { kind: 'remove', parameter: 'pick' } }
}
