import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { secretsOf, type Secret } from '../project/environment.ts'
import { projectEnvironment, type Project } from '../project/project.ts'
import { darkSpec, entrySpec } from '../project/specs.ts'
import type { Purpose } from '../render/rules.ts'
import { parseReference } from '../spec/reference.ts'
import type { ImageSpec } from '../spec/types.ts'
import type { Lookup } from '../store/file-store.ts'
import type { RenderRecord } from '../store/record.ts'
import type { Family } from './family.ts'
import type { IdentifiedSpec } from './identify.ts'
import type { Log } from './log.ts'
import type { EngineOptions } from './options.ts'
import { obtain } from './obtain.ts'
import { inlineDescriptor } from './references.ts'
import type { ProjectStore } from './project-store.ts'
import type { StateOfPicture } from './renders.ts'
import { createRun, type Run } from './run.ts'
import { openSession, specOf, type Session } from './session.ts'
import { createTally, type Summary } from './summary.ts'

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
  /** What is known of a render, with what a look at the store has shown a moment ago; asks nobody. */
  stateOf(identified: IdentifiedSpec, seen?: Lookup): Promise<StateOfPicture>
  /**
   * Have a render, as the spending rule allows, and before it those that it is an edit of. `again` asks the API although it
   * is there, `renew` when what it is an edit of has changed. It is `made` when it was paid for here, and not by another
   * process meanwhile.
   */
  render(
    spec: ImageSpec,
    how?: { again?: boolean; renew?: boolean },
  ): Promise<{ record: RenderRecord; made: boolean }>
  /** Begin to put into the remote store what earlier runs could not; it is awaited when the engine is closed. */
  pushWaiting(): Promise<void>
  /** The renders of the project. */
  store(): Promise<ProjectStore>
  /** Finish what a run left that ended with an answer in hand. True when there is a record now. */
  finishAbandoned(key: string): Promise<boolean>
  /** Start no further request; what is under way goes on. With `abort` it is given up as well. */
  stop(reason: OneTokenError, abort: boolean): Promise<void>
  /** What was done since the last time that nothing ran. */
  summary(): Summary
  /** End encoders and connections. */
  close(): Promise<void>
}

/** An engine for one project. Reads nothing before it is asked. */
export function createEngine(options: EngineOptions): Engine {
  let session: Promise<Session> | undefined
  let tally = createTally()
  let summary = tally.summary()
  const watched = new Set<string>()
  const runs = new Set<Run>()

  const open = (): Promise<Session> => {
    if (session !== undefined) return session
    const opening = openSession(options)
    session = opening
    // What could not be read is read again at the next use: its author may have mended it.
    opening.catch(() => {
      if (session === opening) session = undefined
    })
    return opening
  }
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
        watch: (files) => files.forEach((file) => watched.add(file)),
        async closed(ended) {
          runs.delete(ended)
          if (runs.size > 0) return false
          const last = await session?.catch(() => undefined)
          session = undefined
          summary = tally.summary()
          tally = createTally()
          await last?.workshop.close()
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

    stateOf: async (identified, seen) => (await open()).workshop.renders.stateOf(identified, seen),

    async render(spec, how = {}) {
      const { project, workshop } = await open()
      const { obtained } = await obtain({ project, workshop }, spec, { purpose: options.purpose, ...how })
      if ('placeholder' in obtained) throw new TypeError('The command never takes a placeholder')
      return obtained
    },

    pushWaiting: async () => (await open()).workshop.pushWaiting(),

    store: async () => (await open()).workshop.store,
    finishAbandoned: async (key) => (await open()).workshop.finishAbandoned(key),

    async stop(reason, abort) {
      const { workshop } = await open()
      await (abort ? workshop.abort() : workshop.stop(reason))
    },

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
