import { statSync } from 'node:fs'
import { asOneTokenError, type OneTokenError } from '../errors.ts'
import type { Renderer } from '../render/types.ts'
import type { ImageSpec } from '../spec/types.ts'
import type { Lookup, RenderStore } from '../store/file-store.ts'
import type { Intents } from '../store/intents.ts'
import type { RecordOrigin, RenderRecord } from '../store/record.ts'
import type { IdentifiedSpec } from './identify.ts'
import { importedOver, type Lineages } from './lineages.ts'
import { pickProblem } from './pick-beyond.ts'
import { refusedError } from './refused.ts'

/** What is known of a render without asking anybody. */
export type PictureState =
  | 'cached'
  | 'missing'
  /** What it is an edit of has changed since; builds use it as it is. */
  | 'stale'
  /** The API refused the words; builds go on with the picture that stands in for them, or was there before. */
  | 'refused'
  | 'unavailable'
  | 'possibly-billed'

/** What is known of a render, and what is wrong with it. */
export interface StateOfPicture {
  state: PictureState
  /** Also of what is cached or stale, where its `pick` is beyond the pictures that came: nothing is missing then. */
  problem?: OneTokenError | undefined
  /**
   * Key of the record that builds use, where that is not the render of these words: of what is stale or was refused, and of
   * what its user has brought.
   */
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
  stateOf(identified: IdentifiedSpec, how?: HowToLook): Promise<StateOfPicture>
}

/** How a picture is looked at. */
export interface HowToLook {
  /** What a look at the store has shown a moment ago. */
  seen?: Lookup | undefined
  /** Whether what a process that died left unfinished stays so, where there is a picture. @default false */
  asItIs?: boolean | undefined
}

/** Looks into the store, and at what is known of requests that were sent. */
export function createLooks({
  provider,
  store,
  intents,
  lineages,
  renderer,
}: {
  provider: string
  store: RenderStore
  intents: Pick<Intents, 'all'>
  lineages: Lineages
  renderer(): Promise<Renderer>
}): Looks {
  /** What stands for a key: a refusal as well. */
  const standing = async ({ key, spec }: IdentifiedSpec): Promise<RenderRecord | undefined> => {
    const lookup = await store.find(key, spec.label)
    if (lookup.state === 'unavailable') throw lookup.error.at(spec.place)
    return lookup.state === 'found' ? lookup.record : undefined
  }

  /**
   * When answers were made that were to replace what is there, by key. Read once: there are few of them, and many
   * pictures.
   */
  let answered: Promise<ReadonlyMap<string, number>> | undefined
  const readAnswered = async (): Promise<ReadonlyMap<string, number>> => {
    const sent = await intents.all(() => undefined)
    return new Map(
      sent.flatMap(({ key, replaces, arrived }) =>
        replaces === true && arrived !== undefined ? [[key, Date.parse(arrived.created)] as const] : [],
      ),
    )
  }
  const isReplaced = async ({ key, created }: RenderRecord): Promise<boolean> =>
    ((await (answered ??= readAnswered())).get(key) ?? Number.NEGATIVE_INFINITY) > Date.parse(created)

  /** The same after what a process that died left unfinished. What was refused may have been asked for again since. */
  const standingNow = async (
    identified: IdentifiedSpec,
    { seen, asItIs = false }: HowToLook = {},
  ): Promise<RenderRecord | undefined> => {
    const there = seen?.state === 'found' ? seen.record : await standing(identified)
    const isThere = there !== undefined && there.refusal === undefined
    if (isThere && (asItIs || !(await isReplaced(there)))) return there
    const finishing = (await renderer()).finishAbandoned(identified.key)
    // A store that takes nothing now keeps nobody from the picture that is there.
    const isFinished = await (isThere ? finishing.catch(() => false) : finishing)
    return isFinished ? await standing(identified) : there
  }

  const fromStore = async (identified: IdentifiedSpec): Promise<RenderRecord | undefined> =>
    pictured(identified, await standing(identified))

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

  /** Of a render with pictures: which of them are used, and what is wrong with that. */
  const stateOfRender = async (identified: IdentifiedSpec, record: RenderRecord): Promise<StateOfPicture> => {
    const { spec } = identified
    const over = await ownOver(identified, record)
    const used = over ?? record
    await inspectFile(used, spec)
    if (over === undefined && record.refusal !== undefined) {
      return { state: 'refused', uses: record.key, problem: refusedError(spec, record, record) }
    }
    return { state: 'cached', uses: over?.key, origin: used.origin, problem: pickProblem(spec, used) }
  }

  /** Without one: what builds use all the same. */
  const stateWithout = async (
    identified: IdentifiedSpec,
    refusal: RenderRecord | undefined,
  ): Promise<StateOfPicture> => {
    const { key, spec } = identified
    const billed = refusal === undefined ? await (await renderer()).standing(key, spec) : undefined
    const own = await imported(identified)
    const before = own ?? (await beforeChange(identified))
    const uses = before?.key
    if (billed !== undefined) return { state: 'possibly-billed', problem: billed.at(spec.place), uses }
    if (before !== undefined) await inspectFile(before, spec)
    // Whoever has brought a picture for good waits for no other.
    if (refusal !== undefined && own === undefined) {
      return { state: 'refused', uses, problem: refusedError(spec, refusal, before) }
    }
    if (before === undefined) return { state: 'missing' }
    const problem = pickProblem(spec, before)
    return own === undefined
      ? { state: 'stale', uses, problem }
      : { state: 'cached', uses, origin: own.origin, problem }
  }

  return {
    fromStore,
    atHand: async (identified) => pictured(identified, await standingNow(identified)),
    imported,
    ownOver,
    beforeChange,
    isStale: async (identified) =>
      (await store.find(identified.key)).state === 'missing' &&
      (await beforeChange(identified)) !== undefined,
    async stateOf(identified, how) {
      try {
        const record = await standingNow(identified, how)
        return record !== undefined && record.images.length > 0
          ? await stateOfRender(identified, record)
          : await stateWithout(identified, record)
      } catch (thrown) {
        const problem = asOneTokenError(thrown)
        if (problem === undefined) throw thrown
        return { state: 'unavailable', problem }
      }
    },
  }
}

/** A record with pictures: also one that stands in for what was refused. Throws `API_REFUSED`. */
function pictured({ spec }: IdentifiedSpec, record: RenderRecord | undefined): RenderRecord | undefined {
  if (record?.refusal === undefined || record.images.length > 0) return record
  throw refusedError(spec, record)
}

/** For each picture of a project, the turns of the event loop would cost more than the look. */
function sizeAtOnce(file: string): number | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })?.size
  } catch {
    return undefined
  }
}
