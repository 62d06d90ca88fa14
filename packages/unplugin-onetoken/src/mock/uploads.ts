import type { Part } from './multipart.ts'
import { loadSharp } from './paint/sharp.ts'
import { Problem } from './problem.ts'
import type { MockFile } from './types.ts'

/** An input image that has been found right. */
export interface Input {
  bytes: Uint8Array
  width: number
  height: number
  hasAlpha: boolean
}

/** The inputs of an edit. */
export interface Inputs {
  images: Input[]
  mask: Input | undefined
}

const MEGABYTE = 1024 * 1024
const MAX_IMAGES = 16

/** The type that the relay gives to a file: by the extension of its name, png when that says nothing. */
export function relayType(filename: string): string {
  const extension = /\.([^.]*)$/.exec(filename)?.[1]?.toLowerCase() ?? ''
  if (extension.startsWith('jp')) return 'image/jpeg'
  if (extension === 'webp') return 'image/webp'
  return 'image/png'
}

/** Part the fields of a form from its files. Throws a {@link Problem} for a field that comes twice. */
export function sortParts(parts: readonly Part[]): { fields: Record<string, unknown>; files: MockFile[] } {
  const fields: Record<string, unknown> = {}
  const files: MockFile[] = []
  for (const { name, filename, type, bytes } of parts) {
    if (filename !== undefined) {
      files.push({
        field: name,
        name: filename,
        type,
        relayType: relayType(filename),
        bytes: new Uint8Array(bytes),
      })
    } else if (Object.hasOwn(fields, name)) {
      refuse(name, 'duplicate_parameter', `Duplicate parameter: '${name}'. Only one value is allowed.`)
    } else {
      fields[name] = bytes.toString('utf8')
    }
  }
  return { fields, files }
}

/** Check the files of an edit, decoding each of them. Throws a {@link Problem}. */
export async function checkFiles(
  fields: Record<string, unknown>,
  files: readonly MockFile[],
  rules: 'openai' | 'vendor',
): Promise<Inputs> {
  for (const name of ['image', 'image[]', 'mask']) {
    if (fields[name] !== undefined) {
      refuse(name, 'invalid_type', `Invalid type for '${name}': expected a file, but got a string instead.`)
    }
  }
  const other = files.find(({ field }) => !/^(?:image(?:\[\d*\])?|mask)$/.test(field))
  if (other) refuse(other.field, 'unknown_parameter', `Unknown parameter: '${other.field}'.`)
  const images = files.filter(({ field }) => field !== 'mask')
  const masks = files.filter(({ field }) => field === 'mask')
  if (images.length === 0)
    refuse('image', 'missing_required_parameter', "Missing required parameter: 'image'.")
  if (files.filter(({ field }) => field === 'image').length > 1) {
    const hint = "To send several, name the field 'image[]'."
    refuse('image', 'duplicate_parameter', `Duplicate parameter: 'image'. Only one value is allowed. ${hint}`)
  }
  if (images.length > MAX_IMAGES) {
    refuse(
      'image',
      'array_above_max_length',
      `Invalid 'image': expected ${MAX_IMAGES} files at most, got ${images.length}.`,
    )
  }
  if (masks.length > 1)
    refuse('mask', 'duplicate_parameter', "Duplicate parameter: 'mask'. Only one value is allowed.")
  const inputs: Input[] = []
  for (const [index, file] of images.entries()) inputs.push(await checkImage(file, index + 1, rules))
  return { images: inputs, mask: masks[0] ? await checkMask(masks[0], inputs[0]!) : undefined }
}

async function checkImage(file: MockFile, position: number, rules: 'openai' | 'vendor'): Promise<Input> {
  const limit = rules === 'vendor' ? 4 : 50
  if (file.bytes.length >= limit * MEGABYTE) {
    refuse('image', 'image_too_large', `Invalid image file ${position}: it must be less than ${limit} MB.`)
  }
  const input = await decode(file)
  if (!input) {
    refuse(
      'image',
      'invalid_image_file',
      `Invalid image file or mode for image ${position}, please check your image file.`,
    )
  }
  if (rules === 'vendor') {
    if (file.relayType !== 'image/png')
      refuse('image', 'invalid_image_format', 'Uploaded image must be a PNG.')
    if (input.width !== input.height) refuse('image', 'invalid_image_size', 'Uploaded image must be square.')
  }
  return input
}

async function checkMask(file: MockFile, first: Input): Promise<Input> {
  if (file.bytes.length >= 4 * MEGABYTE)
    refuse('mask', 'image_too_large', 'Invalid mask: it must be less than 4 MB.')
  if (file.relayType !== 'image/png')
    refuse('mask', 'invalid_image_format', 'Invalid mask: it must be a PNG.')
  const mask = await decode(file)
  if (!mask) refuse('mask', 'invalid_image_file', 'Invalid mask image file, please check it.')
  if (!mask.hasAlpha)
    refuse('mask', 'invalid_mask_image_format', 'Invalid mask image format: an alpha channel is required.')
  if (mask.width !== first.width || mask.height !== first.height) {
    const sizes = `image ${first.width}x${first.height}, mask ${mask.width}x${mask.height}`
    refuse('mask', 'mask_size_mismatch', `Mask size does not match image size: ${sizes}.`)
  }
  return mask
}

/** Decode a whole file; `undefined` when it is broken, or not what the relay says it is. */
async function decode(file: MockFile): Promise<Input | undefined> {
  const sharp = await loadSharp()
  try {
    const image = sharp(file.bytes, { failOn: 'truncated' })
    const { width, height, format, hasAlpha } = await image.metadata()
    if (`image/${format}` !== file.relayType) return undefined
    await image.raw().toBuffer()
    return { bytes: file.bytes, width, height, hasAlpha }
  } catch {
    return undefined
  }
}

function refuse(param: string, code: string, message: string): never {
  throw new Problem({ message, param, code, type: 'image_generation_user_error' })
}
