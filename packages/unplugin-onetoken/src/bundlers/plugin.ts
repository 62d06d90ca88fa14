import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { TransformResult, UnpluginBuildContext, UnpluginContext, UnpluginOptions } from 'unplugin'
import { DESCRIPTOR_FILE, IMPORTED_URL, SPECIFIER, type Engine, type ReferenceFile } from '../engine/index.ts'
import type { Build, Watched } from './build.ts'

/** What a bundler's own file gives to the hooks that all bundlers share. */
export interface BundlerHost {
  engine(): Engine
  build: Build
  /** How the module of `descriptor` refers to a file. */
  reference(context: UnpluginBuildContext, descriptor: string): ReferenceFile
  /** Load `descriptor` anew when one of these files changes or appears. */
  watch(context: UnpluginBuildContext, descriptor: string, files: Watched): void
  /** Absolute path of what a relative or aliased id names, or undefined. */
  resolvePath(
    context: UnpluginBuildContext,
    id: string,
    importer: string | undefined,
  ): Promise<string | undefined>
}

const DESCRIPTOR_ID = /\.onetoken\.mjs(?:\?|$)/
/** Our specifiers and what is taken for one, descriptors that a manifest's module imports, and files that may be a manifest. */
const RESOLVED_ID = /^virtual:onetoken(?:[/?]|$)|^(?:virtual:)?onetoken:|\.onetoken\.mjs$|\.ya?ml$/

const NEIGHBOUR = /^\.\/[0-9a-f]{20}\.onetoken\.mjs$/

/** A browser asks a dev server for a path below the root; the server may not have seen who imports it. */
function fileOf(id: string, root: string): string {
  const served = join(root, id)
  return !id.startsWith(root) && existsSync(served) ? served : id
}

/** The hooks that all bundlers share. */
export type SharedHooks = UnpluginOptions & {
  resolveId: object
  buildEnd(this: UnpluginBuildContext, ...args: unknown[]): Promise<void>
  load: { handler(this: UnpluginBuildContext & UnpluginContext, id: string): Promise<TransformResult> }
}

/** Hooks of every bundler. A bundler's oddities live in its own file. */
export function plugin({ engine, build, reference, watch, resolvePath }: BundlerHost): SharedHooks {
  return {
    name: 'unplugin-onetoken',
    enforce: 'pre',

    async buildStart() {
      await build.begin()
    },

    resolveId: {
      filter: { id: RESOLVED_ID },
      async handler(id, importer, { scan }: { isEntry: boolean; scan?: boolean }) {
        if (DESCRIPTOR_FILE.test(id)) return fileOf(id, engine().root)
        // The module of a manifest names those of its pictures, which lie beside it.
        if (NEIGHBOUR.test(id)) return importer === undefined ? undefined : resolve(dirname(importer), id)
        if (SPECIFIER.test(id) || IMPORTED_URL.test(id)) return await build.resolve(id, importer, scan)
        const file = await resolvePath(this, id, importer)
        return file === undefined ? undefined : await build.resolveManifest(file)
      },
    },

    load: {
      filter: { id: DESCRIPTOR_ID },
      async handler(id) {
        const [file = id] = id.split('?', 1)
        if (!DESCRIPTOR_FILE.test(file)) return undefined
        const begun = Date.now()
        const loading = build.module(file, reference(this, file))
        loading.catch(() => watch(this, file, { watch: [], begun }))
        const { code, ...files } = await loading
        watch(this, file, files)
        // No mappings: what is generated here has absolute paths in it, which no source map may show.
        return { code, map: { version: 3, mappings: '', sources: [], names: [] } as never }
      },
    },

    watchChange(id) {
      engine().changed(id)
    },

    // unplugin's type leaves out the error that Rollup and its kin pass.
    async buildEnd(...[error]: unknown[]) {
      const problem = await build.settle(error instanceof Error)
      if (problem === undefined) return
      // What failed first is what the bundler shows; ours must not hide it.
      if (error instanceof Error) engine().log.warn(problem.message)
      else throw problem
    },
  }
}
