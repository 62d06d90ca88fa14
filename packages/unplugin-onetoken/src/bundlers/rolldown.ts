import type { Plugin } from 'rolldown'
import { createRolldownPlugin } from 'unplugin'
import type { PublicPathOptions } from './options.ts'
import { rollupLike } from './rollup-like.ts'

export type { PublicPathOptions as PluginOptions }

/** The plugin for Rolldown 1. */
const onetoken: (options?: PublicPathOptions) => Plugin = createRolldownPlugin(
  (options: PublicPathOptions | undefined) => {
    const { hooks, ...shared } = rollupLike(options ?? {})
    return { ...shared, rolldown: hooks as never }
  },
) as never
export default onetoken
