import { join } from 'node:path'
import { sha256 } from '../canonical-json.ts'
import type { Picture } from '../output/picture.ts'
import { parseSize } from '../spec/size.ts'
import type { ImageSpec } from '../spec/types.ts'
import { writeWhole } from './write-whole.ts'
import { placeholderColor, placeholderSvg, planFiles } from '../variants/index.ts'

const FALLBACK_SIZE = { width: 1024, height: 1024 }

/**
 * What takes the place of a picture that is not there: one SVG of the picture's proportions under every width and
 * format. `words` are shown on it; never those of a prompt in files that are shipped.
 */
export async function placeholderPicture(
  spec: ImageSpec | undefined,
  words: string | undefined,
  store: string,
): Promise<Picture> {
  const source = parseSize(spec?.render.request.size ?? '') ?? FALLBACK_SIZE
  const output = spec?.output ?? {
    widths: [],
    formats: ['webp'] as const,
    quality: {},
    fit: 'cover' as const,
    position: 'centre',
  }
  const planned = planFiles(source, output)
  const seed = spec?.render.request.prompt ?? ''
  const largest = planned.at(-1) ?? { ...FALLBACK_SIZE, format: 'webp' as const }
  const svg = placeholderSvg({
    width: largest.width,
    height: largest.height,
    seed,
    words,
  })
  const file = join(store, '.cache', 'placeholders', `${sha256(svg).slice(0, 16)}.svg`)
  await writeWhole(file, svg)
  const tiny = placeholderSvg({
    width: largest.width,
    height: largest.height,
    seed,
  })
  return {
    files: planned.map(({ format, width, height }) => ({ file, format, width, height })),
    alt: spec?.alt,
    blurDataURL: `data:image/svg+xml;base64,${Buffer.from(tiny).toString('base64')}`,
    blurWidth: 16,
    blurHeight: Math.max(1, Math.round((16 * largest.height) / largest.width)),
    color: placeholderColor(seed),
    placeholder: true,
  }
}
