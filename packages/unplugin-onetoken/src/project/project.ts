import { relative, resolve } from 'node:path'
import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { imageSpec, withOutput } from '../spec/image-spec.ts'
import { isLoopback, PRETEND } from '../spec/loopback.ts'
import { didYouMean } from '../spec/nearest.ts'
import { resolveSettings, type ResolvedSettings } from '../spec/settings.ts'
import { quote, quotePath, visible } from '../spec/text.ts'
import type { ImageSpec, OutputParameters, Parameters } from '../spec/types.ts'
import { readEnvironment, type Environment } from './environment.ts'
import { entriesByName, readManifests, type PrefixedManifest, type ProjectEntry } from './manifest-files.ts'
import { readSettingsFile } from './settings-file.ts'

/** Where a project is and how it is looked at. */
export interface ProjectOptions {
  /** Absolute path of the project. */
  root: string
  /** Settings file, relative to the root. @default 'onetoken.config.{ts,mts,mjs,js,json}' */
  config?: string | undefined
  /** Names the `.env` files, as in Vite. */
  mode: string
  env: Readonly<Record<string, string | undefined>>
  /** Folder of the `.env` files; false reads none. @default the root */
  envDir?: string | false | undefined
}

/** All that a project says: settings, environment and manifests, read once. */
export interface Project {
  root: string
  settings: ResolvedSettings
  environment: Environment
  entries: ReadonlyMap<string, ProjectEntry>
  manifests: readonly PrefixedManifest[]
  /** Absolute path of the folder of the renders. */
  store: string
  /** Who renders: a loopback API makes pretend pictures, which never pass for bought ones. */
  provider: string
  /** Absolute paths of the files that a change of which changes this. */
  files: string[]
}

/** What the environment says to a project, whatever its files say. */
export function projectEnvironment({ root, mode, env, envDir }: ProjectOptions): Promise<Environment> {
  return readEnvironment(envDir === false ? undefined : (envDir ?? root), mode, env)
}

/** Read a project. Throws what is wrong with its settings or manifests. */
export async function loadProject(options: ProjectOptions): Promise<Project> {
  const { root, config } = options
  const [environment, file] = await Promise.all([projectEnvironment(options), readSettingsFile(root, config)])
  const settingsPlace = file === undefined ? undefined : { file: file.file }
  const manifests = await readManifests(root, resolveSettings(file?.settings ?? {}).manifest).catch(
    (error: unknown) => {
      throw asOneTokenError(error)?.at(settingsPlace) ?? error
    },
  )
  const settings = projectSettings(root, file, manifests)
  return {
    root,
    settings,
    environment,
    entries: entriesByName(manifests, root),
    manifests,
    store: resolve(root, settings.store),
    provider: isLoopback(environment.baseURL) ? PRETEND : settings.provider,
    files: [...(file === undefined ? [] : [file.file]), ...manifests.map((manifest) => manifest.file)],
  }
}

/**
 * The settings of the project. Without a settings file they stand at the top of the manifest; beside one, a
 * manifest may hold only what concerns its own entries, so that each setting has one place.
 */
function projectSettings(
  root: string,
  file: Awaited<ReturnType<typeof readSettingsFile>>,
  manifests: readonly PrefixedManifest[],
): ResolvedSettings {
  const [first, second] = manifests
  if (file === undefined && second !== undefined) {
    const names = manifests
      .map((manifest) => quotePath(relative(root, manifest.file)).slice(1, -1))
      .join(' and ')
    throw new OneTokenError(
      'SETTINGS_INVALID',
      `There are ${manifests.length} manifests, ${names}, and no settings file that says how they go together.`,
      {
        hint: 'Keep one manifest, or name them in onetoken.config.ts: manifest: ["images.yaml", { file: "shop.yaml", prefix: "shop" }].',
        place: { file: second.file },
      },
    )
  }
  if (file === undefined) return resolveSettings(first?.settings ?? {})
  for (const { settings, settingPlaces } of manifests) {
    const other = Object.keys(settings).find((name) => name !== 'defaults' && name !== 'styles')
    if (other === undefined) continue
    throw new OneTokenError(
      'MANIFEST_INVALID',
      `"${other}" stands in the manifest, but the project has a settings file.`,
      {
        hint: `Move "${other}" to ${relative(root, file.file)}; beside it a manifest holds only "defaults" and "styles" of its own entries.`,
        place: settingPlaces[other],
      },
    )
  }
  return resolveSettings(file.settings)
}

/** The picture of an inline import. `base` is the importer's folder. */
export function inlineSpec(project: Project, parameters: Parameters, base: string, place?: Place): ImageSpec {
  const { defaults, styles } = project.settings
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
  const { defaults, styles } = project.settings
  const own = entry.manifest.settings
  const context = {
    name,
    base: entry.base,
    place: entry.place,
    defaults: [defaults, own.defaults ?? {}],
    styles: { ...styles, ...own.styles },
  }
  // First as it stands in the manifest, so that its own mistakes are told there and those of the import here.
  const spec = atPlace(entry.place, () => imageSpec(entry.parameters, context))
  if (Object.keys(output).length === 0) return spec
  return atPlace(place ?? entry.place, () => withOutput(entry.parameters, output, context))
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
