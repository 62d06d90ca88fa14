import { OneTokenError, type Place } from '../errors.ts'
import { count } from './bad-value.ts'
import type { Keep, Locate } from './check.ts'
import { didYouMean } from './nearest.ts'
import { MAX_PROMPT, VARIABLE_NAME } from './parameters.ts'
import { normalizeText, quote, show, visible } from './text.ts'

/** A template with variables of its own. */
export interface StyleTemplate {
  /** Has `{prompt}` in it, and a `{name}` for each variable. */
  template: string
  /** What a variable says where a picture does not say it itself. */
  variables?: Record<string, string> | undefined
}

/** What is written around the words of a picture: a template, alone or with variables. */
export type Style = string | StyleTemplate

/** Styles by name. */
export type Styles = Readonly<Record<string, Style>>

const PLACE_HOLDER = new RegExp(`\\{(${VARIABLE_NAME.source.slice(1, -1)})\\}`, 'gu')

/** What a picture says of its style. */
export interface StyledWords {
  /** Normalised. */
  prompt: string
  style: string
  /** Variables of all pictures; those that the style does not have are left out. */
  defaults: Readonly<Record<string, string>>
  /** The picture's own. */
  variables: Readonly<Record<string, string>>
  /** Where both stand, for mistakes. */
  places?: { style?: Place; variables?: Place } | undefined
}

/** The words as they are sent. Throws `UNKNOWN_STYLE`, or `BAD_VALUE` for what the style and the variables do not agree on. */
export function applyStyle(words: StyledWords, styles: Styles): string {
  const { prompt, style, defaults, variables, places = {} } = words
  const found = Object.hasOwn(styles, style) ? styles[style] : undefined
  if (found === undefined) throw unknownStyle(style, Object.keys(styles)).at(places.style)
  const { template, variables: own = {} } = asTemplate(found)
  const names = placeHolders(template)
  for (const name of Object.keys(variables))
    if (!names.includes(name)) throw unusedVariable(name, style, names).at(places.variables)
  const values: Record<string, string> = { ...own, ...defaults, ...variables, prompt }
  const valueOf = (name: string): string => {
    if (name === NO_NAME) throw noName('BAD_VALUE', 'a variable').at(places.style)
    if (!Object.hasOwn(values, name)) throw noValue(name, style).at(places.style)
    return values[name] ?? ''
  }
  // Counted before it is written: a template may repeat what is long a thousand times.
  const length = placeHolders(template).reduce(
    (sum, name) => sum + valueOf(name).length - `{${name}}`.length,
    template.length,
  )
  if (length > FAR_TOO_LONG) throw tooLong(style, length)
  const text = normalizeText(template.replaceAll(PLACE_HOLDER, (_, name: string) => valueOf(name)))
  if (text.length > MAX_PROMPT) throw tooLong(style, text.length)
  return text
}

/** What is still longer than a prompt may be when it is normalised, which joins some characters. */
const FAR_TOO_LONG = 10 * MAX_PROMPT

function tooLong(style: string, length: number): OneTokenError {
  return new OneTokenError(
    'BAD_VALUE',
    `With the style ${quote(style)}, the prompt has ${count(length)} characters, and at most ${count(MAX_PROMPT)} are allowed.`,
    { hint: 'Shorten the prompt or the style.' },
  )
}

/** Check styles as they are written; each mistake goes to `keep` with its place, and its style is left out. */
export function checkStyles(written: Record<string, unknown>, locate: Locate, keep: Keep): Styles {
  const styles: Record<string, Style> = {}
  for (const [name, style] of Object.entries(written)) {
    const checked = keep(() => checkStyle(name, formOf(name, style, locate), locate))
    if (checked !== undefined) styles[name] = checked
  }
  return styles
}

const STYLE_MEMBERS = ['template', 'variables']

/** A style, when it has the form of one; whether what it says fits together is another matter. */
function formOf(name: string, style: unknown, locate: Locate): Style {
  if (typeof style === 'string') return style
  const path = ['styles', name]
  const example = `Write it as in ${visible(name)}: "ink drawing of {prompt}", or ${visible(name)}: { template: "{prompt} in {colours}", variables: { colours: black } }.`
  if (!isMapping(style))
    throw badMember(path, style, 'text with {prompt} in it, or a mapping with "template"', example).at(
      locate(path),
    )
  for (const member of Object.keys(style).filter((one) => !STYLE_MEMBERS.includes(one))) {
    throw new OneTokenError(
      'SETTINGS_INVALID',
      `The style ${quote(name)} cannot have ${quote(member)}: what a style has are "template" and "variables".`,
      { hint: example, place: locate([...path, member], 'name') },
    )
  }
  const { template, variables } = style
  if (template === undefined) {
    throw new OneTokenError('SETTINGS_INVALID', `The style ${quote(name)} has no "template".`, {
      hint: example,
      place: locate(path, 'name'),
    })
  }
  if (typeof template !== 'string') {
    const at = [...path, 'template']
    throw badMember(at, template, 'text with {prompt} in it', example).at(locate(at))
  }
  if (variables === undefined) return { template }
  const at = [...path, 'variables']
  if (!isMapping(variables))
    throw badMember(at, variables, 'a mapping of names to text', example).at(locate(at))
  for (const [variable, value] of Object.entries(variables)) {
    if (!VARIABLE_NAME.test(variable)) {
      throw new OneTokenError('SETTINGS_INVALID', `${quote(variable)} cannot be the name of a variable.`, {
        hint: 'It has letters, digits, "-" and "_", and begins with a letter or "_".',
        place: locate([...at, variable], 'name'),
      })
    }
    if (typeof value === 'string') continue
    throw badMember([...at, variable], value, 'text', inQuotes(variable, value)).at(locate([...at, variable]))
  }
  return { template, variables: variables as Record<string, string> }
}

function inQuotes(name: string, value: unknown): string | undefined {
  if (typeof value !== 'number' && typeof value !== 'boolean') return undefined
  return `Put it in quotes: ${visible(name)}: "${value}"`
}

function badMember(
  path: readonly string[],
  value: unknown,
  expects: string,
  hint: string | undefined,
): OneTokenError {
  const name = quote(path.join('.'))
  return new OneTokenError('SETTINGS_INVALID', `${name} cannot be ${show(value)}: it must be ${expects}.`, {
    hint,
  })
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function checkStyle(name: string, style: Style, locate: Locate): Style {
  const { template, variables = {} } = asTemplate(style)
  const path = typeof style === 'string' ? ['styles', name] : ['styles', name, 'template']
  const names = placeHolders(template)
  if (!names.includes('prompt')) {
    throw new OneTokenError(
      'SETTINGS_INVALID',
      `The style ${quote(name)} has no {prompt} in it, so every picture would be the same.`,
      { hint: 'Write {prompt} where the words of the picture go.', place: locate(path) },
    )
  }
  const place = (variable: string): ReturnType<Locate> =>
    locate(['styles', name, 'variables', variable], 'name')
  for (const variable of Object.keys(variables)) {
    if (variable === 'prompt') {
      throw new OneTokenError(
        'SETTINGS_INVALID',
        '"prompt" cannot be a variable: each picture has its own.',
        {
          place: place(variable),
        },
      )
    }
    if (!names.includes(variable)) throw unusedVariable(variable, name, names).at(place(variable))
  }
  return style
}

function asTemplate(style: Style): StyleTemplate {
  return typeof style === 'string' ? { template: style } : style
}

function placeHolders(template: string): string[] {
  return [...template.matchAll(PLACE_HOLDER)].flatMap(([, name]) => name ?? [])
}

/** No style and no variable is called so: much of what reads a mapping loses this member. */
const NO_NAME = '__proto__'

function noName(code: 'BAD_VALUE' | 'SETTINGS_INVALID', what: string): OneTokenError {
  return new OneTokenError(code, `"${NO_NAME}" cannot be the name of ${what}.`, {
    hint: 'Choose another name.',
  })
}

/** Variables of a picture, before the shape of them is checked, which would lose that name. */
export function checkVariableNames(variables: unknown): void {
  if (hasNoName(variables)) throw noName('BAD_VALUE', 'a variable')
}

/** Styles, before the shape of them is checked, which would lose that name. */
export function checkStyleNames(styles: unknown, locate: Locate): void {
  if (hasNoName(styles)) throw noName('SETTINGS_INVALID', 'a style').at(locate(['styles', NO_NAME], 'name'))
  for (const [name, style] of Object.entries(Object(styles) as Record<string, unknown>)) {
    const { variables } = Object(style) as { variables?: unknown }
    if (!hasNoName(variables)) continue
    throw noName('SETTINGS_INVALID', 'a variable').at(locate(['styles', name, 'variables', NO_NAME], 'name'))
  }
}

function hasNoName(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, NO_NAME)
}

function unknownStyle(style: string, names: readonly string[]): OneTokenError {
  return new OneTokenError(
    'UNKNOWN_STYLE',
    `There is no style ${quote(style)}${didYouMean(style, names) || '.'}`,
    {
      hint:
        names.length === 0
          ? 'Declare it under "styles" in the settings, or for the entries of a manifest at its top.'
          : `The styles are ${names.map(visible).join(', ')}.`,
    },
  )
}

function unusedVariable(name: string, style: string, names: readonly string[]): OneTokenError {
  const own = names.filter((one) => one !== 'prompt')
  return new OneTokenError(
    'BAD_VALUE',
    `The style ${quote(style)} has no variable ${quote(name)}${didYouMean(name, own) || '.'}`,
    {
      hint:
        own.length === 0
          ? `Write {${visible(name)}} into its template, where the value goes.`
          : `Its variables are ${own.join(', ')}.`,
    },
  )
}

function noValue(name: string, style: string): OneTokenError {
  return new OneTokenError(
    'BAD_VALUE',
    `The style ${quote(style)} has {${name}}, which nothing gives a value.`,
    {
      hint: `Give it one beside "style", as in variables: { ${name}: … }, or one for all pictures in the style: { template: …, variables: { ${name}: … } }.`,
    },
  )
}
