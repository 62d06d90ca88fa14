import type { Key } from 'node:readline'
import { visibleLines } from '../engine/index.ts'
import { say } from './output.ts'

/** A question to the person at the terminal. */
export interface Question {
  message: string
  /** What it means not to answer, as in `Nothing was spent.` */
  otherwise: string
}

/** Somebody pressed Ctrl-C at a question. */
export class Interrupted extends Error {}

/** Ask for a yes; silence, Ctrl-D and Escape are no, and that is said. Throws {@link Interrupted}. */
export async function agrees({ message, otherwise }: Question): Promise<boolean> {
  // Loaded when there is somebody to ask.
  const { confirm } = await import('@clack/prompts')
  const answer = await answerTo<boolean>(otherwise, ({ output, signal }) =>
    confirm({ message: visibleLines(message), initialValue: false, output, signal }),
  )
  if (answer === false) say(otherwise)
  return answer === true
}

/** Let the person choose; undefined for one who does not, which is said. Throws {@link Interrupted}. */
export async function choose<Value extends string>(
  { message, otherwise }: Question,
  options: readonly { value: Value; label: string; hint?: string }[],
): Promise<Value | undefined> {
  const { select } = await import('@clack/prompts')
  const all: { value: string; label: string; hint?: string }[] = [...options]
  const answer = await answerTo<string>(otherwise, ({ output, signal }) =>
    select<string>({ message, options: all, output, signal }),
  )
  return options.find(({ value }) => value === answer)?.value
}

/**
 * Ask for a text; `mistake` says what is wrong with one. Undefined for a person who gives none, which is said. Throws
 * {@link Interrupted}.
 */
export async function askFor(
  { message, otherwise }: Question,
  placeholder: string,
  mistake: (answer: string) => string | undefined,
): Promise<string | undefined> {
  const { text } = await import('@clack/prompts')
  const validate = (answer: string | undefined): string | undefined => mistake(answer ?? '')
  return await answerTo<string>(otherwise, ({ output, signal }) =>
    text({ message, placeholder, validate, output, signal }),
  )
}

/** What a question of `@clack/prompts` is asked with. */
interface Manner {
  output: NodeJS.WriteStream
  signal: AbortSignal
}

/** The answer; undefined at Escape and at the end of the input, which `@clack/prompts` does not look for. */
async function answerTo<Value>(
  otherwise: string,
  ask: (manner: Manner) => Promise<Value | symbol>,
): Promise<Value | undefined> {
  const { stdin: input, stderr: output } = process
  const ended = new AbortController()
  let isInterrupted = false
  const onKey = (_: unknown, { ctrl, name }: Key): void => {
    if (ctrl === true && name === 'c') isInterrupted = true
    // The terminal does not end its input by itself while keys are read one by one.
    if (ctrl === true && name === 'd') ended.abort()
  }
  const onEnd = (): void => ended.abort()
  input.on('keypress', onKey)
  input.once('end', onEnd)
  try {
    const answer = await ask({ output, signal: ended.signal })
    if (typeof answer !== 'symbol') return answer
    say(otherwise)
    if (isInterrupted) throw new Interrupted(otherwise)
    return undefined
  } finally {
    input.off('keypress', onKey)
    input.off('end', onEnd)
  }
}
