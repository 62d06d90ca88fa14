import { isMap, isPair, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import { OneTokenError, type ErrorCode, type Place } from '../errors.ts'

/** Larger files are no manifests. In characters. */
const MAX_LENGTH = 4_194_304

/** Aliases of a whole file, counted with what they expand to: far above what people write, far below a bomb. */
const MAX_ALIASES = 20_000

/** Deeper nesting is no manifest, and would end the parser's stack. */
const MAX_DEPTH = 64

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
      place: { file },
    })
  }
  const tooDeep = deepFlowAt(text)
  const lines = new LineCounter()
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  if (tooDeep)
    throw new OneTokenError(code, `The file is nested deeper than ${MAX_DEPTH} levels.`, { place: { file } })
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: true,
  })
  const problem = document.errors[0]
  if (problem !== undefined) {
    const duplicate = problem.code === 'DUPLICATE_KEY' ? duplicateName(text, problem.pos[0]) : undefined
    const message =
      duplicate === undefined ? yamlMessage(problem.message) : `"${duplicate}" is there twice in one mapping.`
    throw new OneTokenError(code, message, {
      place: at(problem.pos[0]),
      hint: yamlHint(problem.code, text, problem.pos[0]),
    })
  }
  return {
    value: plainValue(document, code, file),
    locate: (path, part) => at(offsetOf(document, path, part)),
  }
}

function plainValue(document: Document.Parsed, code: ErrorCode, file: string): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES })
    assertTree(value, [])
    return value
  } catch (cause) {
    throw new OneTokenError(
      code,
      'The aliases (*name) of the file expand without end, or to far more than it holds.',
      {
        hint: 'Write the values out, or put shared ones under "defaults".',
        place: { file },
        cause,
      },
    )
  }
}

/** An alias inside its own anchor makes a value that contains itself. */
function assertTree(value: unknown, parents: readonly unknown[]): void {
  if (value === null || typeof value !== 'object') return
  if (parents.includes(value)) throw new RangeError('a value contains itself')
  for (const child of Object.values(value)) assertTree(child, [...parents, value])
}

function offsetOf(
  document: Document.Parsed,
  path: readonly (string | number)[],
  part: 'name' | 'value' = 'value',
): number {
  let node: Node | null = document.contents
  let offset = node?.range?.[0] ?? 0
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      )
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

/** The parser recurses once a level, so that depth is bounded before it runs. Counts brackets and indentation. */
function deepFlowAt(text: string): boolean {
  let open = 0
  for (const character of text) {
    if (character === '[' || character === '{') open += 1
    else if (character === ']' || character === '}') open = Math.max(0, open - 1)
    if (open > MAX_DEPTH) return true
  }
  return /^(?:[ -]{2}){64}/m.test(text)
}

function duplicateName(text: string, offset: number): string | undefined {
  return /^["']?([^"':\n]{1,80})/.exec(text.slice(offset))?.[1]?.trim()
}

function yamlMessage(message: string): string {
  return `The file cannot be read as YAML: ${message.replace(/\.?$/, '.')}`
}

function yamlHint(errorCode: string, text: string, offset: number): string | undefined {
  if (errorCode === 'DUPLICATE_KEY') return 'Keep one of the two, or give one another name.'
  if (errorCode === 'TAB_AS_INDENT') return 'YAML is indented with spaces.'
  if (/^(?:<{7}|={7}|>{7})/m.test(text))
    return 'The file holds an unfinished merge: choose a side and remove the <<<<<<< lines.'
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0] ?? ''
  return /: .*[:#]/.test(line) ? 'Text that holds ": " or " #" goes in quotes.' : undefined
}
