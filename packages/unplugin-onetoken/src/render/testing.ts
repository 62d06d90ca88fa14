import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type {
  CallOptions,
  EditFiles,
  OneTokenClient,
  RenderAnswer,
  RequestFields,
  Usage,
} from '../client/types.ts'
import { OneTokenError, type ErrorCode } from '../errors.ts'
import { openFileStore, type RenderStore } from '../store/file-store.ts'
import { openIntents, type Intent, type Intents, type Surroundings } from '../store/intents.ts'
import { KEY, temporaryFolder } from '../store/testing.ts'
import { createBudget, type Budget, type BudgetLimits } from './budget.ts'
import { createRenderer } from './renderer.ts'
import type { Renderer, RendererParts, RenderJob } from './types.ts'
import { createSchedule, type Schedule } from './schedule.ts'

/** A request as the fake client got it. */
export interface Post {
  endpoint: 'generations' | 'edits'
  fields: RequestFields
  files: EditFiles | undefined
  options: CallOptions
}

/** How the API answers; `turn` counts from 1. */
export type Answer = (post: Post, turn: number) => RenderAnswer | Promise<RenderAnswer>

/** Bytes that the fakes take for a picture. `damaged` and `crash` in them are told by the fake decoder. */
export function picture(words = 'fox'): Buffer {
  return Buffer.from(`png:${words}`)
}

/** A good answer with these pictures. */
export function answerOf(pictures: readonly Uint8Array[], usage?: Usage): RenderAnswer {
  return { images: pictures.map((bytes) => ({ bytes })), usage, requestId: 'req-1', lost: [] }
}

/** An error as the client throws it. */
export function apiError(
  code: ErrorCode,
  { possiblyBilled = false, stopAll = false }: { possiblyBilled?: boolean; stopAll?: boolean } = {},
): OneTokenError {
  return new OneTokenError(code, `The API said ${code}.`, {
    hint: 'Look at the usage log.',
    details: { possiblyBilled, stopAll },
  })
}

/** The picture comes. */
export const good: Answer = () => answerOf([picture()])
/** It may have been billed. */
export const cut: Answer = () => {
  throw apiError('POSSIBLY_BILLED', { possiblyBilled: true })
}
/** By moderation. */
export const refuse: Answer = () => {
  throw apiError('API_REFUSED')
}
/** The request is. */
export const wrong: Answer = () => {
  throw apiError('API_BAD_REQUEST')
}

/** The answers of turns 1, 2 …; the last one is the answer of all that come after it. */
export function inTurn(...answers: Answer[]): Answer {
  return (post, turn) => {
    const answer = answers[Math.min(turn, answers.length) - 1]
    if (answer === undefined) throw new Error('there is no answer')
    return answer(post, turn)
  }
}

/** What a test chooses. */
export interface BenchOptions {
  answer?: Answer
  limits?: BudgetLimits
  concurrency?: number
  folder?: string
  surroundings?: Surroundings
  parts?: Partial<RendererParts>
  now?: () => Date
}

/** A renderer on a real folder, with a client that is a function. */
export interface Bench {
  /** Of the store. */
  folder: string
  store: RenderStore
  intents: Intents
  schedule: Schedule
  budget: Budget
  posts: Post[]
  /** What was done, in the order in which it was done. */
  events: string[]
  warnings: string[]
  renderer: Renderer
}

/** What {@link jobOf} costs at the worst, in dollars: 7,024 tokens of picture, 9 bytes of words. */
export const WORST: number = (7_024 * 30 + 9 * 5) / 1e6

/** A job for one picture. */
export function jobOf(changes: Partial<RenderJob> = {}, request: object = {}): RenderJob {
  return {
    key: KEY,
    label: 'hero',
    name: 'hero',
    provider: 'onetoken',
    spec: {
      endpoint: 'generations',
      request: {
        model: 'gpt-image-2',
        prompt: 'a red fox',
        n: 1,
        size: '1024x1024',
        quality: 'high',
        ...request,
      },
      take: 1,
      inputs: [],
    },
    digests: [],
    uploads: async () => ({ images: [] }),
    again: false,
    ...changes,
  }
}

/** Nobody else is alive, and nobody is waited for. */
export const ALONE: Surroundings = {
  isAlive: () => false,
  sleep: async () => {
    throw new Error('nobody is waited for')
  },
}

/** Put a renderer together. */
export async function bench(options: BenchOptions = {}): Promise<Bench> {
  const folder = options.folder ?? join(await temporaryFolder(), 'onetoken')
  const events: string[] = []
  const posts: Post[] = []
  const warnings: string[] = []
  const store = options.parts?.store ?? watchedStore(openFileStore(folder), events)
  const intents =
    options.parts?.intents ?? watchedIntents(openIntents(store.cache, options.surroundings ?? ALONE), events)
  const schedule = createSchedule({ concurrency: options.concurrency ?? 4, requestsPerMinute: undefined })
  const budget = createBudget(options.limits ?? { renders: Number.POSITIVE_INFINITY, cost: 100 })
  const client = fakeClient(posts, events, options.answer ?? good)
  const renderer = createRenderer({
    client: async () => client,
    schedule,
    budget,
    header: (bytes) =>
      Buffer.from(bytes).toString().startsWith('png:') ? { format: 'png', width: 64, height: 48 } : undefined,
    inspect: fakeInspect,
    multiplier: 1,
    warn: (message) => warnings.push(message),
    now: options.now ?? (() => new Date('2026-01-02T03:04:05.678Z')),
    ...options.parts,
    store,
    intents,
  })
  return { folder, store, intents, schedule, budget, posts, events, warnings, renderer }
}

function fakeClient(posts: Post[], events: string[], answer: Answer): OneTokenClient {
  const post = async (one: Post): Promise<RenderAnswer> => {
    await one.options.onSend?.()
    events.push('POST')
    posts.push(one)
    return await answer(one, posts.length)
  }
  return {
    generate: (fields, options = {}) => post({ endpoint: 'generations', fields, files: undefined, options }),
    edit: (fields, files, options = {}) => post({ endpoint: 'edits', fields, files, options }),
    close: async () => {},
  }
}

async function fakeInspect(file: string): Promise<{ format: 'png'; width: number; height: number }> {
  const text = await readFile(file, 'utf8')
  if (text.includes('damaged')) throw new OneTokenError('IMAGE_INVALID', 'It is cut short.')
  if (text.includes('crash')) throw new Error('the decoder died')
  return { format: 'png', width: 60, height: 40 }
}

function watchedStore(store: RenderStore, events: string[]): RenderStore {
  const watch =
    <Arguments extends unknown[], T>(event: string, work: (...all: Arguments) => Promise<T>) =>
    async (...all: Arguments): Promise<T> => {
      const result = await work(...all)
      events.push(event)
      return result
    }
  return {
    ...store,
    prepare: watch('store is writable', store.prepare),
    putImage: watch('bytes are synced', store.putImage),
    putRecord: watch('record', store.putRecord),
  }
}

function watchedIntents(intents: Intents, events: string[]): Intents {
  return {
    ...intents,
    async write(intent) {
      await intents.write(intent)
      events.push(intent.failure === undefined ? 'intent: arrived' : 'intent: failed')
    },
    async claim(intent) {
      const granted = await intents.claim(intent)
      events.push(granted ? 'intent: sent' : 'intent: taken')
      return granted
    },
    async withdraw(intent) {
      await intents.withdraw(intent)
      events.push('intent withdrawn')
    },
    async close(intent) {
      await intents.close(intent)
      events.push('intent closed')
    },
  }
}

/** An intent of a process of another machine. */
export function intentOf(changes: Partial<Intent> = {}): Intent {
  return {
    key: KEY,
    attempt: 1,
    label: 'hero',
    sender: { id: 'another', pid: 1, host: 'elsewhere', namespace: '' },
    time: '2026-01-02T03:04:05.678Z',
    ...changes,
  }
}
