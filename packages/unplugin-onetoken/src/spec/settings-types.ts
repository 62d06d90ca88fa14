import type { RemoteSettings } from './remote-setting.ts'
import type { Style } from './styles.ts'
import type { DefaultParameters, Parameters } from './types.ts'

/** Ceiling of one run. What is reached first ends it. */
export interface BudgetSettings {
  /** Most renders of a run. */
  renders?: number | undefined
  /** Most dollars of a run, at the worst case of what is asked for. @default 5 */
  cost?: number | undefined
}

/** What a build does about a render that it has not: render it, put a placeholder in its place, or fail. */
export type MissingPolicy = 'render' | 'placeholder' | 'error'

/** A manifest, or several by a glob, under a name space of their own. */
export interface ManifestSource {
  /** Path or glob, relative to the project's root. */
  file: string
  /** Comes before every entry's name, with a `/`: `shop` makes `hero` to `shop/hero`. */
  prefix?: string | undefined
}

/** Settings of a project, as its author writes them in `onetoken.config.*`. */
export interface Settings {
  /** @default 'gpt-image-2' */
  model?: string | undefined
  /** Who renders; part of every key, so that renders of another provider are other pictures. @default 'onetoken' */
  provider?: string | undefined
  /** Parameters of every picture that does not set them itself. */
  defaults?: DefaultParameters | undefined
  /** Named templates, each with `{prompt}` in it, and with variables of their own. */
  styles?: Record<string, Style> | undefined
  /** Globs, relative to the root. @default '{,src/}images.{yaml,yml}' */
  manifest?: string | ManifestSource | (string | ManifestSource)[] | undefined
  /** Folder of the renders, relative to the root. @default 'onetoken' */
  store?: string | undefined
  /** A store that machines share: `https://cdn.example.com/onetoken`, `s3://bucket/prefix`, or more about it. @default none */
  remote?: string | RemoteSettings | undefined
  /** @default 'render' */
  missing?: MissingPolicy | undefined
  /** True: nothing is rendered. @default true when the environment says `CI`, else false */
  frozen?: boolean | undefined
  budget?: BudgetSettings | undefined
  /** What the account pays, as a multiple of the official prices. @default { multiplier: 1 } */
  pricing?: { multiplier?: number | undefined } | undefined
  /** Requests under way at once. @default 4 */
  concurrency?: number | undefined
  /** @default no limit */
  requestsPerMinute?: number | undefined
  /** Seconds that one request may take. @default 600 */
  timeout?: number | undefined
  /** Packages below `node_modules` or outside of the project whose imports may render. @default [] */
  allowPackages?: string[] | undefined
  /** Write into every variant that it is made by a model (IPTC DigitalSourceType). @default true */
  provenance?: boolean | undefined
}

/** Settings that were checked. */
export interface CheckedSettings extends Omit<Settings, 'defaults'> {
  defaults?: Parameters | undefined
}

/** Settings that stand at the top of a manifest. */
export type ManifestSettings = Omit<CheckedSettings, 'manifest'>
