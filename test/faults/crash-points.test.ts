import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../packages/unplugin-onetoken/src/canonical-json.ts'
import { openFileStore } from '../../packages/unplugin-onetoken/src/store/file-store.ts'
import { openIntents } from '../../packages/unplugin-onetoken/src/store/intents.ts'
import { noise } from '../helpers/noise.ts'
import { hashesOf, wrongIn } from '../helpers/store.ts'
import { canTrace, trace, type Call } from '../helpers/strace.ts'
import { bundleWorker, startWorker } from '../helpers/workers.ts'
import { identified } from './workers/identified.ts'
import { isEndOf, type End, type Order, type Ready } from './workers/messages.ts'

/** Two of them leave a core to the processes that they wait for. */
const LANES = 2
const PROMPT = 'A red fox'
const { key } = identified(PROMPT)
/** More than Node writes at once. */
const PICTURE = noise(PROMPT, 1_600)
const HASH = sha256(PICTURE)
/** Calls that make something on the disk; the others find out what is there, and need no room. */
const MAKES = /^(?:mkdir|write|pwrite64|writev|fsync|fdatasync|link|linkat|rename|renameat2?)$/

let bundle: string
let base: string
let orders = 0

/** A fresh place: a store, and what lies beside it. */
interface Place {
  folder: string
  order: Order
  store: string
  requests(): Promise<number>
}

async function createPlace(): Promise<Place> {
  const folder = await mkdtemp(join(base, 'place-'))
  const notes = join(folder, 'requests')
  const store = join(folder, 'onetoken')
  return {
    folder,
    store,
    order: {
      id: ++orders,
      folder: store,
      prompt: PROMPT,
      api: { picture: join(base, 'picture.png'), requests: notes },
    },
    requests: async () => (await readFile(notes, 'utf8').catch(() => '')).split('\n').length - 1,
  }
}

/** Render in a process of its own, with one thread for files; its calls, and its last word when it got to it. */
async function renderOnce(
  { folder, order }: Place,
  call?: Call,
  effect = '',
): Promise<[Call[], End | undefined]> {
  const worker = startWorker(bundle, { UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' })
  const { thread } = await worker.next<Ready>(({ stage }) => stage === 'ready')
  if (thread === undefined) throw new Error('The thread for files was not found.')
  const calls = await trace(thread, join(folder, 'trace'), call && { call, effect })
  worker.send(order)
  const report = await worker.next(isEndOf(order)).catch(() => undefined)
  worker.child.kill('SIGKILL')
  return [await calls(), report]
}

/** Look at each of these calls with a process that takes over what the first one left; what is wrong, by the call. */
async function atEach(
  calls: readonly Call[],
  look: (call: Call, place: Place, next: () => Promise<End>) => Promise<string[]>,
): Promise<string[]> {
  const wrong: string[] = []
  const left = [...calls]
  const lane = async (): Promise<void> => {
    const successor = startWorker(bundle)
    for (let call = left.shift(); call !== undefined; call = left.shift()) {
      const place = await createPlace()
      const next = async (): Promise<End> => {
        successor.send(place.order)
        return await successor.next(isEndOf(place.order))
      }
      const found = await look(call, place, next)
      wrong.push(...found.map((one) => `${call?.name} ${call?.turn} of ${call?.target}: ${one}`))
      await rm(place.folder, { recursive: true })
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return wrong
}

/** What must hold in a store whatever happened to it. */
async function broken({ store }: Place): Promise<string[]> {
  const { state } = await openFileStore(store).find(key)
  return [...(await wrongIn(store)), ...(state === 'unavailable' ? ['its record is unavailable'] : [])]
}

async function isPaidFor({ store }: Place): Promise<{ intent: boolean; durable: boolean }> {
  const intent = await openIntents(join(store, '.cache')).read(key)
  const { state } = await openFileStore(store).find(key)
  const hasBytes = [...(await hashesOf(store)).values()].includes(HASH)
  return {
    intent: intent !== undefined,
    durable: hasBytes && (state === 'found' || intent?.arrived !== undefined),
  }
}

const nameOf = (report: End): string =>
  report.stage === 'failed' ? `${report.code}: ${report.message}` : report.stage

async function afterKill(call: Call, place: Place, next: () => Promise<End>): Promise<string[]> {
  const [calls, report] = await renderOnce(place, call, 'signal=KILL')
  const at = calls.at(-1)
  if (report !== undefined || at?.target !== call.target || at.turn !== call.turn) {
    return [`it was not killed there but at ${JSON.stringify(at)}, and said ${JSON.stringify(report)}`]
  }
  const wrong = await broken(place)
  const { intent, durable } = await isPaidFor(place)
  const before = await place.requests()
  const second = await next()
  const sent = (await place.requests()) - before
  if (sent !== (intent || before > 0 || durable ? 0 : 1)) wrong.push(`${sent} requests after ${before}`)
  if (durable && second.stage !== 'done') wrong.push(`what was paid for is lost: ${nameOf(second)}`)
  const isTold = second.stage === 'failed' && second.code === 'POSSIBLY_BILLED'
  if (second.stage !== 'done' && !isTold) wrong.push(nameOf(second))
  return [...wrong, ...(await broken(place))]
}

async function afterError(
  effect: string,
  words: string,
  call: Call,
  place: Place,
  next: () => Promise<End>,
): Promise<string[]> {
  const [calls, report] = await renderOnce(place, call, effect)
  const at = calls.find(({ injected }) => injected)
  if (report === undefined || at?.target !== call.target || at.turn !== call.turn) {
    return [`it failed not there but at ${JSON.stringify(at)}, and said ${JSON.stringify(report)}`]
  }
  const wrong = await broken(place)
  const before = await place.requests()
  let salvaged: string | undefined
  if (report.stage === 'failed') {
    const { code, message, hint, details } = report
    if (!message.includes(words)) wrong.push(`it says ${message}`)
    if (before === 0) {
      if (!/^Nothing was (?:sent|rendered)/.test(hint)) wrong.push(`it hints ${hint}`)
    } else {
      salvaged = String(Reflect.get(details, 'salvaged'))
      const kept = await hashesOf(salvaged)
      if (code !== 'STORE_WRITE' || !hint.includes(salvaged)) wrong.push(`it hints ${hint}`)
      if (kept.get(`images/${HASH}.png`) !== HASH) wrong.push(`${salvaged} does not have the picture`)
    }
  } else if (before !== 1) wrong.push(`${before} requests`)
  const second = await next()
  const sent = (await place.requests()) - before
  if (sent !== 1 - before) wrong.push(`${sent} requests after ${before}`)
  if (salvaged === undefined ? second.stage !== 'done' : !isTold(second, salvaged)) {
    wrong.push(`after ${JSON.stringify(report.stage === 'failed' ? report.message : '')}: ${nameOf(second)}`)
  }
  return [...wrong, ...(await broken(place))]
}

/** What was kept elsewhere is here as well, or the next one says where it is. */
function isTold(report: End, salvaged: string): boolean {
  if (report.stage !== 'failed') return report.stage === 'done'
  return report.code === 'POSSIBLY_BILLED' && report.message.includes(salvaged)
}

describe.skipIf(!canTrace('kills at every system call'))(
  'at every system call of a render',
  { timeout: 400_000 },
  () => {
    let calls: Call[] = []

    beforeAll(async () => {
      bundle = await bundleWorker('renderer.ts')
      base = await mkdtemp(join(tmpdir(), 'onetoken-crash-'))
      await writeFile(join(base, 'picture.png'), PICTURE)
    })
    afterAll(() => rm(base, { recursive: true, force: true }))

    it('they are known', async () => {
      const place = await createPlace()
      const [all, report] = await renderOnce(place)
      expect(report).toMatchObject({ stage: 'done', made: true })
      calls = all
      console.info(`${calls.length} system calls`)
      const names = calls.map(({ name, target }) => `${name} ${target}`)
      // The order in which a render is kept.
      for (const step of [
        'link /.cache/intents/',
        'rename /.cache/intents/',
        'link /images/',
        'link /renders/',
      ]) {
        expect(
          names.findIndex((name) => name.startsWith(step)),
          step,
        ).toBeGreaterThan(0)
        names.splice(
          0,
          names.findIndex((name) => name.startsWith(step)),
        )
      }
    })

    it('a kill leaves whole files, and nothing is lost or asked for twice', async () => {
      expect(await atEach(calls, afterKill)).toEqual([])
    })

    it('an error of the disk is told, with where the picture is', async () => {
      const look = afterError.bind(undefined, 'error=EIO', 'i/o error')
      expect(await atEach(calls, look)).toEqual([])
    })

    it('a full disk is told, with where the picture is', async () => {
      const makers = calls.filter(({ name, target }) => MAKES.test(name) || target.endsWith('(new)'))
      const look = afterError.bind(undefined, 'error=ENOSPC', 'no space left on device')
      expect(await atEach(makers, look)).toEqual([])
    })
  },
)
