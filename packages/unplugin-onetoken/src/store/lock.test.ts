import { spawnSync } from 'node:child_process'
import { utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withLock } from './lock.ts'
import { SELF } from './sender.ts'
import { filesIn, temporaryFolder } from './testing.ts'

const gone = (): number => spawnSync(process.execPath, ['--version']).pid

test('one after the other, also where one fails', async () => {
  const folder = await temporaryFolder()
  const lock = join(folder, 'lock')
  let inside = 0
  let most = 0
  const all = Array.from({ length: 20 }, (_, n) =>
    withLock(lock, async () => {
      inside += 1
      most = Math.max(most, inside)
      await new Promise((resolve) => setTimeout(resolve, 2))
      inside -= 1
      if (n === 3) throw new Error('failed')
    }),
  )
  const outcomes = await Promise.allSettled(all)
  expect(most).toBe(1)
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  expect(await filesIn(folder)).toEqual([])
})

test.each<[string, string, number]>([
  ['a process that has ended', JSON.stringify({ ...SELF, id: 'x', pid: gone() }), 0],
  ['another thread that was ended, a while ago', JSON.stringify({ ...SELF, id: 'x' }), 120],
  ['another machine, a while ago', JSON.stringify({ ...SELF, id: 'x', host: 'other' }), 120],
  ['nobody knows whom, a while ago', '', 120],
])('what is left of %s does not block', async (_, text, age) => {
  const folder = await temporaryFolder()
  const lock = join(folder, 'lock')
  await writeFile(lock, text)
  await writeFile(`${lock}.break`, '')
  const time = Date.now() / 1000
  await utimes(lock, time - age, time - age)
  await utimes(`${lock}.break`, time - 120, time - 120)
  expect(await withLock(lock, async () => 'done', 2000)).toBe('done')
  expect(await filesIn(folder)).toEqual([])
})

test.each<[string, string]>([
  ['a process that runs', JSON.stringify({ ...SELF, id: 'x', pid: process.ppid })],
  ['another thread of this process', JSON.stringify({ ...SELF, id: 'x' })],
  ['another machine', JSON.stringify({ ...SELF, id: 'x', host: 'other' })],
  ['who has not said yet who it is', ''],
])('that of %s is waited for', async (_, text) => {
  const folder = await temporaryFolder()
  const lock = join(folder, 'lock')
  await writeFile(lock, text)
  await expect(withLock(lock, async () => 'done', 100)).rejects.toThrow('another process holds')
  expect(await filesIn(folder)).toEqual(['lock'])
})
