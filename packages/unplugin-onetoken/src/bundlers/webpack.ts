import type { WebpackPluginInstance } from 'webpack'
import { createWebpackPlugin } from 'unplugin'
import type { PluginOptions } from './options.ts'
import { webpackLike } from './webpack-like.ts'

export type { PluginOptions }

/** The plugin for webpack 5. */
const onetoken: (options?: PluginOptions) => WebpackPluginInstance = createWebpackPlugin(
  (options: PluginOptions | undefined) => {
    const { apply, ...hooks } = webpackLike(options ?? {})
    return { ...hooks, webpack: (compiler) => apply(compiler) }
  },
) as never
export default onetoken
