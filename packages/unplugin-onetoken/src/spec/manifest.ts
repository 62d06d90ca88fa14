import { OneTokenError, type Place } from '../errors.ts'
import { collector, throwAll, type Keep } from './check.ts'
import { checkEntry, isMapping, type ManifestEntry } from './manifest-entry.ts'
import { didYouMean, nearest } from './nearest.ts'
import { PARAMETER_NAMES } from './parameters.ts'
import type { ManifestSettings } from './settings-types.ts'
import { collectSettings, MANIFEST_SETTINGS } from './settings.ts'
import { quote, show } from './text.ts'
import { parseYaml, type YamlFile } from './yaml.ts'

/** A manifest file, checked. */
export interface Manifest {
  /** Absolute path. */
  file: string
  entries: ManifestEntry[]
  /** Settings at the top of the file: for its own entries, or for the project where there is no settings file. */
  settings: ManifestSettings
  /** Where the name of each of them stands. */
  settingPlaces: Readonly<Record<string, Place>>
}

/** The version of the manifest's language. */
export const VERSION = 1

/**
 * Read a manifest. Throws one error for all mistakes in it, each with line and column:
 * the mistake's own code when there is one, `MANIFEST_INVALID` or `SEVERAL` otherwise.
 */
export function parseManifest(text: string, file: string): Manifest {
  const yaml = parseYaml(text, file, 'MANIFEST_INVALID')
  const top = yaml.value
  if (!isMapping(top)) {
    const what = top === null ? 'is empty' : 'is not a mapping'
    throw new OneTokenError('MANIFEST_INVALID', `The manifest ${what}.`, {
      hint: 'It begins with "version: 1", then "images:" with an entry for each picture.',
      place: yaml.locate([]),
    })
  }
  const errors: OneTokenError[] = []
  const keep = collector(errors)
  checkTop(top, yaml, keep)
  const written = Object.fromEntries(Object.entries(top).filter(([name]) => MANIFEST_SETTINGS.includes(name)))
  const settings = collectSettings(written, yaml.locate, keep)
  const entries = checkEntries(top['images'] ?? {}, yaml, keep)
  throwAll(errors, (count) => `The manifest has ${count} mistakes`)
  const places = Object.keys(written).map((name) => [name, yaml.locate([name], 'name')] as const)
  return { file, entries, settings, settingPlaces: Object.fromEntries(places) }
}

function checkTop(top: Record<string, unknown>, yaml: YamlFile, keep: Keep): void {
  const allowed = ['version', 'images', ...MANIFEST_SETTINGS]
  for (const name of Object.keys(top).filter((one) => !allowed.includes(one))) {
    keep(() => {
      throw new OneTokenError(
        'MANIFEST_INVALID',
        `${quote(name)} is nothing that a manifest has${didYouMean(name, allowed) || '.'}`,
        { hint: topHint(name, nearest(name, allowed)), place: yaml.locate([name], 'name') },
      )
    })
  }
  keep(() => checkVersion(top['version'], yaml))
}

function topHint(name: string, near: string | undefined): string | undefined {
  if (name === 'manifest') return 'Which files are manifests is said in onetoken.config.ts.'
  if (near !== undefined) return undefined
  if (PARAMETER_NAMES.includes(name))
    return 'Parameters go into an entry below "images", or below "defaults".'
  return 'Pictures go below "images".'
}

function checkVersion(version: unknown, yaml: YamlFile): void {
  if (version === VERSION) return
  const said = (version ?? null) === null ? 'does not say its version' : `says version ${show(version)}`
  throw new OneTokenError(
    'MANIFEST_INVALID',
    `The manifest ${said}; this release reads version ${VERSION}.`,
    {
      hint: `Write "version: ${VERSION}" as its first line.`,
      place: yaml.locate(version === undefined ? [] : ['version']),
    },
  )
}

function checkEntries(images: unknown, yaml: YamlFile, keep: Keep): ManifestEntry[] {
  if (!isMapping(images)) {
    keep(() => {
      throw new OneTokenError('MANIFEST_INVALID', '"images" is not a mapping of names to pictures.', {
        hint: 'Write it as in "images:", then "  hero:", then "    prompt: a red fox".',
        place: yaml.locate(['images']),
      })
    })
    return []
  }
  return Object.entries(images).flatMap(([name, value]) => {
    const entry = keep(() => checkEntry(name, value, yaml, keep))
    return entry === undefined ? [] : [entry]
  })
}
