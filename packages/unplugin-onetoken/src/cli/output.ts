import { describe, visibleJson, visibleLines } from '../engine/index.ts'
import type { OneTokenError } from '../errors.ts'
import { withPlace } from './hints.ts'
import { createBar, type Progress } from './progress.ts'

const writeResult = process.stdout.write.bind(process.stdout)

/** Keep standard output for results: what anything else prints there, such as a settings file, goes to standard error. */
export function keepOutputForResults(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr)
}

/**
 * Outlive readers that go away, as `head` and a closed terminal do: what is under way is paid for. `failed` is called
 * once, when results cannot be written for another reason, such as a full disk.
 */
export function outliveReaders(failed: (why: string) => void): void {
  let isTold = false
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    const isGone = code === 'EPIPE' || (code === 'EIO' && process.stdout.isTTY)
    if (isGone || isTold) return
    isTold = true
    failed(code ?? message)
  })
  // There is nobody left to tell.
  process.stderr.on('error', () => {})
}

let bar: Progress | undefined

/** A message as it is printed. Whoever wrote what it repeats, it steers no terminal and no log of CI. */
function shown(message: string): string {
  return visibleLines(withPlace(message))
}

/** Say something to people: on standard error, so that standard output stays for results; above a bar while there is one. */
export function say(message: string): void {
  const text = shown(message)
  if (bar === undefined) process.stderr.write(`${text}\n`)
  else bar.log(text)
}

/** Say what went wrong. Paths in it are relative to `root`. */
export function sayProblem(problem: OneTokenError, root?: string): void {
  say(describe(problem, root))
}

/** Print a line of a result. */
export function print(line: string): void {
  writeResult(`${shown(line)}\n`)
}

/** What is read by people also where machines read the rest. */
const FOR_PEOPLE = new Set(['hint', 'message', 'text', 'code', 'why'])

/** Print a value for machines. */
export function printJson(value: unknown): void {
  const placed = (name: string, one: unknown): unknown =>
    typeof one === 'string' && FOR_PEOPLE.has(name) ? withPlace(one) : one
  // A log of CI, or a terminal, may be where it ends up.
  writeResult(`${visibleJson(JSON.stringify(value, placed, 2))}\n`)
}

/** Show a bar until `stop`, as in `3/12 rendered`; what is said meanwhile stands above it. */
export function showBar(total: number, verb: string): Progress {
  const shown = createBar(total, verb, process.stderr)
  bar = shown
  return {
    ...shown,
    stop() {
      bar = undefined
      shown.stop()
    },
  }
}
