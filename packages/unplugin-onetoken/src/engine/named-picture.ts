import { OneTokenError } from '../errors.ts'
import type { ProjectEntry } from '../project/entries.ts'
import type { Project } from '../project/project.ts'
import { darkSpec, entrySpec } from '../project/specs.ts'
import type { JsonValue } from '../canonical-json.ts'
import type { ImageSpec, Parameters } from '../spec/types.ts'
import { quote } from '../spec/text.ts'
import { planChange, type PlannedChange } from './manifest-change.ts'

/** A picture that the manifests name: an entry, or the dark version of one. */
export interface NamedPicture {
  /** `hero`, or `hero:dark`. */
  name: string
  entry: ProjectEntry
  isDark: boolean
  /** As the manifest has it. */
  spec: ImageSpec
}

/** A change of one parameter of an entry. */
export type ParameterChange =
  { kind: 'set'; parameter: string; value: JsonValue } | { kind: 'remove'; parameter: string }

const DARK = /:dark$/

/** Whether a name is that of a dark version. No entry can have such a name. */
export function isDarkName(name: string): boolean {
  return DARK.test(name)
}

/** The picture of a name. Throws `UNKNOWN_ENTRY`, which names the nearest one, and what is wrong with the entry. */
export function namedPicture(project: Project, name: string): NamedPicture {
  const isDark = isDarkName(name)
  const light = name.replace(DARK, '')
  const own = entrySpec(project, light)
  const entry = project.entries.get(light)
  const spec = isDark ? darkSpec(project, light) : own
  if (entry === undefined || spec === undefined) {
    throw new OneTokenError('UNKNOWN_ENTRY', `The entry ${quote(light)} has no dark version.`, {
      hint: `First write "dark:" with its words below ${quote(light)} in the manifest.`,
      place: entry?.place,
    })
  }
  return { name, entry, isDark, spec }
}

/** The names of all pictures, as {@link namedPicture} takes them. */
export function pictureNames({ entries }: Project): string[] {
  return [...entries].flatMap(([name, { dark }]) => (dark === undefined ? [name] : [name, `${name}:dark`]))
}

/** What an entry would ask for with these parameters in place of its own. */
export function specWith(project: Project, entry: ProjectEntry, parameters: Parameters): ImageSpec {
  const entries = new Map(project.entries).set(entry.name, { ...entry, parameters })
  return entrySpec({ ...project, entries }, entry.name)
}

/** The name of an entry in its own file, without the prefix of its name space. */
export function ownName({ name, manifest: { prefix } }: Pick<ProjectEntry, 'name' | 'manifest'>): string {
  return prefix === undefined ? name : name.slice(prefix.length + 1)
}

/**
 * Find out what changes of an entry do to its manifest; the line is that of the last. Throws `MANIFEST_EDIT` where they
 * would be some of others as well.
 */
export async function planParameters(
  entry: ProjectEntry,
  ...changes: [ParameterChange, ...ParameterChange[]]
): Promise<PlannedChange> {
  const { name, place, places, manifest } = entry
  if (places?.each !== undefined) {
    const why = `${quote(name)} is one of several that "each" makes of one entry: a change would be one of all of them.`
    throw new OneTokenError('MANIFEST_EDIT', why, {
      hint: `Nothing was written. If that is meant, change "${changes[0].parameter}" there by hand.`,
      place,
    })
  }
  return await planChange(manifest.file, ...changes.map((change) => ({ ...change, entry: ownName(entry) })))
}
