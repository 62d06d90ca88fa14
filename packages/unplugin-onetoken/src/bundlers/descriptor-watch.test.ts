import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { picturesIn } from '../project/pictures-in.ts'
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
  watch.watch(descriptor, [record], { begun: Date.now() })
  await writeFile(record, '{}')
  await vi.waitUntil(touched, 60_000)
  expect(changed).toHaveBeenCalledWith(record)
  await reset()
  await vi.waitUntil(touched, 60_000)
  // Loaded: now it is left alone.
  watch.watch(descriptor, [record], { begun: Date.now() })
  await reset()
  await setTimeout(1300)
  expect(await touched()).toBe(false)
})

it('leaves descriptors alone that the bundler loads by itself, and files that nobody waits for', async () => {
  const { descriptor, record, touched } = await setUp()
  const changed = vi.fn()
  const watch = createDescriptorWatch({ changed, patience: 4000 })
  watch.watch(descriptor, [record], { begun: Date.now() })
  await writeFile(`${record}.tmp`, '{}')
  await writeFile(record, '')
  await vi.waitUntil(() => changed.mock.calls.length > 0, 60_000)
  await setTimeout(20)
  watch.watch(descriptor, [record], { begun: Date.now() })
  await setTimeout(5000)
  expect(await touched()).toBe(false)
  expect(new Set(changed.mock.calls.flat())).toEqual(new Set([record]))
})

it('does not take a load that began before the change for one that saw it', async () => {
  const { descriptor, record, touched } = await setUp()
  const changed = vi.fn()
  const watch = createDescriptorWatch({ changed, patience: 2000 })
  watch.watch(descriptor, [record], { begun: Date.now() })
  const begun = Date.now()
  await setTimeout(20)
  await writeFile(record, '{}')
  await vi.waitUntil(() => changed.mock.calls.length > 0, 60_000)
  watch.watch(descriptor, [record], { begun })
  expect(await touched()).toBe(false)
  await vi.waitUntil(touched, 60_000)
})

it('sees what appeared before it began to watch, while the module was loaded', async () => {
  const { descriptor, record, touched } = await setUp()
  const begun = Date.now()
  await setTimeout(20)
  await writeFile(record, '{}')
  const watch = createDescriptorWatch({ changed() {}, patience: 10 })
  watch.watch(descriptor, [record], { begun })
  await vi.waitUntil(touched, 60_000)
})

it('tells a bundler that must not be disturbed of one after the other, when it is not busy', async () => {
  const { descriptor, record, touched } = await setUp()
  const second = `${descriptor}.second.mjs`
  await writeFile(second, '')
  await utimes(second, new Date(0), new Date(0))
  const isSecondTouched = async (): Promise<boolean> => (await stat(second)).mtimeMs > 0
  /** How often it may still be told. */
  let free = 0
  const isBusy = (): boolean => free-- <= 0
  const watch = createDescriptorWatch({ changed() {}, patience: 500, isBusy })
  for (const each of [descriptor, second]) watch.watch(each, [record], { begun: Date.now() })
  await writeFile(record, '{}')
  await setTimeout(1200)
  expect(await touched()).toBe(false)
  free = 1
  await vi.waitUntil(touched, 60_000)
  await setTimeout(1200)
  expect(await isSecondTouched()).toBe(false)
  watch.watch(descriptor, [record], { begun: Date.now() })
  free = Infinity
  await vi.waitUntil(isSecondTouched, 60_000)
})

it('sees what appears where no event tells it, as in a folder that was not there', async () => {
  const { descriptor, record, touched } = await setUp()
  const later = join(record, '..', '..', 'later')
  const watch = createDescriptorWatch({ changed() {}, patience: 10 })
  watch.watch(descriptor, [join(later, 'images.yaml')], { begun: Date.now() })
  await mkdir(later)
  await writeFile(join(later, 'images.yaml'), '')
  await vi.waitUntil(touched, 60_000)
})

it('tells in another way where a new time is not enough', async () => {
  const { descriptor, record, touched } = await setUp()
  const tell = vi.fn(async () => undefined)
  const watch = createDescriptorWatch({ changed() {}, patience: 10, tell })
  watch.watch(descriptor, [record], { begun: Date.now() })
  await writeFile(record, '{}')
  await vi.waitUntil(() => tell.mock.calls.length > 0, 60_000)
  expect(tell).toHaveBeenCalledWith([descriptor])
  expect(await touched()).toBe(false)
})

it('makes no folders', async () => {
  const { descriptor, record } = await setUp()
  const elsewhere = join(record, '..', '..', 'src')
  const watch = createDescriptorWatch({ changed() {}, patience: 10 })
  watch.watch(descriptor, [join(elsewhere, 'images.yaml')], { begun: Date.now() })
  await expect(stat(elsewhere)).rejects.toThrow('ENOENT')
})

it('sees pictures and folders come and go in a folder, and nothing else that is written there', async () => {
  const { descriptor, record, touched, reset } = await setUp()
  const folder = join(record, '..')
  const changed = vi.fn()
  const watch = createDescriptorWatch({ changed, patience: 10 })
  const load = async (): Promise<void> => {
    watch.watch(descriptor, [], { begun: Date.now(), folders: new Map([[folder, picturesIn(folder)]]) })
    await reset()
  }
  await load()
  await writeFile(join(folder, 'bundle.js'), '')
  await setTimeout(2500)
  expect(await touched()).toBe(false)
  for (const change of [
    () => writeFile(join(folder, 'fox.png'), ''),
    () => mkdir(join(folder, 'more')),
    () => rm(join(folder, 'fox.png')),
  ]) {
    await change()
    await vi.waitUntil(touched, 60_000)
    expect(changed).toHaveBeenCalledWith(folder)
    changed.mockClear()
    await load()
  }
})

it('sees what came into a folder after it was read and before it was watched', async () => {
  const { descriptor, record, touched } = await setUp()
  const folder = join(record, '..')
  const folders = new Map([[folder, picturesIn(folder)]])
  await writeFile(join(folder, 'fox.png'), '')
  const watch = createDescriptorWatch({ changed() {}, patience: 10 })
  watch.watch(descriptor, [], { begun: Date.now(), folders })
  await vi.waitUntil(touched, 60_000)
})

it('is not satisfied by a module of what was read before the change', async () => {
  const { descriptor, record } = await setUp()
  const folder = join(record, '..')
  const begun = Date.now()
  const folders = new Map([[folder, picturesIn(folder)]])
  const tell = vi.fn(async () => undefined)
  const watch = createDescriptorWatch({ changed() {}, patience: 10, tell })
  watch.watch(descriptor, [], { begun, folders })
  await writeFile(join(folder, 'fox.png'), '')
  watch.watch(descriptor, [], { begun, folders })
  await vi.waitUntil(() => tell.mock.calls.length > 0, 60_000)
})

it('tells a bundler that hears of it once, of all that has changed', async () => {
  const { descriptor, record } = await setUp()
  const tell = vi.fn(async () => undefined)
  const watch = createDescriptorWatch({ changed() {}, patience: 1000, isHeard: true, tell })
  const both = [descriptor, 'onetoken:pages']
  for (const each of both) watch.watch(each, [record], { begun: Date.now() })
  await writeFile(record, '{}')
  await vi.waitUntil(() => tell.mock.calls.length > 0, 60_000)
  expect(tell).toHaveBeenCalledWith(both)
  await setTimeout(2500)
  expect(tell).toHaveBeenCalledTimes(1)
  await rm(record)
  await vi.waitUntil(() => tell.mock.calls.length > 1, 60_000)
})

it('tells of nothing any more when it is closed, and watches again', async () => {
  const { descriptor, record } = await setUp()
  const tell = vi.fn(async () => undefined)
  const changed = vi.fn()
  const watch = createDescriptorWatch({ changed, patience: 2000, tell })
  watch.watch(descriptor, [record], { begun: Date.now() })
  await writeFile(record, '{}')
  await vi.waitUntil(() => changed.mock.calls.length > 0, 60_000)
  watch.close()
  await setTimeout(4500)
  expect(tell).not.toHaveBeenCalled()
  watch.watch(descriptor, [record], { begun: Date.now() })
  await writeFile(record, '{ }')
  await vi.waitUntil(() => tell.mock.calls.length > 0, 60_000)
})
