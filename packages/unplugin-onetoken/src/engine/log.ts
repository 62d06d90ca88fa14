/** Where messages for people go: the bundler's own logger, or the terminal. */
export interface Log {
  info(message: string): void
  warn(message: string): void
}
