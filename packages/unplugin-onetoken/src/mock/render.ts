import { createHash } from 'node:crypto'
import { paintEdit } from './paint/edit.ts'
import { flatPng } from './paint/flat.ts'
import { paint, type Order, type Pixels } from './paint/paint.ts'
import { loadSharp } from './paint/sharp.ts'
import type { Inputs } from './uploads.ts'
import type { Format, Job } from './validate.ts'

/** How results are to look, beside what the request says. */
export interface RenderSettings {
  style: 'scenic' | 'flat'
  seed: number
  /** Another number gives other pictures for the same request. */
  turn: number
}

/** One finished image. */
export interface Result {
  bytes: Buffer
  format: Format
  width: number
  height: number
}

/** The size that a request is rendered at: `auto` follows the first input, or the words. */
export function sizeOf(job: Job, inputs: Inputs | undefined): { width: number; height: number } {
  if (job.size) return job.size
  const first = inputs?.images[0]
  const ratio = first
    ? first.width / first.height
    : /portrait|poster|tall|vertical|phone|肖像|海报|竖/i.test(job.prompt)
      ? 0.66
      : /landscape|panorama|wide|banner|horizontal|skyline|sea\b|风景|横/i.test(job.prompt)
        ? 1.5
        : 1
  if (ratio > 1.2) return { width: 1536, height: 1024 }
  if (ratio < 0.83) return { width: 1024, height: 1536 }
  return { width: 1024, height: 1024 }
}

/** Make one of the images of a job. */
export async function renderOne(
  job: Job,
  inputs: Inputs | undefined,
  index: number,
  size: { width: number; height: number },
  settings: RenderSettings,
): Promise<Result> {
  const seed = [settings.seed, settings.turn, index, ...digests(inputs)]
  const order: Order = { prompt: job.prompt, ...size, seed, transparent: job.background === 'transparent' }
  const common = { format: job.format, ...size }
  if (settings.style === 'flat') {
    const png = flatPng(order)
    const bytes =
      job.format === 'png' ? png : await encode(await unpack(png, size), job.format, job.compression)
    return { bytes, ...common }
  }
  const pixels = inputs
    ? await paintEdit({ ...order, inputs: inputs.images.map(({ bytes }) => bytes), mask: inputs.mask?.bytes })
    : await paint(order)
  return { bytes: await encode(pixels, job.format, job.compression), ...common }
}

function digests(inputs: Inputs | undefined): string[] {
  if (!inputs) return []
  const files = [...inputs.images, ...(inputs.mask ? [inputs.mask] : [])]
  return files.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'))
}

async function unpack(png: Buffer, size: { width: number; height: number }): Promise<Pixels> {
  const sharp = await loadSharp()
  return { data: await sharp(png).ensureAlpha().raw().toBuffer(), ...size, channels: 4 }
}

/** Encode pixels. Speed counts more than bytes here. */
export async function encode(
  { data, width, height, channels }: Pixels,
  format: Format,
  compression: number | undefined,
): Promise<Buffer> {
  const sharp = await loadSharp()
  const image = sharp(data, { raw: { width, height, channels } })
  const quality = Math.max(1, compression ?? 92)
  if (format === 'jpeg') return image.flatten({ background: '#fff' }).jpeg({ quality }).toBuffer()
  if (format === 'webp') return image.webp({ quality, effort: 1 }).toBuffer()
  return image.png({ compressionLevel: 2 }).toBuffer()
}
