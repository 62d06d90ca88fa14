import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openIntents, type Intent, type Intents, type Surroundings } from './intents.ts'
import { SELF } from './sender.ts'
import { failureOf, KEY, recordOf, temporaryFolder, told } from './testing.ts'

/** Deeper than the stack goes. */
const DEEP = `${'['.repeat(200_000)}${']'.repeat(200_000)}`

/** Numbers of processes, by what they are. */
const ALIVE = 4_000_001
const DEAD = 4_000_002
const OTHER = 'f'.repeat(64)

/** Senders, by what is known of them. */
const living = { ...SELF, id: 'living', pid: ALIVE }
const dead = { ...SELF, id: 'dead', pid: DEAD }
/** Another thread of this process, or another copy of this package in it. */
const thread = { ...SELF, id: 'thread' }
const before = { ...SELF, id: 'before', start: '0' }
const ofEarlierRelease = { ...SELF, id: 'earlier', start: undefined }
const remote = { id: 'remote', pid: DEAD, host: 'elsewhere', namespace: '' }

function intent(changes: Partial<Intent> = {}): Intent {
  const time = new Date().toISOString()
  return { key: KEY, attempt: 1, label: 'hero', sender: living, time, ...changes }
}

const NEVER = new AbortController().signal

async function open(surroundings: Partial<Surroundings> = {}): Promise<{ folder: string; intents: Intents }> {
  const folder = await temporaryFolder()
  const nobody = async (): Promise<never> => {
    throw new Error('nobody is waited for')
  }
  return {
    folder,
    intents: openIntents(folder, { isAlive: (pid) => pid === ALIVE, sleep: nobody, ...surroundings }),
  }
}

/** Let the last sign of life of an attempt be so many milliseconds old. */
async function silence(folder: string, milliseconds: number, attempt = 1): Promise<void> {
  const beat = new Date(Date.now() - milliseconds)
  await utimes(join(folder, `intents/${KEY}.${attempt}.json`), beat, beat)
}

describe('what stands for a key', () => {
  test('nothing', async () => {
    const { intents } = await open()
    expect(await intents.read(KEY)).toBeUndefined()
    expect(await intents.all()).toEqual([])
  })

  test('the last request that was sent', async () => {
    const { intents } = await open()
    for (const attempt of [1, 2, 10]) await intents.claim(intent({ attempt, failure: `of ${attempt}` }))
    expect(await intents.read(KEY)).toMatchObject({ attempt: 10, failure: 'of 10' })
    expect(await intents.read(OTHER)).toBeUndefined()
  })

  test('a journal of another process', async () => {
    const { folder, intents } = await open()
    const sent = intent({ idempotencyKey: 'once', arrived: recordOf([Buffer.from('one')]) })
    await intents.claim(sent)
    expect(await openIntents(folder).read(KEY)).toEqual(sent)
  })

  test('requests for several keys', async () => {
    const { folder, intents } = await open()
    await intents.claim(intent())
    await intents.claim(intent({ key: OTHER }))
    await intents.claim(intent({ key: OTHER, attempt: 2 }))
    await writeFile(join(folder, 'intents/notes.txt'), '')
    const all = await intents.all()
    expect(all.map(({ key, attempt }) => [key, attempt]).sort()).toEqual(
      [
        [KEY, 1],
        [OTHER, 2],
      ].sort(),
    )
  })

  test.each([
    ['an empty file', ''],
    ['zeros', '\0'.repeat(64)],
    ['half of a file', '{"attempt": 1, "ke'],
    ['null', 'null'],
    ['a number', '7'],
    ['a list', '[]'],
    [
      'an object of something else',
      '{"key":7,"label":{},"sender":{"id":1,"pid":"x"},"time":1,"arrived":{"images":[]}}',
    ],
    ['an answer that is nested deeply', `{"arrived":{"version":1,"request":${DEEP}}}`],
  ])('%s counts as sent, by nobody who is waited for', async (_, text) => {
    const { folder, intents } = await open()
    await mkdir(join(folder, 'intents'))
    await writeFile(join(folder, `intents/${KEY}.1.json`), text)
    const read = await intents.read(KEY)
    const sender = { id: '', pid: 0, host: '', namespace: '' }
    expect(read).toEqual({ key: KEY, attempt: 1, label: '', sender, time: '' })
    expect(await intents.isUnderWay(read ?? intent())).toBe(false)
    await intents.othersDone(KEY, NEVER)
  })

  test('cannot be known where the system does not let us read', async () => {
    const { folder, intents } = await open()
    await writeFile(join(folder, 'intents'), 'no folder')
    expect(told(await failureOf(intents.read(KEY)), folder)).toMatchInlineSnapshot(`
      "STORE_UNAVAILABLE
      The store cannot be read: ENOTDIR: not a directory, scandir '<folder>/intents'
      Nothing was rendered. One of the folders of <folder>/intents is a file (a symbolic link that git wrote as text, perhaps): put it right, or set "store" in the settings."
    `)
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

  test('is granted anew when the one before is withdrawn', async () => {
    const { intents } = await open()
    await intents.claim(intent())
    expect(await intents.claim(intent())).toBe(false)
    await intents.withdraw(intent())
    expect(await intents.claim(intent())).toBe(true)
  })
})

describe('the end of a request', () => {
  test('that was withdrawn leaves what stood before', async () => {
    const { intents } = await open()
    const standing = intent({ failure: 'the network broke down' })
    await intents.claim(standing)
    await intents.claim(intent({ attempt: 2 }))
    await intents.withdraw(intent({ attempt: 2 }))
    expect(await intents.read(KEY)).toEqual(standing)
  })

  test('that is another’s by now cannot be withdrawn', async () => {
    const { intents } = await open()
    await intents.claim(intent({ sender: remote }))
    await intents.withdraw(intent())
    expect((await intents.read(KEY))?.sender).toEqual(remote)
  })

  test('that was kept leaves nothing of its key, and all of the others', async () => {
    const { folder, intents } = await open()
    await intents.claim(intent({ key: OTHER }))
    for (const attempt of [1, 2, 3]) await intents.claim(intent({ attempt }))
    await intents.close(intent({ attempt: 2 }))
    expect((await readdir(join(folder, 'intents'))).sort()).toEqual(
      [`${KEY}.3.json`, `${OTHER}.1.json`].sort(),
    )
    await intents.close(intent({ attempt: 3 }))
    await intents.close(intent({ attempt: 3 }))
    expect(await intents.read(KEY)).toBeUndefined()
  })
})

describe('whether the sender may still be waiting', () => {
  const MINUTE = 60_000
  test.each<[string, Partial<Intent>, number, boolean]>([
    ['a living process', {}, 0, true],
    ['a living process that was stopped', {}, 3 * MINUTE, false],
    ['a dead process', { sender: dead }, 0, false],
    ['it has failed', { failure: 'cut' }, 0, false],
    ['on another machine', { sender: remote }, 0, true],
    ['on another machine, a while ago', { sender: remote }, 3 * MINUTE, false],
    ['in a container of the same name', { sender: { ...dead, namespace: 'pid:[1]' } }, 0, true],
    ['the clock was set back a little', {}, -MINUTE, true],
    ['this process', { sender: SELF }, 0, true],
    ['another thread of this process', { sender: thread }, 0, true],
    ['another thread that was ended', { sender: thread }, 3 * MINUTE, false],
    ['an earlier release under our number', { sender: ofEarlierRelease }, 0, true],
    ['an earlier release under our number, a while ago', { sender: ofEarlierRelease }, 3 * MINUTE, false],
  ])('%s: %o', async (_, changes, age, expected) => {
    const { folder, intents } = await open()
    await intents.claim(intent(changes))
    await silence(folder, age)
    expect(await intents.isUnderWay(intent(changes))).toBe(expected)
  })

  test.skipIf(SELF.start === undefined)('a process that had our number before us', async () => {
    const { intents } = await open()
    await intents.claim(intent({ sender: before }))
    expect(await intents.isUnderWay((await intents.read(KEY)) ?? intent())).toBe(false)
  })

  test('asks the system', async () => {
    const intents = openIntents(await temporaryFolder())
    const pids = [process.ppid, 0, -1, 2 ** 40, Number.NaN]
    const answers = pids.map(async (pid, index) => {
      const one = intent({ attempt: index + 1, sender: { ...living, pid } })
      await intents.claim(one)
      return await intents.isUnderWay(one)
    })
    expect(await Promise.all(answers)).toEqual([true, false, false, false, false])
  })

  test('a sender gives signs of life, until it is done', async () => {
    const { folder, intents } = await open({ lease: 240 })
    const own = intent({ sender: SELF })
    await intents.claim(own)
    await silence(folder, 10_000)
    await expect.poll(() => intents.isUnderWay(own), { interval: 5 }).toBe(true)
    await intents.write({ ...own, failure: 'cut' })
    await silence(folder, 10_000)
    await wait(100)
    expect(await intents.isUnderWay(own)).toBe(false)
  })
})

describe('othersDone', () => {
  test.each<[string, Intent[]]>([
    ['nothing stands', []],
    ['the sender is dead', [intent({ sender: dead })]],
    ['it has failed', [intent({ failure: 'cut' })]],
  ])('waits for nobody when %s', async (_, standing) => {
    const { intents } = await open()
    for (const one of standing) await intents.claim(one)
    await intents.othersDone(KEY, NEVER)
  })

  test('waits until the sender is done', async () => {
    let waits = 0
    const { intents } = await open({
      async sleep() {
        waits += 1
        if (waits === 4) await intents.close(intent())
      },
    })
    await intents.claim(intent())
    await intents.othersDone(KEY, NEVER)
    expect(waits).toBe(4)
  })

  test('gives a stopped sender up after its lease, for good', async () => {
    const { folder, intents } = await open({ lease: 60, sleep: () => wait(10) })
    await intents.write(intent())
    // Its clock is ahead of ours: only its silence tells.
    await silence(folder, -10_000)
    await intents.othersDone(KEY, NEVER)
    expect(await intents.isUnderWay(intent())).toBe(false)
  })

  test('goes on waiting for one that gives signs of life', async () => {
    let waits = 0
    const { folder, intents } = await open({
      // Several times longer than between two signs, and shorter than all of them take.
      lease: 1000,
      async sleep() {
        waits += 1
        await wait(50)
        if (waits < 30) await silence(folder, -waits)
        else await intents.close(intent({ sender: remote }))
      },
    })
    await intents.write(intent({ sender: remote }))
    await intents.othersDone(KEY, NEVER)
    expect(waits).toBe(30)
  })

  test('ends with the reason when it is stopped', async () => {
    const stopping = new AbortController()
    const reason = new Error('stopped')
    const { intents } = await open({
      async sleep() {
        stopping.abort(reason)
        throw new Error('of the timer')
      },
    })
    await intents.claim(intent())
    await expect(intents.othersDone(KEY, stopping.signal)).rejects.toBe(reason)
  })
})
