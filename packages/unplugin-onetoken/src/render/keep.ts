import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RenderAnswer } from '../client/types.ts'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import { EXTENSIONS } from '../store/file-store.ts'
import type { RecordImage, RenderRecord } from '../store/record.ts'
import type { ImageFacts, RendererParts, RenderJob } from './renderer.ts'

/** Bytes first: synced to disk before anything looks at them. Then the record; then the journal is cleared. */
export async function keep(
  parts: RendererParts,
  job: RenderJob,
  answer: RenderAnswer,
  cost: RenderRecord['cost'],
): Promise<RenderRecord> {
  const kept = await keepBytes(parts, job, answer)
  const images: RecordImage[] = []
  const spoiled: OneTokenError[] = []
  for (const { file, sha256, bytes, header } of kept) {
    try {
      const { format, width, height } = await parts.inspect(file)
      images.push({ sha256, format, width, height, bytes })
    } catch (cause) {
      // A decoder that died says nothing about the picture: what was paid for is recorded by its header.
      if (asOneTokenError(cause)?.code !== 'IMAGE_INVALID') {
        images.push({ sha256, ...header, bytes })
        continue
      }
      const aside = await parts.store.setAside(file).catch(() => file)
      spoiled.push(
        new OneTokenError(
          'IMAGE_INVALID',
          `The API's picture for ${job.label} is damaged; its bytes are in ${aside}.`,
          {
            hint: `It was most likely billed. To ask again: npx --no-install onetoken render ${job.name ?? 'NAME'} --again`,
            cause,
          },
        ),
      )
    }
  }
  const first = spoiled[0]
  if (images.length === 0 && first !== undefined) throw first
  const { n } = job.spec.request
  if (images.length < n) {
    const reasons = [...answer.lost, ...spoiled.map((error) => error.message)].join(' ')
    parts.warn(`${job.label}: ${images.length} of ${n} pictures came. ${reasons}`.trim())
  }
  const record = recordOf(parts, job, answer, images, cost)
  const standing = await parts.store.putRecord(record, { replace: job.again }).catch((cause: unknown) => {
    throw salvaged(
      job,
      kept.map(({ file }) => file),
      cause,
    )
  })
  await parts.intents.clear(job.key)
  return standing
}

interface KeptBytes {
  file: string
  sha256: string
  bytes: number
  header: ImageFacts
}

async function keepBytes(parts: RendererParts, job: RenderJob, answer: RenderAnswer): Promise<KeptBytes[]> {
  const kept: KeptBytes[] = []
  for (const { bytes } of answer.images) {
    const header = parts.header(bytes)
    try {
      if (header === undefined) {
        const file = await parts.store.quarantine(`${job.key}.bin`, bytes)
        answer.lost.push(`One result is not an image; its bytes are in ${file}.`)
        continue
      }
      const { sha256, file } = await parts.store.putImage(bytes, EXTENSIONS[header.format])
      kept.push({ file, sha256, bytes: bytes.length, header })
    } catch (cause) {
      throw salvaged(job, [await salvage(answer)], cause)
    }
  }
  if (kept.length > 0) return kept
  throw new OneTokenError(
    'IMAGE_INVALID',
    `The API answered ${job.label} with something that is no image. ${answer.lost.join(' ')}`,
    {
      hint: `It was most likely billed. To ask again: npx --no-install onetoken render ${job.name ?? 'NAME'} --again`,
    },
  )
}

/** The store failed with paid bytes in hand: any folder that can be written keeps them. */
async function salvage(answer: RenderAnswer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onetoken-salvage-'))
  for (const [index, { bytes }] of answer.images.entries())
    await writeFile(join(folder, `${index + 1}.bin`), bytes)
  return folder
}

function salvaged(job: RenderJob, where: string[], cause: unknown): OneTokenError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new OneTokenError(
    'STORE_WRITE',
    `The render of ${job.label} was paid for, but the store could not keep it: ${reason}`,
    {
      hint: `Its bytes are in ${where.join(', ')}. Make the store writable and copy them before you build again.`,
      cause,
    },
  )
}

function recordOf(
  parts: RendererParts,
  job: RenderJob,
  answer: Pick<RenderAnswer, 'images' | 'usage' | 'requestId'>,
  images: RecordImage[],
  cost: RenderRecord['cost'],
): RenderRecord {
  const revised = answer.images.map(({ revisedPrompt }) => revisedPrompt ?? null)
  return {
    version: 1,
    key: job.key,
    name: job.name,
    provider: job.provider,
    endpoint: job.spec.endpoint,
    request: job.spec.request,
    take: job.spec.take,
    inputs: job.digests.length === 0 ? undefined : job.digests,
    images,
    revisedPrompts: revised.some((prompt) => prompt !== null) ? revised : undefined,
    usage: answer.usage === undefined ? undefined : { ...answer.usage },
    cost: { usd: Number(cost.usd.toFixed(6)), from: cost.from },
    requestId: answer.requestId,
    created: parts.now().toISOString(),
  }
}

/** A refusal is an answer: the same words are not sent again until somebody asks. */
export async function keepRefusal(parts: RendererParts, job: RenderJob, error: OneTokenError): Promise<void> {
  const apiMessage = error.details?.['apiMessage']
  const refusal = { message: typeof apiMessage === 'string' ? apiMessage : error.message }
  const record = recordOf(parts, job, { images: [] }, [], { usd: 0, from: 'usage' })
  await parts.store.putRecord({ ...record, refusal }, { replace: job.again })
}
