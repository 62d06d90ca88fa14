import { spawn } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { cleanEnv } from './install.ts'
import { kill } from './kill.ts'
import { ONETOKEN, type Site } from './site.ts'

/** A command that runs in a terminal, as somebody sees it. */
export interface Terminal {
  /** Type keys; `\u0003` is Ctrl-C. */
  type(keys: string): void
  /** All that was written to the terminal, with what steers it. */
  written(): string
  /** The lines as they stand there now, from the first one. */
  lines(): string[]
  /** Wait until something was written; rejects when the command ends before. */
  until(pattern: RegExp): Promise<void>
  /** Close the window. */
  close(): void
  /** The exit status. */
  ended: Promise<number | null>
}

const COLUMNS = 100

/**
 * Run `onetoken` with these arguments in a terminal of 100 columns. The exit status goes into the file `status` of the
 * site, if that is asked for: nobody else learns it of a command whose terminal is closed.
 */
export function openTerminal(
  site: Site,
  args: readonly string[],
  env: Record<string, string>,
  { keepStatus = false }: { keepStatus?: boolean } = {},
): Terminal {
  const quoted = [process.execPath, site.installed(ONETOKEN), ...args].map((word) => `'${word}'`).join(' ')
  // Only the first process of a terminal is told that it was closed. What interrupts `wait` is no status yet.
  const hangUp = `trap 'kill -HUP $!' HUP; wait $!; wait $!; echo $? > status`
  const run = keepStatus ? `${quoted} < /dev/tty & ${hangUp}` : `exec ${quoted}`
  const command = `stty cols ${COLUMNS} rows 40; ${run}`
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: site.folder,
    env: { ...cleanEnv(), TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => kill(child))
  let text = ''
  let isOver = false
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more
    tell()
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  void ended.then(() => {
    isOver = true
    tell()
  })
  return {
    type: (keys) => void child.stdin.write(keys),
    close: () => void child.kill('SIGKILL'),
    written: () => text,
    lines: () => screen(text),
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const isThere = pattern.test(text)
          if (!isThere && !isOver) return
          listeners.delete(look)
          if (isThere) resolve()
          else reject(new Error(`The command ended before ${String(pattern)}:\n${text}`))
        }
        listeners.add(look)
        look()
      }),
    ended,
  }
}

// oxlint-disable-next-line no-control-regex -- what steers a terminal
const PIECES = /\u001b\[[0-9;?]*[A-Za-z]|\u001b.|[\s\S]/gu

/** What a terminal shows that knows the beginning of a line, line feeds, and how a line is cleared. */
function screen(text: string): string[] {
  const lines: string[][] = [[]]
  let row = 0
  let column = 0
  for (const [piece] of text.matchAll(PIECES)) {
    if (piece === '\r') column = 0
    else if (piece === '\n') {
      row += 1
      lines[row] ??= []
    } else if (piece === '\u001b[2K') lines[row] = []
    else if (!piece.startsWith('\u001b')) {
      const line = (lines[row] ??= [])
      while (line.length < column) line.push(' ')
      line[column] = piece
      column += 1
    }
  }
  return lines.map((line) => line.join('').trimEnd())
}
