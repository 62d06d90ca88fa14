import type { UnpluginOptions } from 'unplugin'
import {
  DESCRIPTOR_FILE,
  describe,
  SPECIFIER,
  manifestModule,
  pictureModule,
  type Engine,
  type LoadedPicture,
  type ReferenceFile,
} from '../engine/index.ts'
import { bundlerError } from './bundler-error.ts'

/** What a bundler's own file gives to the hooks that all bundlers share. */
export interface BundlerHost {
  /** The engine of the project; asked in every hook, as bundlers tell the root late. */
  engine(): Engine
  /** How the module of `descriptor` refers to a file. */
  reference(descriptor: string): ReferenceFile
  /** Load `descriptor` anew when one of these files changes, or when `awaited` appears. */
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

/** Hooks of every bundler. A bundler's oddities live in its own file. */
export function plugin(host: BundlerHost): UnpluginOptions {
  return {
    name: 'unplugin-onetoken',
    enforce: 'pre',

    buildStart() {
      host.engine().enter()
    },

    resolveId: {
      filter: { id: RESOLVED_ID },
      async handler(id, importer, options) {
        const engine = host.engine()
        if (DESCRIPTOR_FILE.test(id)) return id
        return await readable(engine, async () => {
          if (!SPECIFIER.test(id)) return await resolveManifest(host, this, id, importer)
          const descriptor = await engine.resolve(id, importer)
          // A dependency scan only wants to know what is there.
          if ((options as { scan?: boolean }).scan !== true && engine.purpose === 'build')
            engine.start(descriptor)
          return descriptor
        })
      },
    },

    load: {
      filter: { id: DESCRIPTOR_ID },
      async handler(id) {
        const engine = host.engine()
        const [file = id] = id.split('?', 1)
        if (!DESCRIPTOR_FILE.test(file)) return undefined
        return await readable(engine, async () => {
          const { code, ...files } = await moduleOf(engine, file, host.reference(file))
          host.watch(this, file, files)
          // No mappings: what is generated here has absolute paths in it, which no source map may show.
          return { code, map: { version: 3, mappings: '', sources: [], names: [] } as never }
        })
      },
    },

    // oxlint-disable-next-line typescript/no-misused-promises -- Rollup awaits it; unplugin's type does not say so
    async watchChange(id) {
      await host.engine().changed(id)
    },

    // unplugin's type leaves out the error that Rollup and its kin pass.
    async buildEnd(...[error]: unknown[]) {
      const engine = host.engine()
      // Also after a failure: requests under way are billed, and their answers must be kept.
      await engine.settled()
      const problem = engine.takeProblem()
      if (problem === undefined) return
      // What failed first is what the bundler shows; ours must not hide it.
      if (error instanceof Error) engine.log.warn(describe(problem, engine.root))
      else throw bundlerError(problem, engine.root)
    },
  }
}

async function resolveManifest(
  host: BundlerHost,
  context: unknown,
  id: string,
  importer: string | undefined,
): Promise<string | undefined> {
  const file = await host.resolvePath(context, id, importer)
  return file === undefined ? undefined : await host.engine().resolveManifest(file)
}

async function moduleOf(
  engine: Engine,
  file: string,
  reference: ReferenceFile,
): Promise<{ code: string; watch: string[]; awaited?: string | undefined }> {
  const descriptor = await engine.read(file)
  if (descriptor.kind === 'manifest') {
    const { members, watch } = await engine.loadManifest(file)
    const code = manifestModule(members.map(({ name, descriptor: specifier }) => ({ name, specifier })))
    return { code, watch }
  }
  const { picture, ...files } = await loadOrStandIn(engine, file)
  return { code: pictureModule(picture, reference), ...files }
}

/** A build tells all its problems at once, at its end; elsewhere the first one is shown where it is. */
async function loadOrStandIn(engine: Engine, file: string): Promise<LoadedPicture> {
  try {
    return await engine.loadPicture(file)
  } catch (error) {
    if (engine.purpose !== 'build') throw error
    return await engine.putAside(file, error)
  }
}

async function readable<T>(engine: Engine, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw bundlerError(error, engine.root)
  }
}
