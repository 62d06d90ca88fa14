import type { OneTokenError } from '../errors.ts'
import { display } from './messages.ts'

/** What a finding is about. */
export type FindingKind =
  /** A render that was paid for and cannot be used. */
  | 'record'
  | 'picture'
  /** A request that may have been billed, and of which no answer was kept. */
  | 'request'
  /** A picture that no record names. */
  | 'orphan'
  /** A file that nothing here has written. */
  | 'foreign'
  /** What a process left behind that died. */
  | 'leftover'
  /** What git is told about the store. */
  | 'git'
  | 'quarantine'

/** Something that the check of a store has to say. */
export interface Finding {
  kind: FindingKind
  /** `problem`: something that was paid for is in doubt. `note`: good to know. `repaired`: it was one of these. */
  severity: 'problem' | 'note' | 'repaired'
  /** Absolute path. */
  file: string
  /** What is wrong with a record or a picture, as in `details` of its error. */
  state?: string | undefined
  message: string
  /** What to do. */
  hint?: string | undefined
  /** Length of what the finding is about, where that is of interest. */
  bytes?: number | undefined
}

/** A problem, by the error that a build would end with. */
export function problemOf(kind: FindingKind, file: string, error: OneTokenError): Finding {
  const state = error.details?.['state']
  return {
    kind,
    severity: 'problem',
    file,
    state: typeof state === 'string' ? state : undefined,
    message: error.message,
    hint: error.hint,
  }
}

/** A problem with something that cannot be read, by the error that says so. */
export function unreadProblem(kind: FindingKind, error: OneTokenError): Finding {
  return problemOf(kind, String(error.details?.['file']), error)
}

/** The same, brought right. `how` is a sentence. */
export function repaired(finding: Finding, how: string): Finding {
  return { ...finding, severity: 'repaired', message: `${finding.message} ${how}`, hint: undefined }
}

/** Something that is good to know. `why` goes on after the path. */
export function noteOf(
  kind: FindingKind,
  file: string,
  why: string,
  { hint, bytes }: Pick<Finding, 'hint' | 'bytes'> = {},
): Finding {
  return { kind, severity: 'note', file, message: `${display(file)} ${why}.`, hint, bytes }
}
