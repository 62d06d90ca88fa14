import type { JsonValue } from '../canonical-json.ts'

export type { JsonValue }

/**
 * The fields of a request, by the API's own names, sent as they are given.
 * `model`, `prompt` and whatever else the caller sets; a field that is absent is not sent.
 */
export type RequestFields = { model: string; prompt: string } & { [name: string]: JsonValue }

/** An image to upload. `name` carries the extension from which the relay takes the type. */
export interface Upload {
  /** File name with an extension that fits `type`, such as `photo.png`. */
  name: string
  type: 'image/png' | 'image/jpeg' | 'image/webp'
  bytes: Uint8Array
}

/** The files of an edit. The mask has the width and height of the first image. */
export interface EditFiles {
  images: Upload[]
  mask?: Upload | undefined
}

/** One image of an answer. */
export interface ResultImage {
  /** The bytes as they came; nothing has looked at them but for their length. Never empty. */
  bytes: Uint8Array
  /** The prompt as the API rewrote it, when it says so. */
  revisedPrompt?: string | undefined
}

/** Tokens that were billed, by the API's own names. */
export interface Usage {
  input_tokens?: number | undefined
  output_tokens?: number | undefined
  total_tokens?: number | undefined
  input_tokens_details?: { text_tokens?: number | undefined; image_tokens?: number | undefined } | undefined
}

/** A successful answer: at least one image. */
export interface RenderAnswer {
  images: ResultImage[]
  usage?: Usage | undefined
  /** Identifier of the request in the API's logs (`x-request-id`), when sent. */
  requestId?: string | undefined
  /**
   * One sentence for each result that could not be read, and one when there are fewer than were asked for. Paid for,
   * most likely.
   */
  lost: string[]
}

/** What accompanies a call. */
export interface CallOptions {
  signal?: AbortSignal | undefined
  /** Ends the call with its reason before it is sent once more; a request that is under way goes on. */
  stop?: AbortSignal | undefined
  /** Sent as `Idempotency-Key`. */
  idempotencyKey?: string | undefined
  /**
   * Awaited just before the POST of each attempt is handed to the network, so that an intent can be written down first.
   * What it throws ends the call as it is; nothing is sent then.
   */
  onSend?: (() => void | Promise<void>) | undefined
  /**
   * Awaited before a wait, so that a scheduler can slow the whole queue: the request was certainly not accepted.
   * `attempt` is the one that failed, from 1; `status` its answer, when it got one.
   */
  onWait?: ((wait: { ms: number; status: number | undefined; attempt: number }) => unknown) | undefined
}

/**
 * The OneToken image API. Calls fail with a `OneTokenError` whose `details` are
 * `{ status, type, apiCode, requestId, possiblyBilled, stopAll }`: `possiblyBilled` when a picture may have been paid
 * for without being there, `stopAll` when the next request would end in the same way.
 */
export interface OneTokenClient {
  /** `POST /v1/images/generations/` */
  generate(fields: RequestFields, options?: CallOptions): Promise<RenderAnswer>
  /** `POST /v1/images/edits/`: one image is sent as `image`, several as `image[]`. */
  edit(fields: RequestFields, files: EditFiles, options?: CallOptions): Promise<RenderAnswer>
  /** Close the connections once the calls that run are done. The client cannot be used afterwards. */
  close(): Promise<void>
}

/** Options of {@link OneTokenClient}. */
export interface ClientOptions {
  /** The key, `sk-…`. Never printed, never sent to another origin than `baseURL`'s. */
  apiKey: string
  /** With or without `/v1` at its end, and with a path before it. @default 'https://api.onetoken.one' */
  baseURL?: string | undefined
  /** Deadline of one attempt, in milliseconds, and of all waits of a call taken together. @default 600_000 */
  timeout?: number | undefined
  /** How often a request that did not arrive is sent again. One that was turned away is until `timeout`. @default 4 */
  maxResends?: number | undefined
  /** Cap of one result's bytes. @default 67_108_864 (64 MiB) */
  maxResultBytes?: number | undefined
  /** For tests. @default Math.random, for jitter */
  random?: (() => number) | undefined
  /** For tests. @default a timer that obeys the signal */
  sleep?: ((ms: number, signal?: AbortSignal) => Promise<void>) | undefined
  /** For tests. @default Date.now */
  now?: (() => number) | undefined
}
