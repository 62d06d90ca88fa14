import { relative, resolve } from 'node:path'
import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { entrySpec, type Project } from '../project/project.ts'
import type { Purpose } from '../render/rules.ts'
import { parseReference } from '../spec/reference.ts'
import type { ImageSpec } from '../spec/types.ts'
import type { RenderRecord } from '../store/record.ts'
import type { Descriptor } from './descriptors.ts'
import type { IdentifiedSpec } from './identify.ts'
import type { Log } from './log.ts'
import { findPlace } from './places.ts'
import { placeholderPicture } from './placeholder-picture.ts'
import { oneProblem } from './problems.ts'
import { inlineDescriptor, toPosix } from './references.ts'
import type { PictureState } from './renders.ts'
import { loadPicture, openSession, specOf, type LoadedPicture, type Session } from './session.ts'
import type { EngineOptions } from './options.ts'
import { createTally, type Summary } from './summary.ts'

/** The entries of a manifest's module. */
export interface LoadedManifest {
  members: { name: string; descriptor: string }[]
  watch: string[]
}

/** What bundlers, the command and dev use. */
export interface Engine {
  readonly root: string
  readonly log: Log
  readonly purpose: Purpose
  project(): Promise<Project>
  /** A file changed: when a picture depends on it, what was read is forgotten and the next use reads anew. */
  changed(file: string): Promise<void>
  /** Resolve a specifier to the absolute path of its descriptor. Throws mistakes of the specifier with their place. */
  resolve(specifier: string, importer: string | undefined): Promise<string>
  /** The descriptor of a manifest file, or undefined when the settings do not name this file. */
  resolveManifest(file: string): Promise<string | undefined>
  /** Begin the work for a descriptor without waiting for it. */
  start(descriptor: string): void
  read(descriptor: string): Promise<Descriptor>
  loadPicture(descriptor: string): Promise<LoadedPicture>
  /** The spec of an entry of the manifest. */
  entry(name: string): Promise<ImageSpec>
  /** The spec of what a specifier at `place` names. */
  specOf(specifier: string, place: Place): Promise<ImageSpec>
  /** What is known of a render; asks nobody. */
  stateOf(identified: IdentifiedSpec): Promise<{ state: PictureState; problem?: OneTokenError | undefined }>
  /** Have a render, as the spending rule allows; `again` asks the API although it is there. */
  render(identified: IdentifiedSpec, again: boolean): Promise<RenderRecord>
  /** Start no further request; what is under way goes on. With `abort` it is given up as well. */
  stop(reason: OneTokenError, abort: boolean): Promise<void>
  loadManifest(descriptor: string): Promise<LoadedManifest>
  /** Put a problem aside, to be told with all others at the end of the build; a stand-in goes on. */
  putAside(descriptor: string, error: unknown): Promise<LoadedPicture>
  /** All problems put aside as one error; they are forgotten. */
  takeProblem(): OneTokenError | undefined
  /** Wait for every request under way. */
  settled(): Promise<void>
  summary(): Summary
  resetSummary(): void
  /** A build begins to use the engine. */
  enter(): void
  /** A build ends. With the last one, encoders and connections are closed; true for the last one. */
  leave(): Promise<boolean>
}

/** An engine for one project. Reads nothing before it is asked. */
export function createEngine(options: EngineOptions): Engine {
  let session: Promise<Session> | undefined
  let tally = createTally()
  const problems: OneTokenError[] = []
  const watched = new Set<string>()
  let users = 0
  const askers = new Map<string, { specifier: string; importer: string | undefined }>()
  const open = (): Promise<Session> => (session ??= openSession(options))
  const placeOf = async (descriptor: string): Promise<Place | undefined> => {
    const asker = askers.get(descriptor)
    return asker === undefined ? undefined : await findPlace(asker.importer, asker.specifier)
  }

  const engine: Engine = {
    root: options.root,
    log: options.log,
    purpose: options.purpose,
    project: async () => (await open()).project,
    async changed(file) {
      if (!watched.has(file)) return
      const old = session
      session = undefined
      await (await old?.catch(() => undefined))?.workshop.close()
    },

    async resolve(specifier, importer) {
      try {
        const reference = parseReference(specifier)
        const { descriptors, project } = await open()
        const descriptor = await descriptors.write(
          reference.kind === 'inline'
            ? inlineDescriptor(reference.parameters, importer, project.root)
            : reference,
        )
        if (!askers.has(descriptor)) askers.set(descriptor, { specifier, importer })
        return descriptor
      } catch (error) {
        throw asOneTokenError(error)?.at(await findPlace(importer, specifier)) ?? error
      }
    },

    async resolveManifest(file) {
      const { project, descriptors } = await open()
      if (!project.manifests.some((manifest) => manifest.file === file)) return undefined
      return await descriptors.write({ kind: 'manifest', file: toPosix(relative(project.root, file)) })
    },

    start(descriptor) {
      engine.loadPicture(descriptor).catch(() => undefined)
    },

    read: async (descriptor) => (await open()).descriptors.read(descriptor),

    async loadPicture(descriptor) {
      const current = await open()
      const underWay = current.loads.get(descriptor)
      if (underWay !== undefined) return await underWay
      const load = loadPicture(current, descriptor, options, tally, () => placeOf(descriptor))
      current.loads.set(descriptor, load)
      // A build keeps a failure, so that its other environments do not ask the API again; dev tries anew.
      if (options.purpose === 'dev') load.catch(() => current.loads.delete(descriptor))
      const loaded = await load
      for (const file of loaded.watch) watched.add(file)
      return loaded
    },

    entry: async (name) => entrySpec((await open()).project, name),

    async specOf(specifier, place) {
      try {
        const reference = parseReference(specifier)
        const { project } = await open()
        if (reference.kind === 'manifest')
          throw new OneTokenError('QUERY_INVALID', 'A manifest is not one picture.')
        const descriptor =
          reference.kind === 'inline'
            ? inlineDescriptor(reference.parameters, place.file, project.root)
            : reference
        return specOf(project, descriptor, place)
      } catch (error) {
        throw asOneTokenError(error)?.at(place) ?? error
      }
    },

    stateOf: async (identified) => (await open()).workshop.renders.stateOf(identified),

    async render(identified, again) {
      const obtained = await (
        await open()
      ).workshop.renders.obtain(identified, { purpose: options.purpose, again })
      if ('placeholder' in obtained) throw new TypeError('The command never takes a placeholder')
      if (obtained.made) tally.rendered(identified.key, obtained.record.cost.usd)
      else tally.reused(identified.key)
      return obtained.record
    },

    async stop(reason, abort) {
      const { workshop } = await open()
      await (abort ? workshop.abort() : workshop.stop(reason))
    },

    async loadManifest(descriptor) {
      const { project, descriptors } = await open()
      const read = await descriptors.read(descriptor)
      const file =
        read.kind === 'manifest' && read.file !== undefined ? resolve(project.root, read.file) : undefined
      const entries = [...project.entries.values()].filter(
        ({ manifest }) => file === undefined || manifest.file === file,
      )
      const members = entries.map(async ({ name, manifest }) => ({
        // Its own names for the file that is imported; full names for all manifests at once.
        name:
          file === undefined || manifest.prefix === undefined ? name : name.slice(manifest.prefix.length + 1),
        descriptor: await descriptors.write({ kind: 'entry', name, parameters: {} }),
      }))
      for (const path of project.files) watched.add(path)
      return { members: await Promise.all(members), watch: project.files }
    },

    async putAside(descriptor, thrown) {
      const error = asOneTokenError(thrown)
      if (error === undefined) throw thrown
      problems.push(error.details?.['stopAll'] === true ? error : error.at(await placeOf(descriptor)))
      return {
        picture: await placeholderPicture(undefined, undefined, (await open()).project.store),
        watch: [],
      }
    },

    takeProblem: () => oneProblem(problems.splice(0), options.root),
    settled: async () => (await session?.catch(() => undefined))?.workshop.renders.settled(),
    summary: () => tally.summary(),
    resetSummary: () => void (tally = createTally()),
    enter: () => void (users += 1),
    async leave() {
      users = Math.max(0, users - 1)
      if (users > 0) return false
      const last = await session?.catch(() => undefined)
      session = undefined
      await last?.workshop.close()
      return true
    },
  }
  return engine
}
