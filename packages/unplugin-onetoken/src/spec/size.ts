/** Pixels. */
export interface Size {
  width: number
  height: number
}

/** `1536x1024` as numbers; undefined for `auto`. */
export function parseSize(size: string): Size | undefined {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? []
  return width === undefined || height === undefined
    ? undefined
    : { width: Number(width), height: Number(height) }
}

/**
 * Why OpenAI's rule for gpt-image-2 would refuse a size; undefined when it would not. A warning only: relays
 * document sizes, such as 512x512, that this rule refuses.
 */
export function sizeWarning({ width, height }: Size): string | undefined {
  const pixels = width * height
  if (width % 16 !== 0 || height % 16 !== 0) return 'both edges must be divisible by 16'
  if (Math.max(width, height) > 3840) return 'no edge may be longer than 3840 pixels'
  if (Math.max(width, height) > 3 * Math.min(width, height)) return 'the ratio may be at most 3:1'
  if (pixels < 655_360) return 'there must be at least 655,360 pixels'
  if (pixels > 8_294_400) return 'there may be at most 8,294,400 pixels'
  return undefined
}
