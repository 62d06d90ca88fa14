import { OneTokenError } from '../../errors.ts'

/** What kind of trouble a remote store has; `details.kind` of `REMOTE_FAILED`. */
export type RemoteTrouble = 'unreachable' | 'timeout' | 'denied' | 'full' | 'unexpected'

/** Why a remote store did not do what it was asked. */
export interface RemoteFailure {
  kind: RemoteTrouble
  /** A sentence without its full stop; `it` is the store. Holds no text of the server's. */
  why: string
  status?: number | undefined
  hint?: string | undefined
  cause?: unknown
  /** Whether the same again may go well. @default as `kind` and `status` say */
  isPassing?: boolean | undefined
}

/** What is done with a file of a remote store. */
export type RemoteVerb = 'read' | 'look up' | 'write' | 'remove'

const WORDS: Record<RemoteVerb, string> = {
  read: 'could not be read from',
  'look up': 'could not be looked up in',
  write: 'could not be written to',
  remove: 'could not be removed from',
}

const HINTS: Record<RemoteTrouble, string> = {
  unreachable: `Check the network of this machine and the setting "remote".`,
  timeout: 'Try again later. Check the network of this machine and the load of the server.',
  denied: 'Check who may read and write there.',
  full: 'Make room there, or have its limit raised.',
  unexpected: 'Check the setting "remote", and look into the log of the server.',
}

/** The error for a file of the remote store at `url`, which has nothing secret in it. */
export function remoteFailed(
  { verb, name, url }: { verb: RemoteVerb; name: string; url: string },
  { kind, why, status, hint = HINTS[kind], cause }: RemoteFailure,
): OneTokenError {
  return new OneTokenError('REMOTE_FAILED', `${name} ${WORDS[verb]} ${url}: ${why}.`, {
    hint,
    cause: bare(cause),
    details: { kind, status },
  })
}

const PASSING = new Set([429, 500, 502, 503, 504])

/** Whether the same again may go well. */
export function isPassing({ kind, status, isPassing }: RemoteFailure): boolean {
  return isPassing ?? (kind === 'unreachable' || (status !== undefined && PASSING.has(status)))
}

/** What there is to say of a connection that did not come about or was cut. */
export function connectionFailure(thrown: unknown): RemoteFailure {
  const code = codeOf(thrown)
  const shown = code === undefined ? '' : ` (${code})`
  const failure = { kind: 'unreachable' as const, cause: thrown }
  if (code !== undefined && CERTIFICATE.test(code)) {
    const hint =
      'Check its certificate, the clock of this machine, and NODE_EXTRA_CA_CERTS where it has an authority of its own.'
    return { ...failure, why: `its certificate is not trusted${shown}`, hint, isPassing: false }
  }
  if (code !== undefined && CUT.has(code)) return { ...failure, why: `the connection was cut${shown}` }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return { ...failure, kind: 'timeout', why: `it did not take the connection in time${shown}` }
  }
  return { ...failure, why: `it could not be reached${shown}` }
}

const CUT = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ERR_STREAM_PREMATURE_CLOSE'])
const CERTIFICATE = /CERT|SIGNATURE|SELF_SIGNED|SSL|TLS/

/** The code of the first error that has one: `fetch` and address families wrap what went wrong. */
function codeOf(thrown: unknown): string | undefined {
  for (const error of chainOf(thrown)) {
    if (typeof error.code === 'string' && /^\w+$/.test(error.code)) return error.code
  }
  return undefined
}

type CodedError = Error & { code?: unknown; errors?: unknown }

const DEEPEST_CAUSE = 5

function chainOf(thrown: unknown): CodedError[] {
  const chain: CodedError[] = []
  for (let error = thrown; error instanceof Error && chain.length < DEEPEST_CAUSE;) {
    chain.push(error)
    const { cause, errors } = error as CodedError
    error = cause ?? (Array.isArray(errors) ? errors[0] : undefined)
  }
  return chain
}

/** The words of an error and of its causes: the SDK's errors hold requests, with their headers. */
function bare(thrown: unknown): Error | undefined {
  return chainOf(thrown).reduceRight<Error | undefined>((cause, { name, message, code }) => {
    const copy = new Error(message, cause === undefined ? undefined : { cause })
    copy.name = name
    return typeof code === 'string' ? Object.assign(copy, { code }) : copy
  }, undefined)
}
