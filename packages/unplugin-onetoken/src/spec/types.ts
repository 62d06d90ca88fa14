import type { JsonValue } from '../canonical-json.ts'
import type { Place } from '../errors.ts'

/** Formats that variants are encoded in, by the words of the `format` parameter. */
export type Format = 'avif' | 'webp' | 'jpg' | 'png'

/** How the picture is cut, by sharp's own words. Means something only with an `aspect`. */
export type Fit = 'cover' | 'contain' | 'fill' | 'inside' | 'outside'

/** What a reference wants made from a render. */
export interface OutputSpec {
  /** Widths in pixels, ascending, without repeats; empty: the picture's own width. */
  widths: readonly number[]
  /** In the author's order; the last is the fallback. Never empty. */
  formats: readonly Format[]
  /** Encoder quality, 1 to 100, where it differs from the default. PNG has none: it is lossless. */
  quality: Partial<Record<Format, number>>
  /** Aspect ratio as two positive numbers, such as `[16, 9]`. */
  aspect?: readonly [number, number] | undefined
  fit: Fit
  /** sharp's position, gravity or strategy word. */
  position: string
}

/** Parameters that change the picture: a change of any of them is another render. */
export interface RenderParameters {
  /** The words, in any language. */
  prompt?: string | undefined
  /** @default 'gpt-image-2' */
  model?: string | undefined
  /** `WIDTHxHEIGHT` in pixels, or `auto`. @default '1024x1024' */
  size?: string | undefined
  quality?: 'low' | 'medium' | 'high' | 'auto' | undefined
  /** How many candidates to render at once, 1 to 10. @default 1 */
  n?: number | undefined
  background?: 'auto' | 'opaque' | 'transparent' | undefined
  moderation?: 'auto' | 'low' | undefined
  output_format?: 'png' | 'jpeg' | 'webp' | undefined
  /** 0 to 100. */
  output_compression?: number | undefined
  /** Fields passed to the API as they are. */
  extra?: Record<string, JsonValue> | undefined
  /** Input pictures, relative to the file that names them. */
  image?: string[] | undefined
  /** A picture whose transparent parts are painted anew; its white ones, when nothing in it is transparent. */
  mask?: string | undefined
  /** Name of an entry whose picture is the first input picture. */
  edit?: string | undefined
  /** Name of a template of the settings. */
  style?: string | undefined
  /** What the variables of the style say for this picture. */
  variables?: Record<string, string> | undefined
  /** Counts the times that the same words were asked for. @default 1 */
  take?: number | undefined
}

/** Parameters that only change what is made from a render: they cost nothing. */
export interface OutputParameters {
  /** Which of the `n` candidates is used, from 1. @default 1 */
  pick?: number | undefined
  /** Widths in pixels. @default the picture's own width */
  widths?: number[] | undefined
  /** The last one is the fallback. @default ['webp'] */
  formats?: Format[] | undefined
  /** Encoder quality, 1 to 100: one for all formats, or one a format. */
  q?: number | Partial<Record<Format, number>> | undefined
  /** `16:9` */
  aspect?: string | undefined
  /** @default 'cover' */
  fit?: Fit | undefined
  /** @default 'centre' */
  position?: string | undefined
  /** Text for people who cannot see the picture; empty for decoration. */
  alt?: string | undefined
}

/** A format as it may be written. */
export type FormatWord = Format | 'jpeg'

/** {@link OutputParameters} as they may be written: by their short names, too, and with one value where a list may be. */
export interface OutputOptions extends Omit<OutputParameters, 'widths' | 'formats' | 'q'> {
  /** Widths in pixels. @default the picture's own width */
  widths?: number | number[] | undefined
  /** Short for `widths`. */
  w?: number | number[] | undefined
  /** The last one is the fallback. @default ['webp'] */
  formats?: FormatWord | FormatWord[] | undefined
  /** Short for `formats`. */
  format?: FormatWord | FormatWord[] | undefined
  /** Encoder quality, 1 to 100: one for all formats, or one a format. */
  q?: number | Partial<Record<FormatWord, number>> | undefined
}

/** Parameters of every picture that does not set them itself, as they may be written. */
export interface DefaultParameters
  extends
    Omit<RenderParameters, 'prompt' | 'image' | 'mask' | 'edit' | 'take'>,
    Omit<OutputOptions, 'pick' | 'alt'> {}

/** All parameters of an import or of an entry of the manifest. */
export type Parameters = RenderParameters & OutputParameters

/** What a source file names. */
export type Reference =
  | { kind: 'inline'; parameters: Parameters }
  | { kind: 'entry'; name: string; parameters: OutputParameters }
  | { kind: 'manifest' }

/** An input file of a render. */
export interface InputFile {
  role: 'image' | 'mask'
  /** As the author wrote it. */
  path: string
  /** Folder that `path` is relative to; absolute. */
  base: string
  /** Where it is named, when that is known more closely than where the picture is. */
  place?: Place | undefined
}

/** What is wanted from the API. */
export interface RenderSpec {
  endpoint: 'generations' | 'edits'
  /** The fields as sent: `model`, `prompt`, `n` and `size` always, others when set. */
  request: { model: string; prompt: string; n: number; size: string } & Record<string, JsonValue>
  take: number
  /** Full name of the entry whose picture is the first input, before {@link RenderSpec.inputs}. */
  parent?: string | undefined
  inputs: InputFile[]
}

/** A picture that a site wants, with every default filled in. */
export interface ImageSpec {
  /** Name of the manifest's entry, with `:dark` for its dark version; undefined for an inline import. */
  name: string | undefined
  /** How messages call it: `hero`, or the first words of its prompt in quotes. */
  label: string
  render: RenderSpec
  /** Which of the render's images is used, from 1. */
  pick: number
  output: OutputSpec
  alt: string | undefined
  place: Place | undefined
}
