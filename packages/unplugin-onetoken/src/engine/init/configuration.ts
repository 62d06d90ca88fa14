import { tokensOf, type PlacedToken } from '../../sources/tokens.ts'
import { depthOf, membersOf } from './members.ts'

/** How a configuration names the plugin. */
export interface PluginLines {
  /** Statement that imports it. */
  statement: string
  /** Member of the configuration. */
  member: string
}

/** What is written for a plugin: as in a module, or with `require`. */
export function pluginLines(entry: string, isModule: boolean = true): PluginLines {
  const from = `'unplugin-onetoken/${entry}'`
  return {
    statement: isModule ? `import onetoken from ${from}` : `const { default: onetoken } = require(${from})`,
    member: 'plugins: [onetoken()],',
  }
}

/**
 * A bundler's configuration with the plugin in it; undefined unless it is one object, exported as it is, by
 * `defineConfig` or under a name, whose plugins are a list that stands in it or are not there at all.
 */
export function withPlugin(text: string, entry: string): string | undefined {
  const tokens = tokensOf({ code: text, offset: 0, jsx: false })
  if (tokens.some(({ value }) => value === 'onetoken')) return undefined
  const found = exportedObject(tokens)
  const place = found && pluginsIn(tokens, found.open)
  if (found === undefined || place === undefined) return undefined
  const style = styleOf(text, tokens)
  const plugin =
    place.kind === 'list'
      ? listed(text, place.offset, place.isEmpty)
      : { offset: place.offset, text: memberText(text, place.offset, place.isEmpty, style.end) }
  const { statement } = pluginLines(entry, found.isModule)
  const line = `${statement.replaceAll("'", style.quote)}${style.semicolon}${style.end}`
  const top = importPlace(text, tokens, found.isModule)
  const before = text.slice(0, top.offset) + line + (top.isImport ? '' : style.end)
  return before + text.slice(top.offset, plugin.offset) + plugin.text + text.slice(plugin.offset)
}

/** The index of the brace that opens the configuration, when exactly one object is exported. */
function exportedObject(tokens: readonly PlacedToken[]): { open: number; isModule: boolean } | undefined {
  const starts = topLevel(tokens).flatMap((index) => {
    const words = tokens.slice(index, index + 4).map(({ value }) => value)
    if (words[0] === 'export' && words[1] === 'default') return [{ value: index + 2, isModule: true }]
    if (words.join('') === 'module.exports=') return [{ value: index + 4, isModule: false }]
    // As in `module.exports.plugins = []`.
    if (words[0] === 'exports' && words[1] !== '=') return [{ value: index, isModule: false }]
    return []
  })
  const [start] = starts
  if (start === undefined || starts.length > 1) return undefined
  const open = objectAt(tokens, start.value) ?? namedObject(tokens, start.value)
  return open === undefined ? undefined : { open, isModule: start.isModule }
}

/** `{` or `defineConfig({`. */
function objectAt(tokens: readonly PlacedToken[], index: number): number | undefined {
  if (tokens[index]?.value === '{') return index
  const isCall = tokens[index]?.value === 'defineConfig' && tokens[index + 1]?.value === '('
  return isCall && tokens[index + 2]?.value === '{' ? index + 2 : undefined
}

/** `config`, where `const config = {` or `const config: Type = {` is there once. */
function namedObject(tokens: readonly PlacedToken[], index: number): number | undefined {
  const name = tokens[index]
  const after = tokens[index + 1]?.value
  if (name?.type !== 'IdentifierName' || (after !== undefined && after !== ';')) return undefined
  const declarations = topLevel(tokens).filter(
    (at) => tokens[at]?.value === 'const' && tokens[at + 1]?.value === name.value,
  )
  const [declaration] = declarations
  if (declaration === undefined || declarations.length > 1) return undefined
  // Changed after it was declared, it could have other plugins in the end.
  if (tokens.filter(({ value }) => value === name.value).length !== 2) return undefined
  let at = declaration + 2
  if (tokens[at]?.value === ':') at += 2
  return tokens[at]?.value === '=' ? objectAt(tokens, at + 1) : undefined
}

interface Place {
  kind: 'list' | 'object'
  offset: number
  isEmpty: boolean
}

/** Where the plugin goes; undefined where what is there could be anything. */
function pluginsIn(tokens: readonly PlacedToken[], open: number): Place | undefined {
  const members = membersOf(tokens, open)
  // What is spread, computed or got by a function could be plugins as well.
  if (members === undefined || members.some(({ name }) => name === undefined)) return undefined
  const [list, ...others] = members.filter(({ name }) => name === 'plugins')
  if (list === undefined) return placeAfter(tokens, open, 'object')
  if (others.length > 0 || list.value === undefined) return undefined
  if (tokens[list.value]?.value !== '[' || !isWhole(tokens, list.value)) return undefined
  return placeAfter(tokens, list.value, 'list')
}

function placeAfter(tokens: readonly PlacedToken[], open: number, kind: Place['kind']): Place {
  const { offset = 0 } = tokens[open] ?? {}
  return { kind, offset: offset + 1, isEmpty: ['}', ']'].includes(tokens[open + 1]?.value ?? '') }
}

/** Whether what a list holds is what its member holds: not so in `[a()].map(b)` and `[a()] && c`. */
function isWhole(tokens: readonly PlacedToken[], open: number): boolean {
  let depth = 0
  const close = tokens.findIndex((token, index) => index >= open && (depth += depthOf(token)) === 0)
  const after = tokens.slice(close + 1, close + 7).map(({ value }) => value)
  return /^(?:\.filter\(Boolean\))?[,}]/.test(after.join(''))
}

/** The tokens that stand in no brackets. */
function topLevel(tokens: readonly PlacedToken[]): number[] {
  let depth = 0
  return [...tokens.entries()].flatMap(([index, token]) => {
    const step = depthOf(token)
    const isTop = depth + Math.min(step, 0) === 0
    depth += step
    return isTop ? [index] : []
  })
}

/** Before all other plugins, on a line of its own where they have theirs. */
function listed(text: string, offset: number, isEmpty: boolean): { offset: number; text: string } {
  const [, space = '', next = ''] = /^(\s*)(.?)/.exec(text.slice(offset)) ?? []
  const isBare = isEmpty && (next === ']' || !space.includes('\n'))
  if (isBare) return { offset, text: 'onetoken()' }
  return space.includes('\n')
    ? { offset, text: `${space.slice(space.search(/\r?\n/))}onetoken(),` }
    : { offset, text: `${space}onetoken(),${space === '' ? ' ' : ''}` }
}

function memberText(text: string, offset: number, isEmpty: boolean, end: string): string {
  const [, indent = '  '] = /^[^\S\n]*(?:\/\/.*)?\r?\n([^\S\n]+)\S/.exec(text.slice(offset)) ?? []
  const isInline = !/^[^\S\n]*(?:\/\/.*)?\r?\n/.test(text.slice(offset))
  if (isInline && !isEmpty) return ' plugins: [onetoken()],'
  return `${end}${indent}plugins: [onetoken()],${isEmpty && isInline ? end : ''}`
}

/** How the file is written, so that what is added looks like the rest of it. */
function styleOf(
  text: string,
  tokens: readonly PlacedToken[],
): { quote: string; semicolon: string; end: string } {
  const string = tokens.find(({ type }) => type === 'StringLiteral')
  return {
    quote: string?.value.startsWith('"') === true ? '"' : "'",
    semicolon: /;[^\S\n]*(?:\/\/.*)?\r?$/m.test(text) ? ';' : '',
    end: text.includes('\r\n') ? '\r\n' : '\n',
  }
}

/** Shebang, remarks of whole lines (`// @ts-check`) and `'use strict'` stay at the top. */
const HEAD = /^\ufeff?(?:#!.*\r?\n)?(?:[^\S\n]*(?:\/\/.*|(['"])use strict\1;?)?[^\S\n]*\r?\n)*/

/** Where the import goes: before the first one, or at the top. */
function importPlace(
  text: string,
  tokens: readonly PlacedToken[],
  isModule: boolean,
): { offset: number; isImport: boolean } {
  const first = topLevel(tokens).find((index) => {
    return tokens[index]?.value === 'import' && !['(', '.'].includes(tokens[index + 1]?.value ?? '')
  })
  const { offset = 0 } = tokens[first ?? -1] ?? {}
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1) + 1, text.startsWith('\ufeff') ? 1 : 0)
  const isImport = isModule && first !== undefined && text.slice(lineStart, offset).trim() === ''
  return { offset: isImport ? lineStart : (HEAD.exec(text)?.[0].length ?? 0), isImport }
}
