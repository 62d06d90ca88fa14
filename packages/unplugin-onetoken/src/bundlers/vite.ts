import { resolve, sep } from 'node:path'
import { createVitePlugin, type UnpluginBuildContext, type UnpluginOptions } from 'unplugin'
import type { Environment, Plugin, Rollup, ResolvedConfig } from 'vite'
import { DESCRIPTOR_FILE, type Engine } from '../engine/index.ts'
import { createBuild, type Watched } from './build.ts'
import { rewritePages } from './html.ts'
import { createDescriptorWatch } from './descriptor-watch.ts'
import { refuseExposedKey } from './key-guard.ts'
import { normalizePath } from './normalize-path.ts'
import type { PluginOptions } from './options.ts'
import { checkOutputs, filesOf } from './outputs.ts'
import { plugin } from './plugin.ts'
import { projectRoot } from './project-root.ts'
import { engineFor, warnOnce } from './registry.ts'
import { scriptURL } from './vite-urls.ts'
import { watchList, watchPaths } from './watch-paths.ts'
import { rewriteCompiled } from './vite-css.ts'
import type { ViteHost } from './vite-host.ts'
import { rewriteSources } from './vite-sources.ts'
import { createDevWatch } from './vite-dev.ts'

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
  const dev = createDevWatch({ engine: engineOf, dts })
  const descriptors = createDescriptorWatch({ changed: (file) => engineOf().changed(file), patience: 1000 })
  const watch = (context: { addWatchFile(file: string): void }, id: string, watched: Watched): void => {
    if (config?.command === 'serve') dev.watch(id, watched)
    else if (config?.build.watch) {
      const { root } = engineOf()
      for (const path of watchPaths(id, watched, root, config.mode)) context.addWatchFile(path)
      // Rolldown has been seen to lose changes that come while it builds.
      if (DESCRIPTOR_FILE.test(id)) descriptors.watch(id, watchList(watched, root, config.mode), watched)
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
        engine = await engineOfVite(resolved, options)
        await refuseExposedKey(resolved, engine)
      },

      async buildStart() {
        if (hasNoAddress(this.environment, configOf())) warnOnce(engineOf(), NO_ADDRESS)
        await build.begin()
        if (configOf().command !== 'serve') return
        await allowStore(configOf(), engineOf())
        await dev.begin()
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
        else {
          dev.close(this.environment)
          await build.close()
        }
      },
    },
  }
  return [main, rewriteCompiled(host), rewritePages(host)]
}

async function engineOfVite(config: ResolvedConfig, options: PluginOptions): Promise<Engine> {
  const { logger, command, isProduction, envDir } = config
  const root = await projectRoot(options, resolve(config.root))
  return engineFor(options, {
    root,
    mode: config.mode,
    // `--mode development` alone leaves NODE_ENV, and so `isProduction`, as it is.
    isPlain: command === 'build' && isProduction && !config.build.watch,
    isServer: command === 'serve',
    // The command reads those of the project.
    envDirs: envDir === false ? [] : [...new Set([root, resolve(envDir)])],
    log: {
      info: (message) => logger.info(`onetoken: ${message}`),
      warn: (message) => logger.warn(`onetoken: ${message}`),
    },
  })
}

/** The store may lie above Vite's root, from where its server gives nothing away by itself. */
async function allowStore({ server }: ResolvedConfig, engine: Engine): Promise<void> {
  const { store } = await engine.project().catch(() => ({ store: resolve(engine.root, 'onetoken') }))
  const allowed = server.fs.allow.map((folder) => `${resolve(folder)}${sep}`)
  if (!allowed.some((folder) => `${store}${sep}`.startsWith(folder)))
    server.fs.allow.push(normalizePath(store))
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
