import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createAlone, createDurably, probeFolder, replaceDurably, type FileSystem } from './durable.ts'
import { filesIn, temporaryFolder } from './testing.ts'

/** A fiftieth of the wait that is asked for: still longer than what others need between two system calls. */
const sleep = (ms: number): Promise<void> => wait(ms / 50)

function failing(code: string): () => Promise<never> {
  return async () => {
    throw Object.assign(new Error(code), { code })
  }
}

/** A file system without hard links. */
const LINKLESS: FileSystem = { link: failing('EPERM'), rename, sleep }

/** Bytes that cannot be written: the failure comes when the temporary file is open already. */
const UNWRITABLE = { length: 3 } as unknown as Uint8Array

const CREATE = { createAlone, createDurably }

describe.each([
  ['createDurably', 'with links', undefined],
  ['createDurably', 'without links', LINKLESS],
  ['createAlone', 'with links', undefined],
  ['createAlone', 'without links', LINKLESS],
] as const)('%s %s', (name, _, system) => {
  const create = CREATE[name]

  test('makes the folder and writes the bytes', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'a/b/c/fox.png')
    expect(await create(file, Buffer.from('fox'), system)).toBe('created')
    expect(await readFile(file, 'utf8')).toBe('fox')
    expect(await filesIn(folder)).toEqual(['a/b/c/fox.png'])
  })

  test('never replaces', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'fox.png')
    await writeFile(file, 'first')
    expect(await create(file, Buffer.from('second'), system)).toBe('exists')
    expect(await readFile(file, 'utf8')).toBe('first')
    expect(await filesIn(folder)).toEqual(['fox.png'])
  })

  test('of many who create one name at once, one does, and all see its bytes', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'fox.png')
    const texts = Array.from({ length: 40 }, (_, index) => `${index} `.repeat(5_000))
    const seen = await Promise.all(
      texts.map(async (text) => {
        const created = await create(file, Buffer.from(text), system)
        return { text, created, found: await readFile(file, 'utf8') }
      }),
    )
    const winners = seen.filter(({ created }) => created === 'created')
    expect(winners).toHaveLength(1)
    const isWhole = name === 'createDurably' || system === undefined
    if (isWhole) expect(seen.every(({ found }) => found === winners[0]?.text)).toBe(true)
    expect(await readFile(file, 'utf8')).toBe(winners[0]?.text)
    expect(await filesIn(folder)).toEqual(['fox.png'])
  })

  test('leaves nothing behind when the bytes cannot be written', async () => {
    const folder = await temporaryFolder()
    await expect(create(join(folder, 'fox.png'), UNWRITABLE, system)).rejects.toThrow()
    expect(await filesIn(folder)).toEqual([])
  })

  test('fails where a file stands in place of the folder', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'images'), 'no folder')
    await expect(create(join(folder, 'images/fox.png'), Buffer.from('fox'), system)).rejects.toThrow(
      /EEXIST|ENOTDIR/,
    )
    expect(await filesIn(folder)).toEqual(['images'])
  })
})

describe('createDurably where links fail', () => {
  test.each(['EPERM', 'ENOTSUP', 'EXDEV', 'EMLINK', 'UNKNOWN'])('%s: goes on without them', async (code) => {
    const folder = await temporaryFolder()
    const system = { ...LINKLESS, link: failing(code) }
    expect(await createDurably(join(folder, 'fox.png'), Buffer.from('fox'), system)).toBe('created')
    expect(await filesIn(folder)).toEqual(['fox.png'])
  })

  test('fails, and leaves nothing behind, where no name can be given at all', async () => {
    const folder = await temporaryFolder()
    const system: FileSystem = { link: failing('EIO'), rename: failing('EIO'), sleep }
    await expect(createDurably(join(folder, 'fox.png'), Buffer.from('fox'), system)).rejects.toThrow('EIO')
    expect(await filesIn(folder)).toEqual([])
  })

  test('takes no notice of a claim that a dead process left behind', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'fox.png')
    await writeFile(`${file}.0.claim`, '')
    await writeFile(`${file}.1.claim`, '')
    expect(await createDurably(file, Buffer.from('fox'), LINKLESS)).toBe('created')
    expect(await readFile(file, 'utf8')).toBe('fox')
    expect(await filesIn(folder)).toEqual(['fox.png'])
  })

  test('of many who meet the claim of a dead process, one creates', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'fox.png')
    await writeFile(`${file}.0.claim`, '')
    const created = await Promise.all(
      Array.from({ length: 20 }, (_, index) => createDurably(file, Buffer.from(`${index}`), LINKLESS)),
    )
    expect(created.filter((one) => one === 'created')).toHaveLength(1)
  })

  test('waits for the holder of a claim: "exists" only when the file is there', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'fox.png')
    await writeFile(`${file}.0.claim`, '')
    let waits = 0
    const system: FileSystem = {
      ...LINKLESS,
      async sleep() {
        waits += 1
        if (waits !== 3) return
        await writeFile(file, 'theirs')
        await rm(`${file}.0.claim`)
      },
    }
    expect(await createDurably(file, Buffer.from('ours'), system)).toBe('exists')
    expect(await readFile(file, 'utf8')).toBe('theirs')
    expect(waits).toBe(3)
  })

  test('creates when the holder of a claim gave up', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'fox.png')
    await writeFile(`${file}.0.claim`, '')
    const system: FileSystem = { ...LINKLESS, sleep: () => rm(`${file}.0.claim`, { force: true }) }
    expect(await createDurably(file, Buffer.from('ours'), system)).toBe('created')
    expect(await filesIn(folder)).toEqual(['fox.png'])
  })
})

describe('replaceDurably', () => {
  test('writes what was not there, and replaces what was', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'deep/er/record.json')
    await replaceDurably(file, Buffer.from('one'))
    await replaceDurably(file, Buffer.from('two'))
    expect(await readFile(file, 'utf8')).toBe('two')
    expect(await filesIn(folder)).toEqual(['deep/er/record.json'])
  })

  test('leaves what was there, and nothing else, when it fails', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'record.json')
    await writeFile(file, 'old')
    await expect(replaceDurably(file, UNWRITABLE)).rejects.toThrow()
    await mkdir(join(folder, 'taken/by/a/folder'), { recursive: true })
    await expect(replaceDurably(join(folder, 'taken'), Buffer.from('new'))).rejects.toThrow()
    expect(await readFile(file, 'utf8')).toBe('old')
    expect(await filesIn(folder)).toEqual(['record.json'])
  })

  test('tries again while somebody reads the old file, as Windows has it', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'record.json')
    let tries = 0
    const system: FileSystem = {
      ...LINKLESS,
      rename: async (from, to) => (++tries < 3 ? await failing('EBUSY')() : await rename(from, to)),
    }
    await replaceDurably(file, Buffer.from('new'), system)
    expect(await readFile(file, 'utf8')).toBe('new')
  })

  test('gives up at last', async () => {
    const folder = await temporaryFolder()
    const system: FileSystem = { ...LINKLESS, rename: failing('EACCES') }
    await expect(replaceDurably(join(folder, 'record.json'), Buffer.from('new'), system)).rejects.toThrow(
      'EACCES',
    )
    expect(await filesIn(folder)).toEqual([])
  })
})

describe('probeFolder', () => {
  test('makes the folder and leaves no file in it', async () => {
    const folder = await temporaryFolder()
    await probeFolder(join(folder, 'a/b'))
    await probeFolder(join(folder, 'a/b'))
    expect(await filesIn(folder)).toEqual([])
  })

  test('fails where a file stands in its place', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'a'), '')
    await expect(probeFolder(join(folder, 'a'))).rejects.toThrow(/EEXIST|ENOTDIR/)
  })
})
