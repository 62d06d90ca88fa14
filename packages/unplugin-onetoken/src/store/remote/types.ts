import type { Created } from '../claim.ts'

/** A file of a remote store. */
export interface RemoteFile {
  bytes: Buffer
  /** Milliseconds since it was last written, by the server's own clock; undefined when the server does not say. */
  age: number | undefined
}

/**
 * A place that machines share. Names are those of the store's files: `renders/<key>.json`, `images/<sha256>.<ext>`,
 * `claims/<key>.json`. Every operation ends in bounded time, and rejects with `REMOTE_FAILED` when the server does
 * not do what it is asked.
 */
export interface Remote {
  /** As people write it, with nothing secret in it. */
  readonly url: string
  /** Whether of all who `create` one name at once with different bytes, exactly one gets `created`. */
  readonly isExclusive: boolean
  /** The file, whole; undefined when the name is not there. Rejects when it has more than `largest` bytes. */
  read(name: string, largest: number): Promise<RemoteFile | undefined>
  has(name: string): Promise<boolean>
  /** All names that begin so, up to a thousand; undefined where the server does not list what it has. */
  list(start: string): Promise<string[] | undefined>
  /** `exists`: something else has the name and was not replaced, as far as `isExclusive` goes. */
  create(name: string, bytes: Uint8Array): Promise<Created>
  replace(name: string, bytes: Uint8Array): Promise<void>
  /** Does nothing when the name is not there. */
  remove(name: string): Promise<void>
  /** End its connections. */
  close(): Promise<void>
}

/** How long an operation may take, in milliseconds. */
export interface Patience {
  /** Until the server begins to answer; sending bytes comes on top. */
  answer: number
  /** Until the answer is whole, with everything that was sent again. */
  whole: number
  /** Before it is asked a second time, on average; twice that before the third. */
  pause: number
}

/** What a remote store that works never comes near. */
export const PATIENCE: Patience = { answer: 10_000, whole: 120_000, pause: 200 }
