import type { JsonValue } from '../canonical-json.ts'
import { OneTokenError, type Place } from '../errors.ts'
import type { Format, OutputSpec } from './types.ts'
import { count } from './bad-value.ts'
import { didYouMean } from './nearest.ts'
import { MAX_PROMPT } from './parameters.ts'
import { normalizeText, quote, visible } from './text.ts'
import type { ImageSpec, InputFile, OutputParameters, Parameters, RenderSpec } from './types.ts'

/** Named templates with `{prompt}` in them. */
export type Styles = Readonly<Record<string, string>>

/** What surrounds the parameters of one picture. */
export interface SpecContext {
  /** Name of the manifest's entry. */
  name?: string | undefined
  /** Absolute folder that `image` and `mask` are relative to. */
  base: string
  place?: Place | undefined
  /** From the weakest to the strongest; the picture's own parameters come after them. */
  defaults: readonly Parameters[]
  styles: Styles
}

const BUILT_IN = { model: 'gpt-image-2', n: 1, size: '1024x1024', take: 1 } as const

/** Fields sent only when somebody set them. */
const OPTIONAL_FIELDS = [
  'quality',
  'background',
  'moderation',
  'output_format',
  'output_compression',
] as const

/** Fill in the defaults of a picture and check its parameters against each other. */
export function imageSpec(own: Parameters, context: SpecContext): ImageSpec {
  const all: Parameters = Object.assign({}, ...context.defaults, own)
  const prompt = styledPrompt(all, context.styles)
  const label = context.name ?? quote(normalizeText(own.prompt ?? prompt))
  return {
    name: context.name,
    label,
    render: renderSpec(all, prompt, context),
    pick: checkedPick(all),
    output: outputSpec(all),
    alt: all.alt === undefined ? undefined : normalizeText(all.alt),
    place: context.place,
  }
}

/** The same render with other output: what `virtual:onetoken/hero?w=160` asks of the entry `hero`. */
export function withOutput(own: Parameters, override: OutputParameters, context: SpecContext): ImageSpec {
  return imageSpec({ ...own, ...override }, context)
}

function styledPrompt(all: Parameters, styles: Styles): string {
  const prompt = normalizeText(all.prompt ?? '')
  if (prompt === '') {
    throw new OneTokenError('MISSING_PROMPT', 'The prompt is empty.', {
      hint: 'Write the words of the picture into "prompt".',
    })
  }
  if (all.style === undefined) return prompt
  const template = Object.hasOwn(styles, all.style) ? styles[all.style] : undefined
  if (template === undefined) {
    const names = Object.keys(styles)
    throw new OneTokenError(
      'UNKNOWN_STYLE',
      `There is no style ${quote(all.style)}${didYouMean(all.style, names) || '.'}`,
      {
        hint:
          names.length === 0
            ? 'Declare it under "styles" in the settings or at the top of the manifest.'
            : `The styles are ${names.map(visible).join(', ')}.`,
      },
    )
  }
  const styled = normalizeText(template.replaceAll('{prompt}', () => prompt))
  if (styled.length <= MAX_PROMPT) return styled
  throw new OneTokenError(
    'BAD_VALUE',
    `With the style ${quote(all.style)}, the prompt has ${count(styled.length)} characters, and at most ${count(MAX_PROMPT)} are allowed.`,
    { hint: 'Shorten the prompt or the style.' },
  )
}

function renderSpec(all: Parameters, prompt: string, { base }: SpecContext): RenderSpec {
  const fields: Record<string, JsonValue> = {
    model: all.model ?? BUILT_IN.model,
    prompt,
    n: all.n ?? BUILT_IN.n,
    size: all.size ?? BUILT_IN.size,
  }
  for (const name of OPTIONAL_FIELDS) {
    const value = all[name]
    if (value !== undefined) fields[name] = value
  }
  if (fields['background'] === 'transparent' && fields['output_format'] === 'jpeg') {
    throw new OneTokenError(
      'BAD_VALUE',
      '"background" is transparent, but "output_format" is jpeg, which has no transparency.',
      {
        hint: 'Leave "output_format" out, or make it png or webp.',
      },
    )
  }
  const inputs: InputFile[] = (all.image ?? []).map((path) => ({ role: 'image', path, base }))
  if (all.mask !== undefined) {
    if (inputs.length === 0) {
      throw new OneTokenError('BAD_VALUE', '"mask" needs an "image" that it masks.', {
        hint: 'Name the picture with "image": the mask says which parts of it are painted anew.',
      })
    }
    inputs.push({ role: 'mask', path: all.mask, base })
  }
  return {
    endpoint: inputs.length > 0 ? 'edits' : 'generations',
    request: withExtra(fields, all.extra ?? {}) as RenderSpec['request'],
    take: all.take ?? BUILT_IN.take,
    inputs,
  }
}

function withExtra(
  fields: Record<string, JsonValue>,
  extra: Record<string, JsonValue>,
): Record<string, JsonValue> {
  const own = new Set<string>(['model', 'prompt', 'n', 'size', 'image', 'mask', ...OPTIONAL_FIELDS])
  const clash = Object.keys(extra).find((name) => own.has(name))
  if (clash !== undefined) {
    throw new OneTokenError('BAD_VALUE', `"extra" cannot hold "${clash}": it is a parameter of its own.`, {
      hint: `Write ${clash} beside "extra", not in it.`,
    })
  }
  return { ...fields, ...extra }
}

function checkedPick({ pick = 1, n = BUILT_IN.n }: Parameters): number {
  if (pick <= n) return pick
  throw new OneTokenError(
    'PICK_BEYOND',
    `"pick" is ${pick}, but only ${n === 1 ? 'one image is' : `${n} images are`} asked for.`,
    {
      hint: `Make "pick" at most ${n}, or raise "n" (another "n" is another render).`,
    },
  )
}

function outputSpec(all: Parameters): OutputSpec {
  const formats: Format[] = all.formats ?? ['webp']
  const [across, down] = (all.aspect ?? '').split(':').map(Number)
  return {
    widths: [...new Set(all.widths)].sort((a, b) => a - b),
    formats: [...new Set(formats)],
    quality: typeof all.q === 'number' ? Object.fromEntries(formats.map((f) => [f, all.q])) : (all.q ?? {}),
    aspect: across === undefined || down === undefined ? undefined : [across, down],
    fit: all.fit ?? 'cover',
    position: all.position ?? 'centre',
  }
}
