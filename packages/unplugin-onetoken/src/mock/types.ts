import type { Scenario } from './scenario.ts'

/** How the mock is set up. */
export interface MockOptions {
  /** Port on 127.0.0.1; 0 takes a free one. @default 0 */
  port?: number | undefined
  /** Accepted keys. @default any that begins with `sk-` */
  apiKeys?: readonly string[] | undefined
  /** Models that are known. @default ['gpt-image-2'] */
  models?: readonly string[] | undefined
  /** Time that a render takes, in milliseconds: a number, or bounds for each request. @default 0 */
  latency?: number | readonly [min: number, max: number] | undefined
  /** Other seeds, other pictures. @default 1 */
  seed?: number | undefined
  /**
   * Give another picture each time the same words come, as the real API does.
   * Off, a picture depends on seed, prompt, size, index and inputs only.
   * @default false
   */
  vary?: boolean | undefined
  /** How to misbehave: one scenario, a list of which the first that applies counts, or a function. */
  scenario?: Scenarios | undefined
  /** Dollars on the account; a render beyond it is refused with `insufficient_user_quota`. @default Infinity */
  credit?: number | undefined
  /**
   * `scenic` paints pictures worth looking at (about a quarter of a second each); `flat` gives blocks of colour
   * at once, for tests with hundreds of renders; a png that is generated then loads no image library.
   * @default 'scenic'
   */
  style?: 'scenic' | 'flat' | undefined
  /**
   * Which rules input images must obey: `openai` takes 16 png, webp or jpeg files below 50 MB each;
   * `vendor` takes one square png below 4 MB.
   * @default 'openai'
   */
  inputs?: 'openai' | 'vendor' | undefined
  /** Called when a request is over, with its line of the log. */
  onRequest?: ((request: MockRequest) => void) | undefined
}

/** One scenario, several, or a choice made for each request. */
export type Scenarios = Scenario | readonly Scenario[] | ((request: MockRequest) => Scenario | undefined)

/** A file that came with a request. */
export interface MockFile {
  /** Name of the form's field: `image`, `image[]` or `mask`. */
  field: string
  /** File name as sent. */
  name: string
  /** Type as the client declared it. */
  type: string
  /** Type that the relay makes of the file name's extension, which is the one that counts. */
  relayType: string
  bytes: Uint8Array
}

/** A line of the log. No API key is in it: where one came, it reads `sk-***`. */
export interface MockRequest {
  /** What `x-request-id` of the answer says. */
  id: string
  /** Arrival, in milliseconds since 1970. */
  time: number
  /** Time until the answer was out or the connection ended, in milliseconds. */
  duration: number | undefined
  /** `main` for the mock's address, `other` for its second one, which stands for a foreign host. */
  origin: 'main' | 'other'
  method: string
  /** Path and query. */
  path: string
  /** What was asked for; `unknown` for a path that the API does not have. */
  endpoint: 'generations' | 'edits' | 'models' | 'result' | 'unknown'
  headers: Record<string, string>
  /** A key came along. Never right for a request to `other` or for a result. */
  authorized: boolean
  /** The parsed body without its files; numbers of a form stay text, as sent. */
  fields: Record<string, unknown>
  files: MockFile[]
  /** `fields.prompt` when it is text, else empty. */
  prompt: string
  /** Name of the scenario that was played. */
  scenario: string | undefined
  /** Status of the answer; `undefined` when none was sent. */
  status: number | undefined
  /** How it ended: answered in full, broken off by the mock, left hanging, or given up by the client. */
  outcome: 'pending' | 'answered' | 'broken' | 'hanging' | 'abandoned'
  /** Whether the account was charged. */
  billed: boolean
  /** Dollars charged, after the price list of gpt-image-2. */
  cost: number
}

/** Sums over the log, images endpoints only. */
export interface MockStats {
  /** Requests to the two images endpoints, whatever came of them. */
  requests: number
  /** Requests that were charged. */
  billed: number
  /** Images that were charged. */
  images: number
  /** Dollars charged. */
  cost: number
  /** Requests in flight now, and the most that ever were. */
  concurrency: number
  peakConcurrency: number
  /** Charges per `Idempotency-Key`. The mock ignores the key otherwise, as the real API is said to. */
  billedByIdempotencyKey: Record<string, number>
}

/** A running mock. */
export interface MockServer {
  /** Base URL, without a slash at the end: `http://127.0.0.1:49152`. */
  url: string
  port: number
  /** A second address of the same mock on another port, which plays the foreign host of redirects and results. */
  otherUrl: string
  /** The log, oldest first. */
  requests: MockRequest[]
  stats: MockStats
  /** Dollars left. */
  readonly credit: number
  /** Play other scenarios from now on; without any, behave. Counts of `times` begin anew. */
  setScenario(scenario?: Scenarios): void
  /** Forget log, sums and results, refill the account, and begin the scenarios of the options anew. */
  reset(): void
  /** Drop all connections and stop. */
  close(): Promise<void>
}
