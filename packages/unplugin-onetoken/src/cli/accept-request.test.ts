import { describe, expect, test } from 'vitest'
import { OneTokenError } from '../errors.ts'
import { acceptRequest, type AcceptRequest } from './accept-request.ts'

const KNOWN = ['hero', 'hero:dark', 'boat', 'team/ada']

describe('the arguments of accept', () => {
  test.each<[string[], object, Partial<AcceptRequest>]>([
    [['hero'], {}, { names: ['hero'] }],
    [['hero', 'boat'], {}, { names: ['hero', 'boat'] }],
    [['hero', 'a red fox'], {}, { names: ['hero'], words: 'a red fox' }],
    [['hero', ' fox '], {}, { names: ['hero'], words: ' fox ' }],
    [['nobody'], {}, { names: ['nobody'] }],
    [['team'], {}, { members: ['team/ada'] }],
    [['hero', 'team/*'], {}, { names: ['hero'], members: ['team/ada'] }],
    [[], { all: true }, {}],
  ])('%j with %j', (args, flags, expected) => {
    expect(acceptRequest(args, KNOWN, flags)).toEqual({
      ...{ names: [], members: [], words: undefined, from: undefined },
      ...expected,
    })
  })

  test.each<[string, string[], object]>([
    ['nothing', [], {}],
    ['a name beside --all', ['hero'], { all: true }],
    ['words for a group', ['team', 'a red fox'], {}],
    ['words that are not in quotes', ['hero', 'a', 'red', 'fox'], {}],
    ['one word, which may be a name with a mistake', ['hero', 'baot'], {}],
  ])('%s', (_, args, flags) => {
    expect(() => acceptRequest(args, KNOWN, flags)).toThrowErrorMatchingSnapshot()
    expect(() => acceptRequest(args, KNOWN, flags)).toThrow(OneTokenError)
  })
})
