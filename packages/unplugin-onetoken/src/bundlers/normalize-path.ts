/** A path as bundlers write it: with `/` on every system. */
export function normalizePath(path: string): string {
  return path.replaceAll('\\', '/')
}
