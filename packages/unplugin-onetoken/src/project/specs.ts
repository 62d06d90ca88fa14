import { relative } from 'node:path'
import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { imageSpec, withOutput, type SpecContext } from '../spec/image-spec.ts'
import { didYouMean } from '../spec/nearest.ts'
import { quote, quotePath, visible } from '../spec/text.ts'
import type { ImageSpec, OutputParameters, Parameters } from '../spec/types.ts'
import type { ProjectEntry } from './entries.ts'
import type { Project } from './project.ts'

/** The picture of an inline import. `base` is the importer's folder. */
export function inlineSpec(project: Project, parameters: Parameters, base: string, place?: Place): ImageSpec {
  const { defaults, styles } = project.settings
  const { edit } = parameters
  if (edit !== undefined && !project.entries.has(edit)) throw unknownEntry(project, edit, place)
  return atPlace(place, () => imageSpec(parameters, { base, place, defaults: [defaults], styles }))
}

/** The picture of an entry, cut as `output` says. Throws `UNKNOWN_ENTRY`, or what is wrong with the entry at its place. */
export function entrySpec(
  project: Project,
  name: string,
  output: OutputParameters = {},
  place?: Place,
): ImageSpec {
  const entry = project.entries.get(name)
  if (entry === undefined) throw unknownEntry(project, name, place)
  return specIn(entry.parameters, output, { name, ...contextOf(project, entry) }, place)
}

/** The dark version of an entry, cut as `output` says; undefined when it has none. */
export function darkSpec(
  project: Project,
  name: string,
  output: OutputParameters = {},
  place?: Place,
): ImageSpec | undefined {
  const entry = project.entries.get(name)
  if (entry?.dark === undefined) return undefined
  const context = { ...contextOf(project, entry), place: entry.places?.dark ?? entry.place }
  // Its light version is cut so as well: candidates are its own.
  const { pick: _, ...cut } = output
  const parameters = { ...inherited(entry.parameters), ...entry.dark, edit: name }
  return specIn(parameters, cut, { ...context, name: `${name}:dark`, label: `${name} (dark)` }, place)
}

/** What says which picture it is; all else a dark version takes from its entry. */
const OWN = ['prompt', 'style', 'variables', 'n', 'pick', 'take', 'image', 'mask', 'edit'] as const

function inherited(parameters: Parameters): Parameters {
  const others = { ...parameters }
  for (const name of OWN) delete others[name]
  return others
}

function contextOf(project: Project, { base, place, manifest }: ProjectEntry): SpecContext {
  const { defaults, styles } = project.settings
  const own = manifest.settings
  return { base, place, defaults: [defaults, own.defaults ?? {}], styles: { ...styles, ...own.styles } }
}

function specIn(
  parameters: Parameters,
  output: OutputParameters,
  context: SpecContext,
  place: Place | undefined,
): ImageSpec {
  // First as it stands in the manifest, so that its own mistakes are told there and those of the import here.
  const spec = atPlace(context.place, () => imageSpec(parameters, context))
  if (Object.keys(output).length === 0) return spec
  return atPlace(place ?? context.place, () => withOutput(parameters, output, context))
}

function atPlace<T>(place: Place | undefined, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw asOneTokenError(error)?.at(place) ?? error
  }
}

const MOST_NAMED = 12

function unknownEntry(project: Project, name: string, place: Place | undefined): OneTokenError {
  const { entries, manifests, settings, root } = project
  const names = [...entries.keys()]
  if (manifests.length === 0) {
    const globs = settings.manifest.map(({ file }) => visible(file)).join(', ')
    return new OneTokenError(
      'UNKNOWN_ENTRY',
      `There is no entry ${quote(name)}: the project has no manifest (${globs}).`,
      {
        hint: `Create images.yaml with "version: 1", "images:" and an entry ${quote(`${name}:`)} that has a "prompt".`,
        place,
      },
    )
  }
  const [first] = manifests
  const where =
    first !== undefined && manifests.length === 1
      ? quotePath(relative(root, first.file)).slice(1, -1)
      : `the ${manifests.length} manifests`
  return new OneTokenError(
    'UNKNOWN_ENTRY',
    `There is no entry ${quote(name)} in ${where}${didYouMean(name, names) || '.'}`,
    { hint: entriesHint(names), place },
  )
}

function entriesHint(names: readonly string[]): string {
  if (names.length === 0) return 'There are no entries yet.'
  if (names.length === 1) return `The only entry is ${names[0]}.`
  const rest = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''
  return `The entries are ${names.slice(0, MOST_NAMED).join(', ')}${rest}.`
}
