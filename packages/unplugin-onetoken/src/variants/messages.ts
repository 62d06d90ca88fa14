import { OneTokenError, type ErrorCode } from '../errors.ts'
import { reason } from './reason.ts'
import type {
  ConvertedInput,
  ConvertMaskOptions,
  ConvertOptions,
  EncodedPicture,
  EncodeJob,
  ImageFacts,
} from './types.ts'

/** What the pool asks of a worker. */
export type Task =
  | { kind: 'encode'; job: EncodeJob }
  | { kind: 'inspect'; image: string | Uint8Array }
  | { kind: 'convertInput'; bytes: Uint8Array; options: ConvertOptions }
  | { kind: 'convertMask'; bytes: Uint8Array; options: ConvertMaskOptions }

/** What each task gives. */
export interface TaskResults {
  encode: EncodedPicture
  inspect: ImageFacts
  convertInput: ConvertedInput
  convertMask: ConvertedInput
}

/** From the pool to a worker. A worker has one task at a time. */
export interface Request {
  id: number
  task: Task
}

/** From a worker to the pool. */
export type Reply =
  { id: number; ok: true; result: TaskResults[Task['kind']] } | { id: number; ok: false; error: SentError }

/** An error in a form that passes between processes. */
export interface SentError {
  code: ErrorCode
  message: string
  hint?: string | undefined
}

/** An error as it is sent; one that is not ours becomes an `ENCODE_FAILED`. */
export function sendable(error: unknown): SentError {
  if (!(error instanceof OneTokenError)) return { code: 'ENCODE_FAILED', message: `${reason(error)}.` }
  const { code, message, hint } = error
  return { code, message, ...(hint !== undefined && { hint }) }
}

/** The error that was sent. */
export function received({ code, message, hint }: SentError): OneTokenError {
  return new OneTokenError(code, message, { hint })
}
