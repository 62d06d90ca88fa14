import * as z from 'zod/mini'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import {
  checkParameters,
  collector,
  throwAll,
  type AllowedParameters,
  type Keep,
  type Locate,
} from './check.ts'
import { ENTRY_NAME_PATTERN, ENTRY_NAME_RULE, entryNameRule, isEntryName } from './entry-name.ts'
import { globsMistake, MAX_GLOB } from './glob.ts'
import { didYouMean, nearest } from './nearest.ts'
import { canonicalName, PARAMETER_NAMES, VARIABLE_NAME } from './parameters.ts'
import { checkRemote } from './remote-setting.ts'
import type { CheckedSettings, Settings } from './settings-types.ts'
import { wholeNumber } from './shapes.ts'
import { checkStyleNames, checkStyles } from './styles.ts'
import { quote, show } from './text.ts'

/** No system call takes all control characters. */
const path = z.string().check(z.regex(/^[^\p{Cc}]+$/u))
// What is checked on its own, for its messages, JSON Schema says by a pattern.
const prefix = z
  .string()
  .check(z.minLength(1), z.meta({ pattern: ENTRY_NAME_PATTERN, patternErrorMessage: ENTRY_NAME_RULE }))
const template = z.string().check(
  z.meta({
    pattern: '\\{prompt\\}',
    patternErrorMessage: 'Write {prompt} where the words of the picture go.',
  }),
)

const glob = path.check(z.meta({ maxLength: MAX_GLOB }))

const source = z.union([glob, z.strictObject({ file: glob, prefix: z.optional(prefix) })])

const style = z.union([
  template,
  z.strictObject({
    template,
    variables: z.optional(z.record(z.string().check(z.regex(VARIABLE_NAME)), z.string())),
  }),
])

const SETTINGS = {
  model: [z.string().check(z.trim(), z.minLength(1)), 'the name of a model'],
  // Renders of a loopback API have the provider `mock`: nothing else may pass for them, nor they for anything else.
  provider: [
    z.string().check(z.regex(/^(?!mock$)[\w.-]+$/)),
    'a name of letters, digits, "-", "_" and ".", other than mock',
  ],
  defaults: [z.record(z.string(), z.unknown()), 'a mapping of parameters'],
  styles: [z.record(z.string(), style), 'a mapping of names to templates with {prompt} in them'],
  manifest: [z.union([source, z.array(source)]), 'a path, a glob, { file, prefix }, or a list of these'],
  store: [path, 'the path of a folder'],
  // Checked on its own, so that no message shows a password that somebody put into the address.
  remote: [z.custom<NonNullable<Settings['remote']>>(), 'an address'],
  missing: [z.enum(['render', 'placeholder', 'error']), 'one of render, placeholder, error'],
  frozen: [z.boolean(), 'true or false'],
  budget: [
    z.strictObject({
      renders: z.optional(z.int().check(z.minimum(0))),
      cost: z.optional(z.number().check(z.minimum(0))),
    }),
    'a mapping with "renders" (a whole number) or "cost" (dollars)',
  ],
  pricing: [
    z.strictObject({ multiplier: z.optional(z.number().check(z.positive())) }),
    'a mapping with "multiplier" (above 0)',
  ],
  concurrency: [wholeNumber(1, 64), 'a whole number from 1 to 64'],
  requestsPerMinute: [z.int().check(z.minimum(1)), 'a whole number from 1 up'],
  timeout: [z.number().check(z.minimum(1), z.maximum(86_400)), 'a number of seconds from 1 to 86400'],
  allowPackages: [z.array(z.string().check(z.minLength(1))), 'a list of names of packages'],
  provenance: [z.boolean(), 'true or false'],
} as const satisfies Record<keyof Settings, readonly [z.ZodMiniType, string]>

/** The names of all settings. */
export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS)

/** The names of the settings that a manifest may hold at its top. */
export const MANIFEST_SETTINGS: readonly string[] = SETTING_NAMES.filter((name) => name !== 'manifest')

/** What a setting may be, as a validator and in words, but for what is checked on its own. */
export function settingRule(name: keyof Settings): readonly [z.ZodMiniType, string] {
  return SETTINGS[name]
}

/** Parameters that make no sense as a default of every picture. */
const NO_DEFAULT = new Set(['prompt', 'image', 'mask', 'edit', 'take', 'pick', 'alt'])

/** Parameters that may be defaults. */
export const DEFAULT_PARAMETERS: AllowedParameters = {
  names: PARAMETER_NAMES.filter((name) => !NO_DEFAULT.has(canonicalName(name) ?? name)),
  reason: 'each picture has its own',
}

/** Check settings as they are written. Throws one error for all mistakes. */
export function checkSettings(written: Record<string, unknown>, locate: Locate): CheckedSettings {
  const errors: OneTokenError[] = []
  const settings = collectSettings(written, locate, collector(errors))
  throwAll(errors, (count) => `The settings have ${count} mistakes`)
  return settings
}

/** Check settings as they are written; mistakes go to `keep`, each with its place, and are left out. */
export function collectSettings(
  written: Record<string, unknown>,
  locate: Locate,
  keep: Keep,
): CheckedSettings {
  const settings: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(written)) {
    if (value === undefined) continue
    const checked = keep(() => checkSetting(name, value, locate, keep))
    if (checked !== undefined) settings[name] = checked
  }
  return settings
}

function checkSetting(name: string, value: unknown, locate: Locate, keep: Keep): unknown {
  if (!Object.hasOwn(SETTINGS, name)) {
    throw new OneTokenError(
      'SETTINGS_INVALID',
      `There is no setting ${quote(name)}${didYouMean(name, SETTING_NAMES) || '.'}`,
      { hint: settingHint(name, nearest(name, SETTING_NAMES)), place: locate([name], 'name') },
    )
  }
  if (name === 'styles') checkStyleNames(value, locate)
  const [schema, expects] = SETTINGS[name as keyof Settings]
  if (name === 'styles' && isMapping(value)) return checkStyles(value, locate, keep)
  const result = schema.safeParse(value)
  if (!result.success) {
    const path = (result.error.issues[0]?.path ?? []).map((step) =>
      typeof step === 'number' ? step : String(step),
    )
    throw new OneTokenError(
      'SETTINGS_INVALID',
      path.length === 0
        ? `"${name}" cannot be ${show(value)}: it must be ${expects}.`
        : `"${[name, ...path].join('.')}" cannot be ${show(memberAt(value, path))}: "${name}" must be ${expects}.`,
      {
        place: locate([name, ...path]),
      },
    )
  }
  if (name === 'defaults') {
    // As it is written: what was checked has lost a member called `__proto__`.
    const named: Keep = (check) => keep(() => inDefaults(check))
    return checkParameters(value as Record<string, unknown>, [name], locate, DEFAULT_PARAMETERS, named)
  }
  if (name === 'remote') return checkRemote(result.data, locate, keep)
  if (name === 'manifest') checkSources(result.data as NonNullable<Settings['manifest']>, locate, keep)
  return result.data
}

/** A file of code tells no line, so that the message says where it is. */
function inDefaults<T>(check: () => T): T {
  try {
    return check()
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined || error.place?.line !== undefined) throw thrown
    const { code, message, hint, place, details } = error
    throw new OneTokenError(code, `In "defaults": ${message}`, { hint, place, details, cause: error })
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function memberAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, step) => (at as Record<string | number, unknown> | undefined)?.[step],
    value,
  )
}

function settingHint(name: string, near: string | undefined): string | undefined {
  if (/key|token|secret/i.test(name)) {
    return 'The API key is read from ONETOKEN_API_KEY, in the environment or in .env.local, and from nowhere else.'
  }
  if (/^(?:base_?url|url|host)$/i.test(name)) return 'The address of the API is read from ONETOKEN_BASE_URL.'
  if (near !== undefined) return undefined
  return canonicalName(name) === undefined
    ? `The settings are ${SETTING_NAMES.join(', ')}.`
    : `Parameters of pictures go into "defaults": { ${name}: … }.`
}

function checkSources(manifest: NonNullable<Settings['manifest']>, locate: Locate, keep: Keep): void {
  for (const [index, source] of [manifest].flat().entries()) {
    const path = ['manifest', ...(Array.isArray(manifest) ? [index] : [])]
    const { file, prefix } = typeof source === 'string' ? { file: source } : source
    keep(() => {
      const mistake = globsMistake([file])
      if (mistake === undefined) return
      throw new OneTokenError('SETTINGS_INVALID', `"manifest" ${mistake.what}.`, {
        hint: mistake.hint,
        place: locate(typeof source === 'string' ? path : [...path, 'file']),
      })
    })
    if (prefix === undefined || isEntryName(prefix)) continue
    keep(() => {
      throw new OneTokenError('SETTINGS_INVALID', `"prefix" cannot be ${quote(prefix)}.`, {
        hint: `It is a name such as shop. ${entryNameRule(prefix)}`,
        place: locate([...path, 'prefix']),
      })
    })
  }
}
