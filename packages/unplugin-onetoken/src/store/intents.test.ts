import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openIntents, type Intent, type Intents } from './intents.ts'
import { failureOf, KEY, temporaryFolder, told } from './testing.ts'

/** Numbers of processes, by what they are. */
const ALIVE = 4_000_001
const DEAD = 4_000_002

function intent(changes: Partial<Intent> = {}): Intent {
  const time = new Date().toISOString()
  return { state: 'sent', key: KEY, label: 'hero', pid: ALIVE, host: hostname(), time, ...changes }
}

const NEVER = new AbortController().signal

async function open(
  sleep: () => Promise<unknown> = async () => {
    throw new Error('nobody is waited for')
  },
): Promise<{ folder: string; intents: Intents }> {
  const folder = await temporaryFolder()
  return { folder, intents: openIntents(folder, { isAlive: (pid) => pid === ALIVE, sleep }) }
}

describe('what stands for a key', () => {
  test('nothing', async () => {
    const { intents } = await open()
    expect(await intents.read(KEY)).toBeUndefined()
  })

  test('that a request was planned', async () => {
    const { intents } = await open()
    const planned = intent({ state: 'planned' })
    await intents.write(planned)
    expect(await intents.read(KEY)).toEqual(planned)
    expect(await intents.read('f'.repeat(64))).toBeUndefined()
  })

  test('that it was sent, whatever is planned', async () => {
    const { intents } = await open()
    const sent = intent({ idempotencyKey: 'once', failure: 'the network broke down' })
    await intents.write(sent)
    await intents.write(intent({ state: 'planned' }))
    expect(await intents.read(KEY)).toEqual(sent)
  })

  test('a journal of another process', async () => {
    const { folder, intents } = await open()
    await intents.write(intent())
    expect(await openIntents(folder).read(KEY)).toEqual(await intents.read(KEY))
  })

  test.each([
    ['an empty file', ''],
    ['zeros', '\0'.repeat(64)],
    ['half of a file', '{"state": "sent", "ke'],
    ['null', 'null'],
    ['a number', '7'],
    ['a list', '[]'],
    ['an object of something else', '{"state":"planned","key":7,"label":{},"pid":"x","time":1}'],
  ])('%s counts as sent', async (_, text) => {
    const { folder, intents } = await open()
    await mkdir(join(folder, 'intents'))
    await writeFile(join(folder, `intents/${KEY}.sent.json`), text)
    const read = await intents.read(KEY)
    expect(read).toEqual({ state: 'sent', key: KEY, label: '', pid: 0, host: '', time: '' })
    expect(intents.isUnderWay(read ?? intent())).toBe(false)
  })

  test('cannot be known where the system does not let us read', async () => {
    const { folder, intents } = await open()
    await writeFile(join(folder, 'intents'), 'no folder')
    expect(told(await failureOf(intents.read(KEY)), folder)).toMatchInlineSnapshot(`
      "STORE_UNAVAILABLE
      The store cannot be read: ENOTDIR: not a directory, open '<folder>/intents/<hash>.sent.json'
      Nothing was rendered. One of the folders of <folder>/intents/<hash>.sent.json is a file (a symbolic link that git wrote as text, perhaps): put it right, or set "store" in the settings."
    `)
  })
})

describe('clear', () => {
  test('forgets a key, and no other', async () => {
    const { folder, intents } = await open()
    for (const key of [KEY, 'f'.repeat(64)]) {
      await intents.write(intent({ key }))
      await intents.write(intent({ key, state: 'planned' }))
    }
    await intents.clear(KEY)
    await intents.clear(KEY)
    expect(await intents.read(KEY)).toBeUndefined()
    expect(await readdir(join(folder, 'intents'))).toHaveLength(2)
  })

  test('forgets only that it was planned', async () => {
    const { intents } = await open()
    await intents.write(intent())
    await intents.write(intent({ state: 'planned' }))
    await intents.clear(KEY, 'planned')
    expect(await intents.read(KEY)).toEqual(expect.objectContaining({ state: 'sent' }))
  })
})

describe('claim', () => {
  test('is granted once', async () => {
    const { folder, intents } = await open()
    const other = openIntents(folder)
    const granted = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        (index % 2 === 0 ? intents : other).claim(intent({ label: String(index) })),
      ),
    )
    expect(granted.filter(Boolean)).toHaveLength(1)
    expect((await intents.read(KEY))?.label).toBe(String(granted.indexOf(true)))
  })

  test('is not granted on top of what was sent, and is after that is cleared', async () => {
    const { intents } = await open()
    await intents.write(intent())
    expect(await intents.claim(intent())).toBe(false)
    await intents.clear(KEY)
    expect(await intents.claim(intent())).toBe(true)
  })

  test('is granted on top of what was planned', async () => {
    const { intents } = await open()
    await intents.write(intent({ state: 'planned', pid: DEAD }))
    expect(await intents.claim(intent())).toBe(true)
  })
})

describe('whether the sender may still be waiting', () => {
  const at = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString()
  const began = Date.now() - process.uptime() * 1000

  test.each<[string, Partial<Intent>, boolean]>([
    ['a living process', {}, true],
    ['a dead process', { pid: DEAD }, false],
    ['only planned', { state: 'planned' }, false],
    ['it has failed', { failure: 'cut' }, false],
    ['on another machine', { host: 'elsewhere' }, false],
    ['for longer than any request takes', { time: at(-31 * 60_000) }, false],
    ['almost as long as a request may take', { time: at(-29 * 60_000) }, true],
    ['the clock was set back since', { time: at(5 * 60_000) }, true],
    ['at no time', { time: 'yesterday' }, false],
    ['this process', { pid: process.pid }, true],
    [
      'a process that had our number before us',
      { pid: process.pid, time: new Date(began - 1).toISOString() },
      false,
    ],
  ])('%s: %o', async (_, changes, expected) => {
    const { intents } = await open()
    expect(intents.isUnderWay(intent(changes))).toBe(expected)
  })

  test('asks the system', async () => {
    const intents = openIntents(await temporaryFolder())
    const pids = [process.ppid, 0, -1, 2 ** 40, Number.NaN]
    expect(pids.map((pid) => intents.isUnderWay(intent({ pid })))).toEqual([true, false, false, false, false])
  })
})

describe('othersDone', () => {
  test.each<[string, Intent[]]>([
    ['nothing stands', []],
    ['it was only planned', [intent({ state: 'planned' })]],
    ['the sender is dead', [intent({ pid: DEAD })]],
    ['it has failed', [intent({ failure: 'cut' })]],
  ])('waits for nobody when %s', async (_, standing) => {
    const { intents } = await open()
    for (const one of standing) await intents.write(one)
    await intents.othersDone(KEY, NEVER)
  })

  test('waits until the sender is done', async () => {
    let waits = 0
    const { intents } = await open(async () => {
      waits += 1
      if (waits === 4) await intents.clear(KEY)
    })
    await intents.write(intent())
    await intents.othersDone(KEY, NEVER)
    expect(waits).toBe(4)
  })

  test('ends with the reason when it is stopped', async () => {
    const stopping = new AbortController()
    const reason = new Error('stopped')
    const { intents } = await open(async () => {
      stopping.abort(reason)
      throw new Error('of the timer')
    })
    await intents.write(intent())
    await expect(intents.othersDone(KEY, stopping.signal)).rejects.toBe(reason)
  })
})
