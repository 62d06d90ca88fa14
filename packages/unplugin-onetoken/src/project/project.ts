import { relative, resolve } from 'node:path'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import { isLoopback, PRETEND } from '../spec/loopback.ts'
import { resolveSettings, type ResolvedSettings } from '../spec/settings.ts'
import { quotePath } from '../spec/text.ts'
import { readEnvironment, type Environment } from './environment.ts'
import { collectEntries, type ProjectEntry } from './entries.ts'
import { openManifestCache } from './manifest-cache.ts'
import { readManifests, type PrefixedManifest } from './manifest-files.ts'
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
  const { manifest: sources, store: folder } = resolveSettings(file?.settings ?? {})
  const cache = openManifestCache(resolve(root, folder, '.cache'))
  const manifests = await readManifests(root, sources, cache).catch((error: unknown) => {
    throw asOneTokenError(error)?.at(settingsPlace) ?? error
  })
  const settings = projectSettings(root, file, manifests)
  const store = resolve(root, settings.store)
  return {
    root,
    settings,
    environment,
    entries: await collectEntries(manifests, { root, store }),
    manifests,
    store,
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
