/** Shows how far a run is. */
export interface Progress {
  /** A message for people, above the bar. */
  log(message: string): void
  /** One more is done. */
  advance(): void
  stop(): void
}

/** What a bar is drawn on. */
export interface Screen {
  write(text: string): unknown
  columns?: number | undefined
}

const WIDTH = 24
const TICK = 250

/** A terminal shows no more pictures a second than these many milliseconds leave room for. */
const FRAME = 40

/**
 * A bar on the last line of a terminal, with count and seconds; `verb` says what was done to those that are counted.
 * It reads no keys: Ctrl-C stays a signal, so that what is paid for can be awaited. `now` gives milliseconds.
 */
export function createBar(
  total: number,
  verb: string,
  screen: Screen,
  now: () => number = Date.now,
): Progress {
  const begun = now()
  let done = 0
  let drawn = 0
  const draw = (): void => {
    drawn = now()
    const filled = Math.min(WIDTH, Math.round((WIDTH * done) / total))
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`
    const line = `${bar} ${done}/${total} ${verb}, ${Math.round((now() - begun) / 1000)} s`
    screen.write(`\r\u001b[2K${line.slice(0, (screen.columns ?? 80) - 1)}`)
  }
  const timer = setInterval(draw, TICK)
  timer.unref()
  draw()
  return {
    log(message) {
      screen.write(`\r\u001b[2K${message}\n`)
      draw()
    },
    advance() {
      done += 1
      if (now() - drawn >= FRAME) draw()
    },
    stop() {
      clearInterval(timer)
      draw()
      screen.write('\n')
    },
  }
}
