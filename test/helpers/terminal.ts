import { spawn } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { cleanEnv } from './install.ts'
import { ONETOKEN, type Site } from './site.ts'

/** A command that runs in a terminal, as somebody sees it. */
export interface Terminal {
  /** Type keys; `\u0003` is Ctrl-C. */
  type(keys: string): void
  /** All that was written to the terminal, with what steers it. */
  written(): string
  /** The lines as they stand there now, from the first one. */
  lines(): string[]
  /** Wait until something was written. */
  until(pattern: RegExp): Promise<void>
  /** The exit status. */
  ended: Promise<number | null>
}

const COLUMNS = 100

/** Run `onetoken` with these arguments in a terminal of 100 columns. */
export function openTerminal(site: Site, args: readonly string[], env: Record<string, string>): Terminal {
  const quoted = [process.execPath, site.installed(ONETOKEN), ...args].map((word) => `'${word}'`)
  const command = `stty cols ${COLUMNS} rows 40; exec ${quoted.join(' ')}`
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: site.folder,
    env: { ...cleanEnv(), TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  const listeners = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more
    for (const listener of listeners) listener()
  })
  return {
    type: (keys) => void child.stdin.write(keys),
    written: () => text,
    lines: () => screen(text),
    until: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!pattern.test(text)) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        look()
      }),
    ended: new Promise((resolve) => child.on('close', resolve)),
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
