import { randomFrom, type Random } from './paint/random.ts'
import { openBook, type ScenarioBook } from './scenario.ts'
import type { MockOptions, MockRequest, MockStats } from './types.ts'

/** A result that is handed out by address. */
export interface Hosted {
  bytes: Uint8Array
  type: string
  /** Milliseconds since 1970. */
  expires: number
  /** Leads elsewhere instead. */
  redirect: string | undefined
  endless: boolean
}

/** Options with their defaults filled in. */
export interface Settings {
  seed: number
  vary: boolean
  style: 'scenic' | 'flat'
  inputs: 'openai' | 'vendor'
  models: readonly string[]
  apiKeys: readonly string[] | undefined
  latency: readonly [number, number]
  credit: number
}

/** All that changes while a mock runs. */
export interface State {
  settings: Settings
  book: ScenarioBook
  requests: MockRequest[]
  stats: MockStats
  credit: number
  hosted: Map<string, Hosted>
  /** Count of requests: makes identifiers, and pictures when these are to vary. */
  turn: number
  random: Random
  /** Base URLs, once the ports are known. */
  urls: { main: string; other: string }
  /** Aborted when the mock closes: ends every wait. */
  closing: AbortController
  onRequest: ((request: MockRequest) => void) | undefined
}

/** The state of a mock that has just been started. Throws for a scenario that does not exist. */
export function createState(options: MockOptions): State {
  const { latency = 0, credit = Infinity, seed = 1 } = options
  const settings: Settings = {
    seed,
    vary: options.vary ?? false,
    style: options.style ?? 'scenic',
    inputs: options.inputs ?? 'openai',
    models: options.models ?? ['gpt-image-2'],
    apiKeys: options.apiKeys,
    latency: typeof latency === 'number' ? [latency, latency] : latency,
    credit,
  }
  return {
    settings,
    book: openBook(options.scenario),
    requests: [],
    stats: emptyStats(),
    credit,
    hosted: new Map(),
    turn: 0,
    random: randomFrom('latency', seed),
    urls: { main: '', other: '' },
    closing: new AbortController(),
    onRequest: options.onRequest,
  }
}

function emptyStats(): MockStats {
  return {
    requests: 0,
    billed: 0,
    images: 0,
    cost: 0,
    concurrency: 0,
    peakConcurrency: 0,
    billedByIdempotencyKey: {},
  }
}

/** Forget what happened; what is still in flight stays counted as such. */
export function forget(state: State): void {
  const { concurrency } = state.stats
  state.requests.length = 0
  Object.assign(state.stats, emptyStats(), { concurrency, peakConcurrency: concurrency })
  state.credit = state.settings.credit
  state.hosted.clear()
  state.turn = 0
}

/** Charge a request. */
export function charge(state: State, entry: MockRequest, cost: number, images: number): void {
  const { stats } = state
  entry.billed = true
  entry.cost = cost
  state.credit -= cost
  stats.billed++
  stats.images += images
  stats.cost += cost
  const key = entry.headers['idempotency-key']
  if (key !== undefined) stats.billedByIdempotencyKey[key] = (stats.billedByIdempotencyKey[key] ?? 0) + 1
}
