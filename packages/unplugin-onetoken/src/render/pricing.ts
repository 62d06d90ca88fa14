import { parseSize, type Size } from '../spec/size.ts'
import type { RenderSpec } from '../spec/types.ts'

/** Dollars a token for gpt-image-2: OpenAI's prices of text in, image in and image out. */
const TEXT_IN = 5 / 1e6
const IMAGE_IN = 8 / 1e6
const IMAGE_OUT = 30 / 1e6

/** Tiles of the short edge, by quality: OpenAI's formula for gpt-image-2. */
const TILES = { low: 16, medium: 48, high: 96 } as const

/** The largest square that the size rules allow (8,294,400 pixels): no other size has as many tokens. */
const DEAREST_SIZE: Size = { width: 2880, height: 2880 }

/** Upper bound of the tokens of one input picture at high fidelity: 6,240 and a few tiles, by OpenAI's page. */
const INPUT_IMAGE_TOKENS = 6_700

/** What a request costs in dollars. */
export interface Price {
  /** At the most; what the budget reserves. */
  worst: number
  /** Whether a size or quality of `auto` (or none) left no price but the highest. */
  open: boolean
}

function isPriced(quality: unknown): quality is keyof typeof TILES {
  return typeof quality === 'string' && Object.hasOwn(TILES, quality)
}

/** Output tokens of one image. */
export function outputTokens({ width, height }: Size, quality: keyof typeof TILES): number {
  const long = TILES[quality]
  const short = Math.round((long * Math.min(width, height)) / Math.max(width, height))
  return Math.ceil((long * short * (2_000_000 + width * height)) / 4_000_000)
}

/** Price of a request before it is sent, at its worst case. `multiplier` is what the account pays of the official prices. */
export function price(spec: RenderSpec, multiplier: number): Price {
  const { request } = spec
  const size = parseSize(request.size)
  const { quality } = request
  const priced = isPriced(quality) ? quality : undefined
  const tokens = outputTokens(size ?? DEAREST_SIZE, priced ?? 'high')
  // A token is at least one byte of UTF-8.
  const words = Buffer.byteLength(request.prompt) * TEXT_IN
  const dollars = request.n * tokens * IMAGE_OUT + words + inputPictures(spec) * INPUT_IMAGE_TOKENS * IMAGE_IN
  return { worst: dollars * multiplier, open: size === undefined || priced === undefined }
}

function inputPictures({ inputs, parent }: Pick<RenderSpec, 'inputs' | 'parent'>): number {
  return inputs.length + (parent === undefined ? 0 : 1)
}

/** Token counts of an answer, by the API's names. */
export interface BilledTokens {
  input_tokens?: number | undefined
  output_tokens?: number | undefined
  input_tokens_details?: { text_tokens?: number | undefined; image_tokens?: number | undefined } | undefined
}

/**
 * Dollars of what was really used; undefined when the answer does not say. Tokens whose kind it leaves open are
 * counted as pictures where pictures were sent, which is the dearer kind.
 */
export function billedCost(
  usage: BilledTokens | undefined,
  spec: Pick<RenderSpec, 'inputs' | 'parent'>,
  multiplier: number,
): number | undefined {
  const { output_tokens: out = 0, input_tokens: all, input_tokens_details: details } = usage ?? {}
  // No picture comes without output tokens: relays that do not count them send zeros.
  if (out <= 0) return undefined
  const sent = inputPictures(spec) > 0
  if (sent && all === undefined && details?.image_tokens === undefined) return undefined
  const known = { text: details?.text_tokens ?? 0, image: details?.image_tokens ?? 0 }
  const open = Math.max(0, (all ?? 0) - known.text - known.image)
  const isImage = sent && details?.image_tokens === undefined
  const text = known.text + (isImage ? 0 : open)
  const image = known.image + (isImage ? open : 0)
  return (text * TEXT_IN + image * IMAGE_IN + out * IMAGE_OUT) * multiplier
}

/** `$0.053`; three digits below a dollar, two above. */
export function dollars(usd: number): string {
  return `$${usd.toFixed(usd < 1 ? 3 : 2)}`
}
