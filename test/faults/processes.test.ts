import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFailed } from 'vitest'
import { sha256 } from '../../packages/unplugin-onetoken/src/canonical-json.ts'
import { openFileStore } from '../../packages/unplugin-onetoken/src/store/file-store.ts'
import { openIntents, type Intent } from '../../packages/unplugin-onetoken/src/store/intents.ts'
import { SELF } from '../../packages/unplugin-onetoken/src/store/sender.ts'
import { recordOf } from '../../packages/unplugin-onetoken/src/store/testing.ts'
import { useMock } from '../helpers/mock.ts'
import { noise } from '../helpers/noise.ts'
import { randomFrom } from '../helpers/random.ts'
import { apiEnv, createSite } from '../helpers/site.ts'
import { createStage } from '../helpers/stage.ts'
import { watchPublished } from '../helpers/store.ts'
import { bundleWorker, startWorker } from '../helpers/workers.ts'
import { identified } from './workers/identified.ts'
import type { Report } from './workers/messages.ts'

const isFull = process.env['FAULTS'] === 'full'

describe('real processes on one project', () => {
  const mock = useMock({ latency: [20, 100] })

  it('the command, many times at once: each picture is paid for once, and all have all', async () => {
    const processes = isFull ? 32 : 8
    const pictures = 50
    const entries = Array.from(
      { length: pictures },
      (_, index) => `  p${index}: { prompt: Picture ${index} }\n`,
    )
    const site = await createSite({
      'images.yaml': `version: 1\ndefaults: { quality: low }\nimages:\n${entries.join('')}`,
    })
    const runs = await Promise.all(
      Array.from({ length: processes }, () => site.onetoken(apiEnv(mock.url), 'render', '--yes', '--json')),
    )
    const said = runs.map(({ status, output }) => {
      expect(status, output).toBe(0)
      return JSON.parse(output.slice(output.indexOf('{'))) as {
        rendered: []
        cached: number
        problem?: object
      }
    })
    console.info(`${processes} commands rendered ${said.map(({ rendered }) => rendered.length).join(', ')}`)
    for (const { rendered, cached, problem } of said) {
      expect([rendered.length + cached, problem]).toEqual([pictures, undefined])
    }
    expect(said.reduce((sum, { rendered }) => sum + rendered.length, 0)).toBe(pictures)
    expect([mock.stats.requests, mock.stats.billed]).toEqual([pictures, pictures])
  }, 600_000)

  it('two builds at once: each picture is paid for once', async () => {
    const names = [1, 2, 3, 4, 5].map((n) => `p${n}`)
    const imports = names.map(
      (name) => `import ${name} from 'virtual:onetoken?prompt=Fox ${name}&quality=low&w=16'`,
    )
    const site = await createSite({
      'main.js': `${imports.join('\n')}\nglobalThis.result = [${names.join()}]`,
    })
    const builds = await Promise.all(
      ['a', 'b'].map((name) => site.build(apiEnv(mock.url), '--outDir', `dist/${name}`)),
    )
    for (const { status, output } of builds) expect(status, output).toBe(0)
    expect(mock.stats.requests).toBe(names.length)
    const files = await site.list('dist')
    for (const name of ['a', 'b']) {
      expect(files.filter((file) => file.startsWith(`dist/${name}/`) && file.endsWith('.webp'))).toHaveLength(
        5,
      )
    }
  })
})

const DEAD = { ...SELF, id: 'dead', pid: 4_000_000 }

/** What a process left that is gone, or as good as gone. */
interface Left {
  again?: boolean
  requests: 0 | 1
  ends: 'done' | 'failed'
  leave(
    folder: string,
    prompt: string,
    write: (changes: Partial<Intent>) => Promise<string>,
  ): Promise<unknown>
}

const LEFT: Record<string, Left> = {
  'nothing sent': {
    requests: 1,
    ends: 'done',
    leave: async (folder, prompt) => {
      const intents = join(folder, '.cache/intents')
      await mkdir(intents, { recursive: true })
      await writeFile(join(intents, `.${identified(prompt).key}.1.json.4000000-0123456789ab.tmp`), '{ "key"')
    },
  },
  'sent, and no answer': { requests: 0, ends: 'failed', leave: (_, __, write) => write({}) },
  'sent, failed, and asked for again': {
    again: true,
    requests: 1,
    ends: 'done',
    leave: (_, __, write) => write({ failure: 'The connection was cut.' }),
  },
  'answered, and the bytes written': {
    requests: 0,
    ends: 'done',
    leave: async (folder, prompt, write) => {
      const bytes = noise(prompt, 64)
      await write({ arrived: recordOf([bytes], { key: identified(prompt).key }) })
      const images = join(folder, 'images')
      await mkdir(images, { recursive: true })
      await writeFile(join(images, `.${sha256(bytes)}.png.4000000-0123456789ab.tmp`), bytes)
    },
  },
  'sent by a process that is silent': {
    requests: 0,
    ends: 'failed',
    leave: async (_, __, write) => {
      const anHourAgo = new Date(Date.now() - 3_600_000)
      await utimes(await write({ sender: { ...SELF, id: 'silent' } }), anHourAgo, anHourAgo)
    },
  },
}

it('eight processes that find what another one left take it over once', async () => {
  const rounds = isFull ? 1_000 : 100
  const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000)
  onTestFailed(() => console.error(`To see it again: FAULT_SEED=${seed}`))
  const random = randomFrom(seed)
  // The answer comes when all of them have looked: whoever asks again after it would mean another picture.
  let allLooked: Promise<unknown> = Promise.resolve()
  const { folder, api, order } = await createStage(() => allLooked)
  const intents = openIntents(join(folder, '.cache'))
  const bundle = await bundleWorker('renderer.ts')
  const workers = Array.from({ length: 8 }, () => startWorker(bundle))
  const played = new Map<string, number>()
  for (let round = 1; round <= rounds; round++) {
    const kinds = Object.keys(LEFT)
    const kind = kinds[Math.floor(random() * kinds.length)] ?? ''
    const { again = false, requests, ends, leave } = LEFT[kind] as Left
    const prompt = `Round ${round}`
    const { key } = identified(prompt)
    await leave(folder, prompt, async (changes) => {
      await intents.write({
        key,
        attempt: 1,
        label: prompt,
        sender: DEAD,
        time: '2026-01-02T03:04:05.678Z',
        ...changes,
      })
      return join(folder, '.cache/intents', `${key}.1.json`)
    })
    const orders = workers.map((worker) => order(worker, prompt, { again }))
    allLooked = Promise.all(orders.map(({ looked }) => looked))
    const all = await Promise.all(orders.map(({ end }) => end))
    const where = `round ${round}: ${kind}`
    expect(
      all.map(({ stage }) => stage),
      where,
    ).toEqual(Array.from({ length: 8 }, () => ends))
    expect(api.requests.get(prompt) ?? 0, where).toBe(requests)
    const codes = all.map((end) => (end.stage === 'failed' ? end.code : end.record.images[0]?.sha256))
    expect(new Set(codes).size, where).toBe(1)
    if (ends === 'failed') expect(codes[0], where).toBe('POSSIBLY_BILLED')
    else expect(await openFileStore(folder).find(key), where).toMatchObject({ state: 'found' })
    expect(
      all.filter((end) => end.stage === 'done' && end.made),
      where,
    ).toHaveLength(requests)
    played.set(kind, (played.get(kind) ?? 0) + 1)
  }
  console.info([...played].map(([kind, times]) => `${kind}: ${times}`).join('; '))
}, 900_000)

describe('a process that is stopped for longer than its lease', () => {
  const PROMPT = 'A red fox'
  const lease = 2_000

  it('while its request is under way keeps the picture when it goes on, and nobody else pays', async () => {
    let arrived = (): void => undefined
    let release = (): void => undefined
    const isArrived = new Promise<void>((resolve) => (arrived = resolve))
    const isReleased = new Promise<void>((resolve) => (release = resolve))
    const { folder, api, order } = await createStage(() => {
      arrived()
      return isReleased
    })
    const changes = watchPublished(folder)
    const bundle = await bundleWorker('renderer.ts')
    const [leader, waiter] = [startWorker(bundle), startWorker(bundle)]
    const leading = order(leader, PROMPT, { lease })
    await isArrived
    leader.child.kill('SIGSTOP')
    expect(await order(waiter, PROMPT, { lease }).end).toMatchObject({
      stage: 'failed',
      code: 'POSSIBLY_BILLED',
    })
    leader.child.kill('SIGCONT')
    release()
    const end = await leading.end
    expect(end).toMatchObject({ stage: 'done', made: true })
    const second = await order(waiter, PROMPT, { lease }).end
    expect(second).toMatchObject({ stage: 'done', made: false, record: Reflect.get(end, 'record') })
    expect(api.requests.get(PROMPT)).toBe(1)
    expect(await changes()).toEqual({ published: 4, changed: [] })
  })

  it('before it was sent takes the picture that another one paid for', async () => {
    const { folder, api, order } = await createStage(() => Promise.resolve())
    const changes = watchPublished(folder)
    const bundle = await bundleWorker('renderer.ts')
    const [leader, other] = [startWorker(bundle), startWorker(bundle)]
    const leading = order(leader, PROMPT, { lease, hold: true })
    await leader.next<Report>(({ id, stage }) => id === leading.id && stage === 'holds')
    leader.child.kill('SIGSTOP')
    const first = await order(other, PROMPT, { lease }).end
    expect(first).toMatchObject({ stage: 'done', made: true })
    leader.child.kill('SIGCONT')
    leader.send({ go: leading.id })
    expect(await leading.end).toMatchObject({
      stage: 'done',
      made: false,
      record: Reflect.get(first, 'record'),
    })
    expect(api.requests.get(PROMPT)).toBe(1)
    expect(await changes()).toEqual({ published: 4, changed: [] })
  })
})
