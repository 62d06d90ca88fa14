import { access, stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OneTokenError, type Place } from '../errors.ts'
import { checkSettings, type Settings } from '../spec/settings.ts'
import { visible } from '../spec/text.ts'
import { readText } from './read-text.ts'

/** Names of the settings file, of which a project has one. */
export const SETTINGS_FILES: readonly string[] = ['ts', 'mts', 'mjs', 'js', 'json'].map(
  (extension) => `onetoken.config.${extension}`,
)

/** The settings file of a project, read and checked. */
export interface SettingsFile {
  /** Absolute path. */
  file: string
  settings: Settings
}

/**
 * Find and read `onetoken.config.{ts,mts,mjs,js,json}` in `root`, or the file that `config` names.
 * Undefined when there is none; two of them are an error.
 */
export async function readSettingsFile(root: string, config?: string): Promise<SettingsFile | undefined> {
  const file = config === undefined ? await findFile(root) : resolve(root, config)
  if (file === undefined) return undefined
  if (!(await exists(file))) {
    throw new OneTokenError('SETTINGS_INVALID', 'The settings file is not there.', {
      hint: 'Correct the "config" option of the plugin, or --config of the command.',
      place: { file },
    })
  }
  return { file, settings: extname(file) === '.json' ? await readJson(file) : await readModule(file) }
}

async function findFile(root: string): Promise<string | undefined> {
  const paths = SETTINGS_FILES.map((name) => resolve(root, name))
  const there = await Promise.all(paths.map(exists))
  const found = paths.filter((_, index) => there[index])
  if (found.length > 1) {
    const names = found.map((path) => basename(path)).join(', ')
    throw new OneTokenError('SETTINGS_INVALID', `There are ${found.length} settings files: ${names}.`, {
      hint: 'Keep one of them.',
      place: { file: found[1] ?? root },
    })
  }
  return found[0]
}

async function readJson(file: string): Promise<Settings> {
  // Through the YAML parser, for the places of mistakes; loaded only where there is such a file.
  const { parseJson } = await import('../spec/json.ts')
  const { value, locate } = parseJson(await readText(file, 'SETTINGS_INVALID'), file, 'SETTINGS_INVALID')
  const { $schema: _schema, ...settings } = asObject(value, file)
  return checkSettings(settings, locate)
}

async function readModule(file: string): Promise<Settings> {
  const place: Place = { file }
  let value: unknown
  try {
    value = ((await importModule(file)) as { default?: unknown }).default
    value = await (typeof value === 'function' ? value() : value)
  } catch (cause) {
    const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)
    throw new OneTokenError('SETTINGS_INVALID', `The settings file cannot be loaded: ${visible(reason)}`, {
      hint: /^Cannot find (?:module|package)/.test(reason) ? 'Install it, or correct the import.' : undefined,
      place,
      cause,
    })
  }
  return checkSettings(asObject(value, file), () => place)
}

/** TypeScript goes through jiti, which is loaded for nothing else. Node caches modules, so a changed file needs it too. */
async function importModule(file: string): Promise<unknown> {
  if (!/\.[mc]?ts$/.test(file)) {
    return await import(`${pathToFileURL(file).href}?t=${(await stat(file)).mtimeMs}`)
  }
  const { createJiti } = await import('jiti')
  return await createJiti(import.meta.url, { fsCache: false, moduleCache: false }).import(file)
}

function asObject(value: unknown, file: string): Record<string, unknown> {
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    return value as Record<string, unknown>
  const form =
    extname(file) === '.json'
      ? '{ "model": "gpt-image-2" }'
      : "import { defineConfig } from 'unplugin-onetoken'; export default defineConfig({ … })"
  throw new OneTokenError('SETTINGS_INVALID', 'The settings file gives no object of settings.', {
    hint: `Write it as in: ${form}`,
    place: { file },
  })
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
