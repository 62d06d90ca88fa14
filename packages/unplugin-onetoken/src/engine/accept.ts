import { OneTokenError } from '../errors.ts'
import type { Project } from '../project/project.ts'
import { normalizeText } from '../spec/text.ts'
import type { ImageSpec } from '../spec/types.ts'
import { isProvisional, type RecordOrigin, type RenderRecord } from '../store/record.ts'
import { anchor, hasSamePictures, occupantOf } from './anchor.ts'
import type { Engine } from './engine.ts'
import type { IdentifiedSpec } from './identify.ts'
import {
  allOf,
  formerRenders,
  newestOf,
  picturesFrom,
  unreadNote,
  type FormerRenders,
  type TakenPictures,
} from './former-renders.ts'
import { keyBefore } from './lineages.ts'
import { madeBy } from './made-by.ts'
import {
  namedPicture,
  planParameters,
  specWith,
  type NamedPicture,
  type ParameterChange,
} from './named-picture.ts'
import { formerPick } from './reachable-pick.ts'
import type { Sharers } from './sharers.ts'

/** How a picture is accepted. */
export interface AcceptOptions {
  /** New words of the entry. @default those that it has */
  words?: string | undefined
  /** Name of an entry or key of a render that has the picture. @default the newest one of the entry itself */
  from?: string | undefined
  /** Also where the words have a picture of their own. */
  replace?: boolean | undefined
}

/** What is known of the pictures of a project while some of them are accepted. */
export interface KnownPictures {
  former: FormerRenders
  sharers: Sharers
  /** Digests of pictures whose bytes were read, and are right. */
  whole: Set<string>
  /** Whether the store is known to take something. */
  isPrepared: boolean
}

/** What is there for the words of an entry, and what could take its place. */
export type Acceptance = Present | Acceptable

/** The words have a picture of their own. */
export interface Present {
  state: 'present'
  name: string
  record: RenderRecord
  /** What would take its place with `replace`; undefined when it is that very picture. */
  other: TakenPictures | undefined
  /** Whether something else was asked for: other words, or the pictures of `from`. */
  isRefused: boolean
  /** Whether these are words that the manifest does not have. */
  isUnwritten: boolean
  /**
   * Ends what is known of a request for another picture; undefined when there is none. Of an answer that a run left which
   * died, it gives the key that its pictures are kept under from now on.
   */
  settle: (() => Promise<string | undefined>) | undefined
}

/** There is one that can stand for them. */
export interface Acceptable {
  state: 'acceptable'
  name: string
  /** What has it now. */
  from: TakenPictures
  /** Names of other pictures with the same words and all else, which get it as well. */
  sharers: string[]
  accept(): Promise<Accepted>
}

/** A picture that stands for other words from now on. */
export interface Accepted {
  name: string
  key: string
  /** What has had it so far. */
  from: TakenPictures
  /** Where the manifest was changed: the words, or "pick". */
  change: { file: string; line: number } | undefined
  /** Whether the words of the entry were changed. */
  isReworded: boolean
  /** The `pick` that was taken out of the manifest, as there are fewer pictures than that now. */
  formerPick: number | undefined
  /** Key that the picture is found by which was there: a paid one, or one that other entries had as well. */
  aside: string | undefined
  /** Names of other pictures with the same words and all else, of which it is the picture as well. */
  sharers: string[]
}

/** What `plan` of an acceptor does, with what that knows; also for pictures that somebody has chosen already. */
export async function planAccept(
  engine: Engine,
  name: string,
  known: KnownPictures,
  { words, from, replace = false, taken }: AcceptOptions & { taken?: TakenPictures } = {},
): Promise<Acceptance> {
  const { former, sharers, whole } = known
  const project = await engine.project()
  const picture = namedPicture(project, name)
  const { spec, rewording } = withWords(project, picture, words)
  const identified = await (await engine.family()).identify(spec)
  const occupant = await occupantOf(engine, identified, { asItIs: true })
  // What is named must be there, whether it is needed or not.
  const source = taken ?? (await sourceOf(engine, former, identified, from))
  const isHere = occupant !== undefined && occupant.images.length > 0
  const isSame = source !== undefined && isHere && hasAlready(occupant, source)
  if (isHere && (!replace || isSame)) {
    const other = isSame ? undefined : source
    const isUnwritten = rewording.length > 0
    const isRefused = isUnwritten || (from !== undefined && other !== undefined)
    // Who asked for something else has not said that this one is right.
    const settle = isRefused ? undefined : await settler(engine, identified.key)
    return { state: 'present', name, record: occupant, other, isRefused, isUnwritten, settle }
  }
  if (source === undefined) throw noPicture(name, former).at(spec.place)
  const { store } = await engine.store()
  const { record, images } = source
  for (const image of images) {
    if (whole.has(image.sha256)) continue
    await store.image(image, name)
    whole.add(image.sha256)
  }
  const gone = formerPick(picture, images.length)
  // The line that is told is that of the words, where they change.
  const [first, ...others] = [...(gone === undefined ? [] : [gone.change]), ...rewording]
  const change = first && (await planParameters(picture.entry, first, ...others))
  const isReworded = rewording.length > 0
  return {
    state: 'acceptable',
    name,
    from: source,
    sharers: await sharers.of(name, identified.key),
    async accept() {
      if (!known.isPrepared) await store.prepare()
      known.isPrepared = true
      // New words without a record would be rendered by the next build, a "pick" beyond the pictures would make it fail.
      if (!isReworded) await change?.write()
      const others = await sharers.of(name, identified.key)
      // It would take the place of what is accepted.
      await keepAnswer(engine, identified.key)
      const { aside } = await anchor(engine, identified, {
        images,
        origin: originOf(record),
        madeBy: madeBy(record, former.records),
        occupant,
        sharers: others,
      })
      if (isReworded) await change?.write()
      return {
        name,
        key: identified.key,
        from: source,
        change: change && { file: change.file, line: change.line },
        isReworded,
        formerPick: gone?.number,
        aside,
        sharers: others,
      }
    },
  }
}

/** Whether the pictures stand there as they would be accepted. What only stands in for a render is not there to stay. */
function hasAlready(occupant: RenderRecord, { record, images }: TakenPictures): boolean {
  return record.key === occupant.key || (!isProvisional(occupant) && hasSamePictures(occupant.images, images))
}

/** The pictures that could stand for an entry: the named ones, or the newest ones that the entry had. */
async function sourceOf(
  engine: Engine,
  former: FormerRenders,
  identified: IdentifiedSpec,
  from: string | undefined,
): Promise<TakenPictures | undefined> {
  if (from !== undefined) return await picturesFrom(engine, former, from, identified.spec)
  const { uses } = await engine.stateOf(identified, { asItIs: true })
  const { name = '' } = identified.spec
  const record = former.records.find(({ key }) => key === uses) ?? newestOf(former, name, identified.key)
  return record && allOf(record)
}

/** A request for another picture of the same words may have been billed, and its answer be lost: a person has looked. */
async function settler(engine: Engine, key: string): Promise<Present['settle']> {
  const { intents } = await engine.store()
  const intent = await intents.read(key)
  if (intent === undefined) return undefined
  return async () => {
    const answer = await keepAnswer(engine, key)
    if (answer === undefined) await intents.close(intent)
    return answer
  }
}

/** Keep the answer that a run left which died, beside the picture that is there. Returns its key, where there is one. */
async function keepAnswer(engine: Engine, key: string): Promise<string | undefined> {
  const { intents } = await engine.store()
  const arrived = (await intents.read(key))?.arrived
  if (arrived === undefined || !(await engine.finishAbandoned(key, 'aside'))) return undefined
  const { records } = await formerRenders(engine)
  return records.find((record) => record.created === arrived.created && keyBefore(record) === key)?.key
}

/** The picture with other words, and the change of the manifest that gives it them, where they are others. */
function withWords(
  project: Project,
  { name, entry, isDark, spec }: NamedPicture,
  words: string | undefined,
): { spec: ImageSpec; rewording: ParameterChange[] } {
  if (words === undefined) return { spec, rewording: [] }
  const prompt = normalizeText(words)
  if (isDark) {
    throw new OneTokenError('MANIFEST_EDIT', `The words of ${name} stand below "dark" of ${entry.name}.`, {
      hint: `Nothing was written. Change them there by hand, then: npx --no-install onetoken accept ${name}`,
      place: entry.places?.dark,
    })
  }
  if (prompt === entry.parameters.prompt) return { spec, rewording: [] }
  return {
    spec: specWith(project, entry, { ...entry.parameters, prompt }),
    rewording: [{ kind: 'set', parameter: 'prompt', value: prompt }],
  }
}

/** A picture that the user has brought stays one, whatever it is accepted for: no model has made it. */
function originOf({ key, origin }: RenderRecord): RecordOrigin {
  return origin?.kind === 'imported' ? { kind: 'imported', file: origin.file } : { kind: 'accepted', key }
}

function noPicture(name: string, former: FormerRenders): OneTokenError {
  return new OneTokenError(
    'NO_PICTURE',
    `There is no picture of ${name} yet that could stand for its words.`,
    {
      hint:
        [
          `To render it: npx --no-install onetoken render ${name}`,
          `To bring a picture of your own: npx --no-install onetoken import ${name} FILE`,
          `To take that of another entry, or of the name that it had: npx --no-install onetoken accept ${name} --from NAME`,
        ].join('\n') + unreadNote(former),
    },
  )
}
