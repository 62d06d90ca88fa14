import type { MockOptions } from './types.ts'

/** What an option may be, and in words. */
type Rule = readonly [isRight: (value: unknown) => boolean, expects: string]

const isNumber = (value: unknown, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): boolean =>
  typeof value === 'number' && value >= from && value <= to
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
const isOneOf = (...words: string[]): Rule => [
  (value) => words.includes(value as string),
  `one of ${words.join(', ')}`,
]

const RULES: Record<keyof MockOptions, Rule> = {
  port: [(value) => Number.isInteger(value) && isNumber(value, 0, 65_535), 'a whole number from 0 to 65535'],
  apiKeys: [isTexts, 'a list of keys'],
  models: [isTexts, 'a list of names of models'],
  latency: [
    (value) =>
      Array.isArray(value)
        ? value.length === 2 && value.every((one) => isNumber(one, 0))
        : isNumber(value, 0),
    'milliseconds, or [min, max]',
  ],
  seed: [(value) => isNumber(value), 'a number'],
  vary: [(value) => typeof value === 'boolean', 'true or false'],
  // Its names are checked where they are read.
  scenario: [
    (value) => ['string', 'function'].includes(typeof value) || (typeof value === 'object' && value !== null),
    'the name of a scenario, { name, … }, a list of these, or a function',
  ],
  credit: [(value) => isNumber(value), 'dollars'],
  style: isOneOf('scenic', 'flat'),
  inputs: isOneOf('openai', 'vendor'),
  onRequest: [(value) => typeof value === 'function', 'a function'],
}

/** Check the options of a mock: one that nobody knows would be without effect. Throws `TypeError`. */
export function checkOptions(options: object): void {
  const names = Object.keys(RULES)
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(RULES, name)) {
      throw new TypeError(`startMock() has no option "${name}". There are: ${names.join(', ')}`)
    }
    const [isRight, expects] = RULES[name as keyof MockOptions]
    if (value === undefined || isRight(value)) continue
    throw new TypeError(`"${name}" of startMock() cannot be ${shown(value)}: it must be ${expects}.`)
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
