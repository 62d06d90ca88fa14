/** What a failure says, on one line and without its full stop, to be put into a sentence. */
export function reason(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  return text.replace(/\s+/g, ' ').trim().replace(/\.$/, '')
}
