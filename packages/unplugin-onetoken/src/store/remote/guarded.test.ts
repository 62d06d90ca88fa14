import { describe, expect, test } from 'vitest'
import { failureOf, memoryRemote, type MemoryRemote } from '../testing.ts'
import { guarded } from './guarded.ts'
import type { Remote } from './types.ts'

interface Guarded {
  inner: MemoryRemote
  remote: Remote
  told: string[]
  clock: { ms: number }
}

function open(): Guarded {
  const inner = memoryRemote()
  const told: string[] = []
  const clock = { ms: 0 }
  const remote = guarded(
    inner,
    ({ details }, what) => told.push(`${String(details?.['kind'])}: ${what}`),
    () => clock.ms,
  )
  return { inner, remote, told, clock }
}

const read = ({ remote }: Guarded): Promise<unknown> => remote.read('renders/a.json', 100)
const write = ({ remote }: Guarded): Promise<unknown> => remote.create('renders/a.json', Buffer.from('a'))

describe('a remote store that cannot be reached', () => {
  test.each(['unreachable', 'timeout'] as const)(
    '%s: is asked once a minute, and told once',
    async (kind) => {
      const made = open()
      made.inner.fails = kind
      for (let time = 0; time < 5; time += 1) {
        await failureOf(read(made))
        await failureOf(write(made))
      }
      expect(made.inner.log).toEqual(['read renders/a.json'])
      expect(made.told).toEqual([`${kind}: everything`])
      made.clock.ms += 60_000
      await failureOf(read(made))
      expect(made.inner.log).toHaveLength(2)
      expect(made.told).toHaveLength(2)
      made.clock.ms += 60_000
      made.inner.fails = undefined
      await write(made)
      expect(await read(made)).toMatchObject({ bytes: Buffer.from('a') })
    },
  )

  test('by many at once is told once', async () => {
    const made = open()
    made.inner.fails = 'unreachable'
    await Promise.all(Array.from({ length: 50 }, () => failureOf(read(made))))
    // As many as are asked for at once.
    expect(made.inner.log).toHaveLength(8)
    expect(made.told).toHaveLength(1)
  })
})

describe('a remote store that takes nothing', () => {
  test.each(['full', 'denied', 'unexpected', 'timeout'] as const)('%s: is read on', async (kind) => {
    const made = open()
    made.inner.fails = kind
    await failureOf(write(made))
    await failureOf(write(made))
    made.inner.fails = undefined
    await failureOf(write(made))
    expect(await read(made)).toBeUndefined()
    expect(made.inner.log).toEqual(['write renders/a.json', 'read renders/a.json'])
    expect(made.told).toEqual([`${kind}: writing`])
    made.clock.ms += 60_000
    expect(await write(made)).toBe('created')
  })
})

test('claims are tried whatever becomes of files, and say nothing about them', async () => {
  const made = open()
  const claim = (): Promise<unknown> => made.remote.create('claims/a.1.json', Buffer.from('a'))
  made.inner.fails = 'full'
  await failureOf(write(made))
  await failureOf(claim())
  await failureOf(claim())
  made.inner.fails = undefined
  expect(await claim()).toBe('created')
  expect(made.inner.log).toHaveLength(4)
  expect(made.told).toHaveLength(1)
  made.clock.ms += 60_000
  made.inner.fails = 'timeout'
  await failureOf(claim())
  made.inner.fails = undefined
  expect(await write(made)).toBe('created')
})

test('one file that cannot be read says nothing about the others', async () => {
  const made = open()
  made.inner.fails = 'denied'
  await failureOf(read(made))
  await failureOf(read(made))
  expect(made.inner.log).toHaveLength(2)
  expect(made.told).toEqual([])
})
