import type { JsonValue } from '../canonical-json.ts'
import { OneTokenError, type Place } from '../errors.ts'
import type { Format, OutputSpec } from './types.ts'
import type { ParameterPlaces } from './manifest-entry.ts'
import { applyStyle, type Styles } from './styles.ts'
import { normalizeText, quote } from './text.ts'
import type { ImageSpec, InputFile, OutputParameters, Parameters, RenderSpec } from './types.ts'

/** What surrounds the parameters of one picture. */
export interface SpecContext {
  /** Name of the manifest's entry. */
  name?: string | undefined
  /** How messages call the picture. @default the name, or the words in quotes */
  label?: string | undefined
  /** Absolute folder that `image` and `mask` are relative to. */
  base: string
  place?: Place | undefined
  /** Where its own parameters stand; without them, mistakes are told at `place`. */
  places?: ParameterPlaces | undefined
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
  const prompt = styledPrompt(own, context)
  const label = context.label ?? context.name ?? quote(normalizeText(own.prompt ?? prompt))
  return {
    name: context.name,
    label,
    render: renderSpec(all, prompt, context),
    pick: checkedPick(all, context),
    output: outputSpec(all),
    alt: all.alt === undefined ? undefined : normalizeText(all.alt),
    place: context.place,
  }
}

/** The same render with other output: what `virtual:onetoken/hero?w=160` asks of the entry `hero`. */
export function withOutput(own: Parameters, override: OutputParameters, context: SpecContext): ImageSpec {
  return imageSpec({ ...own, ...override }, context)
}

function styledPrompt(own: Parameters, { defaults, styles, places }: SpecContext): string {
  const all: Parameters = Object.assign({}, ...defaults, own)
  const prompt = normalizeText(all.prompt ?? '')
  if (prompt === '') {
    throw new OneTokenError('MISSING_PROMPT', 'The prompt is empty.', {
      hint: 'Write the words of the picture into "prompt".',
    })
  }
  const { style } = all
  const variables = own.variables ?? {}
  if (style !== undefined) {
    const shared: Record<string, string> = Object.assign({}, ...defaults.map((layer) => layer.variables))
    return applyStyle({ prompt, style, defaults: shared, variables, places }, styles)
  }
  const [variable] = Object.keys(variables)
  if (variable === undefined) return prompt
  throw new OneTokenError('BAD_VALUE', '"variables" needs a "style" that has them.', {
    hint: `Name a style whose template has {${variable}} in it.`,
    place: places?.variables,
  })
}

function renderSpec(all: Parameters, prompt: string, { base, places = {} }: SpecContext): RenderSpec {
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
        place: places.background,
      },
    )
  }
  const inputs: InputFile[] = (all.image ?? []).map((path, index) => ({
    role: 'image',
    path,
    base,
    // The first of an entry with "each" is the one that this has found.
    place: index === 0 ? (places.each ?? places.image) : places.image,
  }))
  if (all.mask !== undefined) {
    if (inputs.length === 0 && all.edit === undefined) {
      throw new OneTokenError('BAD_VALUE', '"mask" needs an "image" that it masks.', {
        hint: 'Name the picture with "image", or an entry with "edit": the mask says which parts of it are painted anew.',
        place: places.mask,
      })
    }
    inputs.push({ role: 'mask', path: all.mask, base, place: places.mask })
  }
  return {
    endpoint: inputs.length > 0 || all.edit !== undefined ? 'edits' : 'generations',
    request: withExtra(fields, all.extra ?? {}, places.extra) as RenderSpec['request'],
    take: all.take ?? BUILT_IN.take,
    parent: all.edit,
    inputs,
  }
}

function withExtra(
  fields: Record<string, JsonValue>,
  extra: Record<string, JsonValue>,
  place: Place | undefined,
): Record<string, JsonValue> {
  const own = new Set<string>(['model', 'prompt', 'n', 'size', 'image', 'mask', ...OPTIONAL_FIELDS])
  const clash = Object.keys(extra).find((name) => own.has(name))
  if (clash !== undefined) {
    throw new OneTokenError('BAD_VALUE', `"extra" cannot hold "${clash}": it is a parameter of its own.`, {
      hint: `Write ${clash} beside "extra", not in it.`,
      place,
    })
  }
  return { ...fields, ...extra }
}

function checkedPick({ pick = 1, n = BUILT_IN.n }: Parameters, { places }: SpecContext): number {
  if (pick <= n) return pick
  throw new OneTokenError(
    'PICK_BEYOND',
    `"pick" is ${pick}, but only ${n === 1 ? 'one image is' : `${n} images are`} asked for.`,
    {
      hint: `Make "pick" at most ${n}, or raise "n" (another "n" is another render).`,
      place: places?.pick,
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
