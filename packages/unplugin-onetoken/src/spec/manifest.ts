import { OneTokenError, type Place } from '../errors.ts'
import { checkParameters, collector, throwAll, type Keep } from './check.ts'
import { ENTRY_NAME_RULE, isEntryName } from './entry-name.ts'
import { didYouMean } from './nearest.ts'
import { PARAMETER_NAMES } from './parameters.ts'
import { MANIFEST_SETTINGS, checkSettings, type ManifestSettings } from './settings.ts'
import { quote } from './text.ts'
import type { Parameters } from './types.ts'
import { parseYaml, type YamlFile } from './yaml.ts'

/** One picture of a manifest, as it is written. */
export interface ManifestEntry {
  name: string
  parameters: Parameters
  /** Where its name stands. */
  place: Place
}

/** A manifest file, checked. */
export interface Manifest {
  /** Absolute path. */
  file: string
  entries: ManifestEntry[]
  /** Settings at the top of the file: for its own entries, or for the project where there is no settings file. */
  settings: ManifestSettings
}

const VERSION = 1

/**
 * Read a manifest. Throws one error for all mistakes in it, each with line and column:
 * the mistake's own code when there is one, `MANIFEST_INVALID` or `SEVERAL` otherwise.
 */
export function parseManifest(text: string, file: string): Manifest {
  const yaml = parseYaml(text, file, 'MANIFEST_INVALID')
  if (!isMapping(yaml.value)) {
    throw new OneTokenError('MANIFEST_INVALID', 'The manifest is not a mapping.', {
      hint: 'It begins with "version: 1", then "images:" with an entry for each picture.',
      place: yaml.locate([]),
    })
  }
  const errors: OneTokenError[] = []
  const keep = collector(errors)
  keep(() => checkTop(yaml.value as Record<string, unknown>, yaml))
  const settings = keep(() => topSettings(yaml.value as Record<string, unknown>, yaml)) ?? {}
  const entries = checkEntries(yaml, keep)
  throwAll(errors, (count) => `The manifest has ${count} mistakes`)
  return { file, entries, settings }
}

function checkTop(top: Record<string, unknown>, yaml: YamlFile): void {
  const allowed = ['version', 'images', ...MANIFEST_SETTINGS]
  for (const name of Object.keys(top)) {
    if (allowed.includes(name)) continue
    throw new OneTokenError(
      'MANIFEST_INVALID',
      `${quote(name)} is nothing that a manifest has${didYouMean(name, allowed) || '.'}`,
      {
        hint: 'Pictures go under "images".',
        place: yaml.locate([name], 'name'),
      },
    )
  }
  if (top['version'] !== VERSION) {
    const said =
      top['version'] === undefined
        ? 'does not say its version'
        : `says version ${quote(String(top['version']))}`
    throw new OneTokenError(
      'MANIFEST_INVALID',
      `The manifest ${said}; this release reads version ${VERSION}.`,
      {
        hint: `Write "version: ${VERSION}" as its first line.`,
        place: yaml.locate(top['version'] === undefined ? [] : ['version']),
      },
    )
  }
}

function topSettings(top: Record<string, unknown>, yaml: YamlFile): ManifestSettings {
  const written = Object.fromEntries(Object.entries(top).filter(([name]) => MANIFEST_SETTINGS.includes(name)))
  return checkSettings(written, yaml.locate)
}

function checkEntries(yaml: YamlFile, keep: Keep): ManifestEntry[] {
  const images = (yaml.value as Record<string, unknown>)['images'] ?? {}
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
    const entry = checkEntry(name, value, yaml, keep)
    return entry === undefined ? [] : [entry]
  })
}

function checkEntry(name: string, value: unknown, yaml: YamlFile, keep: Keep): ManifestEntry | undefined {
  const place = yaml.locate(['images', name], 'name')
  if (!isEntryName(name)) {
    keep(() => {
      throw new OneTokenError('MANIFEST_INVALID', `${quote(name)} cannot be the name of an entry.`, {
        hint: ENTRY_NAME_RULE,
        place,
      })
    })
    return undefined
  }
  if (!isMapping(value)) {
    keep(() => {
      const shown = typeof value === 'string' ? ` Write it as "prompt: …" below the name.` : ''
      throw new OneTokenError(
        'MANIFEST_INVALID',
        `The entry "${name}" is not a mapping of parameters.${shown}`,
        {
          place: yaml.locate(['images', name]),
        },
      )
    })
    return undefined
  }
  const parameters = checkParameters(value, ['images', name], yaml.locate, PARAMETER_NAMES, keep)
  if (parameters.prompt === undefined && !Object.hasOwn(value, 'prompt')) {
    keep(() => {
      throw new OneTokenError('MISSING_PROMPT', `The entry "${name}" has no prompt.`, { place })
    })
  }
  return { name, parameters, place }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
