import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { canonicalName, checkParameter, givenTwice, unknownParameter } from './parameters.ts'
import { checkVariableNames } from './styles.ts'
import { normalizeText } from './text.ts'
import type { Parameters } from './types.ts'

/** Finds the place of a value, or of its name, in the file it was read from; undefined where there is no file. */
export type Locate = (path: readonly (string | number)[], part?: 'name' | 'value') => Place | undefined

/** Runs a check; an error of ours is put aside, so that the author sees all mistakes at once. */
export type Keep = <T>(check: () => T) => T | undefined

/** A {@link Keep} that puts errors into `errors`. */
export function collector(errors: OneTokenError[]): Keep {
  return (check) => {
    try {
      return check()
    } catch (thrown) {
      const error = asOneTokenError(thrown)
      if (error === undefined) throw thrown
      errors.push(error)
      return undefined
    }
  }
}

/** Which parameters may stand in a mapping, and why others may not (see `unknownParameter`). */
export interface AllowedParameters {
  names: readonly string[]
  reason: string
}

/** Check every parameter of a mapping that stands at `path`; mistakes go to `keep`, each with its place. */
export function checkParameters(
  values: Record<string, unknown>,
  path: readonly (string | number)[],
  locate: Locate,
  { names, reason }: AllowedParameters,
  keep: Keep,
): Parameters {
  const parameters: Record<string, unknown> = {}
  for (const [written, value] of Object.entries(values)) {
    // A settings file in TypeScript may leave a parameter undefined.
    if (value === undefined) continue
    const name = canonicalName(written)
    const at = (part: 'name' | 'value'): Place | undefined => locate([...path, written], part)
    keep(() => {
      if (name === undefined || !names.includes(written)) {
        throw (written === '<<' ? mergeKey() : unknownParameter(written, names, reason)).at(at('name'))
      }
      if (Object.hasOwn(parameters, name)) throw givenTwice('BAD_VALUE', name).at(at('name'))
      try {
        if (name === 'variables') checkVariableNames(value)
        parameters[name] = checkParameter(name, normalized(name, value), written)
      } catch (error) {
        throw asOneTokenError(error)?.at(at('value')) ?? error
      }
    })
  }
  return parameters
}

/** Text as a query's is: the same words in a manifest and in an import are the same picture. */
function normalized(name: keyof Parameters, value: unknown): unknown {
  if (name === 'extra') return value
  if (typeof value === 'string') return normalizeText(value)
  if (Array.isArray(value)) return value.map((item: unknown) => normalized(name, item))
  if (name !== 'variables' || value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, normalized(name, text)]))
}

function mergeKey(): OneTokenError {
  return new OneTokenError('UNKNOWN_PARAMETER', 'The merge key "<<" is not part of YAML 1.2.', {
    hint: 'Put what entries share under "defaults" at the top, or use an alias for a single value: widths: *widths',
  })
}

const MOST_SHOWN = 20

/**
 * Throw what was found: nothing, the one error, or one error that lists all of them.
 * `what` begins the list, such as "images.yaml has 3 mistakes".
 */
export function throwAll(found: readonly OneTokenError[], what: (count: number) => string): void {
  const errors = found.toSorted((a, b) => compare(a.place, b.place))
  const first = errors[0]
  if (first === undefined) return
  if (errors.length === 1) throw first
  const more = errors.length - MOST_SHOWN
  const lines = errors.slice(0, MOST_SHOWN).map((error) => `- ${describe(error)}`)
  if (more > 0) lines.push(`- and ${more} more`)
  const codes = new Set(errors.map((error) => error.code))
  throw new OneTokenError(
    codes.size === 1 ? first.code : 'SEVERAL',
    `${what(errors.length)}:\n${lines.join('\n')}`,
    {
      place: first.place === undefined ? undefined : { file: first.place.file },
      details: {
        errors: errors.map(({ code, message, hint, place, details }) => ({
          code,
          message,
          hint,
          place,
          details,
        })),
      },
    },
  )
}

/** From the top of the file to its end. */
function compare(a: Place | undefined, b: Place | undefined): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0)
}

function describe(error: OneTokenError): string {
  const { line, column } = error.place ?? {}
  const where = line === undefined ? '' : `${line}:${column ?? 1} `
  return `${where}${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}`
}
