import { isAlias, isMap, isPair, isScalar, isSeq, type Document, type Node, type YAMLMap } from 'yaml'
import { quote } from './text.ts'

/** Deeper nesting is no manifest. */
const MAX_DEPTH = 64

/** Values of a whole file, those that aliases stand for counted each time: far above what people write, far below a bomb. */
const MAX_VALUES = 1_000_000

/** Ends the reading: what is wrong, where (an offset in the text), and what to do. */
export type Fail = (message: string, offset: number, hint?: string) => never

/** A value, and how many values it is when every alias is written out. */
interface Counted {
  value: unknown
  count: number
}

/**
 * The plain value of a document: mappings as objects, sequences as arrays, aliases as what they stand for. In one pass:
 * the library's own checks look at all other names for each name, and at all nodes for each alias.
 */
export function plainValue(
  document: Document.Parsed,
  lineOf: (offset: number) => number,
  fail: Fail,
): unknown {
  const anchors = new Map<string, Counted | 'open'>()

  const read = (node: unknown, depth: number): Counted => {
    if (node === null || node === undefined) return { value: null, count: 1 }
    const at = offsetOf(node as Node)
    if (depth > MAX_DEPTH) return fail(TOO_DEEP, at, FLATTEN)
    if (isAlias(node)) return expanded(node.source, at)
    const { anchor } = node as { anchor?: string }
    if (anchor !== undefined) anchors.set(anchor, 'open')
    const counted = isMap(node)
      ? readMap(node, depth)
      : isSeq(node)
        ? readItems(node.items, depth)
        : leaf(node)
    if (anchor !== undefined) anchors.set(anchor, counted)
    return counted
  }

  const expanded = (name: string, at: number): Counted => {
    const found = anchors.get(name)
    if (found === undefined) {
      const hint = `Text that begins with "*" goes in quotes; an alias needs its anchor (&${quote(name).slice(1, -1)}) above it.`
      return fail(`The alias ${quote(`*${name}`)} stands for nothing.`, at, hint)
    }
    if (found === 'open') {
      return fail(
        `The alias ${quote(`*${name}`)} stands inside what it stands for.`,
        at,
        'Write its value out.',
      )
    }
    return found
  }

  const readItems = (items: unknown[], depth: number): Counted => {
    let count = 1
    const value = items.map((item) => {
      const child = read(item, depth + 1)
      count = sum(count, child.count, item)
      return child.value
    })
    return { value, count }
  }

  const readMap = (map: YAMLMap, depth: number): Counted => {
    const value: Record<string, unknown> = {}
    const first = new Map<string, number>()
    let count = 1
    for (const item of map.items) {
      if (!isPair(item)) continue
      const { value: name } = read(item.key, depth)
      const at = offsetOf(item.key as Node | null)
      const before = first.get(String(name))
      if (before !== undefined) {
        const hint = 'Keep one of the two, or give one another name.'
        fail(
          `${quote(String(name))} is there twice in one mapping, first in line ${lineOf(before)}.`,
          at,
          hint,
        )
      }
      first.set(String(name), at)
      const child = read(item.value, depth + 1)
      count = sum(count, child.count, item.value)
      // Not assigned: a member named `__proto__` would be lost.
      Object.defineProperty(value, String(name), { value: child.value, ...MEMBER })
    }
    return { value, count }
  }

  const sum = (a: number, b: number, node: unknown): number => {
    if (a + b > MAX_VALUES) fail(BOMB, offsetOf(node as Node | null), 'Write the values out, or share less.')
    return a + b
  }

  return read(document.contents, 0).value
}

const MEMBER = { enumerable: true, writable: true, configurable: true }

/** What is said of a file that is nested too deep, by this or before it is parsed. */
export const TOO_DEEP: string = `The file is nested deeper than ${MAX_DEPTH} levels.`
export const FLATTEN: string = 'Close the brackets, or take levels out: a manifest has about five.'
const BOMB = `The file has more than 1,000,000 values, with all that its aliases (*name) stand for.`

function leaf(node: unknown): Counted {
  return { value: isScalar(node) ? node.value : null, count: 1 }
}

function offsetOf(node: Node | null | undefined): number {
  return node?.range?.[0] ?? 0
}
