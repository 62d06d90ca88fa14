import * as z from 'zod/mini'
import { OneTokenError } from '../errors.ts'
import { badValue, count, type Expectation } from './bad-value.ts'
import { didYouMean, nearest } from './nearest.ts'
import {
  encoderQualities,
  FORMATS,
  formatWord,
  integer,
  jsonMapping,
  MAX_TEXT,
  oneOrMany,
  someText,
  text,
  wholeNumber,
  words,
} from './shapes.ts'
import { quote } from './text.ts'
import type { Parameters } from './types.ts'

/** How the text of a query becomes the value that a manifest would hold. */
export type QueryForm = 'text' | 'integer' | 'list' | 'integers' | 'quality'

/** What a parameter may be. */
export interface ParameterRule extends Expectation {
  schema: z.ZodMiniType
  query: QueryForm | undefined
  /** Whether a change of it is another render. */
  inKey: boolean
}

/** The API's limit of a prompt, counted in UTF-16 code units: the stricter reading of "characters". */
export const MAX_PROMPT = 32_000

/** Names of variables of styles. */
export const VARIABLE_NAME: RegExp = /^[\p{L}_][\p{L}\p{N}\p{M}_-]*$/u

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
    ...text(`text of 1 to ${count(MAX_PROMPT)} characters`, { most: MAX_PROMPT }),
    query: 'text',
    inKey: true,
  },
  model: { ...text('the name of a model, such as gpt-image-2'), query: 'text', inKey: true },
  size: {
    schema: z.string().check(z.regex(/^(?:auto|[1-9]\d{0,4}x[1-9]\d{0,4})$/)),
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
    schema: jsonMapping,
    expects: 'a mapping of further fields for the API, as JSON can hold it',
    query: undefined,
    inKey: true,
  },
  image: {
    schema: oneOrMany(someText(1, MAX_TEXT), 16),
    expects: 'the path of a picture, or up to 16 paths',
    query: 'list',
    inKey: true,
  },
  mask: { ...text('the path of a picture'), query: 'text', inKey: true },
  edit: { ...text('the name of an entry'), query: 'text', inKey: true },
  style: { ...text('the name of a style of the settings'), query: 'text', inKey: true },
  variables: {
    schema: z.record(z.string().check(z.regex(VARIABLE_NAME)), someText(1, MAX_TEXT)),
    expects: 'a mapping of the variables of the style to text, such as { colours: two colours }',
    texts: true,
    query: undefined,
    inKey: true,
  },
  take: { ...integer(1, Number.MAX_SAFE_INTEGER), query: 'integer', inKey: true },
  pick: { ...integer(1, 10), query: 'integer', inKey: false },
  widths: {
    schema: oneOrMany(wholeNumber(1, 16_384)),
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
    schema: encoderQualities,
    expects:
      'a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 })',
    query: 'quality',
    inKey: false,
  },
  aspect: {
    schema: z.string().check(z.regex(/^[1-9]\d{0,4}(?:\.\d+)?:[1-9]\d{0,4}(?:\.\d+)?$/)),
    expects: 'a ratio such as 16:9',
    query: 'text',
    inKey: false,
  },
  fit: { ...words(['cover', 'contain', 'fill', 'inside', 'outside']), query: 'text', inKey: false },
  position: { ...words(POSITIONS), query: 'text', inKey: false },
  alt: {
    ...text('text ("" for a picture that is only decoration)', { least: 0 }),
    query: 'text',
    inKey: false,
  },
} as const satisfies Record<keyof Parameters, ParameterRule>

/** Other names of parameters. */
export const ALIASES: Readonly<Record<string, keyof Parameters>> = { w: 'widths', format: 'formats' }

/** What an entry of a manifest has beside the parameters of a picture. */
export const ENTRY_ONLY: readonly string[] = ['each', 'dark']

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

/**
 * The error for a name that is no parameter, or none of those `allowed`.
 * `reason` says why a parameter cannot be used, to follow its name and a colon.
 */
export function unknownParameter(name: string, allowed: readonly string[], reason: string): OneTokenError {
  if (ENTRY_ONLY.includes(name) && !allowed.includes(name)) {
    return new OneTokenError('UNKNOWN_PARAMETER', `The parameter "${name}" cannot be used here.`, {
      hint: 'Only an entry of a manifest has it.',
    })
  }
  if (canonicalName(name) !== undefined && !allowed.includes(name)) {
    return new OneTokenError('UNKNOWN_PARAMETER', `The parameter "${name}" cannot be used here: ${reason}.`, {
      hint: `Here these can be used: ${allowed.join(', ')}.`,
    })
  }
  return new OneTokenError(
    'UNKNOWN_PARAMETER',
    `There is no parameter ${quote(name)}${didYouMean(name, allowed) || '.'}`,
    nearest(name, allowed) === undefined ? { hint: `The parameters are ${allowed.join(', ')}.` } : {},
  )
}

/** The error for `w` beside `widths`, or `format` beside `formats`. */
export function givenTwice(code: 'QUERY_INVALID' | 'BAD_VALUE', name: keyof Parameters): OneTokenError {
  const alias = Object.keys(ALIASES).find((other) => ALIASES[other] === name)
  return new OneTokenError(
    code,
    `"${alias}" and "${name}" are two names of one parameter, and both are given.`,
    {
      hint: 'Keep one of them.',
    },
  )
}

/**
 * Check the value of one parameter, as a manifest holds it, and return it in its canonical form
 * (lists as arrays, text normalised by the caller). Throws `BAD_VALUE`, which names the parameter and shows the
 * value as they were written.
 */
export function checkParameter<Name extends keyof Parameters>(
  name: Name,
  value: unknown,
  writtenName: string = name,
  writtenValue: unknown = value,
): NonNullable<Parameters[Name]> {
  const parameter: ParameterRule = PARAMETERS[name]
  const result = parameter.schema.safeParse(value)
  if (result.success) return result.data as NonNullable<Parameters[Name]>
  throw badValue(writtenName, writtenValue, parameter)
}

/** What a parameter may be, and whether a change of it is another render. */
export function ruleOf(name: keyof Parameters): ParameterRule {
  return PARAMETERS[name]
}

/** How a query writes a parameter; undefined for one that it cannot write. */
export function queryForm(name: keyof Parameters): QueryForm | undefined {
  return PARAMETERS[name].query
}

/** Whether a parameter can be given in a query at all. */
export function isQueryParameter(name: keyof Parameters): boolean {
  return queryForm(name) !== undefined
}

/** The names that a query may use. */
export const QUERY_NAMES: readonly string[] = PARAMETER_NAMES.filter((name) => {
  const canonical = canonicalName(name)
  return canonical !== undefined && isQueryParameter(canonical)
})
