type Values = Readonly<Record<string, string | undefined>>

const REFERENCE = /\\?\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g

/**
 * The value that `name` has in `.env` files, as Vite reads it: `$OTHER`, `${OTHER}` and `${OTHER:-default}` stand for
 * other values, those of the process first; `\$` is the sign itself.
 */
export function expandValue(name: string, files: Values, processEnv: Values): string | undefined {
  const value = files[name]
  return value === undefined ? undefined : expand(value, files, processEnv, [name])
}

/** `within` are the names under way: what refers to itself is empty. */
function expand(text: string, files: Values, processEnv: Values, within: readonly string[]): string {
  return text.replace(REFERENCE, (all: string, braced?: string, fallback?: string, bare?: string) => {
    if (all.startsWith('\\')) return all.slice(1)
    const name = braced ?? bare ?? ''
    if (within.includes(name)) return ''
    const found = processEnv[name] ?? expand(files[name] ?? '', files, processEnv, [...within, name])
    return found === '' ? expand(fallback ?? '', files, processEnv, within) : found
  })
}
