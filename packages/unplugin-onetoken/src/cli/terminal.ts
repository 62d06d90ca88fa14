import { resolve } from 'node:path'
import { createBar, type Progress } from './progress.ts'
import { createEngine, visible, type Engine, type EngineOptions } from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'

/** Flags of every command. */
export interface GlobalFlags {
  cwd?: string
  config?: string
  json?: boolean
  /** False for `--no-remote`. */
  remote?: boolean
}

/** Say something to people: on standard error, so that standard output stays for results; above a bar while there is one. */
export function say(message: string): void {
  if (bar === undefined) process.stderr.write(`${message}\n`)
  else bar.log(message)
}

let bar: Progress | undefined

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

/** How commands look at a project. */
export function commandOptions({ cwd, config, remote }: GlobalFlags): EngineOptions {
  return {
    root: resolve(cwd ?? '.'),
    config,
    remote,
    mode: 'production',
    purpose: 'command',
    env: process.env,
    log: { info: say, warn: say },
  }
}

/** The engine for a command. */
export function commandEngine(flags: GlobalFlags): Engine {
  return createEngine(commandOptions(flags))
}

/** Print a line of a result. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Print a value for machines. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/** Whether a person sits at the terminal, to be asked and to be shown a bar. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY && process.env['CI'] === undefined
}

/** Ask a person who sits at the terminal; silence is no. */
export async function agrees(message: string): Promise<boolean> {
  // Loaded when there is somebody to ask.
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message, initialValue: false, output: process.stderr })
  return !isCancel(answer) && answer
}

/** Rows with aligned columns; the last one is as long as it is. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const clean = rows.map((row) => row.map(visible))
  const widths = (clean[0] ?? []).map((_, column) =>
    Math.max(...clean.map((row) => row[column]?.length ?? 0)),
  )
  return clean.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

/** A flag that is a number. Throws `USAGE`. */
export function numberFlag(name: string, value: unknown, least = 0): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  if (typeof value !== 'boolean' && Number.isFinite(number) && number >= least) return number
  throw new OneTokenError(
    'USAGE',
    `--${name} cannot be ${JSON.stringify(value)}: it must be a number from ${least} up.`,
  )
}
