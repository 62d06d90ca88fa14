import { OneTokenError } from '../errors.ts'
import { ampersandHint, parseQuery, type QueryPart } from './query.ts'
import {
  canonicalName,
  checkParameter,
  fromQuery,
  isQueryParameter,
  OUTPUT_NAMES,
  QUERY_NAMES,
  unknownParameter,
} from './parameters.ts'
import { isEntryName } from './entry-name.ts'
import { quote, normalizeText } from './text.ts'
import type { OutputParameters, Parameters, Reference } from './types.ts'

/** Specifiers of ours begin so: `virtual:onetoken`, `virtual:onetoken/hero`, `virtual:onetoken?prompt=…`. */
export const SPECIFIER: RegExp = /^virtual:onetoken(?=[/?]|$)/

/** Names after `virtual:onetoken/` that are no entries. */
const MANIFEST_NAME = 'manifest'

const EXAMPLE =
  'Write virtual:onetoken?prompt=A red fox, virtual:onetoken/hero for an entry of the manifest, or virtual:onetoken/manifest.'

/**
 * Read a specifier such as `virtual:onetoken?prompt=A red fox&w=480;960`.
 * Throws `QUERY_INVALID`, `UNKNOWN_PARAMETER`, `BAD_VALUE` or `MISSING_PROMPT`.
 */
export function parseReference(specifier: string): Reference {
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
    if (first !== undefined) throw unknownParameter(first.name, [])
    return { kind: 'manifest' }
  }
  if (!isEntryName(name)) {
    throw new OneTokenError('UNKNOWN_ENTRY', `${quote(name)} cannot be the name of an entry.`, {
      hint: EXAMPLE,
    })
  }
  return { kind: 'entry', name, parameters: outputParameters(parts) }
}

function inlineParameters(parts: QueryPart[]): Parameters {
  const parameters = queryParameters(parts, QUERY_NAMES)
  if (parameters.prompt === undefined) {
    throw new OneTokenError('MISSING_PROMPT', 'The import has no prompt.', { hint: EXAMPLE })
  }
  return parameters
}

function outputParameters(parts: QueryPart[]): OutputParameters {
  return queryParameters(parts, OUTPUT_NAMES)
}

/** The parameters of a query. Text is normalised; `w` and `format` become `widths` and `formats`. */
function queryParameters(parts: QueryPart[], allowed: readonly string[]): Parameters {
  const parameters: Record<string, unknown> = {}
  for (const part of parts) {
    const name = canonicalName(part.name)
    if (name === undefined || !isQueryParameter(name) || !allowed.includes(part.name)) {
      throw withHint(
        unknownParameter(part.name, allowed),
        name === undefined ? ampersandHint(part.offset) : undefined,
      )
    }
    if (Object.hasOwn(parameters, name)) {
      throw new OneTokenError('QUERY_INVALID', `"${part.name}" and its other name are both given; keep one.`)
    }
    const items = part.items.map(normalizeText)
    parameters[name] = checkParameter(name, fromQuery(name, normalizeText(part.value), items), part.name)
  }
  return parameters as Parameters
}

function withHint(error: OneTokenError, hint: string | undefined): OneTokenError {
  if (hint === undefined) return error
  const all = error.hint === undefined ? hint : `${hint} ${error.hint}`
  return new OneTokenError(error.code, error.message, { hint: all, place: error.place })
}
