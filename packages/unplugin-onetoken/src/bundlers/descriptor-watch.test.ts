import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
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
  await mkdir(join(folder, 'renders'))
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
  watch.watch(descriptor, [record], Date.now())
  await writeFile(record, '{}')
  await vi.waitUntil(touched, 20_000)
  expect(changed).toHaveBeenCalledWith(record)
  await reset()
  await vi.waitUntil(touched, 20_000)
  // Loaded: now it is left alone.
  watch.watch(descriptor, [record], Date.now())
  await reset()
  await setTimeout(1300)
  expect(await touched()).toBe(false)
})

it('leaves descriptors alone that the bundler loads by itself, and files that nobody waits for', async () => {
  const { descriptor, record, touched } = await setUp()
  const watch = createDescriptorWatch({ changed() {}, patience: 200 })
  watch.watch(descriptor, [record], Date.now())
  await writeFile(`${record}.tmp`, '{}')
  await writeFile(record, '{}')
  await setTimeout(100)
  watch.watch(descriptor, [record], Date.now())
  await setTimeout(400)
  expect(await touched()).toBe(false)
})

it('does not take a load that began before the change for one that saw it', async () => {
  const { descriptor, record, touched } = await setUp()
  const watch = createDescriptorWatch({ changed() {}, patience: 200 })
  watch.watch(descriptor, [record], Date.now())
  const begun = Date.now()
  await setTimeout(20)
  await writeFile(record, '{}')
  await setTimeout(100)
  watch.watch(descriptor, [record], begun)
  await vi.waitUntil(touched, 20_000)
})

it('sees what appeared before it began to watch, while the module was loaded', async () => {
  const { descriptor, record, touched } = await setUp()
  const begun = Date.now()
  await setTimeout(20)
  await writeFile(record, '{}')
  const watch = createDescriptorWatch({ changed() {}, patience: 10 })
  watch.watch(descriptor, [record], begun)
  await vi.waitUntil(touched, 20_000)
})

it('tells a bundler that must not be disturbed of one after the other, when it is not busy', async () => {
  const { descriptor, record, touched } = await setUp()
  const second = `${descriptor}.second.mjs`
  await writeFile(second, '')
  await utimes(second, new Date(0), new Date(0))
  const isSecondTouched = async (): Promise<boolean> => (await stat(second)).mtimeMs > 0
  let busy = true
  const watch = createDescriptorWatch({ changed() {}, patience: 500, isBusy: () => busy })
  for (const each of [descriptor, second]) watch.watch(each, [record], Date.now())
  await writeFile(record, '{}')
  await setTimeout(1200)
  expect(await touched()).toBe(false)
  busy = false
  await vi.waitUntil(touched, { timeout: 20_000, interval: 10 })
  busy = true
  await setTimeout(1200)
  expect(await isSecondTouched()).toBe(false)
  watch.watch(descriptor, [record], Date.now())
  busy = false
  await vi.waitUntil(isSecondTouched, 20_000)
})

it('sees what appears where no event tells it, as in a folder that was not there', async () => {
  const { descriptor, record, touched } = await setUp()
  const later = join(record, '..', '..', 'later')
  const watch = createDescriptorWatch({ changed() {}, patience: 10 })
  watch.watch(descriptor, [join(later, 'images.yaml')], Date.now())
  await mkdir(later)
  await writeFile(join(later, 'images.yaml'), '')
  await vi.waitUntil(touched, 20_000)
})

it('tells in another way where a new time is not enough', async () => {
  const { descriptor, record, touched } = await setUp()
  const tell = vi.fn(async () => undefined)
  const watch = createDescriptorWatch({ changed() {}, patience: 10, tell })
  watch.watch(descriptor, [record], Date.now())
  await writeFile(record, '{}')
  await vi.waitUntil(() => tell.mock.calls.length > 0, 20_000)
  expect(tell).toHaveBeenCalledWith(descriptor)
  expect(await touched()).toBe(false)
})

it('makes no folders', async () => {
  const { descriptor, record } = await setUp()
  const elsewhere = join(record, '..', '..', 'src')
  const watch = createDescriptorWatch({ changed() {}, patience: 10 })
  watch.watch(descriptor, [join(elsewhere, 'images.yaml')], Date.now())
  await expect(stat(elsewhere)).rejects.toThrow('ENOENT')
})
