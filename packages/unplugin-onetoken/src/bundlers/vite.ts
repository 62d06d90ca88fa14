import { existsSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { createVitePlugin, type UnpluginOptions } from 'unplugin'
import type { Plugin, Rollup, ResolvedConfig } from 'vite'
import { projectFiles, summaryText, writeTypes, type Engine, type Purpose } from '../engine/index.ts'
import { bundlerError } from './bundler-error.ts'
import { findLeftover } from './leftovers.ts'
import { refuseExposedKey, refuseShippedKey } from './key-guard.ts'
import { checkOptions, type PluginOptions } from './options.ts'
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
  const dev = devWatcher(async (file) => {
    // Also what only failed before is to be read anew.
    engine?.refresh()
    if (config !== undefined && /\.ya?ml$/.test(file)) await writeTypesOf(engine, options.dts, config)
  })
  const { options: hooks, close } = plugin({
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
      const root = engine?.root ?? ''
      // A picture that failed may be mended by a file that is not there yet.
      const files = [
        ...(watch.length === 0 ? projectFiles(root, config?.mode ?? '') : watch),
        ...(awaited === undefined ? [] : [awaited]),
      ]
      if (config?.command === 'serve') dev.watch(descriptor, files)
      else if (config?.build.watch) for (const file of files) if (existsSync(file)) context.addWatchFile(file)
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
        checkOptions(options, resolved.root)
        engine = engineFor(resolved, options)
        await refuseExposedKey(resolved, engine)
      },

      configureServer(server) {
        // A server that is started again must not see what the last one read.
        engine?.refresh()
        dev.serve(server)
        void writeTypesOf(engine, options.dts, server.config)
      },

      // Last: Vite itself emits pages and style sheets in this hook.
      generateBundle: {
        order: 'post',
        async handler(_, bundle) {
          if (engine === undefined) return
          await refuseShippedKey(engine, bundle)
          const leftover = findLeftover(bundle)
          if (leftover !== undefined) throw bundlerError(leftover, engine.root)
        },
      },

      async closeBundle() {
        const isBuild = config?.command === 'build'
        if (isBuild) await writeTypesOf(engine, options.dts, config)
        if (!(await close()) || !isBuild || engine === undefined) return
        const text = summaryText(engine.summary())
        if (text !== undefined) config?.logger.info(`onetoken: ${text}`)
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
    envDir: config.envDir,
    isServer: config.command === 'serve',
    log: {
      info: (message) => logger.info(`onetoken: ${message}`),
      warn: (message) => logger.warn(`onetoken: ${message}`),
    },
  })
}

/** Only a plain production build may spend: not a server, not a watcher, not a test runner, not a development mode. */
function purposeOf({ command, mode, isProduction, build }: ResolvedConfig): Purpose {
  // `--mode development` alone leaves NODE_ENV, and so `isProduction`, as it is.
  const isDevelopment = !isProduction || mode === 'development' || mode === 'test'
  const plain = command === 'build' && !isDevelopment && !build.watch
  return plain && process.env['VITEST'] === undefined ? 'build' : 'dev'
}

async function writeTypesOf(
  engine: Engine | undefined,
  dts: PluginOptions['dts'],
  config: ResolvedConfig | undefined,
): Promise<void> {
  if (engine === undefined || dts === false) return
  // A project that cannot be read is told by whoever loads a picture of it.
  const project = await engine.project().catch(() => undefined)
  if (project === undefined) return
  try {
    await writeTypes(project, dts)
  } catch (error) {
    config?.logger.warn(
      `onetoken: the types were not written: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
