import { type AnswerHeaders, headerOf } from './headers.ts'

const SECONDS = /^[+-]?\d+(?:\.\d+)?(?:e\+?\d+)?$/i
// Date.parse makes a year of nearly anything, "soon 1" included; only the forms of RFC 9110 may come to it.
const HTTP_DATE = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d\d:\d\d:\d\d/i

/**
 * The wait that an answer asks for.
 *
 * @param now Milliseconds since the epoch, for an HTTP date.
 * @returns Milliseconds: 0 for "now" and for a date that is past, `undefined` when nothing sensible is asked. Never
 * negative, always finite, possibly longer than any timer can run.
 */
export function readRetryAfter(headers: AnswerHeaders, now: number): number | undefined {
  const ms = readNumber(headerOf(headers, 'retry-after-ms'))
  if (ms !== undefined) return ms
  const text = headerOf(headers, 'retry-after')
  const seconds = readNumber(text)
  if (seconds !== undefined) return Number.isFinite(seconds * 1000) ? seconds * 1000 : undefined
  return text !== undefined && HTTP_DATE.test(text) ? untilDate(text, now) : undefined
}

/** The header `x-should-retry`, with which a server says outright whether to come back. */
export function readShouldRetry(headers: AnswerHeaders): boolean | undefined {
  const text = headerOf(headers, 'x-should-retry')?.toLowerCase()
  return text === 'true' ? true : text === 'false' ? false : undefined
}

function readNumber(text: string | undefined): number | undefined {
  if (text === undefined || !SECONDS.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}

function untilDate(text: string, now: number): number | undefined {
  // The oldest of the three forms names no zone; all of them are in GMT.
  const date = Date.parse(/gmt|utc|[+-]\d{4}$/i.test(text) ? text : `${text} GMT`)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
