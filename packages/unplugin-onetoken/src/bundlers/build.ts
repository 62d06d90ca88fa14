import { basename } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import {
  describe,
  mainFile,
  manifestModule,
  pictureModule,
  silentText,
  staleText,
  summaryText,
  writeTypes,
} from '../engine/index.ts'
import type { Engine, Picture, ReferenceFile, Run } from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import { bundlerError } from './bundler-error.ts'
import type { PluginOptions } from './options.ts'

/** Files that make a picture another when they change, and those that do so when they appear. */
export interface Watched {
  /** Empty for a picture that failed: any file of the project may mend it. */
  watch: readonly string[]
  awaited?: readonly string[] | undefined
  /**
   * Folders that do so when a picture, or a folder, comes or goes, with what was in them; a build may well write into
   * them.
   */
  folders?: ReadonlyMap<string, string | undefined> | undefined
  /** When they were read, in milliseconds since 1970. */
  begun: number
}

/** A picture that a style sheet or a page names. */
export interface NamedPicture extends Watched {
  picture: Picture
  /** The largest file of the fallback format: what one URL stands for. */
  file: string
}

/** One build after the other of one instance of the plugin: what the hooks of all bundlers do. */
export interface Build {
  /**
   * A build starts: the types are written, before any compiler asks for them. One may start before the last one has
   * ended, and several at once for Vite's environments.
   */
  begin(): Promise<void>
  /** The descriptor of a specifier; its picture is begun unless the reference is only looked at. */
  resolve(specifier: string, importer: string | undefined, scans?: boolean): Promise<string>
  /** The descriptor of a file that may be a manifest. */
  resolveManifest(file: string): Promise<string | undefined>
  /** JavaScript of a descriptor's module. */
  module(descriptor: string, reference: ReferenceFile): Promise<{ code: string } & Watched>
  /** The picture of a reference in a style sheet or a page, as it is `written` there. */
  picture(specifier: string, importer: string | undefined, written?: string): Promise<NamedPicture>
  /** Wait for what was begun, and take what went wrong. */
  settle(failed: boolean): Promise<Error | undefined>
  /** A build has ended. True when no other goes on. */
  close(): Promise<boolean>
  /** Close, and where it was the last build say what was done. */
  finish(): Promise<void>
}

/** A picture that a source names; `watch` is told what to look at for changes, also where the picture cannot be had. */
export async function watchedPicture(
  build: Build,
  { specifier, written }: { specifier: string; written: string },
  importer: string,
  watch: (files: Watched) => void,
): Promise<NamedPicture> {
  const begun = Date.now()
  try {
    const named = await build.picture(specifier, importer, written)
    watch(named)
    return named
  } catch (error) {
    watch({ watch: [], begun })
    throw error
  }
}

/** What a {@link Build} works with. */
export interface BuildHost {
  /** The engine of the project; asked each time, as bundlers tell the root late. */
  engine(): Engine
  /**
   * The bundler writes its output before it calls a hook at the end, so that a picture that cannot be had has to
   * fail its module. The first one waits for all that was begun, to tell everything at once.
   */
  failsInModules?: boolean | undefined
  dts: PluginOptions['dts']
  /** Whether the bundler knows `export { a as "team/ada" }`. @default true */
  stringNames?: boolean | undefined
}

/** Milliseconds in which a bundler that has one module begins to load those that it imports. */
const GRACE = 50

/** A {@link Build} for one instance of the plugin. */
export function createBuild({ engine, dts, failsInModules = false, stringNames = true }: BuildHost): Build {
  let run: Run | undefined
  let underWay = 0
  let said: string | undefined
  /** Entries that scripts import, which have no alternative text. */
  const silent = new Set<string>()
  const current = (): Run => (run ??= engine().begin())

  /** Errors as bundlers show them. */
  const readable = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw bundlerError(error, engine().root)
    }
  }

  const load = async (
    descriptor: string,
  ): Promise<{ picture: Picture; failed?: boolean | undefined } & Watched> => {
    const loaded = await current().loadPicture(descriptor)
    if (loaded.failed !== true || !failsInModules) return loaded
    // What the bundler asks for next may fail as well.
    await setTimeout(GRACE)
    const problem = await current().settle(false, underWay > 1)
    if (problem !== undefined) throw problem
    return loaded
  }

  const build: Build = {
    async begin() {
      underWay += 1
      current().enter()
      if (dts !== false) await writeTypesOf(engine(), dts)
    },

    resolve: (specifier, importer, scans = false) =>
      readable(async () => {
        const descriptor = await current().resolve(specifier, importer)
        if (!scans && engine().purpose === 'build') current().start(descriptor)
        return descriptor
      }),

    resolveManifest: (file) => readable(() => current().resolveManifest(file)),

    module: (descriptor, reference) =>
      readable(async () => {
        const named = await current().read(descriptor)
        if (named.kind === 'manifest') {
          const { members, watch, folders, begun } = await current().loadManifest(descriptor)
          if (engine().purpose === 'build') for (const member of members) current().start(member.descriptor)
          const modules = members.map(({ name, descriptor: file }) => ({
            name,
            specifier: `./${basename(file)}`,
          }))
          return { code: manifestModule(modules, stringNames), watch, folders, begun }
        }
        const { picture, failed = false, ...files } = await load(descriptor)
        // A stand-in has no alternative text, whatever its entry has.
        if (named.kind === 'entry' && picture.alt === undefined && !failed) silent.add(named.name)
        return { code: pictureModule(picture, reference), ...files }
      }),

    picture: (specifier, importer, written) =>
      readable(async () => {
        const descriptor = await current().resolve(specifier, importer, written)
        if ((await current().read(descriptor)).kind === 'manifest') throw notOnePicture(importer)
        const loaded = await load(descriptor)
        return { ...loaded, file: mainFile(loaded.picture) }
      }),

    async settle(failed) {
      // Builds of one instance that go on at once share a run: what is wrong in it is told by each of them.
      const problem = await run?.settle(failed, underWay > 1)
      return problem === undefined ? undefined : (bundlerError(problem, engine().root) as Error)
    },

    async close() {
      underWay = Math.max(0, underWay - 1)
      if (underWay > 0) return false
      const ended = run
      run = undefined
      return (await ended?.close()) === true
    },

    async finish() {
      const isLast = await build.close()
      const { log, purpose, root } = engine()
      const summary = engine().summary()
      const text = isLast ? summaryText(summary) : undefined
      // Who watches is told when something is different.
      if (text === undefined || (text === said && purpose === 'dev')) return
      said = text
      log.info(text)
      const warnings = [
        ...summary.refused.map((error) => describe(error, root)),
        staleText(summary),
        silentText([...silent].sort()),
      ]
      for (const warning of warnings) if (warning !== undefined) log.warn(warning)
    },
  }
  return build
}

function notOnePicture(file: string | undefined): OneTokenError {
  return new OneTokenError('QUERY_INVALID', 'onetoken:manifest is all pictures, and a URL is one.', {
    hint: 'Name an entry, as in onetoken:hero.',
    place: file === undefined ? undefined : { file },
  })
}

/** Write the types of the manifest's entries. A project that cannot be read is told by whoever loads its pictures. */
export async function writeTypesOf(engine: Engine, dts: string | undefined): Promise<void> {
  const project = await engine.project().catch(() => undefined)
  if (project === undefined) return
  try {
    await writeTypes(project, dts)
  } catch (error) {
    engine.log.warn(`the types were not written: ${error instanceof Error ? error.message : String(error)}`)
  }
}
