/** A permanent error code. */
export type ErrorCode =
  | 'QUERY_INVALID'
  | 'UNKNOWN_PARAMETER'
  | 'BAD_VALUE'
  | 'MISSING_PROMPT'
  | 'UNKNOWN_ENTRY'
  | 'UNKNOWN_STYLE'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_EDIT'
  | 'SETTINGS_INVALID'
  | 'INPUT_MISSING'
  | 'INPUT_OUTSIDE_ROOT'
  | 'INPUT_INVALID'
  | 'PROJECT_WRITE'
  | 'KEY_EXPOSED'
  | 'LEFTOVER'
  | 'USAGE'
  | 'API_UNREACHABLE'
  | 'API_KEY_MISSING'
  | 'API_KEY_REFUSED'
  | 'API_NO_CREDIT'
  | 'API_BAD_REQUEST'
  | 'API_REFUSED'
  | 'API_RATE_LIMITED'
  | 'API_UNEXPECTED'
  | 'RESULT_URL_REFUSED'
  | 'POSSIBLY_BILLED'
  | 'ABORTED'
  | 'RENDERS_MISSING'
  | 'BUDGET_REACHED'
  | 'PICK_BEYOND'
  | 'NO_PICTURE'
  | 'RENDER_STANDS'
  | 'STORE_UNAVAILABLE'
  | 'STORE_WRITE'
  | 'REMOTE_FAILED'
  | 'PRUNE_REFUSED'
  | 'EXPORT_REFUSED'
  | 'EXPORT_FAILED'
  | 'IMAGE_INVALID'
  | 'ENCODE_FAILED'
  | 'SEVERAL'

/**
 * Every way in which this project refuses or fails, by its permanent code.
 * `exit` is the exit status of the command `onetoken` when the error ends it:
 * 1 failed, 2 usage, 3 renders missing and not allowed, 4 possibly billed, 5 budget reached.
 */
const CATALOGUE: Record<ErrorCode, { exit: number; title: string }> = {
  // what the user wrote
  QUERY_INVALID: { exit: 1, title: 'The query of an import cannot be read' },
  UNKNOWN_PARAMETER: { exit: 1, title: 'A parameter is not known' },
  BAD_VALUE: { exit: 1, title: 'A parameter has a value that it cannot have' },
  MISSING_PROMPT: { exit: 1, title: 'A picture has no prompt' },
  UNKNOWN_ENTRY: { exit: 1, title: 'The manifest has no entry of this name' },
  UNKNOWN_STYLE: { exit: 1, title: 'The settings have no style of this name' },
  MANIFEST_INVALID: { exit: 1, title: 'The manifest cannot be used' },
  MANIFEST_EDIT: { exit: 1, title: 'The manifest cannot be changed by a command' },
  SETTINGS_INVALID: { exit: 1, title: 'The settings cannot be used' },
  INPUT_MISSING: { exit: 1, title: 'An input image is not there' },
  INPUT_OUTSIDE_ROOT: { exit: 1, title: 'An input image lies outside the project' },
  INPUT_INVALID: { exit: 1, title: 'An input image cannot be used' },
  PROJECT_WRITE: { exit: 1, title: 'A file of the project cannot be read or written' },
  KEY_EXPOSED: { exit: 1, title: 'The API key, or another secret, would be seen by others' },
  LEFTOVER: { exit: 1, title: 'A reference to a picture was left in the output' },
  USAGE: { exit: 2, title: 'A command or a function was called in a way that it does not know' },
  // what the API answered
  API_UNREACHABLE: { exit: 1, title: 'The API could not be reached' },
  API_KEY_MISSING: { exit: 3, title: 'There is no API key' },
  API_KEY_REFUSED: { exit: 1, title: 'The API refused the key' },
  API_NO_CREDIT: { exit: 1, title: 'The account has no credit' },
  API_BAD_REQUEST: { exit: 1, title: 'The API refused the request' },
  API_REFUSED: { exit: 1, title: 'The API refused the prompt' },
  API_RATE_LIMITED: { exit: 1, title: 'The API asked to wait for longer than allowed' },
  API_UNEXPECTED: { exit: 1, title: 'The API answered something that is not an image' },
  RESULT_URL_REFUSED: { exit: 4, title: 'The address of a result may not be fetched' },
  POSSIBLY_BILLED: { exit: 4, title: 'A request failed after it may have been billed' },
  ABORTED: { exit: 1, title: 'The work was stopped' },
  // what the project allows
  RENDERS_MISSING: { exit: 3, title: 'Renders are missing and may not be made here' },
  BUDGET_REACHED: { exit: 5, title: 'The budget of this run is used up' },
  PICK_BEYOND: { exit: 1, title: '`pick` is beyond the images of the render' },
  NO_PICTURE: { exit: 1, title: 'There is no picture that could be taken' },
  RENDER_STANDS: { exit: 1, title: 'There is a render already, and it stays' },
  // what the store holds
  STORE_UNAVAILABLE: { exit: 1, title: 'A render is in the store but cannot be used' },
  STORE_WRITE: { exit: 1, title: 'The store cannot be written' },
  REMOTE_FAILED: { exit: 1, title: 'The remote store did not do what it was asked' },
  PRUNE_REFUSED: { exit: 1, title: 'Which renders are used cannot be known' },
  IMAGE_INVALID: { exit: 4, title: 'Bytes of a render are not an image' },
  ENCODE_FAILED: { exit: 1, title: 'A variant could not be encoded' },
  // what is written for others
  EXPORT_REFUSED: { exit: 2, title: 'Files may not be written there' },
  EXPORT_FAILED: { exit: 1, title: 'Files could not be written' },
  SEVERAL: { exit: 1, title: 'Several pictures failed' },
}

/** A place in a file of the user. Lines and columns count from 1. */
export interface Place {
  /** Absolute path. */
  file: string
  line?: number | undefined
  column?: number | undefined
}

/** What an error is made of, beside its code and its message. */
export interface ErrorParts {
  /** What to do: one or more sentences, or a command. */
  hint?: string | undefined
  place?: Place | undefined
  cause?: unknown
  /** Facts for machines; shown by `--json`. Never holds a secret. */
  details?: Record<string, unknown> | undefined
}

/**
 * The only error that this package throws for a reason the user can act on.
 * `message` says what happened and why; `hint` says what to do.
 */
export class OneTokenError extends Error {
  override readonly name: string = 'OneTokenError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly place: Place | undefined
  readonly details: Record<string, unknown> | undefined

  constructor(code: ErrorCode, message: string, parts: ErrorParts = {}) {
    super(message, parts.cause === undefined ? undefined : { cause: parts.cause })
    this.code = code
    this.hint = parts.hint
    this.place = parts.place
    this.details = parts.details
  }

  /** Exit status of the command for this error. */
  get exitCode(): number {
    return CATALOGUE[this.code].exit
  }

  /** What the code means, in a few words. */
  get title(): string {
    return CATALOGUE[this.code].title
  }

  /** The same error at a place, for a caller who knows where the user wrote the cause of it. */
  at(place: Place | undefined): OneTokenError {
    if (place === undefined || this.place !== undefined) return this
    const { hint, cause, details } = this
    return new OneTokenError(this.code, this.message, { hint, cause, details, place })
  }
}

/** `value` when it is an error of ours, else `undefined`. */
export function asOneTokenError(value: unknown): OneTokenError | undefined {
  return value instanceof OneTokenError ? value : undefined
}
