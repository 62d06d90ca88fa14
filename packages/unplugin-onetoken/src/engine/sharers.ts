import { asOneTokenError } from '../errors.ts'
import { isOwn } from '../store/record.ts'
import type { Engine } from './engine.ts'
import type { IdentifiedSpec } from './identify.ts'
import { namedPicture, pictureNames } from './named-picture.ts'

/** Finds the pictures that have the same render, as their words and all else are the same. */
export interface Sharers {
  /** The names of the other pictures that have the render of this key; not those that have one of their user's own. */
  of(name: string, key: string): Promise<string[]>
  /** These pictures are others now, so that edits of them have other keys. */
  changed(names: readonly string[]): void
}

/** Each picture is identified once, when the first is asked about, and again when what it is an edit of has changed. */
export function openSharers(engine: Engine): Sharers {
  const namesOf = new Map<string, Set<string>>()
  const identified = new Map<string, IdentifiedSpec>()
  const editsOf = new Map<string, Set<string>>()
  /** What is not identified. Undefined: everything. */
  let unknown: Set<string> | undefined

  const identifyRest = async (): Promise<void> => {
    const project = await engine.project()
    unknown ??= new Set(pictureNames(project))
    if (unknown.size === 0) return
    const family = await engine.family()
    for (const name of unknown) {
      unknown.delete(name)
      try {
        const { spec } = namedPicture(project, name)
        const { parent } = spec.render
        if (parent !== undefined) addTo(editsOf, parent, name)
        const picture = await family.identify(spec)
        identified.set(name, picture)
        addTo(namesOf, picture.key, name)
      } catch (thrown) {
        // What is wrong with another one is told where that is meant.
        if (asOneTokenError(thrown) === undefined) throw thrown
      }
    }
  }

  const forget = (name: string): void => {
    if (unknown === undefined || unknown.has(name)) return
    unknown.add(name)
    namesOf.get(identified.get(name)?.key ?? '')?.delete(name)
    identified.delete(name)
    for (const edit of editsOf.get(name) ?? []) forget(edit)
  }

  /** What was brought for good stays, whatever its words become. */
  const hasOwn = async (name: string): Promise<boolean> => {
    const picture = identified.get(name)
    if (picture === undefined) return false
    const { uses, origin } = await engine.stateOf(picture, { asItIs: true })
    return uses !== undefined && origin !== undefined && isOwn({ origin })
  }

  return {
    async of(name, key) {
      await identifyRest()
      const others: string[] = []
      for (const other of namesOf.get(key) ?? []) {
        if (other !== name && !(await hasOwn(other))) others.push(other)
      }
      return others
    },
    changed(names) {
      for (const name of names) for (const edit of editsOf.get(name) ?? []) forget(edit)
    },
  }
}

function addTo(map: Map<string, Set<string>>, id: string, name: string): void {
  const names = map.get(id)
  if (names === undefined) map.set(id, new Set([name]))
  else names.add(name)
}
