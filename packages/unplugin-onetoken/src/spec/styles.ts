import { OneTokenError } from '../errors.ts'
import { count } from './bad-value.ts'
import type { Keep, Locate } from './check.ts'
import { didYouMean } from './nearest.ts'
import { MAX_PROMPT, VARIABLE_NAME } from './parameters.ts'
import { normalizeText, quote, visible } from './text.ts'

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
}

/** The words as they are sent. Throws `UNKNOWN_STYLE`, or `BAD_VALUE` for what the style and the variables do not agree on. */
export function applyStyle(words: StyledWords, styles: Styles): string {
  const { prompt, style, defaults, variables } = words
  const found = Object.hasOwn(styles, style) ? styles[style] : undefined
  if (found === undefined) throw unknownStyle(style, Object.keys(styles))
  const { template, variables: own = {} } = asTemplate(found)
  const names = placeHolders(template)
  for (const name of Object.keys(variables))
    if (!names.includes(name)) throw unusedVariable(name, style, names)
  const values: Record<string, string> = { ...own, ...defaults, ...variables, prompt }
  const styled = template.replaceAll(PLACE_HOLDER, (_, name: string) => {
    if (!Object.hasOwn(values, name)) throw noValue(name, style)
    return values[name] ?? ''
  })
  const text = normalizeText(styled)
  if (text.length <= MAX_PROMPT) return text
  throw new OneTokenError(
    'BAD_VALUE',
    `With the style ${quote(style)}, the prompt has ${count(text.length)} characters, and at most ${count(MAX_PROMPT)} are allowed.`,
    { hint: 'Shorten the prompt or the style.' },
  )
}

/** Check styles as they are written; each mistake goes to `keep` with its place. */
export function checkStyles(styles: Styles, locate: Locate, keep: Keep): void {
  for (const [name, style] of Object.entries(styles)) keep(() => checkStyle(name, style, locate))
}

function checkStyle(name: string, style: Style, locate: Locate): void {
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
}

function asTemplate(style: Style): StyleTemplate {
  return typeof style === 'string' ? { template: style } : style
}

function placeHolders(template: string): string[] {
  return [...template.matchAll(PLACE_HOLDER)].flatMap(([, name]) => name ?? [])
}

function unknownStyle(style: string, names: readonly string[]): OneTokenError {
  return new OneTokenError(
    'UNKNOWN_STYLE',
    `There is no style ${quote(style)}${didYouMean(style, names) || '.'}`,
    {
      hint:
        names.length === 0
          ? 'Declare it under "styles" in the settings or at the top of the manifest.'
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
