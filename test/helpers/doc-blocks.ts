import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** A block of code in a page of the documentation. */
export interface DocBlock {
  /** The file that it is taken from, relative to the root; undefined when the page names none. */
  source: string | undefined
  code: string
}

/** The blocks of JavaScript and TypeScript in a page, each with the file that a comment above it names. */
export async function docBlocks(page: string): Promise<DocBlock[]> {
  const text = await readFile(fileURLToPath(new URL(`../../${page}`, import.meta.url)), 'utf8')
  const blocks = text.matchAll(/(?:<!-- (\S+) -->\n\n)?```(?:js|ts|tsx|jsx)\n(.*?)```/gs)
  return [...blocks].map(([, source, code = '']) => ({ source, code }))
}
