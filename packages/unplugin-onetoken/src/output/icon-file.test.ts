import { expect, it } from 'vitest'
import { iconFile } from './icon-file.ts'

it('has a header, an entry for each picture, and the pictures as they are', () => {
  const small = Buffer.from('a small one')
  const large = Buffer.from('one of 256 pixels')
  const file = iconFile([
    { size: 16, bytes: small },
    { size: 256, bytes: large },
  ])
  expect(file.subarray(0, 6)).toEqual(Buffer.from([0, 0, 1, 0, 2, 0]))
  const entry = (at: number): number[] => [file[at] ?? -1, file[at + 1] ?? -1]
  expect(entry(6)).toEqual([16, 16])
  expect(entry(22)).toEqual([0, 0])
  for (const [index, bytes] of [small, large].entries()) {
    const at = 6 + 16 * index
    const length = file.readUInt32LE(at + 8)
    const offset = file.readUInt32LE(at + 12)
    expect(file.subarray(offset, offset + length)).toEqual(bytes)
  }
  expect(file).toHaveLength(6 + 32 + small.length + large.length)
})
