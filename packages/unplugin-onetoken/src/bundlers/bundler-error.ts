import { describe } from '../engine/index.ts'
import { asOneTokenError } from '../errors.ts'

/**
 * An error as bundlers show it: they print the stack, which for a mistake of the user holds only the message.
 * What is no error of ours keeps its stack. `kind` keeps Rolldown from printing message and stack one after the other.
 */
export function bundlerError(thrown: unknown, root: string): unknown {
  const error = asOneTokenError(thrown)
  if (error === undefined) return thrown
  const text = describe(error, root)
  const { place } = error
  const loc =
    place?.line === undefined
      ? undefined
      : { file: place.file, line: place.line, column: (place.column ?? 1) - 1 }
  const shown = Object.assign(new Error(text), {
    name: 'OneTokenError',
    code: error.code,
    kind: error.code,
    hint: error.hint,
    loc,
  })
  // As a stack without frames: Vite cuts off exactly this beginning and prints what is left.
  shown.stack = `OneTokenError: ${text}\n`
  return shown
}
