import type { Environment, ViteDevServer } from 'vite'
import { visibleLines, type Engine } from '../engine/index.ts'
import { writeTypesOf, type Watched } from './build.ts'
import { createDescriptorWatch } from './descriptor-watch.ts'
import type { PluginOptions } from './options.ts'
import { watchList } from './watch-paths.ts'

/** Stands for the pages in the place of a descriptor: they are no modules, so the browser loads them anew. */
export const PAGES = 'onetoken:pages'

/** Stands for the project, whose entries have types before a page asks for a picture. */
const PROJECT = 'onetoken:project'

/** Milliseconds in which a file that is saved, formatted and saved again has changed once. */
const PATIENCE = 50

/** What a {@link DevWatch} works with. */
export interface DevWatchHost {
  /** The engine of the project; asked each time, as Vite tells the root late. */
  engine(): Engine
  dts: PluginOptions['dts']
}

/** Keeps the pictures of a dev server, and the types of its entries, up to date. */
export interface DevWatch {
  /** Pictures are loaded by `server` from now on. */
  serve(server: ViteDevServer): void
  /** The server has begun: the project is watched before a page asks for a picture. */
  begin(): Promise<void>
  /** Load `descriptor`, or {@link PAGES}, anew when what it was made of changes. */
  watch(descriptor: string, watched: Watched): void
  /** The server of `environment` is closed; another one may have been started in its place by then. */
  close(environment: Environment): void
}

/**
 * In a dev server `addWatchFile` makes the file an import of the module, which has to resolve: a record that is not there
 * yet does not, and a manifest resolves to a module of ours. The watcher of the server itself tells of nothing that comes
 * while it begins, and of no second change within 50 ms, as when an editor formats what it has saved (chokidar's
 * throttle: https://github.com/paulmillr/chokidar).
 */
export function createDevWatch({ engine, dts }: DevWatchHost): DevWatch {
  let server: ViteDevServer | undefined

  const reload = async (descriptors: readonly string[]): Promise<void> => {
    if (server === undefined) return
    for (const environment of Object.values(server.environments)) {
      for (const descriptor of descriptors) {
        const module = environment.moduleGraph.getModuleById(descriptor)
        if (module !== undefined) await environment.reloadModule(module)
      }
    }
    if (descriptors.includes(PAGES)) server.ws.send({ type: 'full-reload' })
  }

  const descriptorWatch = createDescriptorWatch({
    // Also what only failed before is to be read anew.
    changed: () => engine().refresh(),
    patience: PATIENCE,
    isHeard: true,
    async tell(descriptors) {
      try {
        if (descriptors.includes(PROJECT)) {
          if (dts !== false) await writeTypesOf(engine(), dts)
          await dev.begin()
        }
        await reload(descriptors)
      } catch (error) {
        server?.config.logger.error(`onetoken: ${visibleLines(String(error))}`)
      }
    },
  })

  const dev: DevWatch = {
    serve(started) {
      server = started
    },

    async begin() {
      const begun = Date.now()
      // What is wrong with it is told by whoever loads its pictures.
      const project = await engine()
        .project()
        .catch(() => undefined)
      dev.watch(PROJECT, project === undefined ? { watch: [], begun } : { ...project, watch: project.files })
    },

    watch(descriptor, watched) {
      // It was asked to watch nothing, as for a single run of tests.
      if (server === undefined || server.config.server.watch === null) return
      descriptorWatch.watch(descriptor, watchList(watched, engine().root, server.config.mode), watched)
    },

    close(environment) {
      const isCurrent =
        server !== undefined && Object.values<unknown>(server.environments).includes(environment)
      if (isCurrent) descriptorWatch.close()
    },
  }
  return dev
}
