import { OneTokenError } from '../errors.ts'
import type { RecordState } from './record.ts'
import type { Remote } from './remote/types.ts'

/** The error for a file of the remote store that cannot be used. `why` goes on after its name, as in `is empty`. */
export function badRemote(
  { url }: Remote,
  name: string,
  why: string,
  trouble?: RecordState['state'],
): OneTokenError {
  return new OneTokenError(
    'STORE_UNAVAILABLE',
    `What the remote store has cannot be used: ${url}/${name} ${why}.`,
    {
      hint: 'Put it right there, or have a machine that has the render send it anew: npx --no-install onetoken sync --push --check',
      // One that a newer release has written is right.
      details: { state: trouble === 'newer' ? 'newer' : 'bad-remote' },
    },
  )
}

const WITHOUT =
  'Nothing was rendered, as it may have been paid for. To render without looking there: npx --no-install onetoken render --no-remote'

/**
 * The error for a render that is not here, when the remote store cannot be asked for it: it may be there. `isWritable`:
 * whether renders of this machine go there.
 */
export function notKnown(
  cause: OneTokenError,
  label: string | undefined,
  isWritable: boolean,
): OneTokenError {
  const { code, message, hint, details } = cause
  const after = isWritable
    ? ', and then, for all others: npx --no-install onetoken sync'
    : '. The picture stays on this machine then, which only reads the remote store.'
  return new OneTokenError(
    code,
    `The render of ${label ?? 'a picture'} is not here, and the remote store did not give it: ${message}`,
    {
      hint: [hint, `${WITHOUT}${after}`].filter(Boolean).join('\n'),
      cause,
      details: { ...details, unknown: label ?? 'a picture' },
    },
  )
}

/** The error for a render that is damaged here, with what the remote store had to say. */
export function alsoRemote(
  error: OneTokenError,
  { url }: Remote,
  cause: OneTokenError | undefined,
): OneTokenError {
  const { code, message, hint, details, place } = error
  const there =
    cause === undefined
      ? `${url} does not have it either.`
      : `It was looked for in the remote store: ${cause.message}`
  return new OneTokenError(code, `${message} ${there}`, { hint, details, place, cause: cause ?? error })
}

/** The error for a render that is not paid for, as it would be lost with the machine that makes it. */
export function notTaken({ code, message, hint, details }: OneTokenError, { url }: Remote): OneTokenError {
  return new OneTokenError(
    code,
    `Nothing more is rendered: this CI build may pay for renders only because the remote store keeps them, and ${url} does not take them. ${message}`,
    {
      hint: [
        hint,
        'To render here all the same, set "frozen": false in the settings or ONETOKEN_FROZEN=0, and keep the folder of the renders yourself.',
      ]
        .filter(Boolean)
        .join('\n'),
      details: { ...details, stopAll: true },
    },
  )
}
