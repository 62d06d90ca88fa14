import { readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import { OneTokenError } from '../errors.ts'
import { openFileStore, type RenderStore } from './file-store.ts'
import { LEFT_BEHIND } from './listing.ts'
import type { PushOptions } from './push.ts'
import { createdAfter, serializeRecord, type RenderRecord } from './record.ts'
import { shareStore, type SharedStore, type SharedStoreParts } from './shared-store.ts'
import { openUploads } from './uploads.ts'
import {
  failureOf,
  filesIn,
  imageOf,
  KEY,
  memoryRemote,
  recordOf,
  temporaryFolder,
  told,
  type MemoryRemote,
} from './testing.ts'

const FOX = Buffer.from('png:fox')
const HARE = Buffer.from('png:hare')
const RECORD = `renders/${KEY}.json`
const IMAGE = `images/${sha256(FOX)}.png`
/** When a picture that somebody asked for again is made. */
const LATER = '2026-02-03T04:05:06.000Z'
const LFS = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(FOX)}\nsize 7\n`

interface Machine {
  folder: string
  store: SharedStore
}

async function machine(
  remote = memoryRemote(),
  write = true,
  more: Partial<SharedStoreParts> = {},
): Promise<Machine> {
  const folder = await temporaryFolder()
  const local = openFileStore(folder)
  const parts = { remote, uploads: openUploads(local.cache), takes: () => write, ...more }
  return { folder, store: shareStore(local, parts) }
}

/** Keep a render as the renderer does: its pictures, then its record. */
async function keep(store: SharedStore, bytes: Buffer, replace = false): Promise<RenderRecord> {
  await store.putImage(bytes, 'png')
  return await store.putRecord(recordOf([bytes], replace ? { created: LATER } : {}), { replace })
}

describe('a render that is in the remote store', () => {
  test('comes here, whole, and is asked for once', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote), await machine(remote, false)]
    await keep(one.store, FOX)
    remote.log.length = 0
    expect(await other.store.find(KEY)).toEqual({ state: 'found', record: recordOf([FOX]) })
    expect(await readFile(await other.store.image(imageOf(FOX), 'hero'))).toEqual(FOX)
    // Git is told of the store, too: what it is not to see comes next.
    expect(await filesIn(other.folder)).toEqual(['.gitattributes', '.gitignore', IMAGE, RECORD])
    expect(remote.log).toEqual([`read ${RECORD}`, `read ${IMAGE}`])
    await other.store.find(KEY)
    expect(remote.log).toHaveLength(2)
  })

  test('gives its picture to a machine that has the record only', async () => {
    const remote = memoryRemote()
    const { store, folder } = await machine(remote)
    await keep(store, FOX)
    await rm(join(folder, 'images'), { recursive: true })
    expect(await readFile(await store.image(imageOf(FOX), 'hero'))).toEqual(FOX)
    expect(await filesIn(join(folder, 'images'))).toHaveLength(1)
  })

  test('heals what is damaged here, and keeps that aside', async () => {
    const { store, folder } = await machine()
    await keep(store, FOX)
    await writeFile(join(folder, IMAGE), 'png:fax')
    await writeFile(join(folder, RECORD), '{')
    expect(await store.find(KEY)).toMatchObject({ state: 'found' })
    expect(await readFile(await store.image(imageOf(FOX), 'hero'))).toEqual(FOX)
    expect(await readFile(join(folder, RECORD), 'utf8')).toBe(serializeRecord(recordOf([FOX])))
    expect(await filesIn(join(folder, '.cache/quarantine'))).toHaveLength(2)
  })

  test('is used in place of what git has to put right, which stays as it is', async () => {
    const remote = memoryRemote()
    const { store, folder } = await machine(remote)
    await keep(store, FOX)
    await writeFile(join(folder, IMAGE), LFS)
    await writeFile(join(folder, RECORD), '<<<<<<< HEAD\n')
    expect(await store.find(KEY)).toMatchObject({ state: 'found', record: { key: KEY } })
    remote.log.length = 0
    for (let time = 0; time < 3; time += 1) {
      expect(await readFile(await store.image(imageOf(FOX), 'hero'))).toEqual(FOX)
    }
    expect(remote.log).toEqual([`read ${IMAGE}`])
    expect(await readFile(join(folder, IMAGE), 'utf8')).toBe(LFS)
    expect(await readFile(join(folder, RECORD), 'utf8')).toBe('<<<<<<< HEAD\n')
  })
})

describe('a render that is nowhere', () => {
  test('is missing', async () => {
    const { store } = await machine()
    expect(await store.find(KEY)).toEqual({ state: 'missing' })
  })

  test('but should be here, is told with both places', async () => {
    const { store, folder } = await machine()
    const error = await failureOf(store.image(imageOf(FOX), 'hero'))
    expect(told(error, folder)).toMatchSnapshot()
  })
})

describe('a remote store that lies', () => {
  test.each<[string, string, string | undefined]>([
    ['a record that is none', RECORD, '<html>'],
    ['an empty record', RECORD, ''],
    ['a record that was changed', RECORD, serializeRecord(recordOf([FOX])).replace('"take": 1', '"take": 2')],
    [
      'a record that is nested deeply',
      RECORD,
      `{"version":1,"request":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
    ],
    ['the record of another render', RECORD, serializeRecord(recordOf([FOX], { key: sha256('x') }))],
    ['another picture', IMAGE, 'png:hare'],
    ['half of a picture', IMAGE, 'png'],
    ['no picture', IMAGE, undefined],
  ])('%s: is not believed, and the render is not missing', async (name, file, text) => {
    const remote = memoryRemote()
    const one = await machine(remote)
    await keep(one.store, FOX)
    if (text === undefined) remote.files.delete(file)
    else remote.files.set(file, Buffer.from(text))
    const { store, folder } = await machine(remote)
    const lookup = await store.find(KEY, 'hero')
    expect(lookup.state).toBe('unavailable')
    if (lookup.state === 'unavailable') expect(told(lookup.error, folder)).toMatchSnapshot(name)
    expect((await filesIn(folder)).filter((path) => !path.startsWith('.cache'))).toEqual([])
  })

  test('and keeps nothing of what it takes is found out', async () => {
    const remote = memoryRemote({ isExclusive: false })
    const { store } = await machine({ ...remote, create: async () => 'created' })
    await keep(store, FOX)
    expect(await store.pushWaiting()).toMatchObject([{ code: 'STORE_UNAVAILABLE' }])
  })
})

describe('a remote store that is down', () => {
  test('costs nothing when the render is here', async () => {
    const remote = memoryRemote()
    const { store } = await machine(remote)
    await keep(store, FOX)
    remote.log.length = 0
    remote.fails = 'unreachable'
    expect(await store.find(KEY)).toMatchObject({ state: 'found' })
    await store.image(imageOf(FOX), 'hero')
    expect(remote.log).toEqual([])
  })

  test('makes nobody pay for what may be there', async () => {
    const remote = memoryRemote()
    remote.fails = 'timeout'
    const { store, folder } = await machine(remote)
    const lookup = await store.find(KEY, 'hero')
    expect(lookup).toMatchObject({ state: 'unavailable', error: { code: 'REMOTE_FAILED' } })
    if (lookup.state === 'unavailable') expect(told(lookup.error, folder)).toMatchSnapshot()
  })

  test.each(['unreachable', 'timeout', 'denied', 'full', 'unexpected'] as const)(
    '%s: what was paid for is kept here, and goes there later',
    async (kind) => {
      const remote = memoryRemote()
      remote.fails = kind
      const { store, folder } = await machine(remote)
      expect(await keep(store, FOX)).toEqual(recordOf([FOX]))
      expect(await filesIn(join(folder, '.cache/uploads'))).toEqual([`${KEY}.json`])
      expect(await store.pushWaiting()).toMatchObject([{ code: 'REMOTE_FAILED', details: { kind } }])
      remote.fails = undefined
      expect(await store.pushWaiting()).toEqual([])
      expect([...remote.files.keys()].sort()).toEqual([IMAGE, RECORD])
      expect(await filesIn(join(folder, '.cache/uploads'))).toEqual([])
      remote.log.length = 0
      await store.pushWaiting()
      expect(remote.log).toEqual([])
    },
  )

  test('a waiting upload whose render is gone is forgotten', async () => {
    const remote = memoryRemote()
    remote.fails = 'full'
    const { store, folder } = await machine(remote)
    await keep(store, FOX)
    await rm(join(folder, 'renders'), { recursive: true })
    const upload = join(folder, `.cache/uploads/${KEY}.json`)
    const twoDaysAgo = new Date(Date.now() - 2 * LEFT_BEHIND)
    await utimes(upload, twoDaysAgo, twoDaysAgo)
    expect(await store.pushWaiting()).toEqual([])
    expect(await filesIn(join(folder, '.cache/uploads'))).toEqual([])
  })

  test('a waiting upload whose record may be written at this moment is not', async () => {
    const { store, folder } = await machine()
    const uploads = openUploads(join(folder, '.cache'))
    await uploads.add({ key: KEY, replace: false })
    expect(await store.pushWaiting()).toEqual([])
    expect(await uploads.has(KEY)).toBe(true)
  })

  test.each<[string, boolean]>([
    ['is not there yet', false],
    ['is to replace one that goes there meanwhile', true],
  ])('an upload whose record %s waits on, whatever another process does', async (_, replaces) => {
    const remote = memoryRemote()
    const { store, folder } = await machine(remote)
    if (replaces) await keep(store, FOX)
    const local = openFileStore(folder)
    const parts = { remote, uploads: openUploads(local.cache), takes: () => true }
    const interrupted: RenderStore = {
      ...local,
      async putRecord(record, options) {
        await store.pushWaiting()
        remote.fails = 'unreachable'
        return await local.putRecord(record, options)
      },
    }
    await keep(shareStore(interrupted, parts), HARE, replaces)
    expect(await filesIn(join(folder, '.cache/uploads'))).toEqual([`${KEY}.json`])
    remote.fails = undefined
    expect(await store.pushWaiting()).toEqual([])
    expect(JSON.parse(String(remote.files.get(RECORD)))).toMatchObject({ images: [imageOf(HARE)] })
  })
})

describe('several machines', () => {
  test.each([true, false])(
    'the first one wins, and the others take its picture (exclusive: %s)',
    async (isExclusive) => {
      const remote = memoryRemote({ isExclusive })
      const machines = await Promise.all(Array.from({ length: 16 }, () => machine(remote)))
      await Promise.all(machines.map(({ store }, index) => keep(store, Buffer.from(`png:${index}`))))
      // Where the server promises nothing, the last look settles it.
      const winner = JSON.parse(String(remote.files.get(RECORD))) as RenderRecord
      const settled = isExclusive
        ? machines
        : await Promise.all(
            machines.map(async (one) => ({ ...one, kept: await one.store.push((await found(one)).record) })),
          )
      for (const one of settled) expect((await found(one)).record.images).toEqual(winner.images)
      for (const { store } of machines) {
        for (const image of winner.images) await store.image(image, 'hero')
      }
    },
  )

  test('the picture of the others stays on their disks', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote), await machine(remote)]
    await keep(one.store, FOX)
    expect((await keep(other.store, HARE)).images).toEqual([imageOf(FOX)])
    expect(await readFile(join(other.folder, `images/${sha256(HARE)}.png`))).toEqual(HARE)
  })

  test.each<[string, (one: Machine, remote: MemoryRemote) => Promise<unknown>]>([
    ['came there later', ({ store }) => keep(store, HARE)],
    [
      'waited to go there',
      async ({ store }, remote) => {
        remote.fails = 'unreachable'
        await keep(store, HARE)
        remote.fails = undefined
        expect(await store.pushWaiting()).toEqual([])
      },
    ],
    [
      'is older',
      async ({ store, folder }) => {
        await keepHere(folder, HARE)
        await store.refresh(KEY)
      },
    ],
    [
      'gives way to that of the others',
      async ({ store, folder }) => {
        await keepHere(folder, HARE)
        await store.bring((await store.pushed(KEY)) ?? recordOf([]))
      },
    ],
  ])('a picture that %s keeps a record', async (_, lose) => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote), await machine(remote)]
    await other.store.putImage(FOX, 'png')
    await other.store.putRecord(recordOf([FOX], { created: LATER }))
    await lose(one, remote)
    expect((await found(one)).record.images).toEqual([imageOf(FOX)])
    expect(await picturesNamedIn(one.folder)).toEqual([imageOf(FOX), imageOf(HARE)])
  })

  test.each<[string, PushOptions['replace'], string | undefined]>([
    ['as somebody chose another one', 'any', undefined],
    ['as another one was asked for', 'older', LATER],
  ])(
    'a picture that gives way in the remote store, %s, keeps a record there',
    async (_, replace, created) => {
      const remote = memoryRemote()
      const [one, other] = [await machine(remote), await machine(remote)]
      await keep(other.store, FOX)
      const mine = recordOf([HARE], created === undefined ? {} : { created })
      await one.store.putImage(HARE, 'png')
      await one.store.push(mine, { replace })
      const records = [...remote.files].filter(([name]) => name.startsWith('renders/'))
      const named = records.map(([, text]) => (JSON.parse(String(text)) as RenderRecord).images)
      expect(named).toEqual([[imageOf(HARE)], [imageOf(FOX)]])
    },
  )

  test('of which the slow clock of one tells less than that it has seen the former picture', async () => {
    const remote = memoryRemote()
    const [fast, slow] = [await machine(remote), await machine(remote)]
    await keep(fast.store, FOX)
    const former = (await found(slow)).record
    await slow.store.putImage(HARE, 'png')
    const created = createdAfter(former, new Date('2020-01-02T03:04:05.000Z'))
    const anew = recordOf([HARE], { created })
    expect(await slow.store.putRecord(anew, { replace: true })).toEqual(anew)
    await fast.store.refresh(KEY)
    expect((await found(fast)).record).toEqual(anew)
  })

  test('a picture that somebody asked for again replaces the first one', async () => {
    const remote = memoryRemote()
    const { store } = await machine(remote)
    await keep(store, FOX)
    await keep(store, HARE, true)
    const late = await machine(remote)
    expect((await found(late)).record.images).toEqual([imageOf(HARE)])
  })

  test('comes to the others when they look for news', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote), await machine(remote, false)]
    await keep(one.store, FOX)
    await found(other)
    await keep(one.store, HARE, true)
    expect((await found(other)).record.images).toEqual([imageOf(FOX)])
    await other.store.refresh(KEY)
    expect((await found(other)).record.images).toEqual([imageOf(HARE)])
    await one.store.refresh(KEY)
    expect((await found(one)).record.images).toEqual([imageOf(HARE)])
  })

  test('also where the first one was not known', async () => {
    const remote = memoryRemote()
    await keep((await machine(remote)).store, FOX)
    const { store } = await machine(remote)
    expect((await keep(store, HARE, true)).images).toEqual([imageOf(HARE)])
    expect((await found(await machine(remote))).record.images).toEqual([imageOf(HARE)])
  })

  test('of two that were asked for again, the later one stands, whichever comes there first', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote), await machine(remote)]
    remote.fails = 'full'
    await one.store.putImage(FOX, 'png')
    await one.store.putRecord(recordOf([FOX], { created: '2026-02-01T00:00:00.000Z' }), { replace: true })
    remote.fails = undefined
    await keep(other.store, HARE, true)
    expect(await one.store.pushWaiting()).toEqual([])
    expect((await found(one)).record.images).toEqual([imageOf(HARE)])
    expect((await found(await machine(remote))).record.images).toEqual([imageOf(HARE)])
  })

  test('a refusal gives way to a picture', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote), await machine(remote)]
    await one.store.putRecord(recordOf([], { refusal: { message: 'no' } }))
    expect((await keep(other.store, FOX)).images).toEqual([imageOf(FOX)])
    expect((await found(await machine(remote))).record.images).toEqual([imageOf(FOX)])
  })

  test('a push changes nothing here, and nothing there that it cannot read', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote), await machine(remote, false)]
    const record = await keep(one.store, FOX)
    await keep(other.store, HARE)
    expect((await other.store.push((await found(other)).record, { check: true })).images).toEqual(
      record.images,
    )
    expect((await found(other)).record.images).toEqual([imageOf(HARE)])
    const blind = { ...remote, read: () => Promise.reject(new OneTokenError('REMOTE_FAILED', '503')) }
    const third = await machine(blind, false)
    await keep(third.store, HARE)
    expect((await failureOf(third.store.push((await found(third)).record, { check: true }))).message).toBe(
      '503',
    )
    expect(JSON.parse(String(remote.files.get(RECORD)))).toMatchObject({ images: record.images })
  })

  test('a remote store that is only read gets nothing', async () => {
    const remote = memoryRemote()
    const { store, folder } = await machine(remote, false)
    await keep(store, FOX)
    expect(remote.log).toEqual([])
    expect(await filesIn(join(folder, '.cache'))).toEqual([])
  })

  test('where it is only read, nobody is sent to put renders there', async () => {
    const remote = memoryRemote()
    remote.fails = 'unreachable'
    const { store, folder } = await machine(remote, false, { isWritable: false })
    const lookup = await store.find(KEY, 'hero')
    const text = lookup.state === 'unavailable' ? told(lookup.error, folder) : lookup.state
    expect(text).toContain('onetoken render --no-remote. The picture stays on this machine')
    expect(text).not.toContain('onetoken sync')
  })

  test('what is wrong there is put right by a push that checks', async () => {
    const remote = memoryRemote()
    const { store } = await machine(remote)
    const record = await keep(store, FOX)
    remote.files.set(IMAGE, Buffer.from('png'))
    remote.files.set(RECORD, Buffer.from('{'))
    let written = 0
    const wrote = (): void => void (written += 1)
    await store.push(record, { check: true, wrote })
    expect((await found(await machine(remote))).record).toEqual(record)
    expect(written).toBe(2)
    await store.push(record, { check: true, wrote })
    expect(written).toBe(2)
    remote.files.clear()
    await store.push(record, { wrote })
    expect(written).toBe(4)
  })
})

/** Keep a render without a word to the remote store. */
async function keepHere(folder: string, bytes: Buffer): Promise<void> {
  const local = openFileStore(folder)
  await local.putImage(bytes, 'png')
  await local.putRecord(recordOf([bytes]))
}

/** The pictures that the records of a store name; what has the key itself first. */
async function picturesNamedIn(folder: string): Promise<RenderRecord['images']> {
  const local = openFileStore(folder)
  const keys = (await local.keys()).sort((one, other) => Number(other === KEY) - Number(one === KEY))
  const looks = await Promise.all(keys.map((key) => local.find(key)))
  return looks.flatMap((look) => (look.state === 'found' ? look.record.images : []))
}

async function found({ store }: Pick<Machine, 'store'>): Promise<{ record: RenderRecord }> {
  const lookup = await store.find(KEY)
  if (lookup.state !== 'found') throw new Error(`the render is ${lookup.state}`)
  return lookup
}

describe('a machine that is thrown away', () => {
  const RANDOM = /[\da-f]{8}(?:-[\da-f]+){4}/
  const ready = (store: SharedStore): Promise<void> => store.prepare()

  test('is told before it pays that its renders would be lost', async () => {
    const remote = memoryRemote()
    const { store, folder } = await machine(remote, true, { mustTake: true })
    remote.fails = 'denied'
    const error = await failureOf(ready(store))
    expect(told(error, folder).replace(RANDOM, '<random>')).toMatchInlineSnapshot(`
      "REMOTE_FAILED
      Nothing more is rendered: this CI build may pay for renders only because the remote store keeps them, and https://store.example/onetoken does not take them. renders/probe-<random>.json could not be written to https://store.example/onetoken: it failed.
      Check who may read and write there.
      To render here all the same, set "frozen": false in the settings or ONETOKEN_FROZEN=0, and keep the folder of the renders yourself."
    `)
    expect(error.details).toMatchObject({ stopAll: true, kind: 'denied' })
    // Asked once for a run.
    const { length } = remote.log
    await failureOf(ready(store))
    expect(remote.log).toHaveLength(length)
  })

  test('leaves nothing behind where it may write', async () => {
    const remote = memoryRemote()
    const { store } = await machine(remote, true, { mustTake: true })
    await ready(store)
    await ready(store)
    expect(remote.log.map((line) => line.replace(RANDOM, '<random>'))).toEqual([
      'write renders/probe-<random>.json',
      'remove renders/probe-<random>.json',
    ])
    expect([...remote.files.keys()]).toEqual([])
  })

  test('stops when what it has rendered is not taken', async () => {
    const remote = memoryRemote()
    const { store } = await machine(remote, true, { mustTake: true })
    await ready(store)
    remote.fails = 'full'
    await keep(store, FOX)
    expect((await failureOf(ready(store))).details).toMatchObject({ stopAll: true, kind: 'full' })
  })

  test('is any other than one that keeps its disk', async () => {
    const remote = memoryRemote()
    const { store } = await machine(remote)
    remote.fails = 'denied'
    await ready(store)
    expect(remote.log).toEqual([])
  })
})
