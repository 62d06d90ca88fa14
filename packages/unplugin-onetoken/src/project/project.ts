import { resolve } from 'node:path'
import { OneTokenError, type Place } from '../errors.ts'
import { imageSpec, withOutput } from '../spec/image-spec.ts'
import { didYouMean } from '../spec/nearest.ts'
import { resolveSettings, type ResolvedSettings } from '../spec/settings.ts'
import type { ImageSpec, OutputParameters, Parameters } from '../spec/types.ts'
import { isLoopback, readEnvironment, type Environment } from './environment.ts'
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

/** Read a project. Throws what is wrong with its settings or manifests. */
export async function loadProject({ root, config, mode, env }: ProjectOptions): Promise<Project> {
  const [environment, file] = await Promise.all([
    readEnvironment(root, mode, env),
    readSettingsFile(root, config),
  ])
  const manifests = await readManifests(root, resolveSettings(file?.settings ?? {}).manifest)
  const settings = projectSettings(file, manifests)
  return {
    root,
    settings,
    environment,
    entries: entriesByName(manifests, root),
    manifests,
    store: resolve(root, settings.store),
    provider: isLoopback(environment.baseURL) ? 'mock' : settings.provider,
    files: [...(file === undefined ? [] : [file.file]), ...manifests.map((manifest) => manifest.file)],
  }
}

/**
 * The settings of the project. Without a settings file they stand at the top of the manifest; beside one, a
 * manifest may hold only what concerns its own entries, so that each setting has one place.
 */
function projectSettings(
  file: Awaited<ReturnType<typeof readSettingsFile>>,
  manifests: readonly PrefixedManifest[],
): ResolvedSettings {
  const [first, second] = manifests
  if (file === undefined && second !== undefined) {
    throw new OneTokenError(
      'SETTINGS_INVALID',
      `There are ${manifests.length} manifests and no settings file.`,
      {
        hint: 'Keep one manifest, or name them in onetoken.config.ts: manifest: ["images.yaml", { file: "shop.yaml", prefix: "shop" }].',
        place: { file: second.file },
      },
    )
  }
  if (file === undefined) return resolveSettings(first?.settings ?? {})
  for (const manifest of manifests) {
    const other = Object.keys(manifest.settings).find((name) => name !== 'defaults' && name !== 'styles')
    if (other === undefined) continue
    throw new OneTokenError(
      'MANIFEST_INVALID',
      `"${other}" stands in the manifest, but the project has a settings file.`,
      {
        hint: `Move "${other}" to ${file.file}; beside it a manifest holds only "defaults" and "styles" of its own entries.`,
        place: { file: manifest.file },
      },
    )
  }
  return resolveSettings(file.settings)
}

/** The picture of an inline import. `base` is the importer's folder. */
export function inlineSpec(project: Project, parameters: Parameters, base: string, place?: Place): ImageSpec {
  const { defaults, styles } = project.settings
  return imageSpec(parameters, { base, place, defaults: [defaults], styles })
}

/** The picture of an entry, cut as `output` says. Throws `UNKNOWN_ENTRY`. */
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
  return withOutput(entry.parameters, output, {
    name,
    base: entry.base,
    place: entry.place,
    defaults: [defaults, own.defaults ?? {}],
    styles: { ...styles, ...own.styles },
  })
}

function unknownEntry(project: Project, name: string, place: Place | undefined): OneTokenError {
  const names = [...project.entries.keys()]
  if (project.manifests.length === 0) {
    const globs = project.settings.manifest.map(({ file }) => file).join(', ')
    return new OneTokenError(
      'UNKNOWN_ENTRY',
      `There is no entry "${name}": the project has no manifest (${globs}).`,
      {
        hint: `Create images.yaml with "version: 1", "images:" and an entry "${name}:" that has a "prompt".`,
        place,
      },
    )
  }
  const files = project.manifests.map((manifest) => manifest.file).join(', ')
  return new OneTokenError(
    'UNKNOWN_ENTRY',
    `There is no entry "${name}" in ${files}${didYouMean(name, names) || '.'}`,
    {
      hint:
        names.length === 0
          ? 'The manifest has no entries.'
          : `It has ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}.`,
      place,
    },
  )
}
