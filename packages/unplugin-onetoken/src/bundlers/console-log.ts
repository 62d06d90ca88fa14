import type { Log } from '../engine/index.ts'

/** For bundlers without a logger that a plugin can use. */
export const consoleLog: Log = {
  info: (message) => console.info(`onetoken: ${message}`),
  warn: (message) => console.warn(`onetoken: ${message}`),
}
