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
  /** Entry whose picture was the first input; `inputs` has the digest of that picture. */
  edit?: string | undefined
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

/** File names of formats. */
export const EXTENSIONS: Record<RecordImage['format'], string> = {
  png: 'png',
  jpeg: 'jpg',
  webp: 'webp',
  avif: 'avif',
  gif: 'gif',
}

/** Why something that is there cannot be used. */
export type Trouble = 'conflict' | 'pointer' | 'newer' | 'damaged'

/** What the text of a record turned out to be. `why` goes on after the name of the file. */
export type RecordState = { state: 'valid'; record: RenderRecord } | { state: Trouble; why: string }

/** A record as it is kept: readable, with a digest over its canonical JSON, so that a formatter or CRLF does no harm. */
export function serializeRecord(record: RenderRecord): string {
  return `${JSON.stringify({ ...record, digest: digestOf(record) }, null, 2)}\n`
}

/** Read the text of a record. `key` is the one that its file name says. */
export function parseRecord(text: string, key: string): RecordState {
  let value: unknown
  try {
    // Some editors write a byte order mark, which is no JSON.
    value = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    return notJson(text)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return damaged('is not a record')
  const { digest, ...record } = value as Record<string, unknown>
  // Before the digest: a newer release may compute it in another way.
  const { version } = record
  if (typeof version === 'number' && version > VERSION) {
    return {
      state: 'newer',
      why: `has version ${version}, which a newer release of unplugin-onetoken writes`,
    }
  }
  if (digest !== digestOf(record)) return damaged('was changed: its digest does not fit what it says')
  if (version !== VERSION || !isRecord(record)) return damaged('is not a record')
  if (record.key !== key) return damaged('is the record of another render')
  return { state: 'valid', record }
}

const VERSION = 1

function damaged(why: string): RecordState {
  return { state: 'damaged', why }
}

/** Neither the marks of git nor a pointer can be JSON, whatever stands in a prompt. */
function notJson(text: string): RecordState {
  if (hasConflictMarks(text)) return { state: 'conflict', why: 'holds an unfinished git merge' }
  if (isLfsPointer(text)) return { state: 'pointer', why: 'is a Git LFS pointer' }
  return damaged(text.trim() === '' ? 'is empty' : 'is not JSON')
}

/** What the rest of this package takes for granted. A digest fits whatever somebody computes it over. */
function isRecord(value: Record<string, unknown>): value is Record<string, unknown> & RenderRecord {
  const { images, created, request, inputs = [], cost, edit = '', refusal = { message: '' }, take } = value
  return (
    Array.isArray(images) &&
    images.every(isImage) &&
    Array.isArray(inputs) &&
    inputs.every(isObject) &&
    isObject(request) &&
    isObject(cost) &&
    typeof cost['usd'] === 'number' &&
    isObject(refusal) &&
    typeof refusal['message'] === 'string' &&
    typeof take === 'number' &&
    typeof edit === 'string' &&
    typeof created === 'string'
  )
}

/** The hash and the format make a file name: they hold nothing else. */
function isImage(image: unknown): boolean {
  if (!isObject(image)) return false
  const { sha256: hash, format, width, height, bytes } = image
  const isNamed = /^[\da-f]{64}$/.test(String(hash)) && Object.hasOwn(EXTENSIONS, String(format))
  return (
    isNamed && [width, height, bytes].every((number) => Number.isSafeInteger(number) && Number(number) > 0)
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function digestOf(record: object): string {
  return sha256(canonicalJson(record))
}

/** What the bytes of a picture turned out to be, when they are not those that its record says. */
export function troubleOf(bytes: Uint8Array): Exclude<Trouble, 'newer'> {
  const start = Buffer.from(bytes.subarray(0, 1024)).toString('latin1')
  if (/^(?:<{7}|version )/.test(start) && hasConflictMarks(start)) return 'conflict'
  return isLfsPointer(start) ? 'pointer' : 'damaged'
}

/** Whether a text is what Git LFS leaves in place of a file. */
function isLfsPointer(text: string): boolean {
  return text.startsWith('version https://git-lfs.github.com/spec/')
}

function hasConflictMarks(text: string): boolean {
  return /^(?:<{7}|>{7}|\|{7})(?: |\r?$)/m.test(text)
}
