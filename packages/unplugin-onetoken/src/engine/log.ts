import { visibleLines } from '../spec/text.ts'

/** Where messages for people go: the bundler's own logger, or the terminal. */
export interface Log {
  info(message: string): void
  warn(message: string): void
}

/** A log in which nothing steers a terminal or a log of CI, whoever wrote what messages repeat. */
export function visibleLog(log: Log): Log {
  return {
    info: (message) => log.info(visibleLines(message)),
    warn: (message) => log.warn(visibleLines(message)),
  }
}
