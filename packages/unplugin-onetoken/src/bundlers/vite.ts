import { dirname, relative, resolve } from 'node:path'
import { createVitePlugin, type UnpluginOptions } from 'unplugin'
import type { Plugin, Rollup, ResolvedConfig } from 'vite'
import { summaryText, writeTypes, type Engine, type Purpose } from '../engine/index.ts'
import { refuseExposedKey, refuseShippedKey } from './key-guard.ts'
import type { PluginOptions } from './options.ts'
import { plugin } from './plugin.ts'
import { engineOf } from './registry.ts'
import { devWatcher } from './vite-dev.ts'
import { normalizePath } from './normalize-path.ts'

export type { PluginOptions }

/** The plugin for Vite 7 and 8. */
const onetoken: (options?: PluginOptions) => Plugin = createVitePlugin((options: PluginOptions | undefined) =>
  viteOptions(options ?? {}),
) as never
export default onetoken

function viteOptions(options: PluginOptions): UnpluginOptions {
  let config: ResolvedConfig | undefined
  let engine: Engine | undefined
  const dev = devWatcher(async (file) => await engine?.changed(file))
  const hooks = plugin({
    engine: () => {
      if (engine === undefined) throw new TypeError('Vite has not resolved its configuration yet')
      return engine
    },
    // `no-inline`: a picture below Vite's limit would become text in the JavaScript, once for every width.
    // Relative: Vite looks for an absolute path below its root first, with every extension.
    reference: (descriptor) => (file, name) => {
      const path = normalizePath(relative(dirname(descriptor), file))
      const specifier = path.startsWith('.') ? path : `./${path}`
      return {
        statement: `import ${name} from ${JSON.stringify(`${specifier}?url&no-inline`)}`,
        expression: name,
      }
    },
    watch(context, descriptor, { watch, awaited }) {
      if (config?.command === 'serve')
        dev.watch(descriptor, awaited === undefined ? watch : [...watch, awaited])
      else if (config?.build.watch !== null) for (const file of watch) context.addWatchFile(file)
    },
    async resolvePath(context, id, importer) {
      const resolved = await (context as Rollup.PluginContext).resolve(id, importer, { skipSelf: true })
      return resolved?.id.split('?', 1)[0]
    },
  })

  return {
    ...hooks,
    vite: {
      async configResolved(resolved) {
        config = resolved
        engine = engineFor(resolved, options)
        await refuseExposedKey(resolved, engine)
      },

      configureServer(server) {
        dev.serve(server)
        void writeTypesOf(engine, options.dts, server.config)
      },

      async generateBundle(_, bundle) {
        if (engine !== undefined) await refuseShippedKey(engine, bundle)
      },

      async closeBundle() {
        if (engine === undefined || config?.command !== 'build') return
        if (!(await engine.leave())) return
        const text = summaryText(engine.summary())
        if (text !== undefined) config.logger.info(`onetoken: ${text}`)
        engine.resetSummary()
        await writeTypesOf(engine, options.dts, config)
      },
    },
  }
}

function engineFor(config: ResolvedConfig, options: PluginOptions): Engine {
  const { logger } = config
  return engineOf({
    root: resolve(config.root, options.root ?? '.'),
    config: options.config,
    mode: config.mode,
    purpose: purposeOf(config),
    env: process.env,
    log: {
      info: (message) => logger.info(`onetoken: ${message}`),
      warn: (message) => logger.warn(`onetoken: ${message}`),
    },
  })
}

/** Only a plain production build may spend: not a server, not a watcher, not a test runner, not a development mode. */
function purposeOf({ command, isProduction, build }: ResolvedConfig): Purpose {
  const plain = command === 'build' && isProduction && build.watch === null
  return plain && process.env['VITEST'] === undefined ? 'build' : 'dev'
}

async function writeTypesOf(
  engine: Engine | undefined,
  dts: PluginOptions['dts'],
  { logger }: ResolvedConfig,
): Promise<void> {
  if (engine === undefined || dts === false) return
  try {
    await writeTypes(await engine.project(), dts)
  } catch (error) {
    logger.warn(
      `onetoken: the types were not written: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
