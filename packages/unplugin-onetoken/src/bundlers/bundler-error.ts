import { asOneTokenError, type OneTokenError as Problem } from '../errors.ts'
import { describe, suggestAt, type CommandPlace } from '../engine/index.ts'

/** How commands are suggested that work on a project, by its root. */
const places = new Map<string, CommandPlace>()

/** Have the commands that errors suggest work on the project at `root`. */
export function suggestCommandsAt(root: string, place: CommandPlace): void {
  places.set(root, place)
}

/** An error as bundlers show it. */
class OneTokenError extends Error {
  override readonly name: string = 'OneTokenError'

  constructor(problem: Problem, root: string) {
    const text = suggestAt(describe(problem, root), places.get(root) ?? {})
    super(text)
    const { code, place } = problem
    const loc = place?.line !== undefined && {
      file: place.file,
      line: place.line,
      column: (place.column ?? 1) - 1,
    }
    // Not enumerable: Vite prints an error with its properties. `kind` keeps Rolldown from printing message and
    // stack one after the other.
    const hidden = { code, kind: code, ...(loc === false ? {} : { loc }) }
    for (const [property, value] of Object.entries(hidden))
      Object.defineProperty(this, property, { value, writable: true })
    // A stack without frames, for a mistake of the user: Vite cuts off exactly this beginning and prints the rest.
    Object.defineProperty(this, 'stack', { value: `OneTokenError: ${text}\n`, writable: true })
  }
}

/** An error of ours as bundlers show it; what is no error of ours stays as it is, with its stack. */
export function bundlerError(thrown: unknown, root: string): unknown {
  const problem = asOneTokenError(thrown)
  return problem === undefined ? thrown : new OneTokenError(problem, root)
}
