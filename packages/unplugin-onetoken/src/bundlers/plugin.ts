import type { UnpluginOptions } from 'unplugin'
import {
  DESCRIPTOR_FILE,
  describe,
  SPECIFIER,
  manifestModule,
  pictureModule,
  type Engine,
  type ReferenceFile,
  type Run,
} from '../engine/index.ts'
import { bundlerError } from './bundler-error.ts'

/** What a bundler's own file gives to the hooks that all bundlers share. */
export interface BundlerHost {
  /** The engine of the project; asked in every hook, as bundlers tell the root late. */
  engine(): Engine
  /** How the module of `descriptor` refers to a file. */
  reference(descriptor: string): ReferenceFile
  /**
   * Load `descriptor` anew when one of these files changes, or when `awaited` appears. Without files: it failed, and
   * may be mended by any file of the project.
   */
  watch(
    context: WatchContext,
    descriptor: string,
    files: { watch: readonly string[]; awaited?: string | undefined },
  ): void
  /** Absolute path of what a relative or aliased id names, or undefined. */
  resolvePath(context: unknown, id: string, importer: string | undefined): Promise<string | undefined>
}

const DESCRIPTOR_ID = /\.onetoken\.mjs(?:\?|$)/
/** Our specifiers, descriptors that a manifest's module imports, and files that may be a manifest. */
const RESOLVED_ID = /^virtual:onetoken(?:[/?]|$)|\.onetoken\.mjs$|\.ya?ml$/

/** The part of a hook's context that watches. */
export interface WatchContext {
  addWatchFile(file: string): void
}

/** The hooks of one instance of the plugin, and the end of its build. */
export interface PluginHooks {
  options: UnpluginOptions
  /** Call at the end of a build, which may come twice. True when no other build goes on. */
  close(): Promise<boolean>
}

/** Hooks of every bundler. A bundler's oddities live in its own file. */
export function plugin(host: BundlerHost): PluginHooks {
  let run: Run | undefined
  const current = (): Run => (run ??= host.engine().begin())

  const options: UnpluginOptions = {
    name: 'unplugin-onetoken',
    enforce: 'pre',

    buildStart() {
      current()
    },

    resolveId: {
      filter: { id: RESOLVED_ID },
      async handler(id, importer, { scan }: { isEntry: boolean; scan?: boolean }) {
        if (DESCRIPTOR_FILE.test(id)) return id
        return await readable(host, async () => {
          if (!SPECIFIER.test(id)) {
            const file = await host.resolvePath(this, id, importer)
            return file === undefined ? undefined : await current().resolveManifest(file)
          }
          const descriptor = await current().resolve(id, importer)
          // A dependency scan only wants to know what is there.
          if (scan !== true && host.engine().purpose === 'build') current().start(descriptor)
          return descriptor
        })
      },
    },

    load: {
      filter: { id: DESCRIPTOR_ID },
      async handler(id) {
        const [file = id] = id.split('?', 1)
        if (!DESCRIPTOR_FILE.test(file)) return undefined
        return await readable(host, async () => {
          const { code, ...files } = await moduleOf(current(), file, host.reference(file)).catch(
            (error: unknown) => {
              host.watch(this, file, { watch: [] })
              throw error
            },
          )
          host.watch(this, file, files)
          // No mappings: what is generated here has absolute paths in it, which no source map may show.
          return { code, map: { version: 3, mappings: '', sources: [], names: [] } as never }
        })
      },
    },

    watchChange(id) {
      host.engine().changed(id)
    },

    // unplugin's type leaves out the error that Rollup and its kin pass.
    async buildEnd(...[error]: unknown[]) {
      const problem = await run?.settle(error instanceof Error)
      if (problem === undefined) return
      const { root, log } = host.engine()
      // What failed first is what the bundler shows; ours must not hide it.
      if (error instanceof Error) log.warn(describe(problem, root))
      else throw bundlerError(problem, root)
    },
  }
  return {
    options,
    async close() {
      const ended = run
      run = undefined
      return (await ended?.close()) === true
    },
  }
}

async function moduleOf(
  run: Run,
  file: string,
  reference: ReferenceFile,
): Promise<{ code: string; watch: string[]; awaited?: string | undefined }> {
  const descriptor = await run.read(file)
  if (descriptor.kind === 'manifest') {
    const { members, watch } = await run.loadManifest(file)
    const code = manifestModule(members.map(({ name, descriptor: specifier }) => ({ name, specifier })))
    return { code, watch }
  }
  const { picture, ...files } = await run.loadPicture(file)
  return { code: pictureModule(picture, reference), ...files }
}

async function readable<T>(host: BundlerHost, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw bundlerError(error, host.engine().root)
  }
}
