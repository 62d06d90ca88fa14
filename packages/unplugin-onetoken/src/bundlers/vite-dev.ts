import { dirname } from 'node:path'
import { normalizePath } from './normalize-path.ts'
import type { ViteDevServer } from 'vite'

/** Stands for the pages in the place of a descriptor: they are no modules, so the browser loads them anew. */
export const PAGES = 'onetoken:pages'

/** Keeps the pictures of a dev server up to date. */
export interface DevWatcher {
  /** Load `descriptor`, or {@link PAGES}, anew when one of `files` changes or appears. */
  watch(descriptor: string, files: readonly string[]): void
  /** Begin to watch for a server. */
  serve(server: ViteDevServer): void
}

/**
 * In a dev server `addWatchFile` makes the file an import of the module, which has to resolve: a record that is
 * not there yet does not, and a manifest resolves to a module of ours. So the server's own watcher is asked.
 * `changed` is called before modules are loaded anew.
 */
export function devWatcher(changed: (file: string) => Promise<void>): DevWatcher {
  const dependents = new Map<string, Set<string>>()
  let server: ViteDevServer | undefined

  const reload = async (path: string): Promise<void> => {
    const file = normalizePath(path)
    const descriptors = dependents.get(file)
    if (descriptors === undefined || server === undefined) return
    await changed(path)
    for (const environment of Object.values(server.environments)) {
      for (const descriptor of descriptors) {
        const module = environment.moduleGraph.getModuleById(descriptor)
        if (module !== undefined) await environment.reloadModule(module)
      }
    }
    if (descriptors.has(PAGES)) server.ws.send({ type: 'full-reload' })
  }

  return {
    watch(descriptor, files) {
      for (const file of files.map(normalizePath)) {
        const known = dependents.get(file)
        if (known === undefined) {
          dependents.set(file, new Set([descriptor]))
          server?.watcher.add(dirname(file))
        } else known.add(descriptor)
      }
    },
    serve(started) {
      server = started
      server.watcher.on('all', (event, path) => {
        if (event === 'add' || event === 'change' || event === 'unlink') {
          reload(path).catch((error: unknown) => started.config.logger.error(`onetoken: ${String(error)}`))
        }
      })
    },
  }
}
