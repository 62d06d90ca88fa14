import { expect, test } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import type { RenderRecord } from '../store/record.ts'
import { imageOf, recordOf } from '../store/testing.ts'
import { madeBy } from './made-by.ts'

const [PHOTO, FOX, NIGHT] = ['photo', 'fox', 'night'].map((name) => Buffer.from(name)) as [
  Buffer,
  Buffer,
  Buffer,
]

const record = (picture: Buffer, changes: Partial<RenderRecord> = {}): RenderRecord =>
  recordOf([picture], { key: sha256(picture), edit: undefined, inputs: undefined, ...changes })
const input = (picture: Buffer): NonNullable<RenderRecord['inputs']> => [
  { role: 'image', sha256: imageOf(picture).sha256, conversion: 0 },
]
const mine = record(PHOTO, { origin: { kind: 'imported', file: 'photo.jpg' } })
const night = record(NIGHT, { edit: 'hero', inputs: input(FOX) })
const MODEL = String(night.request['model'])

test.each<[string, RenderRecord, RenderRecord[], boolean]>([
  ['of words alone', record(FOX), [], false],
  ['of a picture of its user', record(FOX, { inputs: input(PHOTO) }), [], true],
  ['an edit of a render', night, [record(FOX)], false],
  ['an edit of a picture that its user has brought', { ...night, inputs: input(PHOTO) }, [mine], true],
  ['an edit of one that has one in it', night, [record(FOX, { inputs: input(PHOTO) })], true],
  [
    'an edit of one that was accepted',
    night,
    [record(FOX, { madeBy: { model: 'm', composite: true } })],
    true,
  ],
  ['an edit with a further picture', { ...night, inputs: [...input(FOX), ...input(PHOTO)] }, [], true],
  ['an edit of what is not there', night, [], false],
  ['an edit that is said to be of itself', { ...night, inputs: input(NIGHT) }, [night], false],
])('a render %s', (_, one, others, composite) => {
  expect(madeBy(one, [...others, one])).toEqual({ model: MODEL, composite })
})

test('what was accepted before is of what was accepted first, and that of a user of nobody', () => {
  const before = { model: 'dall-e-3', composite: true }
  expect(madeBy(record(FOX, { madeBy: before }), [])).toEqual(before)
  expect(madeBy(mine, [mine])).toBeUndefined()
})
