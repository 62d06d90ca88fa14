/** A piece of JavaScript or TypeScript in a source file. */
export interface Script {
  code: string
  /** Where it begins in the file. */
  offset: number
  /** Whether it may hold JSX. In TypeScript without it, `<T>` begins no element. */
  jsx: boolean
}

/** A comment hides the scripts in it, a script the comments. Attributes may hold a `>`: `generic="T extends Set<U>"`. */
const SCRIPT = /<!--[\s\S]*?-->|(<script\b((?:"[^"]*"|'[^']*'|[^>"'])*)>)([\s\S]*?)<\/script\s*>/gi

/** The fence of an Astro file. */
const FRONT = /^(\ufeff?\s*---[^\S\n]*\n)([\s\S]*?)\n---/

/** The scripts of a file. In pages and component files only what is script is read as such, not the template. */
export function scriptsOf(text: string, extension: string): Script[] {
  if (!['.vue', '.svelte', '.astro', '.html'].includes(extension)) {
    return [{ code: text, offset: 0, jsx: !['.ts', '.mts', '.cts'].includes(extension) }]
  }
  const front = extension === '.astro' ? FRONT.exec(text) : null
  const scripts = [...text.matchAll(SCRIPT)].flatMap(({ index, 1: tag, 2: attributes = '', 3: code }) => {
    // Below the fence, not in it.
    if (tag === undefined || code === undefined || index < (front?.[0].length ?? 0)) return []
    return [{ code, offset: index + tag.length, jsx: /\blang=["']?[jt]sx\b/.test(attributes) }]
  })
  if (front === null) return scripts
  const [, fence = '', code = ''] = front
  return [{ code, offset: fence.length, jsx: false }, ...scripts]
}
