import type { Problem } from './problem.ts'

/**
 * What went wrong with one attempt.
 *
 * - `connect`: no connection came about
 * - `aborted`: the caller's signal
 * - `timeout`: the deadline of the attempt
 * - `cut`: the connection ended before the answer did
 * - `oversize`: a successful answer with more bytes than are taken
 * - `redirect`: a redirect that is not followed
 * - `status`: any other answer that is not 2xx
 * - `page`: a web page with 2xx
 * - `error`: an error with 2xx
 * - `empty`: 2xx without an image
 * - `lost`: 2xx with images of which none could be read
 * - `refused-url`: the same, because none of their addresses may be fetched
 */
export type FailureKind =
  | 'connect'
  | 'aborted'
  | 'timeout'
  | 'cut'
  | 'oversize'
  | 'redirect'
  | 'status'
  | 'page'
  | 'error'
  | 'empty'
  | 'lost'
  | 'refused-url'

/** The facts of a failed attempt. */
export interface Failure {
  kind: FailureKind
  /** Whether anything of the request was handed to a connection. */
  sent: boolean
  /** Nothing was sent, and asking again cannot change that: a bad certificate, a closed client. */
  permanent?: boolean | undefined
  status?: number | undefined
  /** What the API said about it. */
  problem?: Problem | undefined
  /** The wait that the answer asks for, in milliseconds; 0 when it says "now". */
  askedMs?: number | undefined
  /** The header `x-should-retry`. */
  shouldRetry?: boolean | undefined
  requestId?: string | undefined
  /** What more there is to say, as the end of a sentence. Can hold text from outside. */
  note?: string | undefined
  cause?: unknown
}
