import { relative } from 'node:path'
import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { imageSpec, withOutput, type SpecContext } from '../spec/image-spec.ts'
import { didYouMean } from '../spec/nearest.ts'
import { DEFAULT_MANIFEST } from '../spec/resolve-settings.ts'
import { quote, quotePath, visible } from '../spec/text.ts'
import type { ImageSpec, OutputParameters, Parameters } from '../spec/types.ts'
import type { ProjectEntry } from './entries.ts'
import type { Project } from './project.ts'

/** The picture of an inline import. `base` is the importer's folder. */
export function inlineSpec(project: Project, parameters: Parameters, base: string, place?: Place): ImageSpec {
  const { defaults, styles } = project.settings
  const { edit } = parameters
  if (edit !== undefined && !project.entries.has(edit)) throw unknownEntry(project, edit, place)
  return atPlace(place, () =>
    withStylesOfManifests(project, parameters, () =>
      imageSpec(parameters, { base, place, defaults: [defaults], styles }),
    ),
  )
}

/** Where a style is not there for an import, but for the entries of a manifest, say why. */
function withStylesOfManifests<T>({ manifests, root }: Project, { style }: Parameters, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error?.code !== 'UNKNOWN_STYLE' || style === undefined) throw thrown
    const holder = manifests.find(({ settings }) => Object.hasOwn(settings.styles ?? {}, style))
    if (holder === undefined) throw error
    const file = quotePath(relative(root, holder.file)).slice(1, -1)
    throw new OneTokenError(error.code, error.message, {
      hint: `${file} has it for its own entries alone, as the settings stand elsewhere: declare it under "styles" there.`,
      place: error.place,
      cause: error,
    })
  }
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
  importedAt?: Place,
): ImageSpec | undefined {
  const entry = project.entries.get(name)
  if (entry?.dark === undefined) return undefined
  const place = entry.places?.dark ?? entry.place
  const context = { ...contextOf(project, entry), place, places: undefined }
  // Its light version is cut so as well: candidates are its own.
  const { pick: _, ...cut } = output
  // No "pick" could take another one of several, whatever the defaults say.
  const parameters = { ...inherited(entry.parameters), ...entry.dark, edit: name, n: 1 }
  return specIn(parameters, cut, { ...context, name: `${name}:dark`, label: `${name}:dark` }, importedAt)
}

/** What says which picture it is; all else a dark version takes from its entry. */
const OWN = ['prompt', 'style', 'variables', 'n', 'pick', 'take', 'image', 'mask', 'edit'] as const

function inherited(parameters: Parameters): Parameters {
  const others = { ...parameters }
  for (const name of OWN) delete others[name]
  return others
}

function contextOf(project: Project, { base, place, places, manifest }: ProjectEntry): SpecContext {
  const { defaults, styles } = project.settings
  const own = manifest.settings
  return {
    base,
    place,
    places,
    defaults: [defaults, own.defaults ?? {}],
    styles: { ...styles, ...own.styles },
  }
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
  // Of two that do not agree, it is the import's that is wrong.
  const { pick: _, ...places } = context.places ?? {}
  return atPlace(place ?? context.place, () => withOutput(parameters, output, { ...context, places }))
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
    const isDefault = settings.manifest.every(({ file }) => file === DEFAULT_MANIFEST)
    const globs = settings.manifest.map(({ file }) => visible(file)).join(', ')
    return new OneTokenError(
      'UNKNOWN_ENTRY',
      `There is no entry ${quote(name)}: the project has no manifest (${globs}).`,
      {
        hint: `${isDefault ? 'Create images.yaml' : 'Correct "manifest" in the settings, or create such a file'} with "version: 1", "images:" and an entry ${quote(`${name}:`)} that has a "prompt".`,
        place,
      },
    )
  }
  const light = name.replace(/:dark$/, '')
  if (light !== name && entries.get(light)?.dark !== undefined) {
    return new OneTokenError(
      'UNKNOWN_ENTRY',
      `${quote(name)} is no entry: it is the dark version of the entry ${quote(light)}.`,
      { hint: `Name ${light}: its image object has the dark version as "dark".`, place },
    )
  }
  const group = name.replace(/\/\*{0,2}$/, '')
  const members = names.filter((one) => one.startsWith(`${group}/`))
  if (members.length > 0) {
    return new OneTokenError(
      'UNKNOWN_ENTRY',
      `${quote(name)} is no entry: it is a group of ${members.length === 1 ? '1 entry' : `${members.length} entries`}.`,
      { hint: `Name one of them: ${listed(members)}.`, place },
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
  return `The entries are ${listed(names)}.`
}

function listed(names: readonly string[]): string {
  const rest = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''
  return `${names.slice(0, MOST_NAMED).join(', ')}${rest}`
}
