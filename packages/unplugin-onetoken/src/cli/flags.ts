import { resolve } from 'node:path'
import { didYouMean, quote } from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'

/** Flags of every command, as it gets them. */
export interface GlobalFlags {
  /** Absolute path of the project. */
  root: string
  /** Settings file, absolute. */
  config?: string | undefined
  json?: boolean | undefined
  noRemote?: boolean | undefined
}

interface Described {
  /** What it does, in one line of the help. */
  about: string
}

/** A flag that is there or not. */
export interface SwitchFlag extends Described {
  kind: 'switch'
}

/** A flag with words. */
export interface TextFlag extends Described {
  kind: 'text'
  /** What the help calls its value. */
  value: string
  /** Whether no words are an answer as well. */
  mayBeEmpty?: boolean
}

/** A flag that names a file or a folder; commands get the absolute path. */
export interface PathFlag extends Described {
  kind: 'path'
  value: 'file' | 'folder'
}

/** A flag with one of some words. */
export interface WordFlag<Word extends string = string> extends Described {
  kind: 'word'
  value: string
  words: readonly Word[]
}

/** A flag with a number that is not negative. */
export interface NumberFlag extends Described {
  kind: 'number'
  value: string
  example: string
  /** The highest whole number that it can be; without it any number will do. */
  mostWhole?: number
}

/** What a command may be given. */
export type Flag = SwitchFlag | TextFlag | PathFlag | WordFlag | NumberFlag

/** A flag as a command gets it. */
export type FlagValue = string | number | boolean

/** The flags of a command, one for each of its own in `Flags`, and of the kind that gives such values. */
export type FlagTable<Flags> = {
  [Name in Exclude<keyof Flags, keyof GlobalFlags> & string]: FlagOf<NonNullable<Flags[Name]>>
}

type FlagOf<Value> = [Value] extends [boolean]
  ? SwitchFlag
  : [Value] extends [number]
    ? NumberFlag
    : [Value] extends [string]
      ? string extends Value
        ? TextFlag | PathFlag
        : WordFlag<Value>
      : never

/** A flag as it is typed: `--max-cost` for `maxCost`. */
export function typedName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/**
 * The value of a flag from what stands behind it: undefined for nothing. Paths are relative to `folder`. Throws `USAGE`.
 */
export function flagValue(name: string, flag: Flag, text: string | undefined, folder: string): FlagValue {
  const typed = typedName(name)
  if (flag.kind === 'switch') {
    if (text === undefined) return true
    throw usage(`${typed} takes no value, and ${quote(text)} is given.`, `Write ${typed}, or leave it out.`)
  }
  if (text === undefined) {
    throw usage(`${typed} needs a value.`, `It is written ${typed} <${flag.value}>.`)
  }
  if (text === '' && (flag.kind !== 'text' || flag.mayBeEmpty !== true)) {
    throw usage(
      `The value of ${typed} is empty.`,
      'Where a variable stands there, it may not be set. Leave the option out, or give it a value.',
    )
  }
  if (flag.kind === 'path') return resolve(folder, text)
  if (flag.kind === 'word') return wordOf(typed, flag, text)
  return flag.kind === 'number' ? numberOf(typed, flag, text) : text
}

function wordOf(typed: string, { words }: WordFlag, text: string): string {
  if (words.includes(text)) return text
  throw usage(
    `${typed} cannot be ${quote(text)}${didYouMean(text, words) || '.'}`,
    `It is one of ${words.join(', ')}.`,
  )
}

function numberOf(typed: string, { example, mostWhole }: NumberFlag, text: string): number {
  const number = /^(?:\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN
  const isWhole = mostWhole === undefined || (Number.isInteger(number) && number <= mostWhole)
  if (Number.isFinite(number) && isWhole) return number
  const what = mostWhole === undefined ? 'a number from 0 up' : `a whole number from 0 to ${mostWhole}`
  throw usage(
    `${typed} cannot be ${quote(text)}: it must be ${what}, in digits.`,
    `As in ${typed} ${example}`,
  )
}

function usage(message: string, hint: string): OneTokenError {
  return new OneTokenError('USAGE', message, { hint })
}
