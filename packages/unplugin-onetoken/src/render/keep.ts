import type { RenderAnswer, ResultImage } from '../client/types.ts'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import { askAgain } from '../again.ts'
import type { RenderStore } from '../store/file-store.ts'
import { reasonOf } from '../store/messages.ts'
import { EXTENSIONS, type RenderRecord } from '../store/record.ts'
import type { ImageFacts, RendererParts, RenderJob } from './types.ts'
import { salvage } from './salvage.ts'

/** What keeping needs of the renderer's parts. */
export type KeepParts = Pick<RendererParts, 'store' | 'header' | 'inspect' | 'warn' | 'now'>

/** Keep a paid answer: in the store, or where the store fails in any folder that can be written. */
export async function keep(
  parts: KeepParts,
  job: RenderJob,
  answer: RenderAnswer,
  cost: RenderRecord['cost'],
): Promise<RenderRecord> {
  try {
    return await keepIn(parts.store, parts, job, answer, cost)
  } catch (cause) {
    if (isNoImage(cause)) throw cause
    throw await salvage(job.label, parts.store, cause, async (spare) => {
      await keepIn(spare, parts, job, answer, cost)
    })
  }
}

/** A refusal is an answer: the same words are not sent again until somebody asks. */
export async function keepRefusal(
  { store, now, warn }: KeepParts,
  job: RenderJob,
  { message }: OneTokenError,
): Promise<void> {
  try {
    const lookup = await store.find(job.key)
    const isRefusal = lookup.state === 'found' && lookup.record.refusal !== undefined
    // A picture that was paid for stays when it is asked for anew and refused; so does what may be healed.
    if (lookup.state !== 'missing' && !isRefusal) return
    const record = recordOf(job, now(), { images: [], cost: { usd: 0, from: 'usage' } })
    await store.putRecord({ ...record, refusal: { message } }, { replace: isRefusal })
  } catch (cause) {
    warn(`That the API refused ${job.label} could not be written down: ${reasonOf(cause)}`)
  }
}

/** One result whose bytes are in the store. */
interface Kept {
  result: ResultImage
  sha256: string
  file: string
  header: ImageFacts
}

/** Bytes first: synced to disk before anything looks at them. Then the record. */
async function keepIn(
  store: RenderStore,
  parts: KeepParts,
  job: RenderJob,
  answer: RenderAnswer,
  cost: RenderRecord['cost'],
): Promise<RenderRecord> {
  const lost = [...answer.lost]
  const kept = await keepBytes(store, parts, job, answer.images, lost)
  const facts = await inspectAll(store, parts, kept, lost)
  const good = kept.filter(({ file }) => facts.has(file))
  if (good.length === 0) throw noImage(job.label, lost)
  const images = good.map(({ sha256, file, header, result }) => {
    const { format, width, height } = facts.get(file) ?? header
    return { sha256, format, width, height, bytes: result.bytes.length }
  })
  const revised = good.map(({ result }) => result.revisedPrompt ?? null)
  const record = recordOf(job, parts.now(), {
    images,
    revisedPrompts: revised.some((prompt) => prompt !== null) ? revised : undefined,
    usage: answer.usage === undefined ? undefined : { ...answer.usage },
    cost: { usd: Number(cost.usd.toFixed(6)), from: cost.from },
    requestId: answer.requestId,
  })
  const standing = await store.putRecord(record, { replace: job.again })
  const { n } = job.spec.request
  if (images.length < n) {
    parts.warn(`${job.label}: ${images.length} of ${n} pictures came. ${lost.join(' ')}`.trim())
  }
  return standing
}

async function keepBytes(
  store: RenderStore,
  { header: read }: KeepParts,
  job: RenderJob,
  results: readonly ResultImage[],
  lost: string[],
): Promise<Kept[]> {
  const kept: Kept[] = []
  for (const result of results) {
    const header = attempt(() => read(result.bytes))
    if (header === undefined) {
      const file = await store.quarantine(`${job.key}.bin`, result.bytes)
      lost.push(`One result is no image; its bytes are in ${file}.`)
    } else {
      kept.push({ result, header, ...(await store.putImage(result.bytes, EXTENSIONS[header.format])) })
    }
  }
  return kept
}

/** The facts of every file that can be used; what cannot is put aside. Equal results are one file. */
async function inspectAll(
  store: RenderStore,
  { inspect }: KeepParts,
  kept: readonly Kept[],
  lost: string[],
): Promise<Map<string, ImageFacts>> {
  const facts = new Map<string, ImageFacts>()
  for (const [file, header] of new Map(kept.map((one) => [one.file, one.header]))) {
    try {
      facts.set(file, await inspect(file))
    } catch (cause) {
      if (isNoImage(cause)) {
        const aside = await store.setAside(file).catch(() => file)
        lost.push(`One result is damaged: ${reasonOf(cause)} Its bytes are in ${aside}.`)
      } else {
        // A decoder that died says nothing about the picture: what was paid for is recorded by its header.
        facts.set(file, header)
      }
    }
  }
  return facts
}

function recordOf(
  { key, name, provider, spec, digests }: RenderJob,
  now: Date,
  answer: Pick<RenderRecord, 'images' | 'revisedPrompts' | 'usage' | 'cost' | 'requestId'>,
): RenderRecord {
  return {
    version: 1,
    key,
    name,
    provider,
    endpoint: spec.endpoint,
    request: spec.request,
    take: spec.take,
    inputs: digests.length === 0 ? undefined : digests,
    ...answer,
    created: now.toISOString(),
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

/** The parser of headers reads bytes from outside: what it cannot cope with is no image. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
