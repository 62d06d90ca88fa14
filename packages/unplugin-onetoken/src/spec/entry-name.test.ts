import { describe, expect, it } from 'vitest'
import { entryNameRule, isEntryName } from './entry-name.ts'

describe('isEntryName', () => {
  it.each([
    'hero',
    'Hero-2',
    '_x',
    'a-',
    '_-',
    '404',
    'team/ada',
    'a/b/c',
    'ñandú',
    '雪狐',
    'चित्र',
    'รูปภาพ',
    'constructor',
    'then',
    'a/default',
  ])('takes %s', (name) => {
    expect(isEntryName(name)).toBe(true)
  })

  const SPECIAL: Record<string, RegExp> = {
    ['cafe\u0301']: /NFD/,
    '--yes': /for an option/,
    'team/-ada': /for an option/,
  }

  it.each([
    '',
    'default',
    'manifest',
    '__proto__',
    'hero.png',
    'a b',
    'a/',
    '/a',
    'a//b',
    '../a',
    '.',
    'a\\b',
    'a?b',
    'a#b',
    'a:b',
    'cafe\u0301',
    '\u0301a',
    'a\u202eb',
    'a\n',
    '🦊',
    '\ud800',
    '-',
    '--yes',
    'team/-ada',
  ])('refuses %j', (name) => {
    expect(isEntryName(name)).toBe(false)
    expect(entryNameRule(name)).toMatch(SPECIAL[name] ?? /letters, digits/)
  })
})
