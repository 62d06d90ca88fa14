import { access, stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OneTokenError } from '../errors.ts'
import type { CheckedSettings } from '../spec/settings-types.ts'
import { checkSettings } from '../spec/settings.ts'
import { visible } from '../spec/text.ts'
import { placeOfFailure } from './load-place.ts'
import { readText } from './read-text.ts'

/** Names of the settings file, of which a project has one. */
export const SETTINGS_FILES: readonly string[] = ['ts', 'mts', 'mjs', 'js', 'json'].map(
  (extension) => `onetoken.config.${extension}`,
)

/** The settings file of a project, read and checked. */
export interface SettingsFile {
  /** Absolute path. */
  file: string
  settings: CheckedSettings
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
      hint: 'Correct "config" of the plugin or the script, or --config of the command.',
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

async function readJson(file: string): Promise<CheckedSettings> {
  // Through the YAML parser, for the places of mistakes; loaded only where there is such a file.
  const { parseJson } = await import('../spec/json.ts')
  const { value, locate } = parseJson(await readText(file, 'SETTINGS_INVALID'), file, 'SETTINGS_INVALID')
  const { $schema: _schema, ...settings } = asObject(value, file)
  return checkSettings(settings, locate)
}

async function readModule(file: string): Promise<CheckedSettings> {
  let value: unknown
  try {
    value = await orHang(file, settingsOf(file))
  } catch (cause) {
    if (cause instanceof OneTokenError) throw cause
    const [line = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)
    const reason = line.replace(/^ParseError: /, '').trim()
    throw new OneTokenError('SETTINGS_INVALID', `The settings file cannot be loaded: ${visible(reason)}`, {
      hint: /^Cannot find (?:module|package)/.test(reason) ? 'Install it, or correct the import.' : undefined,
      place: await placeOfFailure(cause, file),
      cause,
    })
  }
  return checkSettings(asObject(value, file), () => ({ file }))
}

async function settingsOf(file: string): Promise<unknown> {
  const module = (await importModule(file)) as { default?: unknown }
  // jiti gives the module itself for a default that is not there, and what CommonJS exports is the module.
  const { default: value } = module
  if (!Object.hasOwn(module, 'default') && isModuleText(await readText(file, 'SETTINGS_INVALID'))) {
    return undefined
  }
  return await (typeof value === 'function' ? value() : value)
}

/** Whether something is exported as modules do it. */
function isModuleText(text: string): boolean {
  return /^\s*export\b(?!\s*=)/m.test(text)
}

/** What awaits something that never comes lets the process end without a word, when there is nothing else to do. */
async function orHang(file: string, settings: Promise<unknown>): Promise<unknown> {
  let onIdle = (): void => {}
  const idle = new Promise<never>((_, reject) => {
    onIdle = () =>
      reject(
        new OneTokenError('SETTINGS_INVALID', 'The settings file awaits something that never comes.', {
          hint: 'Look at each "await" and promise in it, and in what it imports: one of them never ends.',
          place: { file },
        }),
      )
  })
  process.once('beforeExit', onIdle)
  try {
    return await Promise.race([settings, idle])
  } finally {
    process.off('beforeExit', onIdle)
  }
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
