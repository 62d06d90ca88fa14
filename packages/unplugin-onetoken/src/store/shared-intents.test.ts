import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openIntents, type Intent, type Intents } from './intents.ts'
import { openClaims } from './remote/claims.ts'
import { SELF } from './sender.ts'
import { shareIntents, type SharedIntentsParts } from './shared-intents.ts'
import { KEY, memoryRemote, temporaryFolder, type MemoryRemote } from './testing.ts'

const LEASE = 4_000
const NEVER = new AbortController().signal

/** The journal of one machine. */
async function machine(
  remote: MemoryRemote,
  name: string,
  changes: Partial<SharedIntentsParts> = {},
): Promise<{ intents: Intents; intent(changes?: Partial<Intent>): Intent }> {
  const intents = shareIntents(openIntents(await temporaryFolder()), {
    claims: openClaims(remote, LEASE),
    isWaiting: async () => false,
    sleep: () => wait(5),
    lease: LEASE,
    ...changes,
  })
  const sender = { ...SELF, id: name, host: name }
  const intent = (more: Partial<Intent> = {}): Intent => ({
    key: KEY,
    attempt: 1,
    label: 'hero',
    sender,
    time: '2026-01-02T03:04:05.678Z',
    ...more,
  })
  return { intents, intent }
}

describe('a claim', () => {
  test('is granted to one of many machines', async () => {
    const remote = memoryRemote()
    const machines = await Promise.all(Array.from({ length: 16 }, (_, index) => machine(remote, `m${index}`)))
    const granted = await Promise.all(machines.map(({ intents, intent }) => intents.claim(intent())))
    expect(granted.filter(Boolean)).toHaveLength(1)
    const winner = `m${granted.indexOf(true)}`
    for (const { intents } of machines) expect((await intents.read(KEY))?.sender.host).toBe(winner)
  })

  test('that is not granted leaves nothing here', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote, 'one'), await machine(remote, 'other')]
    await one.intents.claim(one.intent())
    expect(await other.intents.claim(other.intent())).toBe(false)
    expect(await other.intents.all()).toEqual([])
  })

  test('is a matter of this machine alone when the remote store takes nothing', async () => {
    const remote = memoryRemote()
    const { intents, intent } = await machine(remote, 'one')
    remote.fails = 'full'
    expect(await intents.claim(intent())).toBe(true)
    expect(await intents.claim(intent())).toBe(false)
    remote.fails = undefined
    expect(await intents.read(KEY)).toMatchObject({ attempt: 1 })
    await intents.close(intent())
    expect(await intents.read(KEY)).toBeUndefined()
  })
})

describe('a request of another machine', () => {
  test('is waited for until its record is there', async () => {
    const remote = memoryRemote()
    const one = await machine(remote, 'one')
    let waits = 0
    const other = await machine(remote, 'other', {
      async sleep() {
        waits += 1
        if (waits === 3) await one.intents.close(one.intent())
      },
    })
    await one.intents.claim(one.intent())
    await other.intents.othersDone(KEY, NEVER)
    expect(waits).toBe(3)
    expect(await other.intents.read(KEY)).toBeUndefined()
    expect(remote.files.size).toBe(0)
  })

  test('is given up when its machine is silent for the lease, and stands', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote, 'one'), await machine(remote, 'other')]
    await openClaims(remote).create(one.intent())
    remote.later += LEASE + 1
    await other.intents.othersDone(KEY, NEVER)
    const standing = await other.intents.read(KEY)
    expect(standing).toMatchObject({ attempt: 1, sender: { host: 'one' } })
    expect(standing && (await other.intents.isUnderWay(standing))).toBe(false)
  })

  test('is not given up as long as its machine lives', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote, 'one'), await machine(remote, 'other')]
    await one.intents.claim(one.intent())
    remote.later += LEASE + 1
    const isUnderWay = async (): Promise<boolean> => {
      const standing = await other.intents.read(KEY)
      return standing !== undefined && (await other.intents.isUnderWay(standing))
    }
    expect(await isUnderWay()).toBe(false)
    await expect.poll(isUnderWay).toBe(true)
  })

  test('that failed stands at once, with its reason', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote, 'one'), await machine(remote, 'other')]
    await one.intents.claim(one.intent())
    await one.intents.write(one.intent({ failure: 'the connection was cut' }))
    await other.intents.othersDone(KEY, NEVER)
    expect(await other.intents.read(KEY)).toMatchObject({ failure: 'the connection was cut' })
  })

  test('that was turned away is anybody’s', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote, 'one'), await machine(remote, 'other')]
    await one.intents.claim(one.intent())
    await one.intents.withdraw(one.intent())
    expect(await other.intents.claim(other.intent())).toBe(true)
  })
})

describe('asking again', () => {
  test('has a number of its own, which one machine gets', async () => {
    const remote = memoryRemote()
    const one = await machine(remote, 'one')
    await one.intents.claim(one.intent())
    await one.intents.write(one.intent({ failure: 'cut' }))
    const others = await Promise.all(['a', 'b', 'c'].map((name) => machine(remote, name)))
    const granted = await Promise.all(
      others.map(({ intents, intent }) => intents.claim(intent({ attempt: 2 }))),
    )
    expect(granted.filter(Boolean)).toHaveLength(1)
    expect((await one.intents.read(KEY))?.attempt).toBe(2)
    const winner = others[granted.indexOf(true)]
    await winner?.intents.close(winner.intent({ attempt: 2 }))
    expect(remote.files.size).toBe(0)
  })

  test('whoever was given up and comes back takes nothing from those who came after it', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote, 'one'), await machine(remote, 'other')]
    await one.intents.claim(one.intent())
    await other.intents.claim(other.intent({ attempt: 2 }))
    await one.intents.withdraw(one.intent())
    await one.intents.close(one.intent())
    expect((await one.intents.read(KEY))?.sender.host).toBe('other')
    const third = await machine(remote, 'third')
    expect(await third.intents.claim(third.intent({ attempt: 2 }))).toBe(false)
  })

  test('is seen by all, also when the request before was a matter of one machine', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote, 'one'), await machine(remote, 'other')]
    await one.intents.claim(one.intent({ attempt: 7 }))
    const seen = await other.intents.read(KEY)
    expect(seen?.attempt).toBe(7)
    expect(seen && (await other.intents.isUnderWay(seen))).toBe(true)
  })

  test('is seen by one whose own request failed later', async () => {
    const remote = memoryRemote()
    const [one, other] = [await machine(remote, 'one'), await machine(remote, 'other')]
    await one.intents.claim(one.intent({ failure: 'cut' }))
    remote.files.clear()
    await other.intents.claim(other.intent())
    expect((await one.intents.read(KEY))?.sender.host).toBe('other')
  })

  test('after it was turned away and its claim could not be removed is granted to the same one', async () => {
    const remote = memoryRemote()
    const { intents, intent } = await machine(remote, 'one')
    await intents.claim(intent())
    remote.fails = 'denied'
    await intents.withdraw(intent())
    remote.fails = undefined
    expect(await intents.claim(intent())).toBe(true)
  })
})

test('a request whose record waits for the remote store keeps the others waiting for it', async () => {
  const remote = memoryRemote()
  const { intents, intent } = await machine(remote, 'one', { isWaiting: async () => true })
  await intents.claim(intent())
  await intents.close(intent())
  expect([...remote.files.keys()]).toEqual([`claims/${KEY}.1.json`])
  remote.later += LEASE + 1
  await openClaims(remote, LEASE).clear(KEY)
  expect(remote.files.size).toBe(0)
})
