import { blank, blocksOf, type Block } from './blocks.ts'

/** A piece of JavaScript or TypeScript in a source file. */
export interface Script {
  code: string
  /** Where it begins in the file. */
  offset: number
  /** Whether it may hold JSX. In TypeScript without it, `<T>` begins no element. */
  jsx: boolean
}

/** The scripts of a file. In pages and component files only what is script is read as such, not the template. */
export function scriptsOf(text: string, extension: string): Script[] {
  if (!['.vue', '.svelte', '.astro', '.html'].includes(extension)) {
    return [{ code: text, offset: 0, jsx: !['.ts', '.mts', '.cts'].includes(extension) }]
  }
  const front = extension === '.astro' ? frontOf(text) : undefined
  // Below the fence, not in it.
  const page = front === undefined ? text : blank(text.slice(0, front.end)) + text.slice(front.end)
  const blocks = [...blocksOf(page, extension)]
  const scripts = blocks.flatMap(({ name, attributes, content: { start, end } }) => {
    const jsx = /\blang=["']?[jt]sx\b/.test(attributes)
    return name === 'script' ? [{ code: text.slice(start, end), offset: start, jsx }] : []
  })
  const calls = ['.svelte', '.astro'].includes(extension) ? importCalls(without(page, blocks)) : []
  return [...(front === undefined ? [] : [front.script]), ...scripts, ...calls]
}

/** The fenced script of an Astro file: before it are at most comments. */
function frontOf(text: string): { script: Script; end: number } | undefined {
  let at = text.search(/\S/)
  while (text.startsWith('<!--', at)) {
    const close = text.indexOf('-->', at)
    if (close < 0) return undefined
    at = close + 3
    while (/\s/.test(text[at] ?? '')) at += 1
  }
  const fence = /(---[^\S\n]*\n)([^]*?)\n---/y
  fence.lastIndex = Math.max(0, at)
  const [, open = '', code = ''] = fence.exec(text) ?? []
  if (open === '') return undefined
  return { script: { code, offset: at + open.length, jsx: false }, end: fence.lastIndex }
}

/** The same text with spaces in the place of blocks. */
function without(text: string, blocks: readonly Block[]): string {
  let result = ''
  for (const { whole } of blocks)
    result += text.slice(result.length, whole.start) + blank(text.slice(whole.start, whole.end))
  return result + text.slice(result.length)
}

/** What may begin an import of ours in markup, and the braces around expressions. */
const IMPORT_CALL = /[{}]|(?<![.\w$])import\s*\(\s*(?=["'`](?:virtual:)?onetoken)/g

/** A string or a template, and what follows it. */
const LITERAL = /(?:"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'|`(?:\\[^]|[^`\\])*`)\s*[^]?/y

/** Imports in the expressions of markup. All else there is text, in which words and quotes mean nothing. */
function importCalls(markup: string): Script[] {
  const calls: Script[] = []
  let depth = 0
  const pattern = new RegExp(IMPORT_CALL)
  for (let match = pattern.exec(markup); match !== null; match = pattern.exec(markup)) {
    const [found] = match
    if (found === '{') depth += 1
    else if (found === '}') depth = Math.max(0, depth - 1)
    else {
      const literal = new RegExp(LITERAL)
      literal.lastIndex = pattern.lastIndex
      const [string] = literal.exec(markup) ?? []
      if (string === undefined) continue
      if (depth > 0) calls.push({ code: found + string, offset: match.index, jsx: false })
      // Braces in it are words, the one behind it is none.
      pattern.lastIndex = literal.lastIndex - 1
    }
  }
  return calls
}
