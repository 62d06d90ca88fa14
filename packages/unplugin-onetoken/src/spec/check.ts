import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { canonicalName, checkParameter, unknownParameter } from './parameters.ts'
import type { Parameters } from './types.ts'

/** Finds the place of a value, or of its name, in the file it was read from. */
export type Locate = (path: readonly (string | number)[], part?: 'name' | 'value') => Place

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

/** Check every parameter of a mapping that stands at `path`; mistakes go to `keep`, each with its place. */
export function checkParameters(
  values: Record<string, unknown>,
  path: readonly (string | number)[],
  locate: Locate,
  allowed: readonly string[],
  keep: Keep,
): Parameters {
  const parameters: Record<string, unknown> = {}
  for (const [written, value] of Object.entries(values)) {
    const name = canonicalName(written)
    keep(() => {
      if (name === undefined || !allowed.includes(written)) {
        throw unknownParameter(written, allowed).at(locate([...path, written], 'name'))
      }
      if (Object.hasOwn(parameters, name)) {
        const place = locate([...path, written], 'name')
        throw new OneTokenError('BAD_VALUE', `"${written}" and its other name are both given; keep one.`, {
          place,
        })
      }
      try {
        parameters[name] = checkParameter(name, value, written)
      } catch (error) {
        throw asOneTokenError(error)?.at(locate([...path, written])) ?? error
      }
    })
  }
  return parameters as Parameters
}

const MOST_SHOWN = 20

/**
 * Throw what was found: nothing, the one error, or one error that lists all of them.
 * `what` begins the list, such as "images.yaml has 3 mistakes".
 */
export function throwAll(errors: readonly OneTokenError[], what: (count: number) => string): void {
  const first = errors[0]
  if (first === undefined) return
  if (errors.length === 1) throw first
  const more = errors.length - MOST_SHOWN
  const lines = errors.slice(0, MOST_SHOWN).map((error) => `- ${describe(error)}`)
  if (more > 0) lines.push(`- and ${more} more`)
  const exits = new Set(errors.map((error) => error.code))
  throw new OneTokenError(
    exits.size === 1 ? first.code : 'SEVERAL',
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

function describe(error: OneTokenError): string {
  const { line, column } = error.place ?? {}
  const where = line === undefined ? '' : `${line}:${column ?? 1} `
  return `${where}${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}`
}
