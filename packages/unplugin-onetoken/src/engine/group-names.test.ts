import { expect, it } from 'vitest'
import { withGroups } from './group-names.ts'

const known = [
  'hero',
  'hero:dark',
  'team',
  'team/ada',
  'team/ada:dark',
  'team/north/tove',
  'teams/ida',
  'kit/mug',
]

it.each([
  [['hero'], ['hero']],
  [['hero:dark'], ['hero:dark']],
  [['kit'], ['kit/mug']],
  [['kit/'], ['kit/mug']],
  [['kit/**', 'kit/mug'], ['kit/mug']],
  // An entry has its own name before a group has it.
  [['team'], ['team']],
  [['team/*'], ['team/ada', 'team/north/tove']],
  [['team/north'], ['team/north/tove']],
  [
    ['nobody', ''],
    ['nobody', ''],
  ],
  [[], []],
])('%j stand for %j', (names, expected) => {
  expect(withGroups(names, known)).toEqual(expected)
})
