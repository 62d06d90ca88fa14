import type { JsonValue } from '../canonical-json.ts'
import { show } from './text.ts'
import type { Parameters } from './types.ts'

/** What editors tell of a parameter or a setting. */
export interface Help {
  /** What it does, with its unit: whole sentences. */
  does: string
  /** What holds where it is not given. */
  default?: JsonValue
  /** The same in words, where it is no fixed value. Begins in lower case. */
  otherwise?: string
  /** What a change costs, as a sentence. For a parameter it follows from the key where it is not said. */
  change?: string
  /** Values that an editor may offer. */
  examples?: readonly JsonValue[]
}

/** A change that is paid for. */
export const RENDERS_ANEW = 'A change is another render, which costs.'

/** A change that is not. */
export const FREE = 'A change is free.'

const NOT_SENT = 'not sent, so that the API decides'

/** Every parameter of a picture. */
export const PARAMETER_HELP: Readonly<Record<keyof Parameters, Help>> = {
  prompt: {
    does: 'The words of the picture, in any language, at most 32,000 characters. A style puts them where its template has {prompt}. With an input picture ("edit", "image", "each") they say what is to become of it.',
  },
  model: { does: 'The model that renders, by the name that the API has for it.', default: 'gpt-image-2' },
  size: {
    does: 'Width and height of the render in pixels. gpt-image-2 wants both divisible by 16, and neither above 3840. "auto" lets the model choose, and counts at its highest price.',
    default: '1024x1024',
    examples: ['1024x1024', '1536x1024', '1024x1536', 'auto'],
  },
  quality: {
    does: 'How much work the model puts into it, which decides most of the price. "auto" counts at its highest price.',
    otherwise: `${NOT_SENT}; it counts at its highest price`,
  },
  n: {
    does: 'How many candidates are rendered at once, 1 to 10. Each is paid for; "pick" says which one is used.',
    default: 1,
  },
  background: {
    does: 'Whether the render has a background. "transparent" cannot go with the output_format jpeg.',
    otherwise: NOT_SENT,
  },
  moderation: { does: 'How strictly the API looks at what is asked for.', otherwise: NOT_SENT },
  output_format: {
    does: 'Format in which the API sends the render. What pages get is said by "formats".',
    otherwise: NOT_SENT,
  },
  output_compression: {
    does: 'Compression of the render as the API sends it, 0 to 100 percent, for the output_format jpeg or webp.',
    otherwise: NOT_SENT,
  },
  extra: { does: 'A mapping of further fields for the API, passed on as they are.' },
  image: {
    does: 'A picture to be edited, or up to 16: paths relative to this file, inside of the project.',
    change: 'Other bytes are another render, which costs; another name for the same bytes is free.',
  },
  mask: {
    does: 'A picture that says what of the first input picture is painted anew: what is transparent in it, or white where nothing is. By its path, relative to this file.',
    change: 'Other bytes are another render, which costs; another name for the same bytes is free.',
  },
  edit: {
    does: 'The name of another entry, whose render is the first input picture of this one.',
    change:
      'Another picture there makes this one stale: it stays in use, and only "onetoken render --stale" pays for a new one. Another name here is another render, which costs.',
  },
  style: {
    does: 'The name of a style of the settings or of the manifest: a template that is written around the words.',
    change: 'Another style, or another template under its name, is another render, which costs.',
  },
  variables: { does: 'What the variables of the style say for this picture, by their names.' },
  take: {
    does: 'Which picture of the same words this is: 2, 3, … ask for another one, and those before it are kept.',
    default: 1,
  },
  pick: { does: 'Which of the "n" candidates is used, from 1.', default: 1 },
  widths: {
    does: 'Width of the files in pixels, one or several, 1 to 16384. No picture is enlarged.',
    otherwise: 'the width of the picture itself',
  },
  formats: {
    does: 'Formats of the files, one or several. Browsers take the first that they know; the last is the fallback.',
    default: 'webp',
  },
  q: {
    does: 'Quality of the encoders, 1 to 100: one number, or one for each format. PNG has none.',
    otherwise: 'avif 50, webp 80, jpg 80',
  },
  aspect: {
    does: 'Ratio of width to height that the picture is cut to.',
    otherwise: 'the ratio of the picture itself',
    examples: ['16:9', '4:3', '1:1'],
  },
  fit: {
    does: 'How the picture fills its "aspect", by the words of sharp. Without "aspect" it means nothing.',
    default: 'cover',
  },
  position: {
    does: 'Which part of the picture stays when it is cut, by the words of sharp: a side, a corner, "attention" or "entropy".',
    default: 'centre',
  },
  alt: {
    does: 'Text for people who cannot see the picture. Empty ("") for a picture that is only decoration.',
    otherwise: 'none, and builds warn of it',
  },
}

/** What an entry of a manifest has beside its parameters. */
export const ENTRY_HELP: Readonly<Record<'each' | 'dark', Help>> = {
  each: {
    does: 'Input pictures, by paths with * in them, relative to this file. The entry is one entry for each of them: products/mug for photos/mug.png. {name} in its prompt, alt and variables is the name of the file.',
    change: 'Each picture that is new, or has other bytes, is another render, which costs.',
  },
  dark: {
    does: 'A second picture for pages in dark colours, made as an edit of this one: the words of what is to become of it, or a mapping with "prompt" and other parameters.',
    otherwise: 'none',
    change: 'It is a render of its own, which costs.',
  },
}

/** The text that an editor shows for a parameter or a setting. */
export function helpText({ does, default: value, otherwise, change }: Help): string {
  const fallback = value === undefined ? otherwise : typeof value === 'string' ? value : show(value)
  return [does, ...(fallback === undefined ? [] : [`Default: ${fallback}.`]), change].join(' ').trimEnd()
}
