import { statSync } from 'node:fs'
import { askAgain } from '../again.ts'
import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import type { Renderer } from '../render/types.ts'
import { visible } from '../spec/text.ts'
import type { ImageSpec } from '../spec/types.ts'
import type { Lookup, RenderStore } from '../store/file-store.ts'
import type { RecordOrigin, RenderRecord } from '../store/record.ts'
import type { IdentifiedSpec } from './identify.ts'
import { importedOver, type Lineages } from './lineages.ts'
import { pickProblem } from './pick-beyond.ts'

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
  /** Also of what is cached or stale, where its `pick` is beyond the pictures that came: nothing is missing then. */
  problem?: OneTokenError | undefined
  /** Key of the record that builds use, when it is another one: of what is stale, and of what its user has brought. */
  uses?: string | undefined
  /** Where a cached picture comes from that was not rendered for these words. */
  origin?: RecordOrigin | undefined
}

/** What is there of renders. Looking spends nothing, but finishes what a process that died left unfinished. */
export interface Looks {
  /** The record of a render; undefined when it is missing. Throws `API_REFUSED`, or why it cannot be used. */
  fromStore(identified: IdentifiedSpec): Promise<RenderRecord | undefined>
  /** The same, also of what a process that died left unfinished. */
  atHand(identified: IdentifiedSpec): Promise<RenderRecord | undefined>
  /** The picture that its user has brought for an entry, for good: its words may be others by now. */
  imported(identified: IdentifiedSpec): Promise<RenderRecord | undefined>
  /** The same where its words are those of another entry by now, of which this is the record. */
  ownOver(identified: IdentifiedSpec, record: RenderRecord): Promise<RenderRecord | undefined>
  /** What an edit looked like before its parent changed. */
  beforeChange(identified: IdentifiedSpec): Promise<RenderRecord | undefined>
  /** Whether an edit has no picture of its own yet, but one from before its parent changed. */
  isStale(identified: IdentifiedSpec): Promise<boolean>
  /** `seen`: what a look at the store has shown a moment ago. */
  stateOf(identified: IdentifiedSpec, seen?: Lookup): Promise<StateOfPicture>
}

/** Looks into the store, and at what is known of requests that were sent. */
export function createLooks({
  provider,
  store,
  lineages,
  renderer,
}: {
  provider: string
  store: RenderStore
  lineages: Lineages
  renderer(): Promise<Renderer>
}): Looks {
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
    await store.image(image, spec.label, 'left').catch((error: unknown) => {
      throw asOneTokenError(error)?.at(spec.place) ?? error
    })
  }

  const beforeChange = async ({ lineages: of }: IdentifiedSpec): Promise<RenderRecord | undefined> =>
    of === undefined ? undefined : await lineages.newest(of())

  const imported = async ({ spec: { name } }: IdentifiedSpec): Promise<RenderRecord | undefined> =>
    name === undefined ? undefined : await lineages.imported(name, provider)

  const ownOver = (identified: IdentifiedSpec, record: RenderRecord): Promise<RenderRecord | undefined> =>
    importedOver(lineages, provider, identified, { state: 'found', record })

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
    fromStore,
    atHand,
    imported,
    ownOver,
    beforeChange,
    isStale: async (identified) =>
      (await store.find(identified.key)).state === 'missing' &&
      (await beforeChange(identified)) !== undefined,
    async stateOf(identified, seen) {
      try {
        const isSeen = seen?.state === 'found' && seen.record.refusal === undefined
        const record = isSeen ? seen.record : await atHand(identified)
        const over = record && (await ownOver(identified, record))
        if (over !== undefined) {
          await inspectFile(over, identified.spec)
          const problem = pickProblem(identified.spec, over)
          return { state: 'cached', uses: over.key, origin: over.origin, problem }
        }
        if (record !== undefined) {
          await inspectFile(record, identified.spec)
          return { state: 'cached', origin: record.origin, problem: pickProblem(identified.spec, record) }
        }
        const problem = await (await renderer()).standing(identified.key, identified.spec)
        const own = await imported(identified)
        const before = own ?? (await beforeChange(identified))
        const uses = before?.key
        if (problem !== undefined) {
          return { state: 'possibly-billed', problem: problem.at(identified.spec.place), uses }
        }
        if (before === undefined) return { state: 'missing' }
        await inspectFile(before, identified.spec)
        const beyond = pickProblem(identified.spec, before)
        return own === undefined
          ? { state: 'stale', uses, problem: beyond }
          : { state: 'cached', uses, origin: own.origin, problem: beyond }
      } catch (thrown) {
        const problem = asOneTokenError(thrown)
        if (problem === undefined) throw thrown
        return { state: problem.code === 'API_REFUSED' ? 'refused' : 'unavailable', problem }
      }
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
  const why = refusal === undefined ? 'the API did not say why.' : visible(refusal.message)
  return new OneTokenError('API_REFUSED', `${label} was refused on ${created.slice(0, 10)}: ${why}`, {
    hint: `It is not asked for again with the same words: change them. To try them once more: ${askAgain(label)}`,
    place,
  })
}
