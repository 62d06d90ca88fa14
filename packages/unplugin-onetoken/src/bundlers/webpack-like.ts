import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { UnpluginBuildContext, UnpluginOptions } from 'unplugin'
import type { Compiler, LoaderContext as AnyLoaderContext } from 'webpack'
import { IMPORTED_URL, SPECIFIER, type Engine } from '../engine/index.ts'
import { createBuild, watchedPicture, type Watched } from './build.ts'
import { edited, MAY_NAME_PICTURE, relativeURL, sourceEdits, SOURCE_ID } from './source-urls.ts'
import type { PluginOptions } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { plugin } from './plugin.ts'
import { projectRoot } from './project-root.ts'
import { engineFor, warnOnce } from './registry.ts'
import { createDescriptorWatch } from './descriptor-watch.ts'
import { watchList } from './watch-paths.ts'

const NAME = 'unplugin-onetoken'

type LoaderContext = Pick<AnyLoaderContext<object>, 'cacheable' | 'addDependency' | 'addMissingDependency'>

/** What is asked of a module, before anything is made of it. */
interface Request {
  request: string
  context: string
  contextInfo: { issuer: string }
}

/** The plugin for webpack and for Rspack, which has webpack's hooks. */
export function webpackLike(options: PluginOptions): UnpluginOptions & { apply(compiler: Compiler): void } {
  let engine: Engine | undefined
  let compiler: Compiler | undefined
  const engineOf = (): Engine => {
    if (engine === undefined) throw new TypeError('The compiler has not started yet')
    return engine
  }
  const build = createBuild({ engine: engineOf, dts: options.dts })
  const descriptors = createDescriptorWatch({ changed: (path) => engineOf().changed(path), patience: 300 })
  /** Files that were just written: what the compiler remembers is that they are not there. */
  const purge = (file: string): void =>
    (compiler?.inputFileSystem as { purge?(file: string): void } | undefined)?.purge?.(file)
  const {
    resolveId: _,
    buildEnd: __,
    buildStart: ___,
    ...hooks
  } = plugin({
    engine: engineOf,
    build,
    reference: () => (file, name) => {
      purge(file)
      return { statement: `import ${name} from ${JSON.stringify(assetRequest(file))}`, expression: name }
    },
    watch(context, descriptor, files) {
      const { purpose, root } = engineOf()
      watchFiles(loaderOf(context), files, root)
      // The compiler would look at all that is below a folder, and at what it writes there itself.
      if (purpose === 'dev') descriptors.watch(descriptor, [], files)
    },
    resolvePath: async () => undefined,
  })

  /** By the rules of the configuration, its aliases too. */
  const resolvePath = (context: string, request: string): Promise<string | undefined> =>
    new Promise((found) => {
      const resolver = compiler?.resolverFactory.get('normal', { dependencyType: 'esm' })
      if (resolver === undefined) return found(undefined)
      resolver.resolve({}, context, request, {}, (_, path) =>
        found(typeof path === 'string' ? path : undefined),
      )
    })

  const resolveRequest = async (data: Request): Promise<void> => {
    const { request, context, contextInfo } = data
    const importer = contextInfo.issuer === '' ? undefined : contextInfo.issuer
    if (SPECIFIER.test(request) || IMPORTED_URL.test(request)) {
      if (compiler !== undefined && hasNoAddress(compiler)) warnOnce(engineOf(), NO_ADDRESS)
      data.request = await build.resolve(request, importer)
      purge(data.request)
    } else if (/\.ya?ml$/.test(request)) {
      const file = await resolvePath(context, request)
      const descriptor = file === undefined ? undefined : await build.resolveManifest(file)
      if (descriptor === undefined) return
      purge(descriptor)
      data.request = descriptor
    } else if (CSS_IMPORT.test(request)) {
      // css-loader leaves out all other loaders for what it imports, and ours with them.
      const file = await resolvePath(context, request.slice(request.lastIndexOf('!') + 1))
      const css = file === undefined ? '' : await readFile(file, 'utf8').catch(() => '')
      if (MAY_NAME_PICTURE.test(css)) data.request = request.replace(/^-!/, '!')
    }
  }

  return {
    ...hooks,

    // Also of native CSS, which decodes a URL before anybody can look at it.
    transform: {
      filter: { id: SOURCE_ID, code: MAY_NAME_PICTURE },
      async handler(code, id) {
        const [importer = id] = id.split('?', 1)
        const edits = await sourceEdits(code, id, async ({ specifier, written }) => {
          const watch = (files: Watched): void => watchFiles(loaderOf(this), files, engineOf().root)
          const { file } = await watchedPicture(build, { specifier, written }, importer, watch)
          purge(file)
          return relativeURL(importer, file)
        })
        return await edited(code, edits, id)
      },
    },

    apply(started) {
      compiler = started
      const logger = started.getInfrastructureLogger(NAME)
      const begin = (isPlain: boolean) => async (): Promise<void> => {
        engine = engineFor(options, {
          root: await projectRoot(options, started.context),
          mode: started.options.mode ?? 'production',
          isPlain,
          isServer: !isPlain && started.options.mode === 'development',
          log: { info: (text) => logger.info(text), warn: (text) => logger.warn(text) },
        })
        await build.begin()
      }
      started.hooks.run.tapPromise(NAME, begin(true))
      started.hooks.watchRun.tapPromise(NAME, begin(false))
      started.hooks.compilation.tap(NAME, (_, { normalModuleFactory }) => {
        normalModuleFactory.hooks.beforeResolve.tapPromise(NAME, resolveRequest)
      })
      started.hooks.thisCompilation.tap(NAME, (compilation) => {
        compilation.hooks.finishModules.tapPromise(NAME, async () => {
          const problem = await build.settle(compilation.errors.length > 0)
          if (problem !== undefined) compilation.errors.push(problem)
        })
        const stage = started.webpack.Compilation.PROCESS_ASSETS_STAGE_REPORT
        compilation.hooks.processAssets.tapPromise({ name: NAME, stage }, async () => {
          const files = compilation
            .getAssets()
            .map(({ name, source }) => ({ name, content: source.source() }))
          await checkOutputs(engineOf(), files, {
            failed: compilation.errors.length > 0,
            withhold: (name) => compilation.deleteAsset(name),
          }).catch((error: Error) => compilation.errors.push(error))
        })
      })
      started.hooks.done.tapPromise(NAME, () => build.finish())
      started.hooks.failed.tap(NAME, () => void build.close())
    },
  }
}

/** `-!/…/css-loader/dist/cjs.js??ruleSet[1]!./base.css` */
const CSS_IMPORT = /^-!.*\bcss-loader\b.*![^!]+$/

const NO_ADDRESS =
  'the server build cannot know where pictures are served from, so its URLs are not those of the client. ' +
  'Set output.publicPath to the same path or address in both configurations.'

/** A build for a server, where nothing tells at run time what `auto` is. */
function hasNoAddress({ options: { output, externalsPresets } }: Compiler): boolean {
  return externalsPresets.node === true && ['', 'auto', undefined].includes(output.publicPath as string)
}

/** A request for a file as it is, whatever rules the configuration has for pictures. */
function assetRequest(file: string): string {
  return `${file}.webpack[asset/resource]!=!!!${file}`
}

function loaderOf(context: UnpluginBuildContext): LoaderContext {
  const native = context.getNativeBuildContext?.() as { loaderContext?: LoaderContext } | undefined
  if (native?.loaderContext === undefined) throw new TypeError('This hook runs in a loader')
  return native.loaderContext
}

function watchFiles(loader: LoaderContext, files: Watched, root: string): void {
  // A module that a persistent cache restores would name files that may be gone since.
  loader.cacheable(false)
  for (const file of watchList(files, root)) {
    if (existsSync(file)) loader.addDependency(file)
    else loader.addMissingDependency(file)
  }
}
