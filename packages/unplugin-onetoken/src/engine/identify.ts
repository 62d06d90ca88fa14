import { basename, extname } from 'node:path'
import type { Upload } from '../client/types.ts'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import { readInput, type InputBytes } from '../project/input-file.ts'
import { renderKey, type InputDigest } from '../spec/key.ts'
import { quotePath, visible } from '../spec/text.ts'
import type { ImageSpec } from '../spec/types.ts'
import { INPUT_LIMIT, inputPlan, type InputPlan } from '../variants/index.ts'
import type { Encoder } from '../variants/types.ts'

/** A spec with its key and the input pictures that enter it. */
export interface IdentifiedSpec {
  spec: ImageSpec
  key: string
  inputs: PlannedInput[]
  digests: InputDigest[]
}

/** An input picture and what becomes of it before it is sent. */
export interface PlannedInput extends InputBytes {
  plan: InputPlan
}

/** Read the input pictures of a spec and compute its key. Throws what is wrong with an input, at the spec's place. */
export async function identify(spec: ImageSpec, root: string, provider: string): Promise<IdentifiedSpec> {
  const inputs: PlannedInput[] = []
  for (const input of spec.render.inputs) {
    const bytes = await readInput(input, root, spec.place)
    const of = inputs.find(({ role }) => role === 'image')?.plan
    const name = `The ${input.role} ${quotePath(input.path)}`
    inputs.push({ ...bytes, plan: atPlace(spec, () => inputPlan(bytes.bytes, input.role, { name, of })) })
  }
  const digests = inputs.map(({ role, sha256, plan }) => ({ role, sha256, conversion: plan.conversion }))
  return { spec, key: renderKey(spec.render, digests, provider), inputs, digests }
}

function atPlace<T>(spec: ImageSpec, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw asOneTokenError(error)?.at(spec.place) ?? error
  }
}

/** Input pictures as they are sent: decoded in full once, converted where the API would refuse them. */
export async function uploadsOf(
  { spec, inputs }: IdentifiedSpec,
  encoder: Encoder,
  note: (message: string) => void,
): Promise<{ images: Upload[]; mask?: Upload | undefined }> {
  const uploads: { role: PlannedInput['role']; upload: Upload }[] = []
  let size: { width: number; height: number } | undefined
  for (const input of inputs) {
    const upload = await uploadOf(input, spec, encoder, input.role === 'mask' ? size : undefined, note)
    if (input.role === 'image') size ??= upload.size
    uploads.push({ role: input.role, upload: upload.upload })
  }
  const mask = uploads.find(({ role }) => role === 'mask')?.upload
  return { images: uploads.filter(({ role }) => role === 'image').map(({ upload }) => upload), mask }
}

async function uploadOf(
  { file, bytes, plan, role }: PlannedInput,
  spec: ImageSpec,
  encoder: Encoder,
  size: { width: number; height: number } | undefined,
  note: (message: string) => void,
): Promise<{ upload: Upload; size: { width: number; height: number } }> {
  const name = `${basename(file, extname(file))}.png`
  const fail = (cause: unknown): never => {
    const error = asOneTokenError(cause)
    if (error?.code !== 'IMAGE_INVALID') throw error?.at(spec.place) ?? cause
    throw new OneTokenError(
      'INPUT_INVALID',
      `The ${role} ${quotePath(file)} cannot be decoded: ${error.message}`,
      {
        hint: 'It is damaged or cut short. Save it anew from the program that made it.',
        place: spec.place,
        cause,
      },
    )
  }
  if (plan.conversion === 0) {
    await encoder.inspect(bytes).catch(fail)
    return { upload: { name, type: 'image/png', bytes }, size: plan }
  }
  const converted = await encoder.convertInput(bytes, size === undefined ? {} : { size }).catch(fail)
  // A mask that only follows the size of its picture is no news.
  if (plan.format !== 'png' || bytes.length > INPUT_LIMIT) {
    note(`${spec.label}: ${visible(basename(file))}: ${converted.note}.`)
  }
  return { upload: { name, type: 'image/png', bytes: converted.bytes }, size: converted }
}
