import type { Plugin } from 'rollup'
import { createRollupPlugin } from 'unplugin'
import type { PublicPathOptions } from './options.ts'
import { rollupLike } from './rollup-like.ts'

export type { PublicPathOptions as PluginOptions }

/** The plugin for Rollup 4. */
const onetoken: (options?: PublicPathOptions) => Plugin = createRollupPlugin(
  (options: PublicPathOptions | undefined) => {
    const { hooks, ...shared } = rollupLike(options ?? {})
    return { ...shared, rollup: hooks as never }
  },
) as never
export default onetoken
