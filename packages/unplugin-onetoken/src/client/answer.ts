import { constants } from 'node:buffer'
import { findProblem, isObject, isPage, type Problem, wordsOf } from './problem.ts'
import type { Usage } from './types.ts'

/** One result as the API announces it: bytes as text, or an address of them. */
export interface Item {
  b64?: string | undefined
  url?: string | undefined
  revisedPrompt?: string | undefined
}

/** What a successful status turned out to carry. */
export type Answer =
  | { kind: 'items'; items: Item[]; usage?: Usage | undefined }
  | { kind: 'page'; title?: string | undefined }
  | { kind: 'error'; problem: Problem }
  | { kind: 'empty'; note: string }

const ROOM_FOR_THE_REST = 1024 * 1024
// Some relays wrap the whole answer in a `data` of their own.
const DEEPEST_DATA = 3

/**
 * The most bytes of an answer with `wanted` images.
 *
 * Base64 takes four bytes for three, so ten images at the cap of 64 MiB would come to 853 MiB; no text of V8 is longer
 * than about 512 MiB, though, and JSON is parsed from a text. That still holds ten PNGs of 8.3 million pixels, which
 * are 25 MB each even when nothing in them can be compressed.
 */
export function largestAnswer(wanted: number, maxResultBytes: number): number {
  const needed = Math.ceil((wanted * maxResultBytes * 4) / 3) + ROOM_FOR_THE_REST
  return Math.min(needed, constants.MAX_STRING_LENGTH)
}

/** Read the body of an answer with a 2xx status, whatever type its header claims. */
export function readAnswer(body: Uint8Array): Answer {
  const text = new TextDecoder().decode(body)
  if (text.trim() === '') return { kind: 'empty', note: 'an empty body' }
  if (isPage(text)) return { kind: 'page', title: wordsOf(text) }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'empty', note: 'a body that is not JSON, or only the start of it' }
  }
  const items = findItems(value, 0)
  if (items.length > 0) return { kind: 'items', items, usage: isObject(value) ? readUsage(value) : undefined }
  const problem = findProblem(value)
  if (problem !== undefined) return { kind: 'error', problem }
  const listed = isObject(value) && Array.isArray(value['data'])
  return { kind: 'empty', note: listed ? 'an empty list of images' : 'JSON in which there is no image' }
}

function findItems(value: unknown, depth: number): Item[] {
  if (Array.isArray(value)) return value.map(readItem)
  if (!isObject(value) || depth > DEEPEST_DATA) return []
  if (typeof value['b64_json'] === 'string' || typeof value['url'] === 'string') return [readItem(value)]
  return findItems(value['data'], depth + 1)
}

function readItem(value: unknown): Item {
  if (!isObject(value)) return {}
  return {
    b64: filled(value['b64_json']),
    url: filled(value['url']),
    revisedPrompt: filled(value['revised_prompt']),
  }
}

function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

function readUsage({ usage }: Record<string, unknown>): Usage | undefined {
  if (!isObject(usage)) return undefined
  const details = usage['input_tokens_details']
  const counts = { ...counted(usage, ['input_tokens', 'output_tokens', 'total_tokens']) }
  const inner = isObject(details) ? counted(details, ['text_tokens', 'image_tokens']) : {}
  const read: Usage = Object.keys(inner).length === 0 ? counts : { ...counts, input_tokens_details: inner }
  return Object.keys(read).length === 0 ? undefined : read
}

function counted<Name extends string>(
  from: Record<string, unknown>,
  names: Name[],
): { [N in Name]?: number } {
  const found: { [N in Name]?: number } = {}
  for (const name of names) {
    const value = from[name]
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) found[name] = value
  }
  return found
}
