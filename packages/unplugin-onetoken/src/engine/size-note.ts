import { parseSize, sizeWarning } from '../spec/size.ts'
import type { ImageSpec } from '../spec/types.ts'

/** What is to be said of a size that OpenAI's rule refuses. It is sent all the same: relays may take it. */
export function sizeNote({ label, render }: Pick<ImageSpec, 'label' | 'render'>): string | undefined {
  const { model, size: written } = render.request
  const size = parseSize(written)
  const warning = size === undefined ? undefined : sizeWarning(size)
  if (warning === undefined || !model.startsWith('gpt-image')) return undefined
  return `${label}: ${model} may refuse the size ${written}: ${warning}.`
}
