import { OneTokenError } from '../errors.ts'
import { fromQuery } from './from-query.ts'
import { ampersandHint, parseQuery, type QueryPart } from './query.ts'
import {
  canonicalName,
  checkParameter,
  givenTwice,
  OUTPUT_NAMES,
  QUERY_NAMES,
  unknownParameter,
} from './parameters.ts'
import { entryNameRule, isEntryName } from './entry-name.ts'
import { quote, normalizeText } from './text.ts'
import type { OutputParameters, Parameters, Reference } from './types.ts'

/** Specifiers of ours begin so: `virtual:onetoken`, `virtual:onetoken/hero`, `virtual:onetoken?prompt=…`. */
export const SPECIFIER: RegExp = /^virtual:onetoken(?=[/?]|$)/

/** URLs of ours in style sheets and pages: `onetoken:hero`, `onetoken:?prompt=…`, and what {@link SPECIFIER} takes. */
export const URL_REFERENCE: RegExp = /^(?:virtual:onetoken(?=[/?]|$)|onetoken:)/i

/** What is written for a picture in style sheets and pages, and taken for a specifier: `onetoken:hero`, `virtual:onetoken:hero`. */
export const IMPORTED_URL: RegExp = /^(?:virtual:)?onetoken:/

/** The specifier that a URL in a style sheet or a page stands for: `onetoken:hero?w=960` is `virtual:onetoken/hero?w=960`. */
export function specifierOfURL(url: string): string {
  const specifier = url.trim().replace(/^virtual:onetoken/i, 'virtual:onetoken')
  return specifier.replace(/^onetoken:\/*(?=(\?)?)/i, (_, query?: string) =>
    query === undefined ? 'virtual:onetoken/' : 'virtual:onetoken',
  )
}

/** Names after `virtual:onetoken/` that are no entries. */
const MANIFEST_NAME = 'manifest'

const EXAMPLE =
  'Write virtual:onetoken?prompt=A red fox, virtual:onetoken/hero for an entry of the manifest, or virtual:onetoken/manifest.'

function importedURL(written: string): OneTokenError {
  const specifier = specifierOfURL(written.replace(/^virtual:/, ''))
  return new OneTokenError(
    'QUERY_INVALID',
    `${quote(written)} is no specifier of an import: "onetoken:" begins URLs in style sheets and pages.`,
    { hint: `Import ${quote(specifier)}.` },
  )
}

/** What the command calls the dark version of an entry is no name of its own in an import. */
function darkHint(name: string): string | undefined {
  const light = name.replace(/:dark$/, '')
  if (light === name || !isEntryName(light)) return undefined
  return `The dark version comes with its entry: import { dark } from 'virtual:onetoken/${light}'.`
}

/**
 * Read a specifier such as `virtual:onetoken?prompt=A red fox&w=480;960`.
 * Throws `QUERY_INVALID`, `UNKNOWN_PARAMETER`, `BAD_VALUE` or `MISSING_PROMPT`.
 */
export function parseReference(specifier: string): Reference {
  if (IMPORTED_URL.test(specifier)) throw importedURL(specifier)
  const rest = specifier.replace(SPECIFIER, '')
  const mark = rest.indexOf('?')
  const path = mark < 0 ? rest : rest.slice(0, mark)
  const parts = parseQuery(mark < 0 ? '' : rest.slice(mark + 1))
  if (path === '' && mark < 0) {
    throw new OneTokenError('MISSING_PROMPT', '"virtual:onetoken" alone names no picture.', { hint: EXAMPLE })
  }
  if (path === '') return { kind: 'inline', parameters: inlineParameters(parts) }
  const name = path.slice(1)
  if (name === MANIFEST_NAME) {
    const first = parts[0]
    if (first !== undefined) throw manifestTakesNone(first.name)
    return { kind: 'manifest' }
  }
  if (!isEntryName(name)) {
    throw new OneTokenError('UNKNOWN_ENTRY', `${quote(name)} cannot be the name of an entry.`, {
      hint: name === '' ? EXAMPLE : (darkHint(name) ?? entryNameRule(name)),
    })
  }
  return { kind: 'entry', name, parameters: outputParameters(parts) }
}

function manifestTakesNone(name: string): OneTokenError {
  return new OneTokenError(
    'UNKNOWN_PARAMETER',
    `virtual:onetoken/manifest takes no parameters, so ${quote(name)} cannot be given.`,
    {
      hint: 'Set it in the manifest, under "defaults" or in an entry, or import one entry: virtual:onetoken/hero?w=480',
    },
  )
}

function inlineParameters(parts: QueryPart[]): Parameters {
  const parameters = queryParameters(
    parts,
    QUERY_NAMES,
    'it cannot be written in a query, only in a manifest',
  )
  if (parameters.prompt === undefined) {
    throw new OneTokenError('MISSING_PROMPT', 'The reference has no prompt.', { hint: EXAMPLE })
  }
  return parameters
}

function outputParameters(parts: QueryPart[]): OutputParameters {
  return queryParameters(
    parts,
    OUTPUT_NAMES,
    'an import by name cuts the render of its entry, and this would be another render',
  )
}

/**
 * The parameters of a query. Text is normalised; `w` and `format` become `widths` and `formats`.
 * `reason` says why a parameter that is not among `allowed` cannot be used.
 */
function queryParameters(parts: QueryPart[], allowed: readonly string[], reason: string): Parameters {
  const parameters: Record<string, unknown> = {}
  for (const part of parts) {
    const name = canonicalName(part.name)
    if (name === undefined || !allowed.includes(part.name)) {
      throw withHint(
        unknownParameter(part.name, allowed, reason),
        name === undefined ? ampersandHint(part.offset) : undefined,
      )
    }
    if (Object.hasOwn(parameters, name)) throw givenTwice('QUERY_INVALID', name)
    const value = normalizeText(part.value)
    const items = part.items.map(normalizeText)
    parameters[name] = checkParameter(name, fromQuery(name, value, items), part.name, value)
  }
  return parameters
}

function withHint(error: OneTokenError, hint: string | undefined): OneTokenError {
  if (hint === undefined) return error
  const all = error.hint === undefined ? hint : `${hint} ${error.hint}`
  return new OneTokenError(error.code, error.message, { hint: all, place: error.place })
}
