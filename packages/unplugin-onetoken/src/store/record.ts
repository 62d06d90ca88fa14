import { canonicalJson, sha256 } from '../canonical-json.ts'

/** One picture of a render. */
export interface RecordImage {
  /** Lower-case hex sha256 of the bytes; also the name of the file. */
  sha256: string
  format: 'png' | 'jpeg' | 'webp' | 'avif' | 'gif'
  /** Pixels. */
  width: number
  height: number
  /** Length of the file. */
  bytes: number
}

/** What was asked and what came back. */
export interface RenderRecord {
  version: 1
  /** The render key. */
  key: string
  /** Entry of the manifest at the time, for people who read the file. */
  name?: string | undefined
  provider: string
  endpoint: 'generations' | 'edits'
  /** The fields as they were sent. */
  request: Record<string, unknown>
  take: number
  inputs?: { role: 'image' | 'mask'; sha256: string; conversion: number }[] | undefined
  /** Empty when the API refused to render. */
  images: RecordImage[]
  /** Why the API refused, in its own words. */
  refusal?: { message: string } | undefined
  /** The prompts as the API rewrote them, one an image, where it said so. */
  revisedPrompts?: (string | null)[] | undefined
  usage?: Record<string, unknown> | undefined
  /** Dollars, from `usage` where there was one. */
  cost: { usd: number; from: 'usage' | 'estimate' }
  requestId?: string | undefined
  /** ISO 8601, UTC. */
  created: string
}

/** What the text of a record turned out to be. */
export type RecordState =
  { state: 'valid'; record: RenderRecord } | { state: 'conflict' | 'pointer' | 'damaged'; why: string }

/** A record as it is kept: readable, with a digest over its canonical JSON, so that a formatter or CRLF does no harm. */
export function serializeRecord(record: RenderRecord): string {
  return `${JSON.stringify({ ...record, digest: digestOf(record) }, null, 2)}\n`
}

/** Read the text of a record. `key` is the one that its file name says. */
export function parseRecord(text: string, key: string): RecordState {
  if (/^(?:<{7}|>{7}|\|{7}) /m.test(text))
    return { state: 'conflict', why: 'it holds an unfinished git merge' }
  if (isLfsPointer(text)) return { state: 'pointer', why: 'it is a Git LFS pointer' }
  let value: Record<string, unknown>
  try {
    value = JSON.parse(text) as Record<string, unknown>
  } catch {
    return { state: 'damaged', why: text.trim() === '' ? 'it is empty' : 'it is not JSON' }
  }
  if (value === null || typeof value !== 'object') return { state: 'damaged', why: 'it is not a record' }
  const { digest, ...record } = value
  if (digest !== digestOf(record)) return { state: 'damaged', why: 'its digest does not fit what it says' }
  if (record['version'] !== 1) {
    return {
      state: 'damaged',
      why: `it is of version ${String(record['version'])}, which a newer release writes`,
    }
  }
  if (record['key'] !== key) return { state: 'damaged', why: 'it is the record of another render' }
  return { state: 'valid', record: record as unknown as RenderRecord }
}

function digestOf(record: object): string {
  return sha256(canonicalJson(record))
}

/** Whether bytes or text are what Git LFS leaves in place of a file. */
export function isLfsPointer(content: string | Uint8Array): boolean {
  const start =
    typeof content === 'string' ? content : Buffer.from(content.subarray(0, 64)).toString('latin1')
  return start.startsWith('version https://git-lfs.github.com/spec/')
}

/** Whether bytes are the text of an unfinished merge. */
export function isConflict(content: Uint8Array): boolean {
  return Buffer.from(content.subarray(0, 8)).toString('latin1') === '<<<<<<< '
}
