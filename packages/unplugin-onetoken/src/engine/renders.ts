import { setTimeout as sleep } from 'node:timers/promises'
import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import type { Project } from '../project/project.ts'
import { createFlights } from '../render/flight.ts'
import { price } from '../render/pricing.ts'
import type { Renderer, RenderJob } from '../render/types.ts'
import { spendingDecision, type Purpose, type SpendingDecision } from '../render/rules.ts'
import { isSameLookup, type RenderStore } from '../store/file-store.ts'
import type { Intents } from '../store/intents.ts'
import { isProvisional, type RenderRecord } from '../store/record.ts'
import type { IdentifiedSpec } from './identify.ts'
import type { Lineages } from './lineages.ts'
import { createLooks, type Looks } from './looks.ts'
import { hasPretend } from './pretend.ts'
import { missingError, placeText } from './problems.ts'
import { refusedError, withKeepHint } from './refused.ts'
import { refuseSecretWords } from './secret-guard.ts'

/** Who asks for a render. */
export interface Asker {
  purpose: Purpose
  /** Package below `node_modules` or outside of the project; undefined for the project's own sources. */
  package?: string | undefined
  /** Where the reference stands, when that is not where the spec does. */
  place?: (() => Promise<Place | undefined>) | undefined
  /** Whether it is still wanted when its turn comes. @default always */
  wanted?: (() => boolean) | undefined
  /** Ask the API although there is a record, a refusal, or a request that may have been billed. */
  again?: boolean | undefined
  /** Render an edit anew whose parent has changed. @default its picture from before is used */
  renew?: boolean | undefined
  /** What becomes of a picture that only stands in for the render. @default 'used' */
  provisional?: 'used' | 'replaced' | undefined
}

/** The record of a render, or the word that a placeholder takes its place. */
export type Obtained =
  | {
      record: RenderRecord
      made: boolean
      /** What it is an edit of has changed since. */
      isStale?: boolean
      /** Why it is used in the place of what its words say by now: the API refused them. */
      refusal?: OneTokenError | undefined
    }
  | { placeholder: string }

/** Renders of a project: from the store, or paid for where that is allowed. */
export interface Renders extends Pick<Looks, 'imported' | 'isStale' | 'stateOf'> {
  /** Throws when the render cannot be had and no placeholder may take its place. */
  obtain(identified: IdentifiedSpec, asker: Asker): Promise<Obtained>
  /** What would be decided for a missing render. */
  decide(asker: Asker): SpendingDecision
}

/** What {@link createRenders} works with. */
export interface RendersParts {
  project: Project
  store: RenderStore
  intents: Pick<Intents, 'all'>
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
export function createRenders(parts: RendersParts): Renders {
  const { project, store, intents, lineages, renderer, uploads, made } = parts
  const { atHand, beforeChange, fromStore, imported, isStale, ownOver, stateOf } = createLooks({
    provider: project.provider,
    store,
    intents,
    lineages,
    renderer,
  })
  const flights = createFlights<Obtained>()
  const { settings } = project

  const decide = (asker: Asker): SpendingDecision => decideFor(project, asker)

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
      const replaces = asker.again === true || (before.state === 'found' && isReplaced(before.record, asker))
      for (let turn = 0; ; turn += 1) {
        await (await renderer()).othersDone(key)
        if (replaces) await store.refresh(key)
        // Whoever was in flight a moment ago, here or in another process, may have brought it: nobody who asks again
        // while it is rendered wants two.
        if (!replaces || !isSameLookup(await store.find(key, spec.label), before)) {
          const there = await fromStore(identified)
          // Who was asked for it there had the words refused.
          if (replaces && there?.refusal !== undefined) throw refusedError(spec, there, there)
          if (there !== undefined) return { record: there, made: false }
        }
        const record = await (
          await renderer()
        ).render({ ...jobOf(identified, asker), replaces, seen: before })
        if (record !== undefined) {
          made(identified, record)
          return { record, made: true }
        }
        // A journal that grants nothing and shows nobody at work is not asked without a pause.
        if (turn > 0) await sleep(PAUSE)
      }
    })

  return {
    decide,
    imported,
    isStale,
    stateOf,
    async obtain(identified, asker) {
      const { spec } = identified
      const again = asker.again === true
      if (!again) {
        const there = await atHand(identified).catch((thrown: unknown) => {
          const error = asOneTokenError(thrown)
          if (error !== undefined && mayHaveOther(error)) return error
          throw thrown
        })
        const isThere = there !== undefined && !(there instanceof OneTokenError)
        const over = isThere ? await ownOver(identified, there) : undefined
        if (over !== undefined) return { record: over, made: false }
        // With a picture of its user in it, which only stood in for the render.
        const refusal = isThere && there.refusal !== undefined ? refusedError(spec, there, there) : undefined
        if (isThere && !isReplaced(there, asker)) return { record: there, made: false, refusal }
        if (refusal !== undefined) throw refusal
        const own = isThere ? undefined : await imported(identified)
        if (own !== undefined) return { record: own, made: false }
        const before = isThere || asker.renew === true ? undefined : await beforeChange(identified)
        if (before !== undefined) {
          const why = there instanceof OneTokenError && there.code === 'API_REFUSED' ? there : undefined
          return {
            record: before,
            made: false,
            isStale: true,
            refusal: why && withKeepHint(why, spec, before),
          }
        }
        if (there instanceof OneTokenError) {
          if (!hasPlaceholder(there, asker)) throw there
          return { placeholder: there.message }
        }
      }
      const decision = decide(asker)
      // A message of what is missing would repeat them, too.
      if (asker.purpose !== 'dev') refuseSecretWords(spec, project.environment)
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
      const isPretend = await hasPretend(project, identified)
      throw missingError({ key: identified.key, label, where, worst, code, why, hint, isPretend })
    },
  }
}

/** Whether a picture that cannot be had may have another one in its place, where there is one. */
function mayHaveOther({ code }: OneTokenError): boolean {
  return code === 'API_REFUSED' || code === 'REMOTE_FAILED'
}

function isReplaced(record: RenderRecord, { provisional }: Asker): boolean {
  return provisional === 'replaced' && isProvisional(record)
}
