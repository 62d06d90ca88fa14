import type { RspackPluginInstance } from '@rspack/core'
import { createRspackPlugin } from 'unplugin'
import type { Compiler } from 'webpack'
import type { PluginOptions } from './options.ts'
import { webpackLike } from './webpack-like.ts'

export type { PluginOptions }

/** The plugin for Rspack 2. */
const onetoken: (options?: PluginOptions) => RspackPluginInstance = createRspackPlugin(
  (options: PluginOptions | undefined) => {
    const { apply, ...hooks } = webpackLike(options ?? {})
    return { ...hooks, rspack: (compiler) => apply(compiler as unknown as Compiler) }
  },
) as never
export default onetoken
