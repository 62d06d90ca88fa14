import type { BuildOptions, BuildResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { createEsbuildPlugin } from 'unplugin'
import {
  ASSET_FILE,
  DESCRIPTOR_FILE,
  IMPORTED_URL,
  SPECIFIER,
  specifierOfURL,
  URL_REFERENCE,
  type Engine,
  type Log,
} from '../engine/index.ts'
import { createBuild, watchedPicture } from './build.ts'
import type { PluginOptions } from './options.ts'
import { isCalledBy } from './called-by.ts'
import { consoleLog } from './console-log.ts'
import { createDescriptorWatch } from './descriptor-watch.ts'
import { checkOutputs, type OutputFile } from './outputs.ts'
import { plugin } from './plugin.ts'
import { projectRootAtOnce } from './project-root.ts'
import { engineFor } from './registry.ts'
import { watchList } from './watch-paths.ts'
import { ASSET_IMPORT, relativeImport } from './relative-import.ts'

export type { PluginOptions }

/** The plugin for esbuild 0.25 and later. */
const onetoken: (options?: PluginOptions) => Plugin = createEsbuildPlugin(
  (given: PluginOptions | undefined) => {
    const options = given ?? {}
    let engine: Engine | undefined
    const engineOf = (): Engine => {
      if (engine === undefined) throw new TypeError('The build has not started yet')
      return engine
    }
    const build = createBuild({ engine: engineOf, dts: options.dts, failsInModules: true })
    const descriptors = createDescriptorWatch({
      changed: (file) => engineOf().changed(file),
      patience: 1000,
      async tell(told) {
        await Promise.allSettled(told.map((one) => writeFile(signalOf(one), String(Date.now()))))
      },
    })
    const { resolveId: _, ...hooks } = plugin({
      engine: engineOf,
      build,
      reference: (_, descriptor) => (file, name) => ({
        statement: `import ${name} from ${JSON.stringify(relativeImport(descriptor, file))}`,
        expression: name,
      }),
      watch(context, descriptor, files) {
        const { purpose, root } = engineOf()
        const watched = watchList(files, root)
        for (const file of [descriptor, signalOf(descriptor), ...watched]) context.addWatchFile(file)
        // esbuild takes what is there when a build ends for what was there when it began.
        if (purpose === 'dev') descriptors.watch(descriptor, watched, files)
      },
      // See below: to resolve by esbuild comes back to the plugin.
      resolvePath: async () => undefined,
    })

    const setup = (started: PluginBuild): void => {
      const { initialOptions } = started
      started.onResolve(
        { filter: /\.ya?ml$/ },
        async ({ path, importer, namespace, resolveDir, kind, pluginData }) => {
          if (pluginData === RESOLVING) return undefined
          const { path: file, errors } = await started.resolve(path, {
            importer,
            namespace,
            resolveDir,
            kind,
            pluginData: RESOLVING,
          })
          return await telling(async () => {
            const descriptor = errors.length > 0 ? undefined : await build.resolveManifest(file)
            return descriptor === undefined ? undefined : moduleOf(descriptor)
          })
        },
      )
      started.onResolve({ filter: DESCRIPTOR_ID }, async ({ path, importer, kind }) => {
        const file = resolve(dirname(importer), path)
        if (DESCRIPTOR_FILE.test(file)) return moduleOf(file)
        if (!SPECIFIER.test(path) || kind === 'url-token') return undefined
        return await telling(async () => moduleOf(await build.resolve(path, importer || undefined)))
      })
      started.onResolve({ filter: /^(?:virtual:)?onetoken/i }, async (args: OnResolveArgs) => {
        if (args.kind !== 'url-token' && IMPORTED_URL.test(args.path)) {
          return await telling(async () =>
            moduleOf(await build.resolve(args.path, args.importer || undefined)),
          )
        }
        if (args.kind !== 'url-token' || !URL_REFERENCE.test(args.path)) return undefined
        const watchFiles: string[] = []
        const result = await telling(async () => {
          const reference = { specifier: specifierOfURL(args.path), written: args.path }
          const { file } = await watchedPicture(build, reference, args.importer, (files) =>
            watchFiles.push(...watchList(files, engineOf().root)),
          )
          return { path: file, namespace: 'file' }
        })
        // Without a path it takes none, and says so.
        return result !== undefined && 'path' in result ? { ...result, watchFiles } : result
      })
      // esbuild remembers what a folder holds, and looks for files that were just written in what it remembers.
      started.onResolve({ filter: ASSET_IMPORT }, ({ path, importer }) =>
        DESCRIPTOR_FILE.test(importer)
          ? { path: resolve(dirname(importer), path), namespace: 'file' }
          : undefined,
      )
      started.onLoad({ filter: ASSET_FILE, namespace: 'file' }, async ({ path }) => ({
        contents: await readFile(path),
        loader: 'file',
      }))
      started.onEnd(async (result) => {
        try {
          if (result.errors.length === 0)
            await checkOutputs(engineOf(), await outputsOf(initialOptions, result))
          return undefined
        } catch (error) {
          // esbuild has written them by now.
          if (result.outputFiles === undefined)
            for (const file of writtenBy(initialOptions, result)) await rm(file, { force: true })
          const errors = [{ text: error instanceof Error ? error.message : String(error) }]
          // esbuild tells only what is wrong before the end.
          if (initialOptions.logLevel !== 'silent')
            console.error((await started.esbuild.formatMessages(errors, { kind: 'error' })).join('\n'))
          return { errors }
        } finally {
          await build.finish()
        }
      })
    }

    return {
      ...hooks,
      load: {
        ...hooks.load,
        async handler(id) {
          try {
            return await hooks.load.handler.call(this, id)
          } catch (error) {
            // Told, not thrown: esbuild shows where the plugin is set up beside what is thrown.
            this.error(error instanceof Error ? error.message : String(error))
            return ''
          }
        },
      },
      esbuild: {
        onLoadFilter: /\.onetoken\.mjs$/,
        loader: 'js',
        config(initialOptions) {
          const root = projectRootAtOnce(options, resolve(initialOptions.absWorkingDir ?? process.cwd()))
          // What was written is looked at when the build ends, and this says what that is.
          if (initialOptions.write !== false) initialOptions.metafile = true
          engine = engineFor(options, {
            root,
            mode: undefined,
            isPlain: isOneBuild(),
            isServer: false,
            log: initialOptions.logLevel === 'silent' ? SILENT : consoleLog,
          })
        },
        setup,
      },
    }
  },
) as never
export default onetoken

/**
 * A file that is written anew to have a module loaded anew. A new time alone is not enough: of a file that was written
 * less than three seconds before a build, esbuild compares the content.
 */
const signalOf = (descriptor: string): string => descriptor.replace(/\.mjs$/, '.signal')

/** Given along with a question that the plugin asks itself. */
const RESOLVING = Symbol('resolving')

/** An error is told and not thrown: beside what is thrown, esbuild shows where the plugin is set up. */
async function telling(
  resolving: () => Promise<OnResolveResult | undefined>,
): Promise<OnResolveResult | undefined> {
  try {
    return await resolving()
  } catch (error) {
    return { errors: [{ text: error instanceof Error ? error.message : String(error), detail: error }] }
  }
}

/** In the syntax of Go as well. */
const DESCRIPTOR_ID = /^virtual:onetoken|\.onetoken\.mjs$/

/**
 * A descriptor as a module. A file like any other: unminified bundles show modules of other name spaces by their whole
 * path. Without side effects, so that entries of a manifest that nobody uses are left out.
 */
function moduleOf(descriptor: string): OnResolveResult {
  return { path: descriptor, namespace: 'file', sideEffects: false }
}

const SILENT: Log = { info() {}, warn() {} }

/** `build()` ends; `context()` watches and serves. */
const isOneBuild = (): boolean => isCalledBy('build', /[\\/]esbuild(?:-wasm)?[\\/]lib[\\/]/)

/** Absolute paths of the files that a build wrote. */
function writtenBy({ absWorkingDir = '.' }: BuildOptions, { metafile }: BuildResult): string[] {
  return Object.keys(metafile?.outputs ?? {}).map((path) => resolve(absWorkingDir, path))
}

async function outputsOf(options: BuildOptions, result: BuildResult): Promise<OutputFile[]> {
  if (result.outputFiles !== undefined)
    return result.outputFiles.map(({ path, contents }) => ({ name: path, content: contents }))
  const reading = writtenBy(options, result).map(async (file) => ({
    name: relative(options.absWorkingDir ?? '.', file),
    content: await readFile(file),
  }))
  return await Promise.all(reading)
}
