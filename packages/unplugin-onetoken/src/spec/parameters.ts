import { z } from 'zod'
import { OneTokenError } from '../errors.ts'
import { didYouMean, nearest } from './nearest.ts'
import { quote } from './text.ts'
import type { Parameters } from './types.ts'

/** How the text of a query becomes the value that a manifest would hold. */
type QueryForm = 'text' | 'integer' | 'list' | 'integers' | 'quality'

interface Parameter {
  schema: z.ZodType
  /** What a value must be, to follow "must be". */
  expects: string
  /** The words to choose from, where there is such a list. */
  words?: readonly string[]
  query: QueryForm | undefined
  /** Whether a change of it is another render. */
  inKey: boolean
}

const MAX_PROMPT = 32_000

const words = (list: readonly [string, ...string[]]): Pick<Parameter, 'schema' | 'expects' | 'words'> => ({
  schema: z.enum(list),
  expects: `one of ${list.join(', ')}`,
  words: list,
})
const integer = (
  from: number,
  to: number,
  what = 'a whole number',
): Pick<Parameter, 'schema' | 'expects'> => ({
  schema: z.int().min(from).max(to),
  expects: to === Number.MAX_SAFE_INTEGER ? `${what} from ${from} up` : `${what} from ${from} to ${to}`,
})
const text = (expects: string): Pick<Parameter, 'schema' | 'expects'> => ({
  schema: z.string().min(1),
  expects,
})
const oneOrMany = (item: z.ZodType): z.ZodType =>
  z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item).min(1))

const FORMATS = ['avif', 'webp', 'jpg', 'png'] as const
const formatWord = z.preprocess((value) => (value === 'jpeg' ? 'jpg' : value), z.enum(FORMATS))
const encoderQuality = z.int().min(1).max(100)

/** sharp's positions, gravities and strategies. */
const POSITIONS = [
  ...[
    'centre',
    'center',
    'top',
    'right top',
    'right',
    'right bottom',
    'bottom',
    'left bottom',
    'left',
    'left top',
  ],
  ...[
    'north',
    'northeast',
    'east',
    'southeast',
    'south',
    'southwest',
    'west',
    'northwest',
    'entropy',
    'attention',
  ],
] as const

/**
 * Every parameter, by the name that messages use. The ranges and words of those that are sent are the API's
 * for gpt-image models.
 */
const PARAMETERS = {
  prompt: {
    schema: z
      .string()
      .min(1)
      .max(MAX_PROMPT)
      .refine((value) => value.isWellFormed()),
    expects: `text of 1 to ${MAX_PROMPT.toLocaleString('en')} characters`,
    query: 'text',
    inKey: true,
  },
  model: { ...text('the name of a model, such as gpt-image-2'), query: 'text', inKey: true },
  size: {
    schema: z.string().regex(/^(?:auto|[1-9]\d{0,4}x[1-9]\d{0,4})$/),
    expects: 'WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto',
    query: 'text',
    inKey: true,
  },
  quality: { ...words(['low', 'medium', 'high', 'auto']), query: 'text', inKey: true },
  n: { ...integer(1, 10), query: 'integer', inKey: true },
  background: { ...words(['auto', 'opaque', 'transparent']), query: 'text', inKey: true },
  moderation: { ...words(['auto', 'low']), query: 'text', inKey: true },
  output_format: { ...words(['png', 'jpeg', 'webp']), query: 'text', inKey: true },
  output_compression: { ...integer(0, 100), query: 'integer', inKey: true },
  extra: {
    schema: z.record(z.string(), z.json()),
    expects: 'a mapping of further fields for the API',
    query: undefined,
    inKey: true,
  },
  image: {
    schema: oneOrMany(z.string().min(1)).refine((value) => (value as string[]).length <= 16),
    expects: 'the path of a picture, or up to 16 paths',
    query: 'list',
    inKey: true,
  },
  mask: { ...text('the path of a PNG'), query: 'text', inKey: true },
  style: { ...text('the name of a style of the settings'), query: 'text', inKey: true },
  take: { ...integer(1, Number.MAX_SAFE_INTEGER), query: 'integer', inKey: true },
  pick: { ...integer(1, 10), query: 'integer', inKey: false },
  widths: {
    schema: oneOrMany(z.int().min(1).max(16_384)),
    expects: 'one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960])',
    query: 'integers',
    inKey: false,
  },
  formats: {
    schema: oneOrMany(formatWord),
    expects: `one or more of ${FORMATS.join(', ')}, such as avif;webp (in YAML: [avif, webp])`,
    words: FORMATS,
    query: 'list',
    inKey: false,
  },
  q: {
    schema: z.union([encoderQuality, z.partialRecord(z.enum(FORMATS), encoderQuality)]),
    expects: 'a quality from 1 to 100, or one a format, such as avif:50;webp:80 (in YAML: { avif: 50 })',
    query: 'quality',
    inKey: false,
  },
  aspect: {
    schema: z.string().regex(/^[1-9]\d{0,4}(?:\.\d+)?:[1-9]\d{0,4}(?:\.\d+)?$/),
    expects: 'a ratio such as 16:9',
    query: 'text',
    inKey: false,
  },
  fit: { ...words(['cover', 'contain', 'fill', 'inside', 'outside']), query: 'text', inKey: false },
  position: { ...words(POSITIONS), query: 'text', inKey: false },
  alt: { schema: z.string(), expects: 'text', query: 'text', inKey: false },
} as const satisfies Record<keyof Parameters, Parameter>

const ALIASES: Record<string, keyof Parameters> = { w: 'widths', format: 'formats' }

/** The names that an import or an entry may use, aliases included. */
export const PARAMETER_NAMES: readonly string[] = [...Object.keys(PARAMETERS), ...Object.keys(ALIASES)]

/** The names that only change what is made from a render. */
export const OUTPUT_NAMES: readonly string[] = PARAMETER_NAMES.filter((name) => {
  const canonical = canonicalName(name)
  return canonical !== undefined && !PARAMETERS[canonical].inKey
})

/** The parameter that `name` stands for, `w` and `format` included; undefined for an unknown one. */
export function canonicalName(name: string): keyof Parameters | undefined {
  if (Object.hasOwn(ALIASES, name)) return ALIASES[name]
  return Object.hasOwn(PARAMETERS, name) ? (name as keyof Parameters) : undefined
}

/** The error for a name that is no parameter. */
export function unknownParameter(name: string, allowed: readonly string[]): OneTokenError {
  const known = canonicalName(name)
  if (known !== undefined && !allowed.includes(name)) {
    return new OneTokenError('UNKNOWN_PARAMETER', `The parameter "${name}" cannot be used here.`, {
      hint: `Here these can be used: ${allowed.join(', ')}.`,
    })
  }
  return new OneTokenError(
    'UNKNOWN_PARAMETER',
    `There is no parameter ${quote(name)}${didYouMean(name, allowed) || '.'}`,
    nearest(name, allowed) === undefined ? { hint: `The parameters are ${allowed.join(', ')}.` } : {},
  )
}

/**
 * Check the value of one parameter, as a manifest holds it, and return it in its canonical form
 * (lists as arrays, text normalised by the caller). Throws `BAD_VALUE`.
 */
export function checkParameter<Name extends keyof Parameters>(
  name: Name,
  value: unknown,
  writtenName: string = name,
): NonNullable<Parameters[Name]> {
  const parameter: Parameter = PARAMETERS[name]
  const result = parameter.schema.safeParse(value)
  if (result.success) return result.data as NonNullable<Parameters[Name]>
  throw badValue(writtenName, value, parameter)
}

function badValue(name: string, value: unknown, parameter: Parameter): OneTokenError {
  const shown =
    typeof value === 'string' ? quote(value) : quote(JSON.stringify(value) ?? 'nothing').slice(1, -1)
  const suggestion =
    typeof value === 'string' && parameter.words !== undefined ? didYouMean(value, parameter.words) : ''
  const end = suggestion === '' ? '.' : suggestion
  return new OneTokenError('BAD_VALUE', `"${name}" cannot be ${shown}: it must be ${parameter.expects}${end}`)
}

/** The value that a manifest would hold for a query's text. Never throws: what cannot be read is left for the check. */
export function fromQuery(name: keyof Parameters, value: string, items: readonly string[]): unknown {
  const form: QueryForm | undefined = PARAMETERS[name].query
  if (form === 'integer') return numberOr(value)
  if (form === 'list') return items
  if (form === 'integers') return items.map(numberOr)
  if (form === 'quality') return qualityFromQuery(value, items)
  return value
}

/** Whether a parameter can be given in a query at all. */
export function isQueryParameter(name: keyof Parameters): boolean {
  return PARAMETERS[name].query !== undefined
}

/** The names that a query may use. */
export const QUERY_NAMES: readonly string[] = PARAMETER_NAMES.filter((name) => {
  const canonical = canonicalName(name)
  return canonical !== undefined && isQueryParameter(canonical)
})

function numberOr(value: string): number | string {
  return /^\d{1,15}$/.test(value) ? Number(value) : value
}

function qualityFromQuery(value: string, items: readonly string[]): unknown {
  if (!value.includes(':')) return numberOr(value)
  const pairs = items.map((item) => item.split(':'))
  if (pairs.some((pair) => pair.length !== 2)) return value
  return Object.fromEntries(
    pairs.map(([format = '', quality = '']) => [format === 'jpeg' ? 'jpg' : format, numberOr(quality)]),
  )
}
