import { resolveRemote, type ResolvedRemote } from './remote-setting.ts'
import type { CheckedSettings, ManifestSource, MissingPolicy } from './settings-types.ts'
import type { Styles } from './styles.ts'
import type { Parameters } from './types.ts'

/** Settings with every default filled in. */
export interface ResolvedSettings {
  defaults: Parameters
  styles: Styles
  manifest: ManifestSource[]
  store: string
  remote: ResolvedRemote | undefined
  provider: string
  missing: MissingPolicy
  /** Undefined: as the environment says. */
  frozen: boolean | undefined
  budget: { renders: number; cost: number }
  multiplier: number
  concurrency: number
  requestsPerMinute: number | undefined
  /** Milliseconds. */
  timeout: number
  allowPackages: string[]
  provenance: boolean
}

/** Where a manifest is looked for. */
export const DEFAULT_MANIFEST = '{,src/}images.{yaml,yml}'

/** The same, written out: what is found by name needs no search. */
export const DEFAULT_MANIFEST_FILES: readonly string[] = [
  'images.yaml',
  'images.yml',
  'src/images.yaml',
  'src/images.yml',
]

/** Fill in every default. `layers` come from the weakest to the strongest. */
export function resolveSettings(...layers: readonly CheckedSettings[]): ResolvedSettings {
  const all: CheckedSettings = Object.assign({}, ...layers)
  const defaults: Parameters = Object.assign({}, ...layers.map((layer) => layer.defaults))
  const model = defaults.model ?? all.model
  return {
    defaults: model === undefined ? defaults : { ...defaults, model },
    styles: Object.assign({}, ...layers.map((layer) => layer.styles)),
    manifest: [all.manifest ?? DEFAULT_MANIFEST]
      .flat()
      .map((file) => (typeof file === 'string' ? { file } : file)),
    store: all.store ?? 'onetoken',
    remote: resolveRemote(all.remote),
    provider: all.provider ?? 'onetoken',
    missing: all.missing ?? 'render',
    frozen: all.frozen,
    budget: {
      renders: all.budget?.renders ?? Number.POSITIVE_INFINITY,
      // A run that was meant to cost more says so; 5 dollars are about 24 renders at the highest quality.
      cost: all.budget?.cost ?? 5,
    },
    multiplier: all.pricing?.multiplier ?? 1,
    concurrency: all.concurrency ?? 4,
    requestsPerMinute: all.requestsPerMinute,
    timeout: (all.timeout ?? 600) * 1000,
    allowPackages: all.allowPackages ?? [],
    provenance: all.provenance ?? true,
  }
}
