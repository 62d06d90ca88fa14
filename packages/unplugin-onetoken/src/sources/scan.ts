import { extname } from 'node:path'
import glob from 'fast-glob'
import type { OneTokenError, Place } from '../errors.ts'
import { placesOf } from '../spec/places-of.ts'
import { IMPORTED_URL, SPECIFIER } from '../spec/reference.ts'
import type { HtmlReference } from './html-references.ts'
import { scriptURLs } from './script-urls.ts'
import { scriptsOf } from './scripts.ts'
import { NO_SOURCES, readSources, SOURCES, STYLED } from './source-files.ts'
import { stylesOf } from './styles.ts'
import { tokensOf, type PlacedToken } from './tokens.ts'
import { templateAsPage } from './vue-elements.ts'

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
  /** Files and folders that could not be read, which may ask for pictures as well. */
  unread: OneTokenError[]
}

const WORD = 'virtual:onetoken'
/** Only types come from there: `import('virtual:onetoken?').OneTokenImage`, `import { type OneTokenImage } from`. */
const TYPES = `${WORD}?`

/**
 * Find imports of pictures, and their URLs in pages and style sheets, in the sources of a project. `ignore` are folders,
 * relative to the root and with `/`.
 */
export async function scanSources(root: string, ignore: readonly string[]): Promise<Scan> {
  const scan: Scan = { references: [], unknown: [], unread: [] }
  const sources = readSources({
    folder: root,
    glob: SOURCES,
    ignore: [...NO_SOURCES, ...ignore.map((folder) => `${glob.escapePath(folder)}/**`)],
    unread: (problem) => scan.unread.push(problem),
  })
  for await (const { file, text } of sources) {
    if (!/onetoken/i.test(text)) continue
    const found = [...scriptReferences(text, file), ...(await otherReferences(text, file))]
    const placeOf = placesOf(text, file)
    for (const { specifier, offset } of found.sort((a, b) => a.offset - b.offset)) {
      if (specifier === undefined) scan.unknown.push(placeOf(offset))
      else scan.references.push({ specifier, place: placeOf(offset) })
    }
  }
  return scan
}

/**
 * The file of each reference of a style sheet in these folders, wherever in them it lies but in a package. One that cannot
 * be read names none: a build cannot read it either.
 */
export async function scanStyles(folders: readonly string[]): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const folder of folders) {
    const ignore = ['**/node_modules/**', '**/.*/**']
    for await (const { file, text } of readSources({ folder, glob: STYLED, ignore })) {
      for (const { specifier } of await styleReferences(text, file))
        if (!files.has(specifier)) files.set(specifier, file)
    }
  }
  return files
}

/** A reference in a file. */
interface Found {
  /** Undefined when it is put together at run time. */
  specifier: string | undefined
  /** Where its words begin. */
  offset: number
}

function scriptReferences(text: string, file: string): Found[] {
  const urls = /\bnew\s+URL\s*\(/.test(text) ? scriptURLs(text, file) : []
  // Behind its quote.
  return [
    ...importReferences(text, file),
    ...urls.map(({ specifier, start }) => ({ specifier, offset: start + 1 })),
  ]
}

function importReferences(text: string, file: string): Found[] {
  if (!text.includes('onetoken:') && !text.includes(WORD)) return []
  return scriptsOf(text, extname(file)).flatMap((script) =>
    importsOf(tokensOf(script)).map(({ token, complete }) => ({
      specifier: complete ? (token.text ?? '') : undefined,
      offset: token.offset + 1,
    })),
  )
}

/** The tokenizer is loaded when a style sheet may name a picture. */
async function styleReferences(text: string, file: string): Promise<(Found & { specifier: string })[]> {
  if (!/onetoken/i.test(text)) return []
  const { cssReferences } = await import('./css-references.ts')
  return stylesOf(text, extname(file)).flatMap(({ css, offset, dialect }) =>
    cssReferences(css, dialect).map(({ specifier, ...one }) => ({ specifier, offset: offset + one.offset })),
  )
}

/** Of style sheets and pages. The parser is loaded when there are any. */
async function otherReferences(text: string, file: string): Promise<Found[]> {
  const found: Found[] = await styleReferences(text, file)
  if (!['.html', '.vue'].includes(extname(file))) return found
  const { htmlReferences } = await import('./html-references.ts')
  const page = extname(file) === '.vue' ? templateAsPage(text) : text
  for (const reference of htmlReferences(page).references) found.push(...(await pageReferences(reference)))
  return found
}

async function pageReferences(reference: HtmlReference): Promise<Found[]> {
  if (reference.kind === 'style') {
    const { cssReferences } = await import('./css-references.ts')
    const { css, offset, exact } = reference
    return cssReferences(css).map((one) => ({ ...one, offset: exact ? offset + one.offset : offset }))
  }
  // What cannot be read is told by the build.
  if (reference.kind === 'unread') return []
  if (reference.kind === 'srcset') return reference.candidates.filter(({ cutOff }) => cutOff === undefined)
  return [reference]
}

/** Specifiers of the pictures that a script imports; those that are put together at run time are left out. */
export function specifiersOf(code: string, file: string): string[] {
  return scriptsOf(code, extname(file)).flatMap((script) =>
    importsOf(tokensOf(script)).flatMap(({ token, complete }) =>
      complete && token.text !== undefined ? [token.text] : [],
    ),
  )
}

/** A specifier of ours in an import, or the beginning of one that is put together at run time. */
interface FoundImport {
  token: PlacedToken
  complete: boolean
}

/** `from '…'`, `import '…'`, `import('…')`, `require('…')`; not the imports of types, which no bundle has. */
function importsOf(tokens: readonly PlacedToken[]): FoundImport[] {
  const found: FoundImport[] = []
  let typeOnly = false
  for (const [index, { type, value }] of tokens.entries()) {
    if (type !== 'IdentifierName') continue
    const next = tokens[index + 1]
    if (value === 'import' || value === 'export') typeOnly = isTypeOnly(next, tokens[index + 2])
    if (next?.value === '(' && (value === 'import' || value === 'require')) {
      const before = tokens[index - 1]?.value ?? ''
      if (!['.', '?.', 'typeof', 'function'].includes(before)) found.push(...callOf(tokens, index + 2))
    } else if (value === 'import' || value === 'from') {
      if (next !== undefined && begins(next) && !typeOnly && next.text !== TYPES)
        found.push({ token: next, complete: true })
    }
  }
  return found
}

/** `import type { A } from`, `export type * from`; but not `import type from` and `import type, { a } from`. */
function isTypeOnly(next: PlacedToken | undefined, second: PlacedToken | undefined): boolean {
  return next?.value === 'type' && second?.value !== 'from' && second?.value !== ','
}

/** The first argument of an import or require: one string, or words around strings of ours. */
function callOf(tokens: readonly PlacedToken[], start: number): FoundImport[] {
  const argument: PlacedToken[] = []
  let depth = 0
  for (const token of tokens.slice(start, start + MOST_TOKENS)) {
    if (depth === 0 && (token.value === ')' || token.value === ',')) break
    if (['(', '[', '{'].includes(token.value)) depth += 1
    if ([')', ']', '}'].includes(token.value)) depth -= 1
    argument.push(token)
  }
  const [only] = argument
  const complete = argument.length === 1 && only?.text !== undefined
  if (complete && only.text === TYPES) return []
  return argument.filter(begins).map((token) => ({ token, complete }))
}

/** An import's argument is short; a longer one is none. */
const MOST_TOKENS = 200

/** Whether a specifier of ours begins with this token. */
function begins({ type, value, text }: PlacedToken): boolean {
  const begin = text ?? (type === 'TemplateHead' ? value.slice(1, -2) : '')
  // What is taken for one is told by whoever reads it.
  return SPECIFIER.test(begin) || IMPORTED_URL.test(begin)
}
