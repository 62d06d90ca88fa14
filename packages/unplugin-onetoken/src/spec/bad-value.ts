import { OneTokenError } from '../errors.ts'
import { didYouMean, nearest } from './nearest.ts'
import { show, visible } from './text.ts'

/** What a value must be, in words. */
export interface Expectation {
  /** Follows "must be". */
  expects: string
  /** The words to choose from, where there is such a list. */
  words?: readonly string[]
  /** Any text will do, up to this many characters. */
  anyText?: number
  /** A mapping to text. */
  texts?: boolean
}

/** What to do about a value that should be text, when that was forgotten; undefined for one that is none. */
function quotesHint(name: string, value: unknown): string | undefined {
  if (typeof value !== 'number' && typeof value !== 'boolean') return undefined
  return `In YAML, text that reads as a ${typeof value} goes in quotes: ${visible(name)}: "${value}"`
}

/** The same for the first such member of a mapping. */
function unquotedMember(value: unknown, { texts }: Expectation): string | undefined {
  if (texts !== true || value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  const hints = Object.entries(value).map(([name, member]) => quotesHint(name, member))
  return hints.find((hint) => hint !== undefined)
}

/** The error for a value that a parameter cannot have. `value` is shown as it was written. */
export function badValue(name: string, value: unknown, expectation: Expectation): OneTokenError {
  const reason =
    unsendable(value, expectation) ?? `it must be ${expectation.expects}${suggestion(value, expectation)}`
  const hint =
    expectation.anyText === undefined ? unquotedMember(value, expectation) : quotesHint(name, value)
  return new OneTokenError('BAD_VALUE', `"${name}" cannot be ${show(value)}: ${reason}`, { hint })
}

/** What is wrong with a text that looks right. */
function unsendable(value: unknown, { anyText }: Expectation): string | undefined {
  if (typeof value !== 'string') return undefined
  if (!value.isWellFormed()) return 'it holds half of a character (a lone surrogate), which cannot be sent.'
  if (anyText === undefined || value.length <= anyText) return undefined
  return `it has ${count(value.length)} characters, and at most ${count(anyText)} are allowed.`
}

/** The end of the sentence: the word that was meant, where one is near. */
function suggestion(value: unknown, { words }: Expectation): string {
  if (words === undefined) return '.'
  const given = [typeof value === 'string' ? value.split(';') : value].flat()
  for (const word of given) {
    if (typeof word !== 'string' || words.includes(word.trim())) continue
    if (nearest(word, words) !== undefined) return didYouMean(word, words)
  }
  return '.'
}

/** 32000 as `32,000`. */
export function count(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',')
}
