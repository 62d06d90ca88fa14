/** Quality as it is billed: `auto` has been decided. */
export type Quality = 'low' | 'medium' | 'high'

const SCALE: Record<Quality, number> = { low: 16, medium: 48, high: 96 }

/** Dollars a million tokens, from the price list of gpt-image-2. */
const PRICES = { text: 5, image: 8, output: 30 }

/** Tokens as an answer reports them. */
export interface Usage {
  input_tokens: number
  output_tokens: number
  total_tokens: number
  input_tokens_details: { text_tokens: number; image_tokens: number }
}

/** Output tokens of one image of gpt-image-2. */
export function outputTokens(width: number, height: number, quality: Quality): number {
  const q = SCALE[quality]
  const s = Math.round((q * Math.min(width, height)) / Math.max(width, height))
  return Math.ceil((q * s * (2_000_000 + width * height)) / 4_000_000)
}

/** What a request is charged for. Input tokens are an estimate: the real counts are not public. */
export function usageOf(
  prompt: string,
  inputs: readonly { width: number; height: number }[],
  output: { width: number; height: number; quality: Quality; count: number },
): Usage {
  const wide = prompt.match(/[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/gu)?.length ?? 0
  const text = wide + Math.ceil((prompt.length - wide) / 4)
  const image = inputs.reduce((sum, { width, height }) => sum + Math.ceil((width * height) / 1024), 0)
  const out = outputTokens(output.width, output.height, output.quality) * output.count
  return {
    input_tokens: text + image,
    output_tokens: out,
    total_tokens: text + image + out,
    input_tokens_details: { text_tokens: text, image_tokens: image },
  }
}

/** Dollars for a usage. */
export function costOf({ input_tokens_details: input, output_tokens: output }: Usage): number {
  return (input.text_tokens * PRICES.text + input.image_tokens * PRICES.image + output * PRICES.output) / 1e6
}
