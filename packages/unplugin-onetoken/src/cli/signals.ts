import { isatty } from 'node:tty'

/** Exit status of a command that a signal has stopped. */
export const STATUS_OF = { SIGINT: 130, SIGHUP: 129, SIGTERM: 143 } as const

/** Ctrl-C, a closed terminal, and what ends a container or a job. */
export type StopSignal = keyof typeof STATUS_OF

export const STOP_SIGNALS = Object.keys(STATUS_OF) as StopSignal[]

/** Looked at when the command starts: a terminal that is closed is none any more. */
const isInTerminal = [0, 1, 2].some((stream) => isatty(stream))

/**
 * End now, as the status of a stopped command says, where Node would not do it: it aborts when it cannot reset the
 * terminal, which is gone after SIGHUP. Everything has to be done and written by then.
 */
export function endAsStopped(status: number): void {
  if (status === STATUS_OF.SIGHUP && isInTerminal && process.platform !== 'win32') {
    process.removeAllListeners('SIGHUP')
    process.kill(process.pid, 'SIGHUP')
  }
}

/** Milliseconds in which a signal may come twice: from the terminal, and once more from the shell or package manager. */
const ECHO = 300

/** Milliseconds between two looks at who started this process. */
const LOOK = 500

/**
 * Be told when npm (npx, a script of a package.json) has ended, which started this process: it does not hand on the
 * SIGTERM that it gets, and nobody could stop the command any more. Returns how to look no longer.
 */
function onLeftByNpm(left: () => void): () => void {
  const { ppid: parent, env } = process
  if (env['npm_command'] === undefined) return () => {}
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    left()
  }, LOOK)
  timer.unref()
  return () => clearInterval(timer)
}

/**
 * Listen to the signals that are to stop a command, in place of what they do otherwise: `stop` is called at the first,
 * `giveUp` at each later one. Returns how to listen no longer.
 */
export function onStopSignals(stop: (signal: StopSignal) => void, giveUp: () => void): () => void {
  let first: number | undefined
  const onSignal = (signal: StopSignal): void => {
    if (first === undefined) {
      first = performance.now()
      stop(signal)
    } else if (performance.now() - first > ECHO) giveUp()
  }
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal)
  const lookNoLonger = onLeftByNpm(() => {
    if (first === undefined) onSignal('SIGTERM')
  })
  return () => {
    lookNoLonger()
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal)
  }
}
