import { sha256 } from '../canonical-json.ts'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OneTokenError } from '../errors.ts'
import { decode, fromPixels, toPixels, type Pixels } from './decode.ts'
import { encodeAs } from './encoders.ts'
import { padding, previewOf } from './preview.ts'
import { xmpPacket } from './provenance.ts'
import { reason } from './reason.ts'
import { repack } from './repack.ts'
import type {
  Cut,
  EncodedFile,
  EncodedPicture,
  EncodeJob,
  Format,
  ImageFormat,
  PlannedFile,
} from './types.ts'

const SAME_FORMAT: Readonly<Record<Format, ImageFormat>> = {
  avif: 'avif',
  webp: 'webp',
  jpg: 'jpeg',
  png: 'png',
}

/**
 * Makes the files of a job: decodes the source once, brings the pixels to each size once, and encodes each
 * size in each format. The files hold sRGB pixels without a profile, no metadata but the provenance, and white
 * where a JPEG would need transparency.
 *
 * A file of the source's own format and size that would come out bigger than the source is the source's own
 * data in a cleaned container, where that can be done: PNG, JPEG and WebP without a colour profile.
 *
 * Runs in the process that calls it, one encoder at a time.
 * @throws OneTokenError `ENCODE_FAILED`
 */
export async function encodePicture(job: EncodeJob): Promise<EncodedPicture> {
  try {
    return await encode(job)
  } catch (cause) {
    if (cause instanceof OneTokenError) throw cause
    throw failed(job, reason(cause), cause)
  }
}

async function encode(job: EncodeJob): Promise<EncodedPicture> {
  const bytes = await readFile(job.source.file)
  // Variants are named by the sha256 of their source: made from other bytes they would stay wrong for good.
  if (sha256(bytes) !== job.source.sha256) throw failed(job, 'its bytes are not those that were rendered')
  const whole = await decode(bytes)
  if (whole.width !== job.source.width || whole.height !== job.source.height) {
    const { width, height } = job.source
    throw failed(job, `it has ${whole.width} × ${whole.height} pixels, not ${width} × ${height} as recorded`)
  }
  const base = await cutPixels(whole, job.cut)
  const xmp = job.provenance && xmpPacket(job.provenance)
  const files: EncodedFile[] = []
  for (const plans of bySize(job.files)) {
    const sized = await sizePixels(base, plans[0], job.cut)
    const step = await fromPixels(sized)
    if (xmp !== undefined) step.withXmp(xmp)
    for (const plan of plans) {
      const encoded = await encodeAs(() => step.clone(), plan.format, plan.quality)
      files.push(await written(job, plan, smaller(encoded, ownBytes(job, plan, bytes, xmp))))
    }
  }
  return { files: inOrder(files, job.files), ...(job.preview && { preview: await previewOf(base, job.cut) }) }
}

/** The part of the picture that all files show. */
async function cutPixels(whole: Pixels, cut: Cut): Promise<Pixels> {
  if (cut.kind !== 'crop') return whole
  const { width, height, position } = cut
  return toPixels((await fromPixels(whole)).resize({ width, height, fit: 'cover', position }))
}

async function sizePixels(base: Pixels, { width, height }: PlannedFile, cut: Cut): Promise<Pixels> {
  if (base.width === width && base.height === height) return base
  const step = await fromPixels(base)
  if (cut.kind !== 'pad') return toPixels(step.resize({ width, height, fit: 'fill' }))
  return toPixels(step.resize({ width, height, ...padding(cut) }))
}

/** The source's data for a file, where the source is that very picture in that very format. */
function ownBytes(
  job: EncodeJob,
  plan: PlannedFile,
  bytes: Uint8Array,
  xmp: string | undefined,
): Buffer | undefined {
  const { source, cut } = job
  const isSame =
    cut.kind === 'whole' &&
    SAME_FORMAT[plan.format] === source.format &&
    plan.width === source.width &&
    plan.height === source.height
  return isSame ? repack(bytes, xmp) : undefined
}

function smaller(encoded: Buffer, own: Buffer | undefined): Buffer {
  return own !== undefined && own.length < encoded.length ? own : encoded
}

async function written(job: EncodeJob, plan: PlannedFile, bytes: Buffer): Promise<EncodedFile> {
  const file = join(job.folder, `${plan.width}.${plan.format}`)
  await writeFile(file, bytes)
  return { ...plan, file, bytes: bytes.length, sha256: sha256(bytes) }
}

/** Plans of one size together, so that each size is made once. */
function bySize(files: readonly PlannedFile[]): [PlannedFile, ...PlannedFile[]][] {
  const groups = new Map<string, [PlannedFile, ...PlannedFile[]]>()
  for (const file of files) {
    const size = `${file.width}x${file.height}`
    const group = groups.get(size)
    if (group === undefined) groups.set(size, [file])
    else group.push(file)
  }
  return [...groups.values()]
}

function inOrder(files: EncodedFile[], plans: readonly PlannedFile[]): EncodedFile[] {
  const place = (file: PlannedFile): number =>
    plans.findIndex((plan) => plan.format === file.format && plan.width === file.width)
  return files.sort((one, other) => place(one) - place(other))
}

function failed(job: EncodeJob, why: string, cause?: unknown): OneTokenError {
  return new OneTokenError('ENCODE_FAILED', `The picture ${job.source.file} cannot be encoded: ${why}.`, {
    cause,
  })
}
