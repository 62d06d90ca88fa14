import type { PlacedToken } from '../../sources/tokens.ts'

/** A member of an object that is written out. */
export interface Member {
  /** Undefined for one that is computed, spread, or got by a function. */
  name: string | undefined
  /** Index of the token with which its value begins; undefined for a short form or a method. */
  value: number | undefined
}

/** By how many brackets one stands deeper after a token. */
export function depthOf({ value }: PlacedToken): number {
  if (['{', '[', '('].includes(value)) return 1
  return ['}', ']', ')'].includes(value) ? -1 : 0
}

/** The members of the object whose brace is the token at `open`; undefined when it is never closed. */
export function membersOf(tokens: readonly PlacedToken[], open: number): Member[] | undefined {
  const members: Member[] = []
  let depth = 0
  for (const [index, token] of tokens.entries()) {
    if (index < open) continue
    const isFirst = depth === 1 && ['{', ','].includes(tokens[index - 1]?.value ?? '')
    if (isFirst && token.value !== '}') members.push(memberAt(tokens, index))
    depth += depthOf(token)
    if (depth === 0) return members
  }
  return undefined
}

function memberAt(tokens: readonly PlacedToken[], index: number): Member {
  const { type, value, text } = tokens[index] ?? {}
  const next = tokens[index + 1]?.value ?? ''
  const isPlain = type === 'IdentifierName' || type === 'StringLiteral'
  // Anything else comes after `get`, `set` and `async`.
  const isNamed = isPlain && [':', ',', '}', '('].includes(next)
  return { name: isNamed ? (text ?? value) : undefined, value: next === ':' ? index + 2 : undefined }
}
