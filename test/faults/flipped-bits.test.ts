import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { openGallery } from '../helpers/gallery.ts'
import { useMock } from '../helpers/mock.ts'
import { seededRandom } from '../helpers/random.ts'

const mock = useMock()

it('a thousand flipped bits in records and pictures are told, never used, and never bought again', async () => {
  const { pick, below } = seededRandom()
  const { treasures, expectFound } = await openGallery(mock)
  for (let turn = 0; turn < 1000; turn++) {
    const treasure = pick(treasures)
    const damaged = Buffer.from(treasure.bytes)
    const at = below(damaged.length)
    const bit = below(8)
    damaged[at] = (damaged[at] ?? 0) ^ (1 << bit)
    await writeFile(treasure.file, damaged)
    await expectFound(treasure, `bit ${bit} of byte ${at} of the ${treasure.kind} of ${treasure.name}`)
  }
})

it('256 files that are cut short are told, never used, and never bought again', async () => {
  const { pick, below } = seededRandom()
  const { treasures, expectFound, expectWell } = await openGallery(mock)
  for (let turn = 0; turn < 256; turn++) {
    const treasure = pick(treasures)
    const length = below(treasure.bytes.length)
    await writeFile(treasure.file, treasure.bytes.subarray(0, length))
    const onlyTheLineBreak = treasure.kind === 'record' && length === treasure.bytes.length - 1
    if (onlyTheLineBreak) await expectWell(treasure.name)
    else await expectFound(treasure, `the ${treasure.kind} of ${treasure.name}, cut to ${length} bytes`)
  }
})

it('what else may stand in place of a file is told, never used, and never bought again', async () => {
  const { treasures, expectFound } = await openGallery(mock)
  for (const treasure of treasures) {
    // Other files of the same kind are valid by themselves: records that say what they are, pictures that decode.
    const others = treasures.filter((one) => one !== treasure && one.kind === treasure.kind)
    const inPlace: [string, Uint8Array][] = [
      ['nothing', Buffer.alloc(0)],
      ['zeros', Buffer.alloc(treasure.bytes.length)],
      ['its bytes twice', Buffer.concat([treasure.bytes, treasure.bytes])],
      ['one more byte', Buffer.concat([treasure.bytes, Buffer.from('x')])],
      ['a pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1\n')],
      ['a merge', Buffer.from(`<<<<<<< HEAD\n${treasure.bytes.toString('latin1')}\n=======\n>>>>>>> b\n`)],
      ...others.map((other): [string, Uint8Array] => [`the ${other.kind} of ${other.name}`, other.bytes]),
    ]
    for (const [what, bytes] of inPlace) {
      await writeFile(treasure.file, bytes)
      await expectFound(treasure, `${what} in place of the ${treasure.kind} of ${treasure.name}`)
    }
  }
})

it('a folder in place of a file is told, never used, and never bought again', async () => {
  const { bench, treasures, expectWell } = await openGallery(mock)
  const paid = mock.stats.requests
  for (const { name, file, bytes } of treasures) {
    await rm(file)
    await mkdir(file)
    expect(await bench.obtain(name)).toMatchObject({ error: { code: 'STORE_UNAVAILABLE' } })
    expect(mock.stats.requests).toBe(paid)
    await rm(file, { recursive: true })
    await writeFile(file, bytes)
    await expectWell(name)
  }
})

it('damaged pictures are kept aside, and records and pointers stay where they are', async () => {
  const { bench, treasures } = await openGallery(mock)
  const pointer = Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1\n')
  for (const { name, kind, file, bytes } of treasures) {
    const damaged = Buffer.concat([bytes, Buffer.from('x')])
    await writeFile(file, damaged)
    const outcome = await bench.obtain(name)
    const moved = 'error' in outcome ? outcome.error.details?.['moved'] : undefined
    const where = kind === 'picture' ? String(moved) : file
    expect(await readFile(where)).toEqual(damaged)
    await writeFile(file, pointer)
    await bench.obtain(name)
    expect(await readFile(file)).toEqual(pointer)
    await writeFile(file, bytes)
  }
})
