import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { manifestSchema, settingsSchema, type JsonSchema } from './json-schema.ts'
import { parseManifest } from './manifest.ts'
import { checkSettings } from './settings.ts'
import { isRefused } from './testing.ts'
import { parseYaml } from './yaml.ts'

/** Both schemas, as a build writes them. */
export const schemas: Record<'manifest' | 'settings', JsonSchema> = {
  manifest: manifestSchema(),
  settings: settingsSchema(),
}

/** Strict, so that a keyword with a mistake in it is none; those of editors are known. */
export const ajv: Ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false })
ajv.addVocabulary(['patternErrorMessage', 'errorMessage'])

const manifest = ajv.compile(schemas.manifest)
const settings = ajv.compile(schemas.settings)
const refusals = (by: ValidateFunction, value: unknown): ErrorObject[] => (by(value) ? [] : (by.errors ?? []))

/** What the schema has against a manifest in YAML. */
export function manifestRefusals(text: string): ErrorObject[] {
  return refusals(manifest, parseYaml(text, 'images.yaml', 'MANIFEST_INVALID').value)
}

/** What the schema has against settings. */
export function settingsRefusals(value: Record<string, unknown>): ErrorObject[] {
  return refusals(settings, value)
}

/** Whether the validator takes a manifest. */
export function isManifest(text: string): boolean {
  return !isRefused(() => parseManifest(text, 'images.yaml'))
}

/** Whether the validator takes settings. */
export function areSettings(value: Record<string, unknown>): boolean {
  return !isRefused(() => checkSettings(value, () => ({ file: 'onetoken.config.json' })))
}
