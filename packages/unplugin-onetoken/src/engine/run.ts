import { realpath } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { parseReference } from '../spec/reference.ts'
import { DEFAULT_MANIFEST_FILES } from '../spec/resolve-settings.ts'
import type { Descriptor } from './descriptors.ts'
import type { EngineOptions } from './options.ts'
import { findPlace } from './places.ts'
import { placeholderPicture } from './placeholder-picture.ts'
import { oneProblem } from './problems.ts'
import { inlineDescriptor, toPosix } from './references.ts'
import { defaultDescriptors, loadPicture, type LoadedPicture, type Session } from './session.ts'
import type { Tally } from './summary.ts'

/** The entries of a manifest's module. */
export interface LoadedManifest {
  members: { name: string; descriptor: string }[]
  /** Files, and folders with the pictures that were in them, that a change of which makes it another. */
  watch: string[]
  folders: ReadonlyMap<string, string | undefined>
  /** When these were read, in milliseconds since 1970. */
  begun: number
}

/** One build of a bundler, or the life of a dev server. */
export interface Run {
  /** A build begins that may share the run with others: it is told everything, also what they were told. */
  enter(): void
  /**
   * Resolve a specifier to the absolute path of its descriptor. Throws mistakes of the specifier with their place,
   * which is looked for as it is `written`.
   */
  resolve(specifier: string, importer: string | undefined, written?: string): Promise<string>
  /** The descriptor of a manifest file, or undefined when the settings do not name this file. */
  resolveManifest(file: string): Promise<string | undefined>
  /** Begin the work for a descriptor without waiting for it. */
  start(descriptor: string): void
  read(descriptor: string): Promise<Descriptor>
  /**
   * The picture of a descriptor. In a build a problem is put aside, to be told with all others at its end, and a
   * stand-in goes on; elsewhere it is thrown.
   */
  loadPicture(descriptor: string): Promise<LoadedPicture>
  loadManifest(descriptor: string): Promise<LoadedManifest>
  /**
   * Wait for all that was started, and take what went wrong, or leave it there for others who `share` the run. When the
   * build has `failed` already, nothing more is asked of the API; what is under way is awaited all the same, for it is
   * billed.
   */
  settle(failed: boolean, share?: boolean): Promise<OneTokenError | undefined>
  /** The run is over; true when it was the last one. A second time does nothing. */
  close(): Promise<boolean>
}

/** What a run needs of its engine. */
export interface RunParts {
  options: EngineOptions
  tally: Tally
  open(): Promise<Session>
  /** Files that a change of which makes pictures others. */
  watch(files: readonly string[]): void
  /** Told once, at the end. */
  closed(run: Run): Promise<boolean>
}

/** Begin a run. */
export function createRun({ options, tally, open, watch, closed }: RunParts): Run {
  const askers = new Map<string, { specifier: string; importer: string | undefined }>()
  const loads = new Set<Promise<unknown>>()
  const problems: OneTokenError[] = []
  /** What a module of a build has told, its next one does not tell as well. */
  const told = new Set<string>()
  let isWanted = true
  let isOpen = true
  const isBuild = options.purpose === 'build'
  const descriptors = async (): Promise<Session['descriptors']> =>
    // A project that cannot be read is told when its pictures are loaded, where it can be watched for its repair.
    open().then(
      (session) => session.descriptors,
      () => defaultDescriptors(options.root),
    )

  const placeOf = async (descriptor: string): Promise<Place | undefined> => {
    const asker = askers.get(descriptor)
    return asker === undefined ? undefined : await findPlace(asker.importer, asker.specifier)
  }

  const load = async (descriptor: string): Promise<LoadedPicture> => {
    for (;;) {
      const session = await open()
      try {
        const loaded = await joined(session, descriptor)
        watch(loaded.watch)
        return loaded
      } catch (error) {
        // Another run that shares the request has failed and wants it no more; this one does.
        if (!isUnwanted(error) || !isWanted) throw error
        session.loads.delete(descriptor)
      }
    }
  }

  const joined = (session: Session, descriptor: string): Promise<LoadedPicture> => {
    const underWay = session.loads.get(descriptor)
    if (underWay !== undefined) return underWay
    const place = (): Promise<Place | undefined> => placeOf(descriptor)
    const begun = loadPicture(session, descriptor, { options, tally, place, wanted: () => isWanted })
    session.loads.set(descriptor, begun)
    // A build keeps what it has, also a failure: its modules ask once. Elsewhere the next load looks again.
    if (!isBuild) void begun.finally(() => session.loads.delete(descriptor)).catch(() => undefined)
    return begun
  }

  const tracked = <T>(work: Promise<T>): Promise<T> => {
    loads.add(work)
    void work.finally(() => loads.delete(work)).catch(() => undefined)
    return work
  }

  /** What fails is told at the end of a build; in the same words only once. */
  const note = (thrown: unknown): void => {
    const error = asOneTokenError(thrown)
    if (isBuild && error !== undefined && !isUnwanted(error)) problems.push(error)
  }

  const run: Run = {
    enter: () => told.clear(),

    async resolve(specifier, importer, written = specifier) {
      try {
        const reference = parseReference(specifier)
        const inline = reference.kind === 'inline'
        const descriptor = await (
          await descriptors()
        ).write(inline ? inlineDescriptor(reference.parameters, importer, options.root) : reference)
        if (!askers.has(descriptor)) askers.set(descriptor, { specifier: written, importer })
        return descriptor
      } catch (error) {
        throw asOneTokenError(error)?.at(await findPlace(importer, written)) ?? error
      }
    },

    async resolveManifest(file) {
      // Bundlers give the file itself for a link to it, and `/` on every system.
      const real = await realpath(file).catch(() => resolve(file))
      try {
        const session = await open()
        const manifest = session.manifests.get(real)
        if (manifest === undefined) return undefined
        return await session.descriptors.write(manifestDescriptor(manifest, options.root))
      } catch (error) {
        // What is wrong with it is told when it is loaded, where it can be watched for its repair.
        const defaults = DEFAULT_MANIFEST_FILES.map((name) => resolve(options.root, name))
        if (!concerns(error, [file, real]) && !defaults.includes(file)) return undefined
        return await (await descriptors()).write(manifestDescriptor(file, options.root))
      }
    },

    start(descriptor) {
      // Told also when the bundler does not come to load it, as what failed before has ended the build.
      if (isWanted) tracked(load(descriptor)).catch(note)
    },

    read: async (descriptor) => (await descriptors()).read(descriptor),

    async loadPicture(descriptor) {
      const begun = Date.now()
      try {
        return await tracked(load(descriptor))
      } catch (thrown) {
        const error = asOneTokenError(thrown)
        if (error === undefined || !isBuild) throw thrown
        const store = await open().then(
          ({ project }) => project.store,
          () => resolve(options.root, 'onetoken'),
        )
        const picture = await placeholderPicture(undefined, undefined, store).catch(() => {
          // A store without room for a stand-in: what went wrong first may say where a paid picture is.
          throw error
        })
        note(error)
        return { picture, watch: [], begun, failed: true }
      }
    },

    async loadManifest(descriptor) {
      const { project, descriptors: written } = await open()
      const read = await written.read(descriptor)
      const file =
        read.kind === 'manifest' && read.file !== undefined ? resolve(project.root, read.file) : undefined
      const entries = [...project.entries.values()].filter(
        ({ manifest }) => file === undefined || manifest.file === file,
      )
      const members = entries.map(async ({ name, manifest }) => ({
        // Its own names for the file that is imported; full names for all manifests at once.
        name:
          file === undefined || manifest.prefix === undefined ? name : name.slice(manifest.prefix.length + 1),
        descriptor: await written.write({ kind: 'entry', name, parameters: {} }),
      }))
      const { files, folders, begun } = project
      watch([...files, ...folders.keys()])
      return { members: await Promise.all(members), watch: files, folders, begun }
    },

    async settle(failed, share = false) {
      // Others who share the run still want what they asked for.
      if (failed && !share) isWanted = false
      while (loads.size > 0) await Promise.allSettled(loads)
      if (share) return oneProblem(problems, options.root)
      const fresh = problems.splice(0).filter((problem) => !told.has(idOf(problem)))
      for (const problem of fresh) told.add(idOf(problem))
      return oneProblem(fresh, options.root)
    },

    async close() {
      if (!isOpen) return false
      isOpen = false
      isWanted = false
      await run.settle(true)
      return await closed(run)
    },
  }
  return run
}

function manifestDescriptor(file: string, root: string): Descriptor {
  return { kind: 'manifest', file: toPosix(relative(root, file)) }
}

/** Whether an error is about one of these files, alone or among others. */
function concerns(error: unknown, files: readonly string[]): boolean {
  const { place, details } = asOneTokenError(error) ?? {}
  const others = (details?.['errors'] ?? []) as { place?: Place | undefined }[]
  return [{ place }, ...others].some(
    (one) => one.place !== undefined && files.includes(resolve(one.place.file)),
  )
}

/** The same for what would be told in the same words; a render that is missing is so wherever it is asked for. */
function idOf({ message, place, details }: OneTokenError): string {
  const missing = details?.['missing'] as { key: string }[] | undefined
  return JSON.stringify(missing?.map(({ key }) => key) ?? [message, place])
}

/** A request that was not sent because its build had failed by then. */
function isUnwanted(error: unknown): boolean {
  return error instanceof OneTokenError && error.details?.['unwanted'] === true
}
