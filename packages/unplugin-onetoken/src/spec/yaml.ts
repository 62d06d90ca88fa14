import {
  isMap,
  isPair,
  isScalar,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml'
import { OneTokenError, type ErrorCode, type Place } from '../errors.ts'
import { placesOf } from './places-of.ts'
import { tooDeepAt } from './yaml-depth.ts'
import { yamlMessage } from './yaml-message.ts'
import { FLATTEN, plainValue, TOO_DEEP, type Fail } from './yaml-value.ts'

/** Larger files are no manifests. In characters. */
const MAX_LENGTH = 4_194_304

/** Brackets that may be open at once, and half of the columns. */
const MAX_OPEN = 64

/** A parsed YAML (or JSON) file and where its parts stand. */
export interface YamlFile {
  /** Plain values: mappings as objects, sequences as arrays. */
  value: unknown
  /** Place of the value at `path`; of its name in a mapping with `'name'`. The nearest parent when there is none. */
  locate(path: readonly (string | number)[], part?: 'name' | 'value'): Place
}

/** Parse YAML 1.2 without tags that make anything but plain values. Throws `code` with file, line and column. */
export function parseYaml(text: string, file: string, code: ErrorCode): YamlFile {
  if (text.length > MAX_LENGTH) {
    throw new OneTokenError(code, `The file is larger than ${MAX_LENGTH / 1024 / 1024} MiB.`, {
      hint: 'Split it into several files.',
      place: { file },
    })
  }
  const at = placesOf(text, file)
  const fail: Fail = (message, offset, hint) => {
    throw new OneTokenError(code, message, { hint, place: at(offset) })
  }
  const marker = mergeMarkerAt(text)
  if (marker !== undefined) {
    fail(
      'The file holds an unfinished merge.',
      marker,
      'Choose a side and remove the <<<<<<<, ======= and >>>>>>> lines.',
    )
  }
  const deep = tooDeepAt(text, MAX_OPEN)
  if (deep !== undefined) fail(TOO_DEEP, deep, FLATTEN)
  const document = parseDocument(text, {
    prettyErrors: false,
    stringKeys: true,
    // Both are checked by plainValue, in less time.
    uniqueKeys: false,
    // Neither a tag nor a %YAML line makes dates, sets or bytes of what is written.
    resolveKnownTags: false,
    schema: 'core',
  })
  const problem =
    document.errors[0] ?? document.warnings.find((warning) => warning.code === 'TAG_RESOLVE_FAILED')
  if (problem !== undefined) {
    const { message, hint, offset } = yamlMessage(problem, text)
    fail(message, offset, hint)
  }
  const value = plainValue(document, (offset) => at(offset).line ?? 1, fail)
  const pairOf = pairFinder()
  return { value, locate: (path, part) => at(offsetOf(document, pairOf, path, part)) }
}

/** Where git left a conflict. Both ends are asked for: a line of "=" alone may underline a heading. */
function mergeMarkerAt(text: string): number | undefined {
  const begin = /^<{7}(?=[ \r\n])/m.exec(text)
  return begin !== null && /^>{7}(?=[ \r\n]|$)/m.test(text) ? begin.index : undefined
}

type FindPair = (map: YAMLMap, name: string) => Pair | undefined

/** Finds the pair of a name; a mapping is indexed once, as every entry of a manifest is looked up in the same one. */
function pairFinder(): FindPair {
  const indexes = new WeakMap<YAMLMap, Map<string, Pair>>()
  return (map, name) => {
    let index = indexes.get(map)
    if (index === undefined) {
      const pairs = map.items.filter((item) => isPair(item) && isScalar(item.key))
      index = new Map(pairs.map((pair) => [String((pair.key as { value?: unknown }).value), pair]))
      indexes.set(map, index)
    }
    return index.get(name)
  }
}

function offsetOf(
  document: Document.Parsed,
  pairOf: FindPair,
  path: readonly (string | number)[],
  part: 'name' | 'value' = 'value',
): number {
  let node: Node | null = document.contents
  let offset = node?.range?.[0] ?? 0
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1
    if (isMap(node)) {
      const pair = pairOf(node, String(step))
      if (pair === undefined) return offset
      const key = pair.key as Node
      const value = pair.value as Node | null
      offset = (last && part === 'name' ? undefined : value?.range?.[0]) ?? key.range?.[0] ?? offset
      node = value
    } else {
      const item = (node as { items?: Node[] } | null)?.items?.[Number(step)]
      if (item === undefined) return offset
      offset = item.range?.[0] ?? offset
      node = item
    }
  }
  return offset
}
