import { visible, visibleLines } from '../quote.ts'
import { base64Fragments, traceMasker } from './key-traces.ts'

/** Makes text and errors from outside fit to be shown: without the API key, without what steers a terminal or a CI log. */
export interface Cleaner {
  /** The text without the key and without parts of it, otherwise as it is. What no person would read is cut off. */
  redact(text: string): string
  /** One short line: no key, no control characters, no line breaks, no command of a CI system. */
  line(text: string, longest?: number): string
  /** A copy of an error, and of its causes, that holds no key and no object of a connection. */
  cause(error: unknown): Error | undefined
}

const MASK = '[key]'
const LONGEST_LINE = 300
// An answer may be as large as its pictures, and every letter of it is looked at.
const LONGEST_TEXT = 100_000
const DEEPEST_CAUSE = 5
// Shorter fragments would turn up in ordinary words.
const SHORTEST_FRAGMENT = 8

// Other people's keys are nobody's business either: some relays quote the key of their own upstream account.
const LIKE_A_KEY = /\bsk-[\w*.-]{8,}/gi

const ANSI_SEQUENCE = /\u001b\[[0-9;?]*[ -/]*[@-~]/g
// Zero-width and bidirectional characters can hide or reorder what is printed.
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu
const WHITE_SPACE = /[\s\u0085]+/g

/** A {@link Cleaner} for one API key. Without one it knows the keys of other people alone. */
export function createCleaner(key: string | undefined): Cleaner {
  const mask = key === undefined ? (text: string): string => text : masker(key)
  const redact = (text: string): string => mask(text.slice(0, LONGEST_TEXT))
  const redactAll = (text: string): string => redact(text).replace(LIKE_A_KEY, 'sk-…')
  return {
    redact,
    // Redaction comes after the removal of characters that could hide inside a key, and before anything is cut off,
    // which could leave half of one. What a mask has made a command of is none after that either.
    line: (text, longest = LONGEST_LINE) => visible(shorten(redactAll(onOneLine(text)), longest)),
    cause: (error) => copyError(error, (text) => visibleLines(redactAll(text)), 0),
  }
}

function masker(key: string): (text: string) => string {
  const written = new RegExp([inURLs(key), ...inBase64(key), ...inHex(key)].join('|'), 'gi')
  const maskTraces = traceMasker(key, MASK)
  // The whole key first, which may be shorter than a trace.
  return (text) => maskTraces(text.replace(written, MASK))
}

function onOneLine(text: string): string {
  return text.replace(ANSI_SEQUENCE, '').replace(WHITE_SPACE, ' ').replace(INVISIBLE, '').trim()
}

function shorten(text: string, longest: number): string {
  const letters = [...text.slice(0, 2 * longest + 2)]
  return letters.length <= longest ? letters.join('') : `${letters.slice(0, longest - 1).join('')}…`
}

/** Matches the key as it is and with any of its characters percent-encoded, even more than once. */
function inURLs(key: string): string {
  return [...key].map((letter) => `(?:${escape(letter)}|%(?:25)*${hex(letter)})`).join('')
}

function inBase64(key: string): string[] {
  return base64Fragments(key)
    .filter((fragment) => fragment.length >= SHORTEST_FRAGMENT)
    .map(escape)
}

function inHex(key: string): string[] {
  return key.length * 2 >= SHORTEST_FRAGMENT ? [hex(key)] : []
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex')
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

function copyError(error: unknown, redact: (text: string) => string, depth: number): Error | undefined {
  if (error === undefined || error === null || depth > DEEPEST_CAUSE) return undefined
  if (!(error instanceof Error)) return new Error(redact(String(error)))
  const { code, errors } = error as Error & { code?: unknown; errors?: unknown }
  const first = Array.isArray(errors) ? (errors[0] as unknown) : undefined
  const cause = copyError(error.cause ?? first, redact, depth + 1)
  const copy = new Error(redact(error.message), cause === undefined ? undefined : { cause })
  copy.name = redact(error.name)
  if (error.stack !== undefined) copy.stack = redact(error.stack)
  return typeof code === 'string' ? Object.assign(copy, { code: redact(code) }) : copy
}
