import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { EmittedAsset } from 'rollup'
import type { UnpluginBuildContext, UnpluginOptions } from 'unplugin'
import type { Engine, Log } from '../engine/index.ts'
import { createBuild } from './build.ts'
import { createDescriptorWatch } from './descriptor-watch.ts'
import { watchList, watchPaths } from './watch-paths.ts'
import type { PublicPathOptions } from './options.ts'
import { checkOutputs, filesOf, type BundleFile } from './outputs.ts'
import { plugin } from './plugin.ts'
import { projectRoot } from './project-root.ts'
import { engineFor } from './registry.ts'

/** What Rollup's and Rolldown's contexts have in common. */
interface Context {
  meta: { watchMode: boolean }
  emitFile(file: EmittedAsset): string
  resolve(id: string, importer?: string, options?: { skipSelf?: boolean }): Promise<{ id: string } | null>
  info(message: string): void
  warn(message: string): void
  addWatchFile(file: string): void
}

/** The hooks that Rollup and Rolldown have and unplugin has not. */
interface Hooks {
  buildStart: { order: 'pre'; sequential: true; handler(this: Context): Promise<void> }
  resolveFileUrl(options: { fileName: string; referenceId: string }): string | undefined
  generateBundle: {
    order: 'post'
    handler(options: object, bundle: Record<string, BundleFile>): Promise<void>
  }
}

/** The plugin for Rollup and for Rolldown, which has Rollup's hooks. */
export function rollupLike(options: PublicPathOptions): UnpluginOptions & { hooks: Hooks } {
  let engine: Engine | undefined
  let log: Log = { info() {}, warn() {} }
  const engineOf = (): Engine => {
    if (engine === undefined) throw new TypeError('The build has not started yet')
    return engine
  }
  const build = createBuild({ engine: engineOf, dts: options.dts })
  const emitted = new Set<string>()
  const descriptors = createDescriptorWatch({ changed: (file) => engineOf().changed(file), patience: 1000 })

  const hooks = plugin({
    engine: engineOf,
    build,
    reference: (loading) => (file, name) => {
      // The context is Rollup's own, whose `emitFile` returns a reference.
      const reference = native(loading).emitFile({
        type: 'asset',
        name: basename(file),
        source: readFileSync(file),
      })
      emitted.add(reference)
      return { statement: `const ${name} = import.meta.ROLLUP_FILE_URL_${reference}`, expression: name }
    },
    watch(loading, descriptor, files) {
      const { watchMode } = native(loading).meta
      if (!watchMode) return
      for (const path of watchPaths(descriptor, files, engineOf().root)) native(loading).addWatchFile(path)
      // Rolldown has been seen to lose changes that come while it builds.
      descriptors.watch(descriptor, watchList(files, engineOf().root), files)
    },
    async resolvePath(resolving, id, importer) {
      const resolved = await native(resolving).resolve(id, importer, { skipSelf: true })
      return resolved?.id.split('?', 1)[0]
    },
  })

  return {
    ...hooks,
    // A manifest that another plugin has resolved would be that one's.
    resolveId: { ...hooks.resolveId, order: 'pre' } as typeof hooks.resolveId,
    // Not when the bundle is closed, which its user may forget: the next build would see what this one read.
    async buildEnd(...args) {
      try {
        await hooks.buildEnd.apply(this, args)
      } finally {
        await build.finish()
      }
    },
    hooks: {
      // Before a plugin for TypeScript looks at the types.
      buildStart: {
        order: 'pre',
        sequential: true,
        async handler() {
          const { watchMode } = this.meta
          log = { info: (message) => this.info(message), warn: (message) => this.warn(message) }
          engine = engineFor(options, {
            root: await projectRoot(options, process.cwd(), ['publicPath']),
            mode: undefined,
            isPlain: !watchMode,
            isServer: false,
            log,
          })
          await build.begin()
        },
      },
      resolveFileUrl({ fileName, referenceId }) {
        const { publicPath } = options
        if (publicPath === undefined || !emitted.has(referenceId)) return undefined
        return JSON.stringify(publicPath + encodeURI(fileName))
      },
      generateBundle: {
        order: 'post',
        async handler(_, bundle) {
          await checkOutputs(engineOf(), filesOf(bundle))
        },
      },
    },
  }
}

function native(context: UnpluginBuildContext): Context {
  return context as unknown as Context
}
