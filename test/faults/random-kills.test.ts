import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFailed, onTestFinished } from 'vitest'
import { sha256 } from '../../packages/unplugin-onetoken/src/canonical-json.ts'
import { openFileStore } from '../../packages/unplugin-onetoken/src/store/file-store.ts'
import { startCountingApi, type CountingApi } from '../helpers/counting-api.ts'
import { randomFrom } from '../helpers/random.ts'
import { wrongIn } from '../helpers/store.ts'
import { bundleWorker, startWorker, type Worker } from '../helpers/workers.ts'
import { identified } from './workers/identified.ts'
import { isEndOf, type Ready } from './workers/messages.ts'

const KILLS = process.env['FAULTS'] === 'full' ? 500 : 60
const WRITERS = 4
/** What each of them asks for at once. */
const AT_ONCE = 2
/** Pictures that the writers choose from: few, so that they meet. */
const WINDOW = 10
const LONGEST = { answer: 20, life: 60 }

const SEED = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000)

/** Everything that the writers share. */
interface Scene {
  bundle: string
  folder: string
  api: CountingApi
  random(): number
  /** Pictures of which nobody has said anything yet, the first of an endless list. */
  open: string[]
  asked: Set<string>
  /** How long the list is so far. */
  listed: number
  wrong: string[]
  orders: number
}

const promptOf = (index: number): string => `Picture ${index}`

/** Ask a worker for one picture; undefined when it is killed before it answers. What it says must be right. */
async function ask(scene: Scene, worker: Worker, prompt: string): Promise<'recorded' | 'told' | undefined> {
  const order = { id: ++scene.orders, folder: scene.folder, prompt, api: { url: scene.api.url }, poll: 20 }
  worker.send(order)
  const end = await worker.next(isEndOf(order)).catch(() => undefined)
  if (end === undefined) return undefined
  if (end.stage === 'failed') {
    if (end.code !== 'POSSIBLY_BILLED') scene.wrong.push(`${prompt}: ${end.code}: ${end.message}`)
    return 'told'
  }
  const [image] = end.record.images
  if (scene.api.pictures.get(image?.sha256 ?? '') !== prompt)
    scene.wrong.push(`${prompt} has another picture`)
  return 'recorded'
}

/** A writer that asks for one picture after the other until it is killed, or told to stop. */
function startWriter(scene: Scene): { ready: Promise<Ready>; kill(): Promise<void>; stop(): Promise<void> } {
  const worker = startWorker(scene.bundle)
  let stopped = false
  const write = async (): Promise<void> => {
    while (!stopped) {
      const prompt = scene.open[Math.floor(scene.random() * scene.open.length)] ?? ''
      scene.asked.add(prompt)
      if ((await ask(scene, worker, prompt)) === undefined) return
      const at = scene.open.indexOf(prompt)
      if (at >= 0) scene.open.splice(at, 1, promptOf(scene.listed++))
    }
  }
  const ready = worker.next<Ready>(({ stage }) => stage === 'ready')
  const writing = ready.then(() => Promise.all(Array.from({ length: AT_ONCE }, write)))
  return {
    ready,
    async kill() {
      worker.child.kill('SIGKILL')
      await worker.ended
    },
    async stop() {
      stopped = true
      await writing
      worker.child.kill('SIGKILL')
      await worker.ended
    },
  }
}

/** Pictures whose bytes are all on the disk, under whatever name; `known` are names that were looked at before. */
async function durable({ folder, api }: Scene, known: Set<string>): Promise<string[]> {
  const images = join(folder, 'images')
  const found: string[] = []
  for (const name of await readdir(images).catch(() => [])) {
    if (known.has(name)) continue
    const bytes = await readFile(join(images, name)).catch(() => undefined)
    const prompt = bytes && api.pictures.get(sha256(bytes))
    if (prompt === undefined) continue
    known.add(name)
    found.push(prompt)
  }
  return found
}

async function killAll(scene: Scene): Promise<Set<string>> {
  const known = new Set<string>()
  const right = new Set<string>()
  const kept = new Set<string>()
  const writers = Array.from({ length: WRITERS }, () => startWriter(scene))
  for (let kills = 1; kills <= KILLS; kills++) {
    const index = Math.floor(scene.random() * WRITERS)
    const writer = writers[index]
    await writer?.ready
    await sleep(scene.random() * LONGEST.life)
    await writer?.kill()
    for (const prompt of await durable(scene, known)) kept.add(prompt)
    if (kills % 10 === 0) scene.wrong.push(...(await wrongIn(scene.folder, right)))
    writers[index] = startWriter(scene)
  }
  for (const writer of writers) await writer.stop()
  // Also what was looked at before: published files never change.
  scene.wrong.push(...(await wrongIn(scene.folder)))
  return kept
}

it(
  `${KILLS} kills of ${WRITERS} writers lose, spoil and buy again nothing`,
  { timeout: 900_000 },
  async () => {
    onTestFailed(() => console.error(`To see it again: FAULT_SEED=${SEED}`))
    const random = randomFrom(SEED)
    const folder = join(await mkdtemp(join(tmpdir(), 'onetoken-kills-')), 'onetoken')
    onTestFinished(() => rm(join(folder, '..'), { recursive: true, force: true }))
    const api = await startCountingApi(64, () => sleep(random() * LONGEST.answer))
    onTestFinished(() => api.close())
    const scene: Scene = {
      bundle: await bundleWorker('renderer.ts'),
      folder,
      api,
      random,
      open: Array.from({ length: WINDOW }, (_, index) => promptOf(index)),
      asked: new Set(),
      listed: WINDOW,
      wrong: [],
      orders: 0,
    }
    const kept = await killAll(scene)

    const last = startWorker(scene.bundle)
    const ends = new Map<string, 'recorded' | 'told' | undefined>()
    for (const prompt of scene.asked) ends.set(prompt, await ask(scene, last, prompt))
    const lost = [...kept].filter((prompt) => ends.get(prompt) !== 'recorded')
    const twice = [...api.requests].filter(([, requests]) => requests > 1)
    const recorded = [...ends.values()].filter((end) => end === 'recorded').length
    const told = ends.size - recorded
    console.info(
      `${KILLS} kills, ${ends.size} pictures: ${recorded} recorded (${kept.size} durable at some kill), ${told} possibly billed`,
    )
    console.info(`${scene.wrong.length} wrong, ${lost.length} lost, ${twice.length} paid for twice`)
    expect({ wrong: scene.wrong, lost, twice }).toEqual({ wrong: [], lost: [], twice: [] })
    expect([...ends.values()]).not.toContain(undefined)
    for (const [prompt, end] of ends) {
      const { state } = await openFileStore(folder).find(identified(prompt).key)
      expect(state, prompt).toBe(end === 'recorded' ? 'found' : 'missing')
    }
    // A writer that is killed has at most a few requests under way; all others are kept.
    expect(told).toBeLessThanOrEqual(KILLS * AT_ONCE)
    expect(recorded).toBeGreaterThan(0)
  },
)
