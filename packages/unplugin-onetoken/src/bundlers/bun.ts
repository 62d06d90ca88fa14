import type { BuildConfig, PluginBuilder } from 'bun'
import { rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { createBunPlugin } from 'unplugin'
import { ASSET_FILE, type Engine } from '../engine/index.ts'
import { createBuild } from './build.ts'
import { consoleLog } from './console-log.ts'
import type { PluginOptions } from './options.ts'
import { edited, MAY_NAME_PICTURE, sourceEdits, STYLE_ID } from './source-urls.ts'
import { checkOutputs } from './outputs.ts'
import { plugin } from './plugin.ts'
import { projectRootAtOnce } from './project-root.ts'
import { engineFor } from './registry.ts'
import { ASSET_IMPORT, relativeImport } from './relative-import.ts'

export type { PluginOptions }

/**
 * What Bun takes as a plugin. Not named by Bun's own types: whoever loads those has their `*.yaml`, and of two patterns
 * that fit an import TypeScript takes the one that it met first.
 */
export interface BunPlugin {
  name: string
  setup(build: object): void | Promise<void>
}

/** The plugin for `Bun.build`. */
const onetoken: (options?: PluginOptions) => BunPlugin = createBunPlugin(
  (given: PluginOptions | undefined) => {
    const options = given ?? {}
    let engine: Engine | undefined
    const engineOf = (): Engine => {
      if (engine === undefined) throw new TypeError('The build has not started yet')
      return engine
    }
    const build = createBuild({ engine: engineOf, dts: options.dts, failsInModules: true })
    const hooks = plugin({
      engine: engineOf,
      build,
      reference: (_, descriptor) => (file, name) => ({
        statement: `import ${name} from ${JSON.stringify(relativeImport(descriptor, file))}`,
        expression: name,
      }),
      // Bun.build does not watch, and Bun.serve does not tell its plugins what to watch.
      watch() {},
      async resolvePath(_, id, importer) {
        try {
          return Bun.resolveSync(id, importer === undefined ? engineOf().root : dirname(importer))
        } catch {
          return undefined
        }
      },
    })

    const setup = (started: PluginBuilder): void => {
      // Bun.serve bundles what a browser asks for, and has no entry points.
      const isServer = (started.config as Partial<BuildConfig> | undefined)?.entrypoints === undefined
      engine = engineFor(options, {
        root: projectRootAtOnce(options, process.cwd()),
        mode: undefined,
        // `bun --watch build.ts` and `bun --hot build.ts` build again and again.
        isPlain: !isServer && !process.execArgv.some((flag) => flag === '--watch' || flag === '--hot'),
        isServer,
        log: consoleLog,
      })
      // Bun remembers what a folder holds, and looks for files that were just written in what it remembers.
      for (const filter of [ASSET_IMPORT, ASSET_FILE])
        started.onResolve({ filter }, ({ path, importer }) => {
          const file = resolve(dirname(importer), path)
          return ASSET_FILE.test(file) ? { path: file } : undefined
        })
      started.onEnd(async ({ success, outputs }) => {
        try {
          if (success) {
            const files = outputs.map(async (output) => ({
              name: output.path,
              content: new Uint8Array(await output.arrayBuffer()),
            }))
            await checkOutputs(engineOf(), await Promise.all(files))
          }
        } catch (error) {
          // Bun has written them by now.
          for (const { path } of outputs) await rm(path, { force: true })
          throw error
        } finally {
          await build.finish()
        }
      })
    }

    return {
      ...hooks,
      // Bun adds what follows a `#` in a URL to the one that it writes, and with it words of a prompt: so the URL itself
      // is changed before Bun reads it.
      transform: {
        filter: { id: STYLE_ID, code: MAY_NAME_PICTURE },
        async handler(css, id) {
          const edits = await sourceEdits(css, id, async ({ specifier, written }) => {
            const { file } = await build.picture(specifier, id, written)
            return relativeImport(id, file)
          })
          return (await edited(css, edits, id))?.code
        },
      },
      bun: { loader: 'js', setup },
    }
  },
) as never
export default onetoken
