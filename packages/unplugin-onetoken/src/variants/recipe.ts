import { canonicalJson, sha256 } from '../canonical-json.ts'
import { DEFAULT_QUALITY, ENCODERS } from './encoders.ts'
import type { Cut, Format, OutputSpec, PlannedFile, Provenance, Recipe, SourceImage } from './types.ts'
import type { EncoderVersions } from './versions.ts'

/** Raised when the same recipe would give other bytes for a reason that its hash does not hold. */
const RECIPE_VERSION = 1

/** The longest edge in pixels: WebP ends at 16383, and every format of a picture has the same sizes. */
const LONGEST_EDGE = 16_383

interface Size {
  width: number
  height: number
}

/** What a recipe needs beside the picture and the spec. */
export interface RecipeOptions {
  /** Absent: nothing is written into the files. */
  provenance?: Provenance | undefined
  versions: EncoderVersions
}

/** The recipe of a picture's variants. Pure: equal arguments give an equal hash, on every machine. */
export function planRecipe(
  source: SourceImage,
  output: OutputSpec,
  { provenance, versions }: RecipeOptions,
): Recipe {
  const cut = planCut(source, output)
  const files = planFiles(source, output)
  const origin = provenance && { composite: provenance.composite, model: provenance.model }
  const formats = [...new Set(files.map((file) => file.format))].sort()
  const ingredients = {
    version: RECIPE_VERSION,
    image: source.sha256,
    cut,
    files: files.map(({ format, width, height, quality }) => [format, width, height, quality]),
    encoders: formats.map((format) => [format, ENCODERS[format]]),
    provenance: origin ?? null,
    sharp: versions.sharp,
    libvips: versions.libvips,
  }
  const hash = sha256(canonicalJson(ingredients))
  return { hash, cut, files, ...(origin && { provenance: origin }) }
}

/**
 * The files that a spec asks for, in the order of its formats, widths ascending.
 * Nothing is enlarged: a width above what the cut picture has becomes that width, once.
 *
 * With an `aspect`, and W×H the picture:
 * - `cover`: the largest part of that aspect; up to its own size
 * - `fill`: the whole picture, squeezed into that aspect; up to the size of that part
 * - `contain`: a frame of that aspect around the picture; up to the frame that holds it unscaled
 * - `inside`, `outside`: the whole picture, as large as fits in, or at least covers, a box of the width and
 *   the aspect. A file's `width` is then the one that it has, not the box's
 */
export function planFiles(source: Size, output: OutputSpec): PlannedFile[] {
  const asked = output.widths.length > 0 ? output.widths : [Infinity]
  const sizes = new Map<number, Size>()
  for (const width of asked) {
    const size = withinLimit(sizeFor(source, output, width))
    if (!sizes.has(size.width)) sizes.set(size.width, size)
  }
  const ascending = [...sizes.values()].sort((one, other) => one.width - other.width)
  const formats = [...new Set(output.formats)]
  return formats.flatMap((format) =>
    ascending.map((size) => ({ format, ...size, quality: qualityOf(format, output) })),
  )
}

function qualityOf(format: Format, output: OutputSpec): number {
  // sharp takes a quality of PNG as a wish for a palette; a recipe must not differ for a word without meaning.
  if (format === 'png') return DEFAULT_QUALITY.png
  return output.quality[format] ?? DEFAULT_QUALITY[format]
}

function planCut(source: Size, output: OutputSpec): Cut {
  if (output.aspect === undefined) return { kind: 'whole' }
  const { fit, position } = output
  const aspect = ratio(output.aspect)
  if (fit === 'contain') return { kind: 'pad', ...frameAround(source, aspect), position }
  if (fit === 'inside' || fit === 'outside') return { kind: 'whole' }
  const part = partOf(source, aspect)
  if (part.width === source.width && part.height === source.height) return { kind: 'whole' }
  return fit === 'fill' ? { kind: 'squeeze', ...part } : { kind: 'crop', ...part, position }
}

/** The size of the file for a width; `Infinity` asks for the largest. */
function sizeFor(source: Size, output: OutputSpec, width: number): Size {
  if (output.aspect === undefined) return scaled(source, width / source.width)
  const aspect = ratio(output.aspect)
  switch (output.fit) {
    case 'cover':
    case 'fill':
      return framed(partOf(source, aspect), aspect, width)
    case 'contain':
      return framed(frameAround(source, aspect), aspect, width)
    case 'inside':
      return scaled(source, Math.min(width / source.width, width / aspect / source.height))
    case 'outside':
      return scaled(source, Math.max(width / source.width, width / aspect / source.height))
  }
}

/** The whole picture, scaled, never above its own size. */
function scaled(source: Size, scale: number): Size {
  const factor = Math.min(scale, 1)
  return { width: pixels(source.width * factor), height: pixels(source.height * factor) }
}

/** A box of an aspect, of at most the largest size. */
function framed(largest: Size, aspect: number, width: number): Size {
  if (width >= largest.width) return largest
  return { width: pixels(width), height: Math.min(pixels(width / aspect), largest.height) }
}

/** The largest box of an aspect inside the picture. */
function partOf({ width, height }: Size, aspect: number): Size {
  return width / height > aspect
    ? { width: Math.min(pixels(height * aspect), width), height }
    : { width, height: Math.min(pixels(width / aspect), height) }
}

/** The smallest box of an aspect around the picture. */
function frameAround({ width, height }: Size, aspect: number): Size {
  return width / height > aspect
    ? { width, height: Math.max(pixels(width / aspect), height) }
    : { width: Math.max(pixels(height * aspect), width), height }
}

function withinLimit(size: Size): Size {
  const factor = LONGEST_EDGE / Math.max(size.width, size.height)
  return factor >= 1 ? size : { width: pixels(size.width * factor), height: pixels(size.height * factor) }
}

function ratio([width, height]: readonly [number, number]): number {
  return width / height
}

function pixels(value: number): number {
  return Math.max(1, Math.round(value))
}
