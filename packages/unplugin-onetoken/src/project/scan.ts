import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import glob from 'fast-glob'
import jsTokens, { type JSXToken, type Token } from 'js-tokens'
import type { Place } from '../errors.ts'

/** A reference in a source file. */
export interface FoundReference {
  specifier: string
  place: Place
}

/** What a scan of the sources found. */
export interface Scan {
  references: FoundReference[]
  /** Imports whose specifier is put together at run time: nobody can tell what they ask for. */
  unknown: Place[]
}

const SOURCES = '**/*.{js,jsx,ts,tsx,mjs,cjs,mts,cts,vue,svelte,astro}'
const IGNORED = ['**/node_modules/**', '**/dist/**', '**/build/**', '**/coverage/**', '**/.*/**', '**/*.d.ts']
const WORD = 'virtual:onetoken'

/** Find imports of pictures in the sources of a project. `ignore` are globs relative to the root. */
export async function scanSources(root: string, ignore: readonly string[]): Promise<Scan> {
  const files = await glob(SOURCES, {
    cwd: root,
    absolute: true,
    ignore: [...IGNORED, ...ignore],
    followSymbolicLinks: false,
  })
  const scan: Scan = { references: [], unknown: [] }
  for (const file of files.sort()) {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (!text.includes(WORD)) continue
    for (const { code, offset } of scripts(text, extname(file)))
      scanScript(code, offset, { file, text }, scan)
  }
  return scan
}

/** The scripts of a file; in component files only what is script is read as such. */
function scripts(text: string, extension: string): { code: string; offset: number }[] {
  if (!['.vue', '.svelte', '.astro'].includes(extension)) return [{ code: text, offset: 0 }]
  const blocks = [...text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/gi)].map((match) => ({
    code: match[1] ?? '',
    offset: match.index + match[0].indexOf('>') + 1,
  }))
  const front = extension === '.astro' ? /^---\r?\n([\s\S]*?)\r?\n---/.exec(text) : null
  return front === null ? blocks : [{ code: front[1] ?? '', offset: front[0].indexOf('\n') + 1 }, ...blocks]
}

function scanScript(
  code: string,
  start: number,
  { file, text }: { file: string; text: string },
  scan: Scan,
): void {
  let offset = start
  const before: string[] = []
  for (const token of jsTokens(code, { jsx: true })) {
    const place = (): Place => {
      const head = text.slice(0, offset + 1)
      return { file, line: head.split('\n').length, column: offset + 1 - head.lastIndexOf('\n') }
    }
    if (isImported(before)) {
      const specifier = literalOf(token)
      if (specifier?.startsWith(WORD) === true) scan.references.push({ specifier, place: place() })
      if (token.type === 'TemplateHead' && token.value.startsWith(`\`${WORD}`)) scan.unknown.push(place())
    }
    offset += token.value.length
    if (IGNORABLE.has(token.type)) continue
    before.push(token.value)
    if (before.length > 2) before.shift()
  }
}

const IGNORABLE = new Set<(Token | JSXToken)['type']>([
  'WhiteSpace',
  'LineTerminatorSequence',
  'MultiLineComment',
  'SingleLineComment',
])

/** `from '…'`, `import '…'`, `import('…')`. */
function isImported(before: readonly string[]): boolean {
  const [last, previous] = [before.at(-1), before.at(-2)]
  return last === 'from' || last === 'import' || (last === '(' && previous === 'import')
}

/** The string that a literal token stands for. */
function literalOf(token: Token | JSXToken): string | undefined {
  if (token.type !== 'StringLiteral' && token.type !== 'NoSubstitutionTemplate') return undefined
  return token.value
    .slice(1, -1)
    .replace(/\\(u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2})|\r\n|[^])/gi, unescape)
}

const SIMPLE: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  0: '\0',
  '\n': '',
  '\r\n': '',
}

function unescape(_: string, escape: string, braces?: string, four?: string, two?: string): string {
  const hex = braces ?? four ?? two
  if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
  return SIMPLE[escape] ?? escape
}
