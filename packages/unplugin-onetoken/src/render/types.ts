import type { OneTokenClient, Upload } from '../client/types.ts'
import type { OneTokenError } from '../errors.ts'
import type { RenderSpec } from '../spec/types.ts'
import type { InputDigest } from '../spec/key.ts'
import type { Lookup, RenderStore } from '../store/file-store.ts'
import type { Intents } from '../store/intents.ts'
import type { RecordImage, RenderRecord } from '../store/record.ts'
import type { Budget } from './budget.ts'
import type { Schedule } from './schedule.ts'

/** Facts of an image, from a full decode. */
export type ImageFacts = Pick<RecordImage, 'format' | 'width' | 'height'>

/** What the renderer works with. */
export interface RendererParts {
  /** Called on first need: what is never asked loads no HTTP client. */
  client(): Promise<OneTokenClient>
  store: RenderStore
  intents: Intents
  schedule: Schedule
  budget: Budget
  /** What the first bytes say, without decoding; undefined for what is no image. */
  header(bytes: Uint8Array): ImageFacts | undefined
  /** Decode in full; rejects with `IMAGE_INVALID` when the bytes are not a whole image. */
  inspect(file: string): Promise<ImageFacts>
  /** See `Settings.pricing`. */
  multiplier: number
  warn(message: string): void
  now(): Date
}

/** One render to be paid for. */
export interface RenderJob {
  key: string
  label: string
  name: string | undefined
  provider: string
  spec: RenderSpec
  digests: InputDigest[]
  /** Input pictures as they are sent. Called when the turn has come. */
  uploads(): Promise<{ images: Upload[]; mask?: Upload | undefined }>
  /** Asked each time just before it is sent: false drops it. @default always wanted */
  wanted?: (() => boolean) | undefined
  /** Ask again although there is a record, or a request that may have been billed. */
  again: boolean
  /** What is there only stands in for the render, which takes its place; a request that may have been billed stays one. */
  replaces?: boolean | undefined
  /** What the store had when somebody decided to ask for what is there: what is there since is no reason to. @default what it has now */
  seen?: Lookup | undefined
}

/** Whether the render of a job takes the place of what the store has. */
export function takesPlace({ again, replaces = false }: Pick<RenderJob, 'again' | 'replaces'>): boolean {
  return again || replaces
}

/** Pays for renders and keeps them. */
export interface Renderer {
  /**
   * Ask the API and keep the answer. Undefined when another process was first: then it is its request that is to
   * be waited for, and its record that counts. Throws what went wrong; see {@link OneTokenError}.
   */
  render(job: RenderJob): Promise<RenderRecord | undefined>
  /** The error of a request that was sent and never answered; undefined when there is none, or it is under way. */
  standing(
    key: string,
    picture: { label: string; name: string | undefined },
  ): Promise<OneTokenError | undefined>
  /**
   * Finish what a process began that died with the answer in hand. True when there is a record now: with `aside`, under
   * another key where there was one already.
   */
  finishAbandoned(key: string, place?: 'aside'): Promise<boolean>
  /** Wait while another process has the request under way. Rejects when the queue is stopped. */
  othersDone(key: string): Promise<void>
}
