import { OneTokenError } from './errors.ts'
import type { Settings } from './spec/settings-types.ts'

export type { BudgetSettings, ManifestSource, MissingPolicy, Settings } from './spec/settings-types.ts'
export type { RemoteSettings } from './spec/remote-setting.ts'
export type { DefaultParameters } from './spec/types.ts'

/** Gives `onetoken.config.ts` its types. */
export function defineConfig(settings: Settings): Settings {
  return settings
}

/**
 * There is no plugin here: each bundler's has an entry of its own, such as `unplugin-onetoken/vite`.
 * @deprecated
 */
export default function onetoken(): never {
  throw new OneTokenError('USAGE', 'The plugin is not in "unplugin-onetoken" itself.', {
    hint: `Import that of your bundler, as in: import onetoken from 'unplugin-onetoken/vite'. There are also /webpack, /rspack, /rollup, /rolldown, /esbuild, /farm and /bun.`,
  })
}
