import type { Quality } from './price.ts'
import { Problem } from './problem.ts'

/** What is to be rendered, once the fields have been found right. */
export interface Job {
  prompt: string
  n: number
  /** `undefined` for `auto`. */
  size: { width: number; height: number } | undefined
  quality: Quality
  background: 'auto' | 'opaque' | 'transparent'
  format: Format
  compression: number | undefined
}

/** Formats of a result. */
export type Format = 'png' | 'jpeg' | 'webp'

const FIELDS = ['model', 'prompt', 'n', 'size', 'quality', 'background', 'moderation', 'output_format']
const KNOWN: ReadonlySet<string> = new Set([...FIELDS, 'output_compression', 'user', 'stream'])
const MAX_PROMPT = 32_000

/**
 * Check the fields of a request as OpenAI does for gpt-image-2. `text` says that they come from a form,
 * where a number is written as text. Throws a {@link Problem}.
 */
export function checkFields(fields: Record<string, unknown>, models: readonly string[], text: boolean): Job {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
  for (const name of Object.keys(fields)) {
    if (!KNOWN.has(name)) fail('unknown_parameter', name, `Unknown parameter: '${name}'.`)
  }
  checkModel(given['model'], models)
  const job: Job = {
    prompt: checkPrompt(given['prompt']),
    n: checkInteger('n', given['n'], 1, 10, text) ?? 1,
    size: checkSize(given['size']),
    quality: pickQuality(checkOneOf('quality', given['quality'], ['low', 'medium', 'high', 'auto'])),
    background: checkOneOf('background', given['background'], ['transparent', 'opaque', 'auto']) ?? 'auto',
    format: checkOneOf('output_format', given['output_format'], ['png', 'jpeg', 'webp']) ?? 'png',
    compression: checkInteger('output_compression', given['output_compression'], 0, 100, text),
  }
  checkOneOf('moderation', given['moderation'], ['auto', 'low'])
  if (given['user'] !== undefined && typeof given['user'] !== 'string')
    wrongType('user', 'a string', given['user'])
  if (![undefined, false, 'false'].includes(given['stream'] as undefined)) {
    fail('unsupported_value', 'stream', 'This server does not stream images: leave `stream` out.')
  }
  if (job.background === 'transparent' && job.format === 'jpeg') {
    fail(
      'invalid_value',
      'background',
      'A transparent background needs `output_format` png or webp, not jpeg.',
    )
  }
  return job
}

function fail(code: string, param: string, message: string): never {
  throw new Problem({ message, param, code, type: 'invalid_request_error' })
}

function wrongType(param: string, expected: string, value: unknown): never {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
  return fail(
    'invalid_type',
    param,
    `Invalid type for '${param}': expected ${expected}, but got ${kind} instead.`,
  )
}

function checkModel(value: unknown, models: readonly string[]): void {
  if (value === undefined || value === '') {
    fail('missing_required_parameter', 'model', "Missing required parameter: 'model'.")
  }
  if (typeof value !== 'string') wrongType('model', 'a string', value)
  if (models.includes(value)) return
  throw new Problem({
    status: 404,
    message: `The model '${value}' does not exist or you do not have access to it.`,
    param: 'model',
    code: 'model_not_found',
  })
}

function checkPrompt(value: unknown): string {
  if (value === undefined)
    fail('missing_required_parameter', 'prompt', "Missing required parameter: 'prompt'.")
  if (typeof value !== 'string') wrongType('prompt', 'a string', value)
  if (value.trim() === '') {
    fail('empty_string', 'prompt', "Invalid 'prompt': empty string. Expected a string with minimum length 1.")
  }
  const length = Array.from(value).length
  if (length > MAX_PROMPT) {
    fail(
      'string_above_max_length',
      'prompt',
      `Invalid 'prompt': string too long. Expected a string with maximum length ${MAX_PROMPT}, but got a string with length ${length} instead.`,
    )
  }
  return value
}

function checkInteger(
  name: string,
  value: unknown,
  low: number,
  high: number,
  text: boolean,
): number | undefined {
  if (value === undefined) return undefined
  const number = text && typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number)) wrongType(name, 'an integer', value)
  if (number < low) {
    fail('integer_below_min_value', name, `Invalid '${name}': expected a value >= ${low}, but got ${number}.`)
  }
  if (number > high) {
    fail(
      'integer_above_max_value',
      name,
      `Invalid '${name}': expected a value <= ${high}, but got ${number}.`,
    )
  }
  return number
}

function checkOneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string') wrongType(name, 'a string', value)
  const found = allowed.find((one) => one === value)
  if (found !== undefined) return found
  const list = allowed.map((one) => `'${one}'`).join(', ')
  return fail('invalid_value', name, `Invalid value: '${value}'. Supported values are: ${list}.`)
}

/** `auto` has to become something: always the same, and neither the cheapest nor the dearest. */
function pickQuality(quality: Quality | 'auto' | undefined): Quality {
  return quality === undefined || quality === 'auto' ? 'medium' : quality
}

/** OpenAI's rules for the size of a picture of gpt-image-2. */
function checkSize(value: unknown): { width: number; height: number } | undefined {
  if (value === 'auto') return undefined
  if (value === undefined) return { width: 1024, height: 1024 }
  if (typeof value !== 'string') wrongType('size', 'a string', value)
  const match = /^([1-9]\d{0,5})x([1-9]\d{0,5})$/.exec(value)
  const invalid = (why: string): never => fail('invalid_value', 'size', `Invalid size '${value}'. ${why}`)
  if (!match) return invalid("Expected 'auto' or a size such as '1024x1024'.")
  const width = Number(match[1])
  const height = Number(match[2])
  if (width % 16 || height % 16) invalid('Width and height must both be divisible by 16.')
  if (Math.max(width, height) > 3840) invalid('The longest edge must be 3840 pixels or less.')
  if (Math.max(width, height) > 3 * Math.min(width, height))
    invalid('The ratio of the edges must be 3:1 or less.')
  if (width * height < 655_360) invalid('Below the minimum of 655,360 pixels.')
  if (width * height > 8_294_400) invalid('Above the maximum of 8,294,400 pixels.')
  return { width, height }
}
