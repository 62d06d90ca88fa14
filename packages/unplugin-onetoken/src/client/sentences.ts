import type { FailureCode } from './decide.ts'
import type { FailureKind } from './failure.ts'
import type { Topic } from './problem.ts'

/** The facts that sentences are made of. All texts are fit to be shown. */
export interface Told {
  kind: FailureKind
  sent: boolean
  permanent: boolean
  status: number | undefined
  topic: Topic | undefined
  tries: number
  /** Of the base URL, with its port. */
  host: string
  /** `429 rate_limit_exceeded` */
  answer: string
  /** `: the API's own words`, or nothing. */
  said: string
  /** What else is known, or nothing. */
  note: string
  /** What the system says about the connection. */
  why: string
  timeout: string
  /** The wait that the API asks for, when it is longer than any that is taken. */
  askedFor: string | undefined
  /** The cap of one result. */
  largest: string
  requestId: string | undefined
}

type Sentences = [message: string, hint: string]

/** What happened and why, and what to do about it. */
export function sentences(code: FailureCode, told: Told): Sentences {
  return WRITERS[code](told)
}

/** A time in words that need no thinking. */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${seconds} s`
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} hours` : `${Math.round(seconds / 86_400)} days`
}

const NOT_BILLED = 'Nothing was billed for this picture.'

const WRITERS: Record<FailureCode, (told: Told) => Sentences> = {
  ABORTED: ({ sent, requestId }) =>
    sent
      ? [
          'The work was stopped after the request was sent; the picture may be rendered and billed all the same.',
          lookFirst(requestId),
        ]
      : ['The work was stopped before the request was sent.', `${NOT_BILLED} Run it again when you want it.`],
  API_UNREACHABLE: unreachable,
  API_UNEXPECTED: ({ kind, host, answer, note }) =>
    kind === 'redirect'
      ? [
          `${host} redirects the request (${answer}) ${note}.`,
          `${NOT_BILLED} Set ONETOKEN_BASE_URL to the address at which the API really answers.`,
        ]
      : [
          `${host} answered ${answer} with a web page${note === '' ? '' : ` ("${note}")`} instead of images.`,
          'ONETOKEN_BASE_URL seems to point at a web site, or a proxy stands before the API. Use the address of the API itself, such as https://api.onetoken.one.',
        ],
  API_REFUSED: ({ answer, said }) => [
    `The API's moderation refused the prompt or an input image (${answer})${said}`,
    `Change the words or the image: the same request is refused again. ${NOT_BILLED}`,
  ],
  API_NO_CREDIT: ({ answer, said }) => [
    `The account or the key has no credit left (${answer})${said}`,
    `Top up the account, or raise the limit of the key, then run it again. ${NOT_BILLED}`,
  ],
  API_KEY_REFUSED: ({ status, host, answer, said }) => [
    `${host} refused the API key (${answer})${said}`,
    status === 403
      ? 'Check that the key in ONETOKEN_API_KEY may use this model, and that nothing between here and the API blocks the request.'
      : `Check ONETOKEN_API_KEY: it must be a valid key of ${host}, complete, and not expired.`,
  ],
  API_BAD_REQUEST: ({ host, status, topic, answer, said }) => [
    `${host} refused the request (${answer})${said}`,
    `${BAD_REQUEST_HINTS.get(topic === 'model' ? topic : status) ?? 'Correct what the API names.'} ${NOT_BILLED}`,
  ],
  API_RATE_LIMITED: ({ host, answer, said, tries, timeout, askedFor }) =>
    askedFor === undefined
      ? [
          `${host} takes no more requests for now (${answer}, asked ${times(tries)})${said}`,
          `${NOT_BILLED} Run it again later, or lower \`concurrency\` or \`requestsPerMinute\`.`,
        ]
      : [
          `${host} asks to wait for ${askedFor} (${answer}), longer than \`timeout\` (${timeout})${said}`,
          `${NOT_BILLED} Run it again after that time.`,
        ],
  RESULT_URL_REFUSED: ({ host, note }) => [
    `${host} rendered the picture, but gave an address that may not be opened. ${note}`,
    `It was most likely billed. Pictures are fetched over https from public addresses only, and otherwise from ${host} alone: correct the address in the settings of the relay, or let it send b64_json.`,
  ],
  POSSIBLY_BILLED: possiblyBilled,
}

const BAD_REQUEST_HINTS: ReadonlyMap<number | string | undefined, string> = new Map<
  number | string | undefined,
  string
>([
  ['model', 'Check `model`, and that the key may use it.'],
  [404, 'Check `model` and ONETOKEN_BASE_URL: one of them is not known there.'],
  [405, 'Check ONETOKEN_BASE_URL: it does not lead to the image API.'],
  [
    413,
    'The request is too large for the API, or for a proxy before it: use smaller input images, or fewer words.',
  ],
])

function unreachable({ kind, permanent, host, why, tries, timeout }: Told): Sentences {
  if (permanent) {
    return [
      `No connection to ${host} can be used (${why}).`,
      'Nothing was sent. Check ONETOKEN_BASE_URL, and the certificate of the server or of a proxy on the way.',
    ]
  }
  const reason = kind === 'timeout' ? `no connection within ${timeout}` : why
  return [
    `${host} could not be reached (${reason}); tried ${times(tries)}.`,
    'Nothing was sent, so nothing was billed. Check the network and ONETOKEN_BASE_URL, then run it again.',
  ]
}

function possiblyBilled(told: Told): Sentences {
  const { kind, status, requestId } = told
  const advice =
    kind === 'timeout'
      ? ' A lower `quality` answers sooner; `timeout` says how long to wait.'
      : status === 504 || status === 524
        ? ' A proxy before the API did not wait for the picture: a lower `quality` answers sooner.'
        : ''
  return [
    `${endSentence(ambiguous(told))} The picture may have been rendered and billed.`,
    `${lookFirst(requestId)}${advice}`,
  ]
}

function ambiguous({ kind, host, answer, said, note, why, timeout, largest }: Told): string {
  switch (kind) {
    case 'timeout':
      return `${host} did not finish its answer within ${timeout}.`
    case 'cut':
      return `The connection to ${host} ended before the answer was complete (${why}).`
    case 'oversize':
      return `The answer of ${host} is too large for images of up to ${largest} each.`
    case 'error':
      return `${host} answered ${answer} with an error${said}`
    case 'empty':
      return `${host} answered ${answer} with ${note}.`
    case 'lost':
      return `${host} answered ${answer}, but no image of it could be read. ${note}`
    default:
      return `${host} answered ${answer}${said}`
  }
}

function lookFirst(requestId: string | undefined): string {
  const id = requestId === undefined ? '' : ` for request ${requestId}`
  return `It is not asked for again by itself. Look at the usage log of the account${id} before you ask again.`
}

function endSentence(text: string): string {
  return /[.!?。！？…]$/.test(text) ? text : `${text}.`
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
