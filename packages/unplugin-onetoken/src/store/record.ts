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

/** Where the pictures of a record come from that were not rendered for its key. */
export type RecordOrigin =
  /** A person took those of another record for these words. */
  | { kind: 'accepted'; key: string }
  /** A picture of the user. `file` is its name as it was given; with `until`, it stands in for a render. */
  | { kind: 'imported'; file: string; until?: 'rendered' | undefined }

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
  /** Undefined: they were rendered for this key. */
  origin?: RecordOrigin | undefined
  /** What has made pictures that were accepted: `request` and `inputs` are those that they stand for. */
  madeBy?: { model: string; composite: boolean } | undefined
  /** Why the API refused, in its own words. */
  refusal?: { message: string } | undefined
  /** The prompts as the API rewrote them, one an image, where it said so. */
  revisedPrompts?: (string | null)[] | undefined
  usage?: Record<string, unknown> | undefined
  /** Dollars, from `usage` where there was one; nothing was asked for where there is an `origin`. */
  cost: { usd: number; from: 'usage' | 'estimate' | 'origin' }
  requestId?: string | undefined
  /** ISO 8601, UTC; see {@link createdAfter}. */
  created: string
}

/** Whether the pictures of a record only stand in for a render: what renders, renders it. */
export function isProvisional({ origin }: Pick<RenderRecord, 'origin'>): boolean {
  return origin?.kind === 'imported' && origin.until === 'rendered'
}

/** Whether the pictures of a record are its user's own, for good. */
export function isOwn({ origin }: Pick<RenderRecord, 'origin'>): boolean {
  return origin?.kind === 'imported' && origin.until === undefined
}

/** The latest time that {@link RenderRecord.created} can be. */
const LAST = Date.parse('9999-12-31T23:59:59.999Z')

/**
 * When a record was made, which takes the place of `former`: later than that, whatever the clock of this machine says.
 * Machines that share a store have different clocks, and tell by these times which of two records is the later one.
 */
export function createdAfter(former: Pick<RenderRecord, 'created'> | undefined, now: Date): string {
  const earliest = former === undefined ? 0 : Date.parse(former.created) + 1
  return new Date(Math.min(Math.max(earliest, now.getTime()), LAST)).toISOString()
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
  return recordIn(value, key)
}

/** The record that a value of JSON is. `key` is the one that it is to have. */
export function recordIn(value: unknown, key: string): RecordState {
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
  const actual = digestIn(record)
  if (actual === undefined) return damaged('is nested too deeply')
  if (digest !== actual) return damaged('was changed: its digest does not fit what it says')
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
  const { images, origin, name = '', edit = '', requestId = '', inputs = [], usage = {} } = value
  const { provider, endpoint, request, take, refusal = { message: '' }, revisedPrompts = [] } = value
  const { cost, created, madeBy = { model: '', composite: false } } = value
  return (
    Array.isArray(images) &&
    images.every(isImage) &&
    (origin === undefined || (isOrigin(origin) && images.length > 0)) &&
    Array.isArray(inputs) &&
    inputs.every(isObject) &&
    isRequest(request) &&
    (endpoint === 'generations' || endpoint === 'edits') &&
    isObject(cost) &&
    Number.isFinite(cost['usd']) &&
    isObject(refusal) &&
    isText(refusal['message']) &&
    isObject(madeBy) &&
    isText(madeBy['model']) &&
    typeof madeBy['composite'] === 'boolean' &&
    Array.isArray(revisedPrompts) &&
    revisedPrompts.every((prompt) => prompt === null || isText(prompt)) &&
    isObject(usage) &&
    Number.isFinite(take) &&
    [name, provider, edit, requestId].every(isText) &&
    isTime(created)
  )
}

/** Of what else was sent, nothing is read. */
function isRequest(request: unknown): boolean {
  return (
    isObject(request) &&
    isText(request['prompt']) &&
    isText(request['model']) &&
    Number.isSafeInteger(request['n'])
  )
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** A time as `toISOString` writes it. */
function isTime(value: unknown): boolean {
  return (
    isText(value) &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(value) &&
    !Number.isNaN(Date.parse(value))
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

/** Nothing else is in it: what a later release may add is told by its version. */
function isOrigin(origin: unknown): boolean {
  if (!isObject(origin)) return false
  const { kind, key, file, until, ...rest } = origin
  if (Object.keys(rest).length > 0) return false
  if (kind === 'accepted') return isKey(key) && file === undefined && until === undefined
  const isFile = typeof file === 'string' && file !== ''
  return kind === 'imported' && isFile && key === undefined && (until === undefined || until === 'rendered')
}

function isKey(value: unknown): boolean {
  return typeof value === 'string' && /^[\da-f]{64}$/.test(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function digestOf(record: object): string {
  return sha256(canonicalJson(record))
}

/** The same of what others may have written; undefined where it goes deeper than the stack does. */
function digestIn(record: object): string | undefined {
  try {
    return digestOf(record)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
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
