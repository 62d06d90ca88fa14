import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { secretsOf, type Secret } from '../project/environment.ts'
import { projectEnvironment, type Project } from '../project/project.ts'
import { darkSpec, entrySpec } from '../project/specs.ts'
import type { Purpose } from '../render/rules.ts'
import { parseReference } from '../spec/reference.ts'
import type { ImageSpec } from '../spec/types.ts'
import type { Picture } from '../output/picture.ts'
import type { RenderRecord } from '../store/record.ts'
import type { Family } from './family.ts'
import type { IdentifiedSpec } from './identify.ts'
import { visibleLog, type Log } from './log.ts'
import type { EngineOptions } from './options.ts'
import { obtain } from './obtain.ts'
import { inlineDescriptor } from './references.ts'
import type { ProjectStore } from './project-store.ts'
import type { HowToLook, StateOfPicture } from './looks.ts'
import { createRun, type Run } from './run.ts'
import { openSession, specOf, type Session } from './session.ts'
import { createTally, type Summary } from './summary.ts'
import type { Workshop } from './workshop.ts'

/** What bundlers, the command and dev use. */
export interface Engine {
  readonly root: string
  readonly log: Log
  readonly purpose: Purpose
  project(): Promise<Project>
  /** What nobody may see, also of a project that cannot be read. For the guard that looks for it in what is built. */
  secrets(): Promise<Secret[]>
  /** Begin a build. The first of several at once reads the project anew; the others share it. */
  begin(): Run
  /** Forget what was read, so that the next use reads anew; what is under way ends first. */
  refresh(): void
  /** A file changed: when a picture depends on it, what was read is forgotten. */
  changed(file: string): void
  /** The spec of an entry of the manifest. Throws `UNKNOWN_ENTRY`. */
  entry(name: string): Promise<ImageSpec>
  /** The spec of the dark version of an entry. Throws `UNKNOWN_ENTRY` when it has none. */
  dark(name: string): Promise<ImageSpec>
  /** Pictures and the pictures that they are edits of, as they are now. */
  family(): Promise<Family>
  /** The spec of what a specifier at `place` names. */
  specOf(specifier: string, place: Place): Promise<ImageSpec>
  /** What is known of a render; asks nobody. */
  stateOf(identified: IdentifiedSpec, how?: HowToLook): Promise<StateOfPicture>
  /**
   * Have a render, as the spending rule allows, and before it those that it is an edit of. `again` asks the API although it
   * is there, `renew` when what it is an edit of has changed. What only stands in for it never does. It is `made` when it
   * was paid for here, and not by another process meanwhile.
   */
  render(
    spec: ImageSpec,
    how?: { again?: boolean; renew?: boolean },
  ): Promise<{ record: RenderRecord; made: boolean }>
  /**
   * The picture that builds use, cut as its spec says; undefined when it is missing. Spends nothing. Throws why what is
   * there cannot be used.
   */
  picture(identified: IdentifiedSpec): Promise<Picture | undefined>
  /** Begin to put into the remote store what earlier runs could not; it is awaited when the engine is closed. */
  pushWaiting(): Promise<void>
  /** The renders of the project. */
  store(): Promise<ProjectStore>
  finishAbandoned: Workshop['finishAbandoned']
  /** Start no further request. Returns how many are under way: they go on. */
  stop(reason: OneTokenError): Promise<number>
  /** Give up what is under way as well. */
  abort(): Promise<void>
  /** What was done since the last time that nothing ran. */
  summary(): Summary
  /** End encoders and connections. */
  close(): Promise<void>
}

/** An engine for one project. Reads nothing before it is asked. */
export function createEngine(given: EngineOptions): Engine {
  const options = { ...given, log: visibleLog(given.log) }
  let session: Promise<Session> | undefined
  let tally = createTally()
  let summary = tally.summary()
  const watched = new Set<string>()
  const runs = new Set<Run>()

  const open = (): Promise<Session> => {
    if (session !== undefined) return session
    const opening = openSession(options)
    session = opening
    opening.then(({ project }) => watch(project.files)).catch(() => undefined)
    // What could not be read is read again at the next use: its author may have mended it.
    opening.catch(() => {
      if (session === opening) session = undefined
    })
    return opening
  }
  const watch = (files: readonly string[]): void => files.forEach((file) => watched.add(file))
  const refresh = (): void => {
    const old = session
    session = undefined
    void old?.then(retire).catch(() => undefined)
  }

  return {
    root: options.root,
    log: options.log,
    purpose: options.purpose,
    project: async () => (await open()).project,
    secrets: async () => secretsOf(await projectEnvironment(options)),
    refresh,
    begin() {
      if (runs.size === 0) refresh()
      const run = createRun({
        options,
        tally,
        open,
        watch,
        async closed(ended) {
          runs.delete(ended)
          if (runs.size > 0) return false
          // At once: a run that begins from here on opens its own.
          const last = session
          session = undefined
          summary = tally.summary()
          tally = createTally()
          await (await last?.catch(() => undefined))?.workshop.close()
          return true
        },
      })
      runs.add(run)
      return run
    },
    changed(file) {
      if (watched.has(file)) refresh()
    },

    entry: async (name) => entrySpec((await open()).project, name),
    async dark(name) {
      const { project } = await open()
      const spec = darkSpec(project, name)
      if (spec !== undefined) return spec
      throw new OneTokenError('UNKNOWN_ENTRY', `${entrySpec(project, name).label} has no dark version.`)
    },
    family: async () => (await open()).workshop.family(),

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

    stateOf: async (identified, how) => (await open()).workshop.renders.stateOf(identified, how),

    async render(spec, how = {}) {
      const { project, workshop } = await open()
      const asker = { purpose: options.purpose, provisional: 'replaced', ...how } as const
      const { obtained } = await obtain({ project, workshop }, spec, asker)
      if ('placeholder' in obtained) throw new TypeError('The command never takes a placeholder')
      return obtained
    },

    async picture(identified) {
      const { renders, store, cut } = (await open()).workshop
      const { state, problem, uses } = await renders.stateOf(identified)
      // An edit whose parent has changed has its picture from before, and an entry what its user has brought.
      const key = uses ?? (state === 'cached' ? identified.key : undefined)
      if (key === undefined && problem !== undefined) throw problem
      const lookup = key === undefined ? undefined : await store.store.find(key, identified.spec.label)
      return lookup?.state === 'found' ? await cut(identified, lookup.record, tally) : undefined
    },

    pushWaiting: async () => (await open()).workshop.pushWaiting(),

    store: async () => (await open()).workshop.store,
    finishAbandoned: async (key, place) => (await open()).workshop.finishAbandoned(key, place),

    stop: async (reason) => (await open()).workshop.stop(reason),
    abort: async () => (await open()).workshop.abort(),

    summary: () => summary,
    async close() {
      await (await session?.catch(() => undefined))?.workshop.close()
    },
  }
}

/** Close what is used no more, when nothing uses it any more. */
async function retire({ loads, workshop }: Session): Promise<void> {
  await Promise.allSettled(loads.values())
  await workshop.close()
}
