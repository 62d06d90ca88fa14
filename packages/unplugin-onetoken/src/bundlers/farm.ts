import type { Compiler, JsPlugin, UserConfig } from '@farmfe/core'
import { dirname, resolve } from 'node:path'
import { createFarmPlugin } from 'unplugin'
import {
  DESCRIPTOR_FILE,
  importsOf,
  IMPORTED_URL,
  SPECIFIER,
  specifierOfURL,
  URL_REFERENCE,
  type Engine,
} from '../engine/index.ts'
import { createBuild } from './build.ts'
import { isCalledBy } from './called-by.ts'
import { consoleLog } from './console-log.ts'
import { createDescriptorWatch } from './descriptor-watch.ts'
import type { PluginOptions } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { plugin } from './plugin.ts'
import { projectRootAtOnce } from './project-root.ts'
import { engineFor, warnOnce } from './registry.ts'
import { watchList } from './watch-paths.ts'
import { relativeImport } from './relative-import.ts'

export type { PluginOptions }

const CACHE_OFF =
  'the persistent cache of Farm was turned off, as it does not see when a picture of a module becomes another. ' +
  'Set compilation.persistentCache to false.'

/** Formats that Farm does not take for pictures by itself. */
const FORMATS = ['webp', 'avif']

/** The plugin for Farm 1. */
const onetoken: (options?: PluginOptions) => JsPlugin = createFarmPlugin(
  (given: PluginOptions | undefined) => {
    const options = given ?? {}
    let engine: Engine | undefined
    const engineOf = (): Engine => {
      if (engine === undefined) throw new TypeError('Farm has not resolved its configuration yet')
      return engine
    }
    // An export whose name is a string ends the whole process.
    const build = createBuild({ engine: engineOf, dts: options.dts, stringNames: false })
    let firstError: unknown
    // Farm would show it on one line, as text within text.
    const rethrown = (error: unknown): never => {
      firstError ??= error
      throw error
    }
    /** Farm's root, which it names files by. */
    let home = process.cwd()
    let hadCache = false
    let compiler: Compiler | undefined
    const descriptors = createDescriptorWatch({
      changed: (file) => engineOf().changed(file),
      // Time to see a change, and to write what it built.
      patience: 300,
      // Updates that wait for one another have been seen to wait for good.
      isBusy: () => compiler?.compiling === true,
    })
    const { buildEnd: _, ...hooks } = plugin({
      engine: engineOf,
      build,
      reference: (_, descriptor) => (file, name) => ({
        statement: `import ${name} from ${JSON.stringify(relativeImport(descriptor, file))}`,
        expression: name,
      }),
      watch(_, descriptor, files) {
        const { purpose, root } = engineOf()
        if (purpose === 'dev') descriptors.watch(descriptor, watchList(files, root), files)
      },
      resolvePath: async () => undefined,
    })

    const resolveSource = async (
      source: string,
      importer: string | undefined,
      kind: unknown,
    ): Promise<string | undefined> => {
      const file = importer === undefined ? source : resolve(dirname(importer), source)
      if (DESCRIPTOR_FILE.test(file)) return file
      if (kind === 'cssUrl') {
        if (!URL_REFERENCE.test(source)) return undefined
        return (await build.picture(specifierOfURL(source), importer, source)).file
      }
      if (SPECIFIER.test(source) || IMPORTED_URL.test(source)) return await build.resolve(source, importer)
      return await build.resolveManifest(
        resolve(importer === undefined ? engineOf().root : dirname(importer), source),
      )
    }

    const farm: Partial<JsPlugin> = {
      config(config: UserConfig) {
        const { compilation = {} } = config
        const include = [...(compilation.assets?.include ?? []), ...FORMATS]
        const assets = { ...compilation.assets, include }
        // It keeps modules by their own files: pictures that are rendered, changed or removed would stay as they were.
        hadCache = compilation.persistentCache !== undefined && compilation.persistentCache !== false
        return { ...config, compilation: { ...compilation, assets, persistentCache: false } }
      },
      configResolved({ root, compilation, envMode }) {
        home = resolve(root ?? process.cwd())
        const isPlain = isCalledBy('build', /@farmfe[\\/]core[\\/]/) && compilation?.mode !== 'development'
        engine = engineFor(options, {
          root: projectRootAtOnce(options, home),
          mode: envMode ?? compilation?.mode,
          isPlain,
          isServer: compilation?.mode === 'development',
          log: consoleLog,
        })
        if (hadCache) warnOnce(engine, CACHE_OFF)
      },
      // An error in a hook at the end of a build would end the whole process: this is the place for what went wrong.
      configureCompiler(started: Compiler) {
        compiler = started
        const compile = started.compile.bind(started)
        started.compile = async () => {
          firstError = undefined
          try {
            await compile().catch((error: unknown) => {
              throw firstError ?? error
            })
            const problem = await build.settle(false)
            if (problem !== undefined) throw problem
            const files = Object.entries(started.resources()).map(([name, content]) => ({ name, content }))
            await checkOutputs(engineOf(), files)
          } finally {
            await build.finish()
          }
        }
      },
      resolve: {
        filters: { sources: ['onetoken', '\\.ya?ml$'], importers: ['.*'] },
        async executor({ source, importer, kind }) {
          const from = importer === null || importer === undefined ? undefined : resolve(home, importer)
          const resolvedPath = await resolveSource(source, from, kind).catch(rethrown)
          if (resolvedPath === undefined) return null
          return { resolvedPath, query: [], sideEffects: false, external: false, meta: {} }
        },
      },
      // Farm loads one module after the other: what a file imports is begun when the file is read.
      transform: {
        filters: { moduleTypes: ['js', 'jsx', 'ts', 'tsx'], resolvedPaths: ['.*'] },
        async executor({ resolvedPath, content }) {
          if (!content.includes('virtual:onetoken') || engineOf().purpose !== 'build') return null
          const [file = resolvedPath] = resolvedPath.split('?', 1)
          const begun = (await importsOf(content, file)).map((specifier) => build.resolve(specifier, file))
          await Promise.allSettled(begun)
          return null
        },
      },
    }
    const load: typeof hooks.load = {
      ...hooks.load,
      async handler(id) {
        return await hooks.load.handler.call(this, id).catch(rethrown)
      },
    }
    return { ...hooks, load, farm }
  },
) as never
export default onetoken
