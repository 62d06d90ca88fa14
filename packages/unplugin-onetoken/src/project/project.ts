import { relative, resolve } from 'node:path'
import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { isLoopback, PRETEND } from '../spec/loopback.ts'
import { resolveSettings, type ResolvedSettings } from '../spec/resolve-settings.ts'
import type { CheckedSettings, Settings } from '../spec/settings-types.ts'
import { checkSettings } from '../spec/settings.ts'
import { quote, quotePath } from '../spec/text.ts'
import { readEnvironment, type Environment } from './environment.ts'
import type { EachOptions } from './each.ts'
import { collectEntries, type ProjectEntry } from './entries.ts'
import { isInside } from './input-file.ts'
import { openManifestCache } from './manifest-cache.ts'
import { readManifests, type PrefixedManifest } from './manifest-files.ts'
import { readSettingsFile } from './settings-file.ts'

/** Where a project is and how it is looked at. */
export interface ProjectOptions {
  /** Absolute path of the project. */
  root: string
  /** Settings file, relative to the root. @default 'onetoken.config.{ts,mts,mjs,js,json}' */
  config?: string | undefined
  /** Settings of a script, in place of a settings file: none is looked for. */
  settings?: Settings | undefined
  /** Names the `.env` files, as in Vite. */
  mode: string
  env: Readonly<Record<string, string | undefined>>
  /** Folders of the `.env` files, the strongest last. @default the root */
  envDirs?: readonly string[] | undefined
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
  /** The same of folders, in which pictures of an `each` may come and go: what `picturesIn` told of them then. */
  folders: ReadonlyMap<string, string | undefined>
  /** When this began to be read, in milliseconds since 1970. */
  begun: number
}

/** What the environment says to a project, whatever its files say. */
export function projectEnvironment({ root, mode, env, envDirs }: ProjectOptions): Promise<Environment> {
  return readEnvironment(envDirs ?? [root], mode, env)
}

/** Read a project. Throws what is wrong with its settings or manifests. */
export async function loadProject(options: ProjectOptions): Promise<Project> {
  const begun = Date.now()
  const { root } = options
  const [environment, own] = await Promise.all([projectEnvironment(options), ownSettings(options)])
  const file = own?.file
  const settingsPlace = file === undefined ? undefined : { file }
  const { manifest: sources, ...first } = resolveSettings(own?.settings ?? {})
  const cache = openManifestCache(resolve(storeOf(root, first, settingsPlace), '.cache'))
  const manifests = await readManifests(root, sources, cache).catch((error: unknown) => {
    throw asOneTokenError(error)?.at(settingsPlace) ?? error
  })
  const settings = projectSettings(root, own, manifests)
  const store = storeOf(root, settings, settingsPlace ?? manifests[0]?.settingPlaces['store'])
  const folders = new Map<string, string | undefined>()
  const looked: EachOptions['looked'] = (folder, pictures) => void folders.set(folder, pictures)
  return {
    root,
    settings,
    environment,
    entries: await collectEntries(manifests, { root, store, looked }),
    manifests,
    store,
    provider: isLoopback(environment.baseURL) ? PRETEND : settings.provider,
    files: [...(file === undefined ? [] : [file]), ...manifests.map((manifest) => manifest.file)],
    folders,
    begun,
  }
}

/**
 * Absolute path of the folder of the renders. One that holds the project would have its sources and other files for what
 * is in a store, and commands that tidy up a store would do so with them.
 */
function storeOf(root: string, { store }: Pick<ResolvedSettings, 'store'>, place: Place | undefined): string {
  const folder = resolve(root, store)
  if (!isInside(root, folder)) return folder
  const what = folder === root ? 'is the folder of the project' : 'holds the project'
  throw new OneTokenError(
    'SETTINGS_INVALID',
    `"store" cannot be ${quote(store)}: it ${what}, and renders have one of their own.`,
    {
      hint: 'Name a folder in the project, such as "onetoken". If there are renders already, move the folders "renders" and "images" into it: then nothing is rendered again.',
      place,
    },
  )
}

/** Settings that do not stand in a manifest. */
interface OwnSettings {
  /** Absolute path of the settings file; undefined for settings of a script. */
  file: string | undefined
  settings: CheckedSettings
}

async function ownSettings({ root, config, settings }: ProjectOptions): Promise<OwnSettings | undefined> {
  if (settings === undefined) return await readSettingsFile(root, config)
  return { file: undefined, settings: checkSettings({ ...settings }, () => undefined) }
}

/**
 * The settings of the project. Without a settings file they stand at the top of the manifest; beside one, a
 * manifest may hold only what concerns its own entries, so that each setting has one place.
 */
function projectSettings(
  root: string,
  own: OwnSettings | undefined,
  manifests: readonly PrefixedManifest[],
): ResolvedSettings {
  const [first, second] = manifests
  if (own === undefined && second !== undefined) {
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
  if (own === undefined) return resolveSettings(first?.settings ?? {})
  const [what, where] =
    own.file === undefined
      ? ['a script gives the settings', 'that script']
      : ['the project has a settings file', relative(root, own.file)]
  for (const { settings, settingPlaces } of manifests) {
    const other = Object.keys(settings).find((name) => name !== 'defaults' && name !== 'styles')
    if (other === undefined) continue
    throw new OneTokenError('MANIFEST_INVALID', `"${other}" stands in the manifest, but ${what}.`, {
      hint: `Move "${other}" to ${where}; beside it a manifest holds only "defaults" and "styles" of its own entries.`,
      place: settingPlaces[other],
    })
  }
  return resolveSettings(own.settings)
}
