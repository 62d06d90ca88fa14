import type { Settings } from './spec/settings.ts'

export type { BudgetSettings, ManifestSource, MissingPolicy, Settings } from './spec/settings.ts'
export type { RemoteSettings } from './spec/remote-setting.ts'
export type { OutputParameters, Parameters, RenderParameters } from './spec/types.ts'

/** Gives `onetoken.config.ts` its types. */
export function defineConfig(settings: Settings): Settings {
  return settings
}
