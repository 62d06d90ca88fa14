import { asOneTokenError } from '../errors.ts'
import type { Engine } from './engine.ts'
import { survey, type PlannedRender } from './survey.ts'

/** Edits that builds use as they were before the pictures changed that they are edits of. */
export interface StaleEdits {
  /** Of entries, as `hero:dark` of a dark version; of an import the words. */
  names: string[]
  /** Whether all of them are entries, which commands can name. */
  areEntries: boolean
  /** Dollars at the most, to have them all anew. */
  worst: number
}

/**
 * The edits of these entries, and edits of those, that are stale by now; without names, all that are. For an engine that has read nothing before the
 * pictures changed. What else is wrong with the project is no matter here: the change was made.
 */
export async function staleEdits(engine: Engine, names: readonly string[] | undefined): Promise<StaleEdits> {
  const renders = names?.length === 0 ? [] : await staleBelow(engine, names)
  return {
    names: renders.flatMap((render) => (render.names.length === 0 ? [render.spec.label] : render.names)),
    areEntries: renders.every((render) => render.names.length > 0),
    worst: renders.reduce((sum, { worst }) => sum + worst, 0),
  }
}

async function staleBelow(engine: Engine, names: readonly string[] | undefined): Promise<PlannedRender[]> {
  try {
    const { renders, entries } = await survey(engine)
    const isBelow = ({ spec }: PlannedRender): boolean => {
      if (names === undefined) return true
      const { parent } = spec.render
      if (parent === undefined) return false
      const above = entries.get(parent)
      // What is not stale itself, such as a picture that the user has brought, passes nothing on.
      return names.includes(parent) || (above?.state === 'stale' && isBelow(above))
    }
    return renders.filter((render) => render.state === 'stale' && isBelow(render))
  } catch (thrown) {
    if (asOneTokenError(thrown) === undefined) throw thrown
    return []
  }
}
