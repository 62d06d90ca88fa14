import { setTimeout as delay } from 'node:timers/promises'
import { OneTokenError } from '../errors.ts'
import { quote } from '../quote.ts'
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

/** What `typeof` says of each option. */
const FORMS = {
  apiKey: 'string',
  baseURL: 'string',
  timeout: 'number',
  maxResends: 'number',
  maxResultBytes: 'number',
  random: 'function',
  sleep: 'function',
  now: 'function',
} as const satisfies Record<keyof ClientOptions, string>

/** Those that replace what the process has; for tests. */
const HOOKS: readonly string[] = ['random', 'sleep', 'now']

const OPTION_NAMES = Object.keys(FORMS).filter((name) => !HOOKS.includes(name))

/** The longest delay of a timer of Node, in milliseconds; a longer one fires at once. */
export const LONGEST_TIMER: number = 2 ** 31 - 1

/**
 * Check the options of a client and fill in the defaults.
 *
 * @throws {@link OneTokenError} `API_KEY_MISSING` or `SETTINGS_INVALID`; neither shows a value that can hold a secret.
 */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  checkForm(options)
  const base = resolveBase(options.baseURL ?? DEFAULT_BASE_URL, BY_OPTION)
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

/** An option that nobody knows would be without effect: a `baseUrl` would have the key sent elsewhere than was meant. */
function checkForm(options: unknown): void {
  const hint = `The options are ${OPTION_NAMES.join(', ')}.`
  if (typeof options !== 'object' || options === null) {
    throw invalid('The options of createClient() are not an object.', hint)
  }
  for (const [name, value] of Object.entries(options)) {
    const form = Object.hasOwn(FORMS, name) ? FORMS[name as keyof ClientOptions] : undefined
    if (form === undefined) {
      const near = OPTION_NAMES.find((one) => lettersOf(one) === lettersOf(name))
      const meant = near === undefined ? '.' : `; did you mean ${quote(near)}?`
      throw invalid(`createClient() has no option ${quote(name)}${meant}`, hint)
    }
    if (value === undefined || typeof value === form) continue
    throw invalid(
      `\`${name}\` must be a ${form}, and is of the type ${value === null ? 'null' : typeof value}.`,
      hint,
    )
  }
}

/** What `baseUrl`, `base_url` and `baseURL` have in common. */
function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[-_\s]/g, '')
}

function resolveKey(apiKey: string | undefined): string {
  const key = apiKey?.trim() ?? ''
  if (key === '') {
    throw new OneTokenError('API_KEY_MISSING', 'There is no API key, so nothing can be rendered.', {
      hint: 'createClient() reads neither the environment nor .env files. Give it the key, as in: createClient({ apiKey: process.env.ONETOKEN_API_KEY }), where that is set, as by: node --env-file=.env.local script.mjs',
    })
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw invalid(
      'The API key holds white space or other characters that no key has.',
      'Copy it again: only the key, on one line, without quotation marks around it.',
    )
  }
  return key
}

/** What is said of a base URL that the environment has. */
const BY_ENVIRONMENT =
  'Set ONETOKEN_BASE_URL to an address such as https://api.onetoken.one, or leave it out.'
const BY_OPTION = 'Give `baseURL` an address such as https://api.onetoken.one, or leave it out.'

/**
 * The base URL as the client takes it. `example` is what to do about one that cannot be used.
 *
 * @throws {@link OneTokenError} `SETTINGS_INVALID`; it shows nothing of the URL.
 */
export function resolveBase(text: string, example: string = BY_ENVIRONMENT): URL {
  if (!URL.canParse(text.trim())) throw invalid('The base URL of the API is not a URL.', example)
  const base = new URL(text.trim())
  if (base.protocol !== 'https:' && base.protocol !== 'http:') {
    throw invalid('The base URL of the API does not start with https:// or http://.', example)
  }
  if (base.username !== '' || base.password !== '') {
    throw invalid(
      'The base URL of the API holds a user name or a password.',
      'Take it out of the URL: the API is opened by the key alone.',
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
