import { canonicalJson } from '../canonical-json.ts'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import { askAgain } from '../again.ts'
import { asideOf, keepAside } from '../store/aside.ts'
import type { RenderStore } from '../store/file-store.ts'
import { reasonOf } from '../store/messages.ts'
import {
  createdAfter,
  EXTENSIONS,
  isProvisional,
  type RecordImage,
  type RenderRecord,
} from '../store/record.ts'
import { draftOf, readHeaders, recordOf, type PaidAnswer, type Result } from './draft.ts'
import type { ImageFacts, RendererParts, RenderJob } from './types.ts'
import { salvage } from './salvage.ts'
import { takesPlace } from './types.ts'

/** What keeping needs of the renderer's parts. */
export type KeepParts = Pick<RendererParts, 'store' | 'header' | 'inspect' | 'warn' | 'now'>

/**
 * Keep a paid answer: in the store, or where the store fails in any folder that can be written. `arrive` is told the
 * record as the headers of the pictures give it, before their bytes are written.
 */
export async function keep(
  parts: KeepParts,
  job: RenderJob,
  paid: PaidAnswer,
  arrive: (record: RenderRecord) => Promise<void>,
): Promise<RenderRecord> {
  const results = readHeaders(parts, paid.answer)
  const draft = draftOf(parts, job, paid, results)
  try {
    // First: bytes that nobody knows the words of would be as good as lost.
    if (draft.images.length > 0) await arrive(draft)
    return await keepIn(parts.store, parts, job, { draft, results, lost: paid.answer.lost })
  } catch (cause) {
    if (isNoImage(cause)) throw cause
    throw await salvage(job.label, parts.store, cause, async (spare) => {
      await keepIn(spare, parts, job, { draft, results, lost: paid.answer.lost })
    })
  }
}

/**
 * Finish what a process began that died with the answer in hand: what is in the store of the pictures that `draft`
 * names. Undefined when none of them is. It is used unless another record stands already.
 */
export async function finish(
  { store, inspect }: Pick<KeepParts, 'store' | 'inspect'>,
  { draft, replace }: { draft: RenderRecord; replace: boolean },
): Promise<{ record: RenderRecord; isUsed: boolean } | undefined> {
  const kept: Kept[] = []
  for (const [index, image] of draft.images.entries()) {
    if (await store.reclaim(image)) kept.push({ index, image, file: store.imageFile(image) })
  }
  const record = await inspected({ store, inspect }, draft, kept, [])
  if (record.images.length === 0) return undefined
  const standing = await putRecord(store, record, replace)
  return { record: standing, isUsed: canonicalJson(standing) === canonicalJson(record) }
}

/** A refusal is an answer: the same words are not sent again until somebody asks. */
export async function keepRefusal(
  { store, now, warn }: KeepParts,
  job: RenderJob,
  { message }: OneTokenError,
): Promise<void> {
  try {
    // What another machine has rendered meanwhile counts for more.
    await store.refresh(job.key).catch(() => undefined)
    const lookup = await store.find(job.key)
    const there = lookup.state === 'found' ? lookup.record : undefined
    // A picture that was paid for stays when it is asked for anew and refused; so does what may be healed.
    const isOpen = there !== undefined && (there.images.length === 0 || isProvisional(there))
    if (lookup.state !== 'missing' && !isOpen) return
    const record = recordOf(job, createdAfter(there, now()), {
      images: [],
      cost: { usd: 0, from: 'usage' },
    })
    // A picture of the user that stands in for the render goes on doing so.
    const standIn = there?.images.length ? { ...there, created: record.created } : record
    await store.putRecord({ ...standIn, refusal: { message } }, { replace: isOpen })
  } catch (cause) {
    warn(`That the API refused ${job.label} could not be written down: ${reasonOf(cause)}`)
  }
}

/** A picture of a draft whose bytes are in the store. */
interface Kept {
  /** Of the draft's images. */
  index: number
  image: RecordImage
  file: string
}

/** Bytes first: synced to disk before anything decodes them. Then the record. */
async function keepIn(
  store: RenderStore,
  parts: KeepParts,
  job: RenderJob,
  {
    draft,
    results,
    lost: told,
  }: { draft: RenderRecord; results: readonly Result[]; lost: readonly string[] },
): Promise<RenderRecord> {
  const lost = [...told]
  const kept = await keepBytes(store, job, draft, results, lost)
  const record = await inspected({ ...parts, store }, draft, kept, lost)
  if (record.images.length === 0) throw noImage(job.label, lost)
  const standing = await putRecord(store, record, takesPlace(job))
  const { n } = job.spec.request
  if (record.images.length < n) {
    parts.warn(`${job.label}: ${record.images.length} of ${n} pictures came. ${lost.join(' ')}`.trim())
  }
  return standing
}

async function putRecord(store: RenderStore, record: RenderRecord, replace: boolean): Promise<RenderRecord> {
  // What is written now was paid for: it must not fail over what was there, of which the store keeps a copy anyway.
  if (replace) await keepAside(store, record).catch(() => undefined)
  const standing = await store.putRecord(record, { replace })
  // Somebody else was first: these pictures were paid for as well, and should not lie there unnamed.
  if (!hasPicturesOf(standing, record)) await store.putRecord(asideOf(record)).catch(() => undefined)
  return standing
}

function hasPicturesOf(standing: RenderRecord, { images }: RenderRecord): boolean {
  const there = new Set(standing.images.map(({ sha256: hash }) => hash))
  return images.every(({ sha256: hash }) => there.has(hash))
}

async function keepBytes(
  store: RenderStore,
  job: RenderJob,
  { images }: RenderRecord,
  results: readonly Result[],
  lost: string[],
): Promise<Kept[]> {
  const kept: Kept[] = []
  for (const { bytes, header } of results) {
    const image = header === undefined ? undefined : images[kept.length]
    if (image === undefined) {
      const file = await store.quarantine(`${job.key}.bin`, bytes)
      lost.push(`One result is no image; its bytes are in ${file}.`)
    } else {
      const { file } = await store.putImage(bytes, EXTENSIONS[image.format])
      kept.push({ index: kept.length, image, file })
    }
  }
  return kept
}

/** The record with those pictures that are whole, and their facts; the others are put aside. Equal ones are one file. */
async function inspected(
  { store, inspect }: Pick<KeepParts, 'store' | 'inspect'>,
  draft: RenderRecord,
  kept: readonly Kept[],
  lost: string[],
): Promise<RenderRecord> {
  const facts = new Map<string, ImageFacts>()
  for (const [file, { image }] of new Map(kept.map((one) => [one.file, one]))) {
    try {
      facts.set(file, await inspect(file))
    } catch (cause) {
      if (isNoImage(cause)) {
        const aside = await store.setAside(file).catch(() => file)
        lost.push(`One result is damaged: ${reasonOf(cause)} Its bytes are in ${aside}.`)
      } else {
        // A decoder that died says nothing about the picture: what was paid for is recorded by its header.
        facts.set(file, image)
      }
    }
  }
  const good = kept.filter(({ file }) => facts.has(file))
  const prompts = good.map(({ index }) => draft.revisedPrompts?.[index] ?? null)
  return {
    ...draft,
    images: good.map(({ file, image }) => {
      const { format, width, height } = facts.get(file) ?? image
      return { ...image, format, width, height }
    }),
    revisedPrompts: prompts.some((prompt) => prompt !== null) ? prompts : undefined,
  }
}

function noImage(label: string, lost: readonly string[]): OneTokenError {
  return new OneTokenError(
    'IMAGE_INVALID',
    `The API answered ${label} without a picture that can be used. ${lost.join(' ')}`.trim(),
    { hint: `It was most likely billed. To pay for it again: ${askAgain(label)}` },
  )
}

function isNoImage(thrown: unknown): boolean {
  return asOneTokenError(thrown)?.code === 'IMAGE_INVALID'
}
