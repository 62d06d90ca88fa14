import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createDescriptorWatch } from './descriptor-watch.ts'

async function setUp(): Promise<{
  descriptor: string
  record: string
  touched(): Promise<boolean>
  reset(): Promise<void>
}> {
  const folder = await mkdtemp(join(tmpdir(), 'descriptor-watch-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const descriptor = join(folder, 'picture.onetoken.mjs')
  await writeFile(descriptor, '')
  const long = new Date(0)
  await utimes(descriptor, long, long)
  return {
    descriptor,
    record: join(folder, 'renders', 'record.json'),
    touched: async () => (await stat(descriptor)).mtimeMs > 0,
    reset: () => utimes(descriptor, long, long),
  }
}

it('touches a descriptor when what it waits for appears, again and again until it is loaded', async () => {
  const { descriptor, record, touched, reset } = await setUp()
  const changed = vi.fn()
  const watch = createDescriptorWatch({ changed, patience: 10 })
  watch.watch(descriptor, [record])
  await writeFile(record, '{}')
  await vi.waitUntil(touched, 5000)
  expect(changed).toHaveBeenCalledWith(record)
  await reset()
  await vi.waitUntil(touched, 5000)
  // Loaded: now it is left alone.
  watch.watch(descriptor, [record])
  await reset()
  await new Promise((resolve) => setTimeout(resolve, 1300))
  expect(await touched()).toBe(false)
})

it('leaves descriptors alone that the bundler loads by itself, and files that nobody waits for', async () => {
  const { descriptor, record, touched } = await setUp()
  const watch = createDescriptorWatch({ changed() {}, patience: 200 })
  watch.watch(descriptor, [record])
  await writeFile(`${record}.tmp`, '{}')
  await writeFile(record, '{}')
  await new Promise((resolve) => setTimeout(resolve, 100))
  watch.watch(descriptor, [record])
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(await touched()).toBe(false)
})
