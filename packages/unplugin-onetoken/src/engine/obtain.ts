import { asOneTokenError } from '../errors.ts'
import type { Project } from '../project/project.ts'
import { entrySpec } from '../project/specs.ts'
import type { ImageSpec } from '../spec/types.ts'
import type { IdentifiedSpec } from './identify.ts'
import { oneProblem } from './problems.ts'
import type { Asker, Obtained } from './renders.ts'
import type { Workshop } from './workshop.ts'

/** A picture with the spec that it was obtained for. */
export interface ObtainedSpec {
  identified: IdentifiedSpec
  obtained: Obtained
}

/** Where pictures are obtained. */
export interface ObtainParts {
  project: Project
  workshop: Pick<Workshop, 'renders' | 'family'>
  /** What could not be rendered in a build, by key: what is an edit of it does not ask for it once more. */
  failed?: Map<string, unknown> | undefined
}

/**
 * Have the picture of a spec, and before it the one that it is an edit of. Throws when it cannot be had and no placeholder
 * may take its place.
 */
export async function obtain(parts: ObtainParts, spec: ImageSpec, asker: Asker): Promise<ObtainedSpec> {
  const { renders, family } = parts.workshop
  const { failed } = parts
  const identified = await family().identify(spec)
  const { waitsFor } = identified
  if (waitsFor === undefined || (await hasPicture(renders, identified, asker)))
    return await own(parts, identified, asker)
  const known = failed?.get((await family().entry(waitsFor)).key)
  if (known !== undefined) throw known
  // To ask again is about this picture alone.
  const first = obtain(parts, entrySpec(parts.project, waitsFor), { ...asker, again: false, renew: false })
  if (!renders.decide(asker).spend) return await unpaid(parts, first, identified, asker)
  const { obtained: parent } = await first
  if ('placeholder' in parent) return { identified, obtained: parent }
  return await own(parts, await family().identify(spec), asker)
}

/** Whether an edit has a picture that is used although what it is an edit of is not there. */
async function hasPicture(
  renders: ObtainParts['workshop']['renders'],
  identified: IdentifiedSpec,
  { again, renew }: Asker,
): Promise<boolean> {
  if (again === true) return false
  if ((await renders.imported(identified)) !== undefined) return true
  return renew !== true && (await renders.isStale(identified))
}

/** What it is an edit of is there. */
async function own(
  { workshop, failed }: ObtainParts,
  identified: IdentifiedSpec,
  asker: Asker,
): Promise<ObtainedSpec> {
  try {
    return { identified, obtained: await workshop.renders.obtain(identified, asker) }
  } catch (error) {
    const isUnwanted = asOneTokenError(error)?.details?.['unwanted'] === true
    if (!isUnwanted) failed?.set(identified.key, error)
    throw error
  }
}

/** Both are missing, and both are told. */
async function unpaid(
  { workshop, project }: ObtainParts,
  first: Promise<ObtainedSpec>,
  identified: IdentifiedSpec,
  asker: Asker,
): Promise<ObtainedSpec> {
  const second = workshop.renders.obtain(identified, asker)
  const [parent, child] = await Promise.allSettled([first, second])
  if (parent.status === 'fulfilled' && child.status === 'fulfilled') {
    return { identified, obtained: child.value }
  }
  throw together([parent, child], project.root)
}

/** What went wrong in one or several works, as one error. */
export function together(outcomes: readonly PromiseSettledResult<unknown>[], root: string): unknown {
  const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  const errors = reasons.map(asOneTokenError)
  // A defect is told as it is.
  const defect = errors.indexOf(undefined)
  if (defect >= 0) return reasons[defect]
  return oneProblem(
    errors.flatMap((error) => error ?? []),
    root,
  )
}
