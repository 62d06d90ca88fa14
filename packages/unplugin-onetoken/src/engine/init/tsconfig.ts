import { tokensOf, type PlacedToken } from '../../sources/tokens.ts'
import { membersOf } from './members.ts'

/** A list of files in a `tsconfig.json`. */
interface FileList {
  items: readonly string[]
  /** Where the next item goes: after the last one, or after the bracket. */
  end: number
  /** White space before the last item. */
  space: string
}

/** What a `tsconfig.json` itself says of its files. */
export interface FileLists {
  files?: FileList
  include?: FileList
}

/** Read what a `tsconfig.json`, which is JSON with comments, says of its files. Undefined where that cannot be known. */
export function fileListsOf(text: string): FileLists | undefined {
  const tokens = tokensOf({ code: text, offset: 0, jsx: false })
  const members = tokens[0]?.value === '{' ? membersOf(tokens, 0) : undefined
  if (members === undefined) return undefined
  const lists: FileLists = {}
  for (const { name, value } of members) {
    if (name !== 'files' && name !== 'include') continue
    const list = value === undefined ? undefined : listAt(tokens, value, text)
    // No list, or a second one.
    if (list === undefined || lists[name] !== undefined) return undefined
    lists[name] = list
  }
  return lists
}

function listAt(tokens: readonly PlacedToken[], open: number, text: string): FileList | undefined {
  let last = tokens[open]
  if (last?.value !== '[') return undefined
  const items: string[] = []
  for (const token of tokens.slice(open + 1)) {
    if (token.value === ']') break
    if (token.value === ',') continue
    if (token.text === undefined) return undefined
    items.push(token.text)
    last = token
  }
  const [space = ''] = /\s*$/.exec(text.slice(0, last.offset)) ?? []
  return { items, end: last.offset + last.value.length, space }
}

/** A `tsconfig.json` with one more file in a list of it, written as the last one is. */
export function withFile(text: string, { items, end, space }: FileList, file: string): string {
  const before = items.length === 0 ? '' : `,${space.includes('\n') ? space : ' '}`
  return `${text.slice(0, end)}${before}${JSON.stringify(file)}${text.slice(end)}`
}

/** Whether a file that stands beside `tsconfig.json` is in its lists, as TypeScript reads their patterns. */
export function isListed({ files, include }: FileLists, file: string): boolean {
  const all = (list: FileList | undefined): string[] =>
    (list?.items ?? []).map((item) => item.replace(/^\.\//, '').replace(/\/+$/, ''))
  return all(files).includes(file) || all(include).some((pattern) => matches(pattern, file))
}

function matches(pattern: string, file: string): boolean {
  if (pattern === '' || pattern === '.') return true
  const source = pattern
    .replace(/^(?:\*\*\/)+/, '')
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
  return pattern === '**' || new RegExp(`^${source}$`).test(file)
}
