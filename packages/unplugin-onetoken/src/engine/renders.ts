import { askAgain } from '../again.ts'
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import type { Project } from '../project/project.ts'
import { createFlights } from '../render/flight.ts'
import { price } from '../render/pricing.ts'
import type { Renderer, RenderJob } from '../render/types.ts'
import { spendingDecision, type Purpose, type SpendingDecision } from '../render/rules.ts'
import type { ImageSpec } from '../spec/types.ts'
import { isSameLookup, type Lookup, type RenderStore } from '../store/file-store.ts'
import type { RenderRecord } from '../store/record.ts'
import type { IdentifiedSpec } from './identify.ts'
import type { Lineages } from './lineages.ts'
import { missingError, placeText } from './problems.ts'

/** What is known of a render without asking anybody. */
export type PictureState =
  | 'cached'
  | 'missing'
  /** What it is an edit of has changed since; builds use it as it is. */
  | 'stale'
  | 'refused'
  | 'unavailable'
  | 'possibly-billed'

/** What is known of a render, and what is wrong with it. */
export interface StateOfPicture {
  state: PictureState
  problem?: OneTokenError | undefined
  /** Key of the record that builds use, of what is stale. */
  uses?: string | undefined
}

/** Who asks for a render. */
export interface Asker {
  purpose: Purpose
  /** Package below `node_modules`; undefined for the project's own sources. */
  package?: string | undefined
  /** Where the reference stands, when that is not where the spec does. */
  place?: (() => Promise<Place | undefined>) | undefined
  /** Whether it is still wanted when its turn comes. @default always */
  wanted?: (() => boolean) | undefined
  /** Ask the API although there is a record, a refusal, or a request that may have been billed. */
  again?: boolean | undefined
  /** Render an edit anew whose parent has changed. @default its picture from before is used */
  renew?: boolean | undefined
}

/** The record of a render, or the word that a placeholder takes its place. */
export type Obtained = { record: RenderRecord; made: boolean; isStale?: boolean } | { placeholder: string }

/** Renders of a project: from the store, or paid for where that is allowed. */
export interface Renders {
  /** Throws when the render cannot be had and no placeholder may take its place. */
  obtain(identified: IdentifiedSpec, asker: Asker): Promise<Obtained>
  /** What would be decided for a missing render. */
  decide(asker: Asker): SpendingDecision
  /** Whether an edit has no picture of its own yet, but one from before its parent changed. */
  isStale(identified: IdentifiedSpec): Promise<boolean>
  /** `seen`: what a look at the store has shown a moment ago. */
  stateOf(identified: IdentifiedSpec, seen?: Lookup): Promise<StateOfPicture>
  /** Wait until no request is under way: what is billed must be kept before the process ends. */
  settled(): Promise<void>
}

/** What {@link createRenders} works with. */
export interface RendersParts {
  project: Project
  store: RenderStore
  lineages: Lineages
  /** Loaded on first need. */
  renderer(): Promise<Renderer>
  uploads(identified: IdentifiedSpec): ReturnType<RenderJob['uploads']>
  /** Told of each render that was paid for. */
  made(identified: IdentifiedSpec, record: RenderRecord): void
}

/** What is decided in a project for a render that is missing. */
export function decideFor(
  { settings, environment }: Pick<Project, 'settings' | 'environment'>,
  { purpose, package: from }: Asker,
): SpendingDecision {
  return spendingDecision({
    purpose,
    hasKey: environment.apiKey !== undefined,
    frozen: environment.frozen ?? settings.frozen,
    ci: environment.ci,
    keeps: settings.remote?.write === true,
    missing: settings.missing,
    package: from,
    allowPackages: settings.allowPackages,
  })
}

/** Before one more look at who renders, in milliseconds. */
const PAUSE = 250

/** Joins store, spending rule and renderer; one flight a key. */
export function createRenders({ project, store, lineages, renderer, uploads, made }: RendersParts): Renders {
  const flights = createFlights<Obtained>()
  const { settings } = project

  const decide = (asker: Asker): SpendingDecision => decideFor(project, asker)

  const fromStore = async ({ key, spec }: IdentifiedSpec): Promise<RenderRecord | undefined> => {
    const lookup = await store.find(key, spec.label)
    if (lookup.state === 'unavailable') throw lookup.error.at(spec.place)
    if (lookup.state === 'missing') return undefined
    if (lookup.record.refusal !== undefined) throw refused(spec.label, lookup.record, spec.place)
    return lookup.record
  }

  /** An image whose length is wrong (a pointer, a cut file) or that is not there is looked at, which says why. */
  const inspectFile = async ({ images }: RenderRecord, spec: ImageSpec): Promise<void> => {
    const image = images[spec.pick - 1]
    if (image === undefined) return
    if (sizeAtOnce(store.imageFile(image)) === image.bytes) return
    await store.image(image, spec.label).catch((error: unknown) => {
      throw asOneTokenError(error)?.at(spec.place) ?? error
    })
  }

  const jobOf = (identified: IdentifiedSpec, { again = false, wanted }: Asker): RenderJob => ({
    key: identified.key,
    label: identified.spec.label,
    name: identified.spec.name,
    provider: project.provider,
    spec: identified.spec.render,
    digests: identified.digests,
    uploads: () => uploads(identified),
    wanted,
    again,
  })

  /** Whether a picture that cannot be had may have something in its place. */
  const hasPlaceholder = ({ code }: OneTokenError, asker: Asker): boolean => {
    if (asker.purpose === 'dev') return code === 'API_REFUSED' || code === 'REMOTE_FAILED'
    const decision = decide(asker)
    return code === 'REMOTE_FAILED' && !decision.spend && decision.instead === 'placeholder'
  }

  const renderOnce = (identified: IdentifiedSpec, asker: Asker): Promise<Obtained> =>
    flights.join(identified.key, async () => {
      const { key, spec } = identified
      const before = await store.find(key, spec.label)
      for (let turn = 0; ; turn += 1) {
        await (await renderer()).othersDone(key)
        if (asker.again === true) await store.refresh(key)
        // Whoever was in flight a moment ago, here or in another process, may have brought it: nobody who asks again
        // while it is rendered wants two.
        if (asker.again !== true || !isSameLookup(await store.find(key, spec.label), before)) {
          const there = await fromStore(identified)
          if (there !== undefined) return { record: there, made: false }
        }
        const record = await (await renderer()).render({ ...jobOf(identified, asker), seen: before })
        if (record !== undefined) {
          made(identified, record)
          return { record, made: true }
        }
        // A journal that grants nothing and shows nobody at work is not asked without a pause.
        if (turn > 0) await sleep(PAUSE)
      }
    })

  /** What an edit looked like before its parent changed. */
  const beforeChange = async ({ lineage }: IdentifiedSpec): Promise<RenderRecord | undefined> =>
    lineage === undefined ? undefined : await lineages.newest(lineage())

  /** What the store has, also of what a process that died left unfinished. */
  const atHand = async (identified: IdentifiedSpec): Promise<RenderRecord | undefined> => {
    const isFinished = async (): Promise<boolean> => (await renderer()).finishAbandoned(identified.key)
    try {
      const there = await fromStore(identified)
      if (there !== undefined || !(await isFinished())) return there
    } catch (error) {
      // What was refused may have been asked for again since.
      if ((error as OneTokenError).code !== 'API_REFUSED' || !(await isFinished())) throw error
    }
    return await fromStore(identified)
  }

  return {
    decide,
    isStale: async (identified) =>
      (await store.find(identified.key)).state === 'missing' &&
      (await beforeChange(identified)) !== undefined,
    async stateOf(identified, seen) {
      try {
        const isSeen = seen?.state === 'found' && seen.record.refusal === undefined
        const record = isSeen ? seen.record : await atHand(identified)
        if (record !== undefined) {
          await inspectFile(record, identified.spec)
          return { state: 'cached' }
        }
        const problem = await (await renderer()).standing(identified.key, identified.spec)
        const before = await beforeChange(identified)
        const uses = before?.key
        if (problem !== undefined) {
          return { state: 'possibly-billed', problem: problem.at(identified.spec.place), uses }
        }
        if (before === undefined) return { state: 'missing' }
        await inspectFile(before, identified.spec)
        return { state: 'stale', uses }
      } catch (thrown) {
        const problem = asOneTokenError(thrown)
        if (problem === undefined) throw thrown
        return { state: problem.code === 'API_REFUSED' ? 'refused' : 'unavailable', problem }
      }
    },
    settled: flights.settled,
    async obtain(identified, asker) {
      const { spec } = identified
      const again = asker.again === true
      if (!again) {
        const there = await atHand(identified).catch((thrown: unknown) => {
          const error = asOneTokenError(thrown)
          if (error !== undefined && (error.code === 'REMOTE_FAILED' || hasPlaceholder(error, asker)))
            return error
          throw thrown
        })
        if (there !== undefined && !(there instanceof OneTokenError)) return { record: there, made: false }
        const before = asker.renew === true ? undefined : await beforeChange(identified)
        if (before !== undefined) return { record: before, made: false, isStale: true }
        if (there !== undefined && !hasPlaceholder(there, asker)) throw there
        if (there !== undefined) return { placeholder: there.message }
      }
      const decision = decide(asker)
      if (decision.spend) {
        return await renderOnce(identified, asker).catch((error: unknown) => {
          throw error instanceof OneTokenError && !error.details?.['stopAll'] ? error.at(spec.place) : error
        })
      }
      const { worst } = price(spec.render, settings.multiplier)
      const place = (await asker.place?.()) ?? spec.place
      const where = place === undefined ? undefined : placeText(place, project.root)
      const { code, why, hint } = decision
      if (decision.instead === 'placeholder') return { placeholder: `${spec.label} is not rendered: ${why}.` }
      const after = identified.waitsFor === undefined ? '' : `, after ${identified.waitsFor}`
      const label = `${spec.label}${after}`
      throw missingError({ key: identified.key, label, where, worst, code, why, hint })
    },
  }
}

/** For each picture of a project, the turns of the event loop would cost more than the look. */
function sizeAtOnce(file: string): number | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })?.size
  } catch {
    return undefined
  }
}

function refused(label: string, { refusal, created }: RenderRecord, place: Place | undefined): OneTokenError {
  return new OneTokenError(
    'API_REFUSED',
    `${label} was refused on ${created.slice(0, 10)}: ${refusal?.message ?? 'the API did not say why.'}`,
    {
      hint: `It is not asked for again with the same words: change them. To try them once more: ${askAgain(label)}`,
      place,
    },
  )
}
