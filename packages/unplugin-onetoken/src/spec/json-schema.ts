import { globalRegistry, toJSONSchema, type ZodMiniType } from 'zod/mini'
import type { JsonValue } from '../canonical-json.ts'
import type { AllowedParameters } from './check.ts'
import { ENTRY_NAME_PATTERN, ENTRY_NAME_RULE } from './entry-name.ts'
import { MAX_GLOB } from './glob.ts'
import { DARK_PARAMETERS, ENTRY_PARAMETERS, MOST_GLOBS } from './manifest-entry.ts'
import { VERSION } from './manifest.ts'
import { ENTRY_HELP, FREE, helpText, PARAMETER_HELP, RENDERS_ANEW, type Help } from './parameter-help.ts'
import { ALIASES, canonicalName, ENTRY_ONLY, ruleOf } from './parameters.ts'
import type { RemoteSettings } from './remote-setting.ts'
import type { Settings } from './settings-types.ts'
import { MEMBER_HELP, REMOTE_HELP, SETTING_HELP } from './setting-help.ts'
import { DEFAULT_PARAMETERS, MANIFEST_SETTINGS, SETTING_NAMES, settingRule } from './settings.ts'
import type { Parameters } from './types.ts'

/** A schema, or a part of one. */
export interface JsonSchema {
  [keyword: string]: JsonValue
}

/**
 * Draft 07: the newest one that all of VS Code's JSON support, its releases of the last years and the YAML language
 * server up to 1.19 understand. Of later drafts nothing is needed.
 */
const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** JSON Schema of `images.yaml`, for editors. Made from what {@link parseManifest} checks with. */
export function manifestSchema(): JsonSchema {
  return {
    $schema: DRAFT,
    title: 'Manifest of unplugin-onetoken',
    description: 'The pictures of a site.',
    ...mapping({
      version: { const: VERSION, default: VERSION, description: "Version of the manifest's language: 1." },
      ...settings(MANIFEST_SETTINGS),
      images: {
        // "images:" with nothing below it is a manifest without pictures.
        type: ['object', 'null'],
        description: `The pictures by their names. ${ENTRY_NAME_RULE}`,
        propertyNames: { pattern: ENTRY_NAME_PATTERN, patternErrorMessage: ENTRY_NAME_RULE },
        additionalProperties: entry(),
      },
    }),
    required: ['version'],
  }
}

/** JSON Schema of `onetoken.config.json`, for editors. Made from what {@link checkSettings} checks with. */
export function settingsSchema(): JsonSchema {
  return {
    $schema: DRAFT,
    title: 'Settings of unplugin-onetoken',
    description: 'The settings of a project, for the plugin and the command.',
    ...mapping({
      $schema: { type: 'string', description: 'The schema of this file, for editors.' },
      ...settings(SETTING_NAMES),
    }),
  }
}

function entry(): JsonSchema {
  const { each, dark } = ENTRY_HELP
  const glob = { type: 'string', pattern: '\\S', maxLength: MAX_GLOB }
  return {
    description: 'A picture.',
    ...mapping({
      ...parameters(ENTRY_PARAMETERS),
      each: {
        anyOf: [glob, { type: 'array', items: glob, minItems: 1, maxItems: MOST_GLOBS }],
        ...help(each),
      },
      dark: {
        anyOf: [
          shape(ruleOf('prompt').schema, ruleOf('prompt').expects),
          { ...mapping(parameters(DARK_PARAMETERS)), required: ['prompt'], allOf: aliasesOnce() },
        ],
        ...help(dark),
      },
    }),
    required: ['prompt'],
    allOf: [...aliasesOnce(), notBoth('each', 'edit')],
  }
}

function settings(names: readonly string[]): Record<string, JsonSchema> {
  return Object.fromEntries(
    names.map((name) => {
      const setting = name as keyof Settings
      return [name, { ...settingSchema(setting), ...help(SETTING_HELP[setting]) }]
    }),
  )
}

function settingSchema(name: keyof Settings): JsonSchema {
  // Both are mappings that are checked member by member.
  if (name === 'defaults') return { ...mapping(parameters(DEFAULT_PARAMETERS)), allOf: aliasesOnce() }
  if (name === 'remote') return remote()
  const [schema, expects] = settingRule(name)
  return describeMembers(shape(schema, expects), name)
}

function remote(): JsonSchema {
  const address = (schemes: string, needed: string): JsonSchema => ({
    type: 'string',
    pattern: `^\\s*(?:${schemes})://`,
    patternErrorMessage: needed,
  })
  const url = address('[hH][tT][tT][pP][sS]?|[sS]3', 'It must begin with https:// or s3://.')
  const members: Record<keyof RemoteSettings, JsonSchema> = {
    url,
    write: { type: 'boolean' },
    endpoint: address('[hH][tT][tT][pP][sS]?', 'It must begin with https://.'),
    region: { type: 'string', pattern: '^[\\w-]+$' },
  }
  const described = Object.entries(members).map(([name, member]) => [
    name,
    { ...member, ...help(REMOTE_HELP[name as keyof RemoteSettings]) },
  ])
  return { anyOf: [url, { ...mapping(Object.fromEntries(described)), required: ['url'] }] }
}

function parameters({ names }: AllowedParameters): Record<string, JsonSchema> {
  return Object.fromEntries(
    names.filter((name) => !ENTRY_ONLY.includes(name)).map((name) => [name, parameter(name)]),
  )
}

function parameter(written: string): JsonSchema {
  const name = canonicalName(written) as keyof Parameters
  const { schema, expects, inKey } = ruleOf(name)
  const { does, ...rest } = PARAMETER_HELP[name]
  return {
    ...shape(schema, expects),
    ...help({
      does: written === name ? does : `Another name of "${name}". ${does}`,
      change: inKey ? RENDERS_ANEW : FREE,
      ...rest,
    }),
  }
}

function help(all: Help): JsonSchema {
  const { default: value, examples } = all
  return {
    description: helpText(all),
    ...(value === undefined ? {} : { default: value }),
    ...(examples === undefined ? {} : { examples: [...examples] }),
  }
}

/** Give every member of a setting its text, however deep it stands. */
function describeMembers(schema: JsonSchema, setting: string): JsonSchema {
  const described = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(described)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value).map(([keyword, part]) => [
        keyword,
        keyword === 'properties' ? members(part as Record<string, JsonSchema>) : described(part),
      ]),
    )
  }
  const members = (properties: Record<string, JsonSchema>): JsonSchema =>
    Object.fromEntries(
      Object.entries(properties).map(([name, property]) => {
        const text = MEMBER_HELP[`${setting}.${name}`]
        return [name, { ...(described(property) as JsonSchema), ...(text === undefined ? {} : help(text)) }]
      }),
    )
  return described(schema) as JsonSchema
}

function mapping(properties: Record<string, JsonSchema>): JsonSchema {
  return { type: 'object', properties, additionalProperties: false }
}

/** A parameter is given by one of its names. */
function aliasesOnce(): JsonSchema[] {
  return Object.entries(ALIASES).map(([alias, name]) => notBoth(alias, name))
}

function notBoth(one: string, other: string): JsonSchema {
  return { not: { required: [one, other] }, errorMessage: `Either "${one}" or "${other}", not both.` }
}

/**
 * What a validator takes, as it is written in a file; `expects` says it in words. Throws for a check that JSON Schema has
 * no words for, unless the validator is registered with some.
 */
function shape(schema: ZodMiniType, expects: string): JsonSchema {
  const made = toJSONSchema(schema, {
    target: 'draft-07',
    io: 'input',
    unrepresentable: ({ zodSchema }) => (globalRegistry.has(zodSchema) ? 'any' : 'throw'),
  })
  const { $schema: _, ...rest } = JSON.parse(JSON.stringify(made)) as JsonSchema
  return rest['pattern'] === undefined ? rest : { ...rest, patternErrorMessage: `It must be ${expects}.` }
}
