import * as z from 'zod/mini'
import type { JsonValue } from '../canonical-json.ts'
import type { Expectation } from './bad-value.ts'
import { isJsonTree } from './json-tree.ts'
import type { Format } from './types.ts'

/** The shape of a value, and how messages call it. */
export type Shape = Expectation & { schema: z.ZodMiniType }

/** Far more than any name, path or description. In UTF-16 code units, as all lengths here. */
export const MAX_TEXT = 10_000

/** Text without half characters. */
export const someText = (least: number, most: number): z.ZodMiniString<string> =>
  z.string().check(
    z.minLength(least),
    z.maxLength(most),
    z.refine((value) => value.isWellFormed()),
  )

/** Any text. */
export const text = (
  expects: string,
  { least = 1, most = MAX_TEXT }: { least?: number; most?: number } = {},
): Shape => ({
  schema: someText(least, most),
  expects,
  anyText: most,
})

/** One word of a list. */
export const words = (list: readonly [string, ...string[]]): Shape => ({
  schema: z.enum(list),
  expects: `one of ${list.join(', ')}`,
  words: list,
})

/** A whole number from `from` to `to`. */
export const wholeNumber = (from: number, to: number): z.ZodMiniType<number> =>
  z.int().check(z.minimum(from), z.maximum(to))

/** A whole number, in words as well. */
export const integer = (from: number, to: number): Shape => ({
  schema: wholeNumber(from, to),
  expects:
    to === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${from} up`
      : `a whole number from ${from} to ${to}`,
})

/** One item, which becomes a list of one, or a list of 1 to `most`. */
export const oneOrMany = (item: z.ZodMiniType, most = 100): z.ZodMiniType =>
  z.union([
    z.pipe(
      item,
      z.transform((one) => [one]),
    ),
    z.array(item).check(z.minLength(1), z.maxLength(most)),
  ])

/** Formats that variants are encoded in. */
export const FORMATS: readonly ['avif', 'webp', 'jpg', 'png'] = ['avif', 'webp', 'jpg', 'png']
const FORMAT_WORDS = [...FORMATS, 'jpeg'] as const

/** A format; `jpeg` is `jpg`. */
export const formatWord: z.ZodMiniType<Format> = z.pipe(
  z.enum(FORMAT_WORDS),
  z.transform((format) => (format === 'jpeg' ? 'jpg' : format)),
)

const encoderQuality = wholeNumber(1, 100)
const qualityOfEach = z.pipe(
  z
    .strictObject(Object.fromEntries(FORMAT_WORDS.map((format) => [format, z.optional(encoderQuality)])))
    .check(
      z.refine(({ jpg, jpeg }) => jpg === undefined || jpeg === undefined),
      z.meta({ not: { required: ['jpg', 'jpeg'] } }),
    ),
  z.transform(({ jpeg, ...others }) => (jpeg === undefined ? others : { ...others, jpg: jpeg })),
)

/** Quality of an encoder: one number, or one for each format. */
export const encoderQualities: z.ZodMiniType = z.union([encoderQuality, qualityOfEach])

/** A mapping that JSON can hold. */
export const jsonMapping: z.ZodMiniType = z
  .custom<Record<string, JsonValue>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && isJsonTree(value),
  )
  // What `meta` gives is a copy, and JSON Schema looks at what it is a copy of.
  .register(z.globalRegistry, { type: 'object' })
