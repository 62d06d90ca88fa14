// Gets pictures as an engine does, by the parts of the real one, on orders that come as messages.
import { access, readFile } from 'node:fs/promises'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256 } from '../../../packages/unplugin-onetoken/src/canonical-json.ts'
import { createClient } from '../../../packages/unplugin-onetoken/src/client/index.ts'
import type { OneTokenClient, RenderAnswer } from '../../../packages/unplugin-onetoken/src/client/types.ts'
import { openLineages } from '../../../packages/unplugin-onetoken/src/engine/lineages.ts'
import { createRenders } from '../../../packages/unplugin-onetoken/src/engine/renders.ts'
import { asOneTokenError, OneTokenError } from '../../../packages/unplugin-onetoken/src/errors.ts'
import {
  createBudget,
  createRenderer,
  createSchedule,
} from '../../../packages/unplugin-onetoken/src/render/index.ts'
import type { ImageFacts, Renderer } from '../../../packages/unplugin-onetoken/src/render/types.ts'
import { resolveSettings } from '../../../packages/unplugin-onetoken/src/spec/resolve-settings.ts'
import { openFileStore, type RenderStore } from '../../../packages/unplugin-onetoken/src/store/file-store.ts'
import { openIntents } from '../../../packages/unplugin-onetoken/src/store/intents.ts'
import { isAlive } from '../../../packages/unplugin-onetoken/src/store/sender.ts'
import { headerSize } from '../../../packages/unplugin-onetoken/src/variants/magic.ts'
import { identified } from './identified.ts'
import type { End, Order, Ready, Report } from './messages.ts'

const API_KEY = 'sk-of-nobody'

const tell = (report: Report | Ready): void => void process.send?.(report)

/** Orders that wait to be told to go on. */
const held = new Map<number, () => void>()

/** A renderer for each store, API and lease, as a process has one for its project. */
const renderers = new Map<string, { store: RenderStore; renderer: Renderer }>()

function rendererFor({ folder, api, lease, poll }: Order): { store: RenderStore; renderer: Renderer } {
  const id = JSON.stringify([folder, api, lease, poll])
  const known = renderers.get(id)
  if (known !== undefined) return known
  const store = openFileStore(folder)
  let client: OneTokenClient | undefined
  const renderer = createRenderer({
    client: async () =>
      (client ??= 'url' in api ? createClient({ apiKey: API_KEY, baseURL: api.url }) : instantClient(api)),
    store,
    intents: openIntents(store.cache, {
      isAlive,
      sleep: (ms, signal) => sleep(poll ?? ms, undefined, { signal }),
      ...(lease === undefined ? {} : { lease }),
    }),
    schedule: createSchedule({ concurrency: 8, requestsPerMinute: undefined }),
    budget: createBudget({ renders: Number.POSITIVE_INFINITY, cost: Number.POSITIVE_INFINITY }),
    header: headerSize,
    inspect,
    multiplier: 1,
    warn: () => undefined,
    now: () => new Date(),
  })
  const made = { store, renderer }
  renderers.set(id, made)
  return made
}

/** Has the picture at once. That it was asked is on the disk before it answers, and not by the threads for files. */
function instantClient({ picture, requests }: { picture: string; requests: string }): OneTokenClient {
  const bytes = readFileSync(picture)
  return {
    async generate(_, options = {}): Promise<RenderAnswer> {
      await options.onSend?.()
      appendFileSync(requests, `${process.pid}\n`)
      return { images: [{ bytes }], requestId: 'req-1', lost: [] }
    },
    edit: () => Promise.reject(new Error('nothing is edited here')),
    close: async () => undefined,
  }
}

/** A picture is whole when its bytes are those that its name says. */
async function inspect(file: string): Promise<ImageFacts> {
  const bytes = await readFile(file)
  const facts = headerSize(bytes)
  if (facts === undefined || sha256(bytes) !== basename(file, extname(file))) {
    throw new OneTokenError('IMAGE_INVALID', 'It is not whole.')
  }
  return facts
}

async function obtain(order: Order): Promise<End> {
  const { id, folder } = order
  const { store, renderer } = rendererFor(order)
  const watched: RenderStore = {
    ...store,
    async find(key, label) {
      const lookup = await store.find(key, label)
      tell({ id, stage: 'looked' })
      return lookup
    },
  }
  const renders = createRenders({
    project: {
      root: folder,
      settings: resolveSettings({}),
      environment: {
        apiKey: API_KEY,
        baseURL: 'https://api.onetoken.one',
        frozen: undefined,
        remoteAuthorization: undefined,
        ci: false,
      },
      entries: new Map(),
      manifests: [],
      store: folder,
      provider: 'onetoken',
      files: [],
      folders: new Map(),
      begun: 0,
    },
    store: watched,
    intents: openIntents(store.cache),
    lineages: openLineages(watched),
    renderer: async () => renderer,
    async uploads() {
      if (order.hold === true) {
        tell({ id, stage: 'holds' })
        await new Promise<void>((resolve) => held.set(id, resolve))
      }
      return { images: [] }
    },
    made: () => undefined,
  })
  try {
    const obtained = await renders.obtain(identified(order.prompt), {
      purpose: 'command',
      again: order.again,
    })
    if ('placeholder' in obtained) throw new Error(obtained.placeholder)
    return { id, stage: 'done', ...obtained }
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    const { code, message, hint = '', details = {} } = error
    return { id, stage: 'failed', code, message, hint, details }
  }
}

process.on('message', (message: Order | { go: number }) => {
  if ('go' in message) held.get(message.go)?.()
  else void obtain(message).then(tell)
})

/** The thread for files starts with the first work for it. */
async function begin(): Promise<void> {
  const threads = (): string[] => {
    try {
      return readdirSync('/proc/self/task')
    } catch {
      return []
    }
  }
  const before = threads()
  await access('/')
  const thread = threads().find((one) => !before.includes(one))
  tell({ stage: 'ready', thread: thread === undefined ? undefined : Number(thread) })
}

void begin()
