import type { RenderAnswer } from '../client/types.ts'
import { sha256 } from '../canonical-json.ts'
import { createdAfter, type RenderRecord } from '../store/record.ts'
import type { ImageFacts, RendererParts, RenderJob } from './types.ts'

/** An answer that was paid for. */
export interface PaidAnswer {
  answer: RenderAnswer
  cost: RenderRecord['cost']
  /** The record whose place its own takes. */
  former?: RenderRecord | undefined
}

/** A result, with what its first bytes say; undefined for what is no image. */
export interface Result {
  bytes: Uint8Array
  header: ImageFacts | undefined
}

/** The results of an answer, and what their first bytes say. */
export function readHeaders({ header }: Pick<RendererParts, 'header'>, { images }: RenderAnswer): Result[] {
  return images.map(({ bytes }) => ({ bytes, header: attempt(() => header(bytes)) }))
}

/** The record of an answer whose pictures nobody has decoded yet. */
export function draftOf(
  { now }: Pick<RendererParts, 'now'>,
  job: RenderJob,
  { answer, cost, former }: PaidAnswer,
  results: readonly Result[],
): RenderRecord {
  const images = results.flatMap(({ bytes, header }) => {
    if (header === undefined) return []
    const { format, width, height } = header
    return { sha256: sha256(bytes), format, width, height, bytes: bytes.length }
  })
  const prompts = answer.images.filter((_, index) => results[index]?.header !== undefined)
  return recordOf(job, createdAfter(former, now()), {
    images,
    revisedPrompts: prompts.map(({ revisedPrompt }) => revisedPrompt ?? null),
    usage: answer.usage === undefined ? undefined : { ...answer.usage },
    cost: { usd: Number(cost.usd.toFixed(6)), from: cost.from },
    requestId: answer.requestId,
  })
}

/** A record of what was asked for. */
export function recordOf(
  { key, name, provider, spec, digests }: RenderJob,
  created: string,
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
    edit: spec.parent,
    inputs: digests.length === 0 ? undefined : digests,
    ...answer,
    created,
  }
}

/** The parser of headers reads bytes from outside: what it cannot cope with is no image. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
