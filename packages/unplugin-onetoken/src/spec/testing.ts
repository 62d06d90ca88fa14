import { asOneTokenError, OneTokenError } from '../errors.ts'
import { parseReference } from './reference.ts'
import type { Parameters } from './types.ts'

/** An error as a person gets it: code and place, message, hint. Any error that is not ours is thrown on. */
export function told(work: () => unknown): string {
  try {
    work()
  } catch (thrown) {
    return tellError(thrown)
  }
  throw new Error('Nothing was thrown')
}

/** The same for work that takes its time. */
export async function toldBy(work: Promise<unknown>): Promise<string> {
  const thrown = await work.then(
    () => new Error('Nothing was thrown'),
    (error: unknown) => error,
  )
  return tellError(thrown)
}

/** Code, line and column, message and hint of an error of ours; any other is thrown on. */
export function tellError(thrown: unknown): string {
  const error = asOneTokenError(thrown)
  if (error === undefined) throw thrown
  const { code, place, message, hint } = error
  const where =
    place === undefined
      ? ''
      : ` ${place.file}${place.line === undefined ? '' : `:${place.line}:${place.column}`}`
  return `${code}${where}\n${message}${hint === undefined ? '' : `\n> ${hint}`}`
}

/** Whether some work throws an error of ours, or none; any other error is thrown on. */
export function isRefused(work: () => unknown): boolean {
  try {
    work()
    return false
  } catch (thrown) {
    if (thrown instanceof OneTokenError) return true
    throw thrown
  }
}

/** The parameters of an inline import. */
export function inline(query: string): Parameters {
  const reference = parseReference(`virtual:onetoken?${query}`)
  if (reference.kind !== 'inline') throw new Error('not an inline reference')
  return reference.parameters
}

/** Escape a value so that a query gives it back: `%`, `&` and, for an item of a list, `;`. */
export function encodeQueryValue(value: string, inList = false): string {
  const escaped = value.replaceAll('%', '%25').replaceAll('&', '%26')
  return inList ? escaped.replaceAll(';', '%3B') : escaped
}

/**
 * How much more work sixteen times as much is, by the time of the processor, of which other processes take none: up to 16
 * where it grows with its input, far more where it grows with the square of it. What takes a moment counts as {@link MOMENT},
 * as it says nothing.
 */
export async function growthOf(work: (size: number) => unknown, most: number): Promise<number> {
  const few = Math.round(most / 16)
  // What is compiled on its first use is no part of it.
  await work(few)
  let least = Infinity
  // Once more, as what tidies up memory takes its time when it likes.
  for (let round = 0; round < 2 && least > LINEAR; round++) {
    const short = await timeOf(() => work(few))
    const long = await timeOf(() => work(most))
    least = Math.min(least, (long + MOMENT) / (short + MOMENT))
  }
  return least
}

/** Milliseconds. */
const MOMENT = 20

/** Far more than the 16 of work that grows with its input, and far less than the 256 of work that grows with its square. */
export const LINEAR = 40

/** Milliseconds of the processor. */
async function timeOf(work: () => unknown): Promise<number> {
  const begun = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1000
}
