import { z } from 'zod'
import type { JsonValue } from '../canonical-json.ts'
import type { Expectation } from './bad-value.ts'
import { isJsonTree } from './json-tree.ts'
import type { Format } from './types.ts'

/** The shape of a value, and how messages call it. */
export type Shape = Expectation & { schema: z.ZodType }

/** Far more than any name, path or description. In UTF-16 code units, as all lengths here. */
export const MAX_TEXT = 10_000

/** Text without half characters. */
export const someText = (least: number, most: number): z.ZodString =>
  z
    .string()
    .min(least)
    .max(most)
    .refine((value) => value.isWellFormed())

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

/** A whole number. */
export const integer = (from: number, to: number): Shape => ({
  schema: z.int().min(from).max(to),
  expects:
    to === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${from} up`
      : `a whole number from ${from} to ${to}`,
})

/** One item, which becomes a list of one, or a list of 1 to `most`. */
export const oneOrMany = (item: z.ZodType, most = 100): z.ZodType =>
  z.union([item.transform((one) => [one]), z.array(item).min(1).max(most)])

/** Formats that variants are encoded in. */
export const FORMATS: readonly ['avif', 'webp', 'jpg', 'png'] = ['avif', 'webp', 'jpg', 'png']
const FORMAT_WORDS = [...FORMATS, 'jpeg'] as const

/** A format; `jpeg` is `jpg`. */
export const formatWord: z.ZodType<Format> = z
  .enum(FORMAT_WORDS)
  .transform((format) => (format === 'jpeg' ? 'jpg' : format))

const encoderQuality = z.int().min(1).max(100)
const qualityOfEach = z
  .strictObject(Object.fromEntries(FORMAT_WORDS.map((format) => [format, encoderQuality.optional()])))
  .refine(({ jpg, jpeg }) => jpg === undefined || jpeg === undefined)
  .meta({ not: { required: ['jpg', 'jpeg'] } })
  .transform(({ jpeg, ...others }) => (jpeg === undefined ? others : { ...others, jpg: jpeg }))

/** Quality of an encoder: one number, or one for each format. */
export const encoderQualities: z.ZodType = z.union([encoderQuality, qualityOfEach])

/** A mapping that JSON can hold. */
export const jsonMapping: z.ZodType = z
  .custom<Record<string, JsonValue>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && isJsonTree(value),
  )
  // What `meta` gives is a copy, and JSON Schema looks at what it is a copy of.
  .register(z.globalRegistry, { type: 'object' })
