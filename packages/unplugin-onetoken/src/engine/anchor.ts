import { canonicalJson } from '../canonical-json.ts'
import { OneTokenError } from '../errors.ts'
import type { Project } from '../project/project.ts'
import { asideOf } from '../store/aside.ts'
import { writing } from '../store/messages.ts'
import { isSame } from '../store/push.ts'
import {
  createdAfter,
  isProvisional,
  type RecordImage,
  type RecordOrigin,
  type RenderRecord,
} from '../store/record.ts'
import type { Engine } from './engine.ts'
import type { IdentifiedSpec } from './identify.ts'
import type { MadeBy } from './made-by.ts'
import { refuseSecretWords } from './secret-guard.ts'

/**
 * What stands for the words of an entry; undefined when nothing does. With `asItIs`, no answer of a run that died takes the
 * place of a picture that is there to stay. Throws when it cannot be known for certain.
 */
export async function occupantOf(
  engine: Engine,
  { key, waitsFor, spec: { label, place } }: IdentifiedSpec,
  { asItIs = false }: { asItIs?: boolean } = {},
): Promise<RenderRecord | undefined> {
  if (waitsFor !== undefined) {
    throw new OneTokenError('NO_PICTURE', `${label} is an edit of ${waitsFor}, which has no picture yet.`, {
      hint: `Which picture this is follows from that one. Begin with ${waitsFor}.`,
      place,
    })
  }
  const { store, intents } = await engine.store()
  const there = asItIs ? await store.find(key, label) : undefined
  const isToStay = there?.state === 'found' && there.record.images.length > 0 && !isProvisional(there.record)
  // The answer of a run that died may lie there: then it is a render.
  if (!isToStay) await engine.finishAbandoned(key)
  const intent = await intents.read(key)
  if (intent !== undefined && (await intents.isUnderWay(intent))) {
    throw new OneTokenError('RENDER_STANDS', `${label} is being rendered at this moment.`, {
      hint: 'It is paid for: wait until it is there.',
      place,
    })
  }
  const lookup = await store.find(key, label)
  if (lookup.state === 'unavailable') throw lookup.error.at(place)
  return lookup.state === 'found' ? lookup.record : undefined
}

/** Whether the pictures of a record were paid for. Those of a user are theirs to replace. */
export function isPaid({ images, origin }: RenderRecord): boolean {
  return images.length > 0 && origin?.kind !== 'imported'
}

/** Whether these are the same pictures, in the same order. */
export function hasSamePictures(one: readonly RecordImage[], other: readonly RecordImage[]): boolean {
  return one.length === other.length && one.every(({ sha256: hash }, index) => hash === other[index]?.sha256)
}

/** Pictures for words that they were not rendered for. */
export interface Anchorage {
  images: RecordImage[]
  origin: RecordOrigin
  /** What has made them; undefined for those of a user. */
  madeBy: MadeBy | undefined
  /** What stands there now. It keeps a record under another key where it was paid for, or was others' picture as well. */
  occupant: RenderRecord | undefined
  /** Names of other pictures with the same words and all else. */
  sharers: readonly string[]
}

/** What became of it. */
export interface Anchored {
  record: RenderRecord
  /** Key that what was there is found by now. */
  aside: string | undefined
}

/**
 * Write a record for the words of an entry. Its pictures are in the store already. Costs nothing. Throws `RENDER_STANDS`
 * when something else stands there by now than what was looked at.
 */
export async function anchor(
  engine: Engine,
  identified: IdentifiedSpec,
  { images, origin, madeBy, occupant, sharers }: Anchorage,
): Promise<Anchored> {
  const { store } = await engine.store()
  const project = await engine.project()
  refuseSecretWords(identified.spec, project.environment)
  const record = recordOf(project, identified, { images, origin, madeBy, occupant })
  return await writing(store.folder, async () => {
    const aside = occupant && isKept(occupant, { images, sharers }) ? asideOf(occupant) : undefined
    // First: what was paid for never lies there without a record that names it.
    if (aside !== undefined) await store.putRecord(aside)
    // Last: what another process has paid for since would be lost under the new record, as would what another machine has.
    // A remote store that does not answer is told of as such.
    if (occupant !== undefined) await store.refresh(record.key).catch(() => undefined)
    const now = await occupantOf(engine, identified)
    if (canonicalJson(now ?? null) !== canonicalJson(occupant ?? null)) throw changedMeanwhile(identified)
    const standing = await store.putRecord(record, { replace: occupant !== undefined })
    if (!isSame(standing, record)) throw changedMeanwhile(identified)
    return { record, aside: aside?.key }
  })
}

/** Whether a record stays under another key when these pictures take its place. */
function isKept(occupant: RenderRecord, { images, sharers }: Pick<Anchorage, 'images' | 'sharers'>): boolean {
  if (isPaid(occupant)) return true
  // Words that were refused have no pictures.
  const isPicture = occupant.images.length > 0 && !hasSamePictures(occupant.images, images)
  return isPicture && sharers.length > 0
}

/** Of these records, one of a paid render that stood for a key until another picture took its place. */
export function putAside(records: readonly RenderRecord[], key: string): RenderRecord | undefined {
  return records.find((record) => isPaid(record) && asideOf({ ...record, key }).key === record.key)
}

function recordOf(
  { provider }: Project,
  { spec: { name, render }, key, digests }: IdentifiedSpec,
  { images, origin, madeBy, occupant }: Omit<Anchorage, 'sharers'>,
): RenderRecord {
  return {
    version: 1,
    key,
    name,
    provider,
    endpoint: render.endpoint,
    request: render.request,
    take: render.take,
    edit: render.parent,
    inputs: digests.length === 0 ? undefined : digests,
    images,
    origin,
    madeBy,
    cost: { usd: 0, from: 'origin' },
    created: createdAfter(occupant, new Date()),
  }
}

function changedMeanwhile({ spec: { label, place } }: IdentifiedSpec): OneTokenError {
  return new OneTokenError('RENDER_STANDS', `${label} was changed by another process meanwhile.`, {
    hint: 'What is there now stands. See: npx --no-install onetoken plan',
    place,
  })
}
