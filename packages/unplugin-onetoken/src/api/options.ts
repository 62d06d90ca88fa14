import * as z from 'zod/mini'
import { OUTPUT_NAMES, SETTING_NAMES } from '../engine/index.ts'
import type { ExportOptions, IconOptions, ImageOptions } from './file-types.ts'
import type { RenderOptions } from './render-types.ts'
import type { OneTokenOptions } from './types.ts'

/** What an option may be. */
export interface OptionRule {
  schema: z.ZodMiniType
  /** Follows "must be". */
  expects: string
  /** What each member must be, in words. */
  member?: string
  /** It cannot be left out. */
  isNeeded?: boolean
  /** Its value may hold a secret: messages only say of what kind it is. */
  isSecret?: boolean
}

/** A call of the API, and what its options may be. */
export interface Call<Options> {
  name: string
  rules: Readonly<Record<keyof Options, OptionRule>>
  /** How it is written, for those who wrote it otherwise. */
  example: string
  /** What to do about an option that is not known; undefined where there is no more to say than which are. */
  adviceOn?: (name: string) => string | undefined
}

/** No system call takes all control characters. */
const path = z.string().check(z.regex(/^[^\p{Cc}]+$/u))
const text = z.string()
const yesOrNo: OptionRule = { schema: z.boolean(), expects: 'true or false' }
const names: OptionRule = {
  schema: z.array(text),
  expects: "a list of names of entries, such as ['hero']",
  member: 'the name of an entry',
}
const publicPath: OptionRule = {
  schema: text,
  expects: "the beginning of addresses, such as '/pictures/'",
}
/** Copied, so that what a getter in it throws is told as a mistake of the call. */
const plainObject = z.pipe(
  z.custom<object>(isPlainObject),
  z.transform((value) => ({ ...value })),
)
const callable = z.custom<(...given: never[]) => unknown>((value) => typeof value === 'function')

/** A secret may stand in the environment, and by mistake in what was taken for it. */
const environment = z.unknown().check(
  z.superRefine((value, context) => {
    if (!isObject(value) || Array.isArray(value)) return context.addIssue('no object')
    for (const [name, text] of Object.entries(value)) {
      if (text !== undefined && typeof text !== 'string')
        context.addIssue({ code: 'custom', path: [name], message: 'no text' })
    }
  }),
)

/** Not by its class: those of other realms and libraries do as well. */
const signal = z.custom<AbortSignal>(
  (value) => isObject(value) && typeof value['aborted'] === 'boolean' && isMethod(value, 'addEventListener'),
)
const log = z.custom((value) => isObject(value) && isMethod(value, 'info') && isMethod(value, 'warn'))

/** `createOneToken(options)` */
export const CREATE: Call<OneTokenOptions> = {
  name: 'createOneToken',
  rules: {
    root: { schema: path, expects: 'the path of a folder, which fileURLToPath() makes of a URL' },
    mode: { schema: path, expects: "the name of a mode, such as 'production'" },
    env: {
      schema: environment,
      expects: 'an object of texts, such as process.env',
      member: 'text',
      isSecret: true,
    },
    config: { schema: path, expects: 'the path of a settings file, relative to the root' },
    settings: { schema: plainObject, expects: 'an object of settings', isSecret: true },
    remote: yesOrNo,
    log: { schema: log, expects: 'an object with the functions info and warn, such as console' },
  },
  example: "createOneToken({ root: 'site' })",
  adviceOn(name) {
    if (/key|token|secret/i.test(name)) {
      return 'The API key is ONETOKEN_API_KEY of the environment, of an .env file, or of "env".'
    }
    return SETTING_NAMES.includes(name) ? `It is a setting: settings: { ${name}: … }` : undefined
  },
}

/** `render(options)` */
export const RENDER: Call<RenderOptions> = {
  name: 'render',
  rules: {
    names,
    again: yesOrNo,
    stale: yesOrNo,
    maxCost: { schema: z.number().check(z.minimum(0)), expects: 'a number of dollars from 0 up' },
    onProgress: { schema: callable, expects: 'a function' },
    signal: { schema: signal, expects: 'an AbortSignal, such as controller.signal' },
  },
  example: "render({ names: ['hero'], maxCost: 1 })",
}

/** `image(name, options)` */
export const IMAGE: Call<ImageOptions> = {
  name: 'image',
  rules: {
    output: {
      schema: plainObject,
      expects: 'an object of parameters, such as { widths: [480, 960] }',
    },
    url: { schema: callable, expects: 'a function that gives the address of a file' },
  },
  example: "image('hero', { output: { widths: [480, 960] } })",
  adviceOn: (name) =>
    OUTPUT_NAMES.includes(name) ? `It is a parameter of the picture: output: { ${name}: … }` : undefined,
}

/** `export(options)` */
export const EXPORT: Call<ExportOptions> = {
  name: 'export',
  rules: {
    out: { schema: path, expects: 'the path of a folder', isNeeded: true },
    module: { schema: path, expects: 'the path of a module' },
    publicPath,
    names,
  },
  example: "export({ out: 'public/pictures' })",
}

/** `icons(options)` */
export const ICONS: Call<IconOptions> = {
  name: 'icons',
  rules: {
    name: { schema: text, expects: 'the name of an entry', isNeeded: true },
    out: { schema: path, expects: 'the path of a folder', isNeeded: true },
    publicPath,
  },
  example: "icons({ name: 'logo', out: 'public' })",
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isMethod(value: Record<string, unknown>, name: string): boolean {
  return typeof value[name] === 'function'
}

/**
 * Whether a value is an object as `{ … }` makes one, in any realm. A list, a promise that was not awaited or an
 * instance of a class would be taken for options of which none is given.
 */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
