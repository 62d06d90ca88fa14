import { createVitePlugin, type UnpluginBuildContext, type UnpluginOptions } from 'unplugin'
import type { Environment, Plugin, Rollup, ResolvedConfig } from 'vite'
import { DESCRIPTOR_FILE, type Engine } from '../engine/index.ts'
import { createBuild, writeTypesOf, type Watched } from './build.ts'
import { rewritePages } from './html.ts'
import { createDescriptorWatch } from './descriptor-watch.ts'
import { refuseExposedKey } from './key-guard.ts'
import type { PluginOptions } from './options.ts'
import { checkOutputs, filesOf } from './outputs.ts'
import { plugin } from './plugin.ts'
import { engineFor, warnOnce } from './registry.ts'
import { scriptURL } from './vite-urls.ts'
import { watchList, watchPaths } from './watch-paths.ts'
import { rewriteCompiled } from './vite-css.ts'
import type { ViteHost } from './vite-host.ts'
import { rewriteSources } from './vite-sources.ts'
import { devWatcher } from './vite-dev.ts'

export type { PluginOptions }

/** The plugin for Vite 7 and 8. */
const onetoken: (options?: PluginOptions) => Plugin[] = createVitePlugin(
  (options: PluginOptions | undefined) => viteOptions(options ?? {}),
) as never
export default onetoken

function viteOptions(options: PluginOptions): UnpluginOptions[] {
  let config: ResolvedConfig | undefined
  let engine: Engine | undefined
  const engineOf = (): Engine => {
    if (engine === undefined) throw new TypeError('Vite has not resolved its configuration yet')
    return engine
  }
  const configOf = (): ResolvedConfig => {
    if (config === undefined) throw new TypeError('Vite has not resolved its configuration yet')
    return config
  }
  const { dts } = options
  const build = createBuild({ engine: engineOf, dts })
  const dev = devWatcher(async (file) => {
    // Also what only failed before is to be read anew.
    engine?.refresh()
    if (engine !== undefined && dts !== false && /\.ya?ml$/.test(file)) await writeTypesOf(engine, dts)
  })
  const descriptors = createDescriptorWatch({ changed: (file) => engineOf().changed(file), patience: 1000 })
  const watch = (context: { addWatchFile(file: string): void }, id: string, watched: Watched): void => {
    const files = watchList(watched, engineOf().root, config?.mode)
    if (config?.command === 'serve') dev.watch(id, files)
    else if (config?.build.watch) {
      for (const path of watchPaths(watched, engineOf().root, config.mode)) context.addWatchFile(path)
      // Rolldown has been seen to lose changes that come while it builds.
      if (DESCRIPTOR_FILE.test(id)) descriptors.watch(id, files, watched.begun)
    }
  }
  const host: ViteHost = { build, engine: engineOf, config: configOf, watch }
  const hooks = plugin({
    engine: engineOf,
    build,
    reference: (context) => (file, name) => ({
      statement: `const ${name} = ${scriptURL(native(context), configOf(), file)}`,
      expression: name,
    }),
    watch,
    async resolvePath(context, id, importer) {
      const resolved = await native(context).resolve(id, importer, { skipSelf: true })
      return resolved?.id.split('?', 1)[0]
    },
  })

  const main: UnpluginOptions = {
    ...hooks,
    transform: rewriteSources(host),
    vite: {
      async configResolved(resolved) {
        config = resolved
        engine = engineOfVite(resolved, options)
        await refuseExposedKey(resolved, engine)
      },

      async buildStart() {
        if (hasNoAddress(this.environment, configOf())) warnOnce(engineOf(), NO_ADDRESS)
        await build.begin()
      },

      configureServer(server) {
        // A server that is started again must not see what the last one read.
        engine?.refresh()
        dev.serve(server)
      },

      // Last: Vite itself emits pages and style sheets in this hook.
      generateBundle: {
        order: 'post',
        async handler(_, bundle) {
          await checkOutputs(engineOf(), filesOf(bundle))
        },
      },

      async closeBundle() {
        if (config?.command === 'build') await build.finish()
        else await build.close()
      },
    },
  }
  return [main, rewriteCompiled(host), rewritePages(host)]
}

function engineOfVite(config: ResolvedConfig, options: PluginOptions): Engine {
  const { logger, command, isProduction } = config
  return engineFor(options, {
    root: config.root,
    mode: config.mode,
    // `--mode development` alone leaves NODE_ENV, and so `isProduction`, as it is.
    isPlain: command === 'build' && isProduction && !config.build.watch,
    isServer: command === 'serve',
    envDir: config.envDir,
    log: {
      info: (message) => logger.info(`onetoken: ${message}`),
      warn: (message) => logger.warn(`onetoken: ${message}`),
    },
  })
}

const NO_ADDRESS =
  'the server build cannot know where pictures are served from, as "base" is relative, so its URLs are not those ' +
  'of the client. Set "base" to a path or an address, such as "/".'

/** A build for a server, for which a relative base means the folder of its own files. */
function hasNoAddress({ config }: Environment, { base, command }: ResolvedConfig): boolean {
  return command === 'build' && config.consumer === 'server' && (base === '' || base === './')
}

function native(context: UnpluginBuildContext): Rollup.PluginContext {
  return context as unknown as Rollup.PluginContext
}
