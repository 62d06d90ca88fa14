import { setTimeout as delay } from 'node:timers/promises'
import { OneTokenError } from '../errors.ts'
import type { ClientOptions } from './types.ts'

/** Options with everything filled in and checked. */
export interface ResolvedOptions {
  apiKey: string
  base: URL
  generations: URL
  edits: URL
  /** Milliseconds; never above {@link LONGEST_TIMER}. */
  timeout: number
  maxResends: number
  maxResultBytes: number
  random: () => number
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  now: () => number
}

const DEFAULT_BASE_URL = 'https://api.onetoken.one'
const DEFAULT_TIMEOUT = 600_000
const DEFAULT_RESENDS = 4
const DEFAULT_RESULT_BYTES = 64 * 1024 * 1024

/** The longest delay of a timer of Node, in milliseconds; a longer one fires at once. */
export const LONGEST_TIMER: number = 2 ** 31 - 1

/**
 * Check the options of a client and fill in the defaults.
 *
 * @throws {@link OneTokenError} `API_KEY_MISSING` or `SETTINGS_INVALID`; neither shows a value that can hold a secret.
 */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  const base = resolveBase(options.baseURL ?? DEFAULT_BASE_URL)
  const root = versionRoot(base)
  return {
    apiKey: resolveKey(options.apiKey),
    base,
    generations: new URL(`${root}/images/generations/`, base),
    edits: new URL(`${root}/images/edits/`, base),
    timeout: Math.min(atLeast('timeout', 1, options.timeout ?? DEFAULT_TIMEOUT), LONGEST_TIMER),
    maxResends: atLeast('maxResends', 0, options.maxResends ?? DEFAULT_RESENDS),
    maxResultBytes: atLeast('maxResultBytes', 1, options.maxResultBytes ?? DEFAULT_RESULT_BYTES),
    random: options.random ?? Math.random,
    sleep:
      options.sleep ??
      ((ms, signal) => delay(Math.min(ms, LONGEST_TIMER), undefined, signal === undefined ? {} : { signal })),
    now: options.now ?? Date.now,
  }
}

function resolveKey(apiKey: string): string {
  const key = apiKey.trim()
  if (key === '') {
    throw new OneTokenError('API_KEY_MISSING', 'There is no API key, so nothing can be rendered.', {
      hint: 'Set ONETOKEN_API_KEY in the environment or in .env.local.',
    })
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw invalid(
      'The API key holds white space or other characters that no key has.',
      'Copy the key again into ONETOKEN_API_KEY: only the key, on one line, without quotation marks around it.',
    )
  }
  return key
}

/**
 * The base URL as the client takes it.
 *
 * @throws {@link OneTokenError} `SETTINGS_INVALID`; it shows nothing of the URL.
 */
export function resolveBase(text: string): URL {
  const example = 'Set ONETOKEN_BASE_URL to an address such as https://api.onetoken.one, or leave it out.'
  if (!URL.canParse(text.trim())) throw invalid('The base URL of the API is not a URL.', example)
  const base = new URL(text.trim())
  if (base.protocol !== 'https:' && base.protocol !== 'http:') {
    throw invalid('The base URL of the API does not start with https:// or http://.', example)
  }
  if (base.username !== '' || base.password !== '') {
    throw invalid(
      'The base URL of the API holds a user name or a password.',
      'Take it out of the URL: the API is opened by ONETOKEN_API_KEY alone.',
    )
  }
  if (base.search !== '' || base.hash !== '') {
    throw invalid('The base URL of the API has a `?` or a `#` part.', example)
  }
  return base
}

/** The path that the endpoints hang below, whether or not the user wrote the version, or even an endpoint. */
function versionRoot(base: URL): string {
  const path = base.pathname.replace(/\/+$/, '').replace(/\/images(?:\/(?:generations|edits))?$/, '')
  return /\/v\d+$/.test(path) ? path : `${path}/v1`
}

function atLeast(name: string, least: number, value: number): number {
  if (typeof value === 'number' && value >= least) return value
  throw invalid(
    `\`${name}\` is ${String(value)}, but must be a number of at least ${least}.`,
    `Correct \`${name}\`, or leave it out for the default.`,
  )
}

function invalid(message: string, hint: string): OneTokenError {
  return new OneTokenError('SETTINGS_INVALID', message, { hint })
}
