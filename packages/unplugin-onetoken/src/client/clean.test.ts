import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createCleaner } from './clean.ts'

const KEY = 'sk-Canary/0123+45_6789.abcXYZ'
const { redact, line, cause } = createCleaner(KEY)

describe('redact', () => {
  test.each([
    ['as it is', KEY],
    ['in lower case, as in the name of a host', KEY.toLowerCase()],
    ['URL-encoded', encodeURIComponent(KEY)],
    ['URL-encoded twice', encodeURIComponent(encodeURIComponent(KEY))],
    ['URL-encoded to the last letter', [...KEY].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')],
    ['in hexadecimal', Buffer.from(KEY).toString('hex')],
    ['in two lines', `${KEY.slice(0, 9)}\r\n${KEY.slice(9)}`],
    ['in lines of three that are indented', KEY.match(/.{1,3}/g)?.join('\n   ') ?? ''],
    ['with the escapes of line breaks', KEY.match(/.{1,9}/g)?.join('\\n') ?? ''],
    ['with URL-encoded spaces in it', KEY.match(/.{1,3}/g)?.join('%20%0A') ?? ''],
    ['between characters that are not seen', [...KEY].join('\u200b')],
    ['in colours', KEY.match(/.{1,9}/g)?.join('\u001b[31m') ?? ''],
    ['in escapes of JSON', [...KEY].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('')],
    ['in entities of HTML', [...KEY].map((c) => `&#${c.charCodeAt(0)};`).join('')],
    ['in hexadecimal entities', [...KEY].map((c) => `&#x${c.charCodeAt(0).toString(16)};`).join('')],
    ['without its beginning', KEY.slice(5)],
    ['without its end', KEY.slice(0, -5)],
    ['of which eight letters are left', KEY.slice(9, 17)],
    ['in hexadecimal, in part', Buffer.from(KEY.slice(3, 20)).toString('hex')],
  ])('%s', (_, text) => {
    expect(redact(`before ${text} after`)).toBe('before [key] after')
  })

  test.each(['', 'a', 'ab', 'abc', 'user:', 'Bearer '])('in base64 behind "%s"', (before) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const encoded = Buffer.from(`${before}${KEY}:after`).toString(encoding)
      const cleaned = redact(encoded)
      expect(cleaned).toContain('[key]')
      expect(Buffer.from(cleaned.replace('[key]', ''), encoding).toString()).not.toContain('Canary')
    }
  })

  test('leaves everything else', () => {
    expect(redact('sk-ateboards\nand 狐狸')).toBe('sk-ateboards\nand 狐狸')
    const others = `${KEY.slice(0, 7)} İ 🦊 &#128512; %41 \\u0041 ${KEY.slice(12, 19)}`
    expect(redact(others)).toBe(others)
  })

  test('cuts off what nobody would read, and no key is left where it cuts', () => {
    const cut = redact(`${'x '.repeat(49_990)}${KEY}${'y'.repeat(1_000_000)}`)
    expect(cut).toBe(`${'x '.repeat(49_990)}[key]`)
  })

  test('takes a short key as it is written, and no chance fragments', () => {
    expect(createCleaner('abc').redact('abc, YWJj')).toBe('[key], YWJj')
  })
})

describe('line', () => {
  test.each([
    ['line breaks', 'one\r\n\ttwo\u2028three', 'one two three'],
    ['terminal colours', '\u001b[31mred\u001b[0m', 'red'],
    ['control characters', 'a\u0000b\u0007c\u009bd', 'abcd'],
    ['direction marks', 'a\u202eb\u200bc', 'abc'],
    ['Chinese', ' 余额不足 ', '余额不足'],
    [
      'commands of CI systems',
      '::error::a ##[error]b ##vso[task.x]c',
      '\\u003a:error::a #\\u0023[error]b #\\u0023vso[task.x]c',
    ],
    ['a command that a mask would make', `##${KEY}`, '#\\u0023[key]'],
    ['keys of other people', 'bad key sk-proj-abcd****wxyz', 'bad key sk-…'],
  ])('%s', (_, text, expected) => {
    expect(line(text)).toBe(expected)
  })

  test('shortens between characters', () => {
    expect(line('🦊'.repeat(400))).toBe(`${'🦊'.repeat(299)}…`)
  })

  test.each([
    ['split by an invisible character', `${KEY.slice(0, 9)}\u200b${KEY.slice(9)}`],
    ['at the place of the cut', `${'x'.repeat(290)}${KEY}`],
    ['behind much white space', `${' '.repeat(5995)}${KEY}`],
  ])('redacts a key %s', (_, text) => {
    expect(line(text)).not.toContain('Canary')
  })
})

describe('cause', () => {
  test('copies messages, codes and causes, and nothing that hangs on them', () => {
    const inner = Object.assign(new Error(`inner ${KEY}`), { data: KEY, code: 'HPE_INVALID' })
    const outer = new TypeError(`outer ${KEY}`, { cause: inner })
    const copy = cause(outer)
    expect(copy).toMatchObject({ message: 'outer [key]', name: 'TypeError' })
    expect(copy?.cause).toMatchObject({ message: 'inner [key]', code: 'HPE_INVALID' })
    expect(inspect(copy, { depth: 20, showHidden: true })).not.toContain('Canary')
  })

  test('shows what would steer a terminal or a log', () => {
    const copy = cause(new Error('one\n##[error]two\u009b'))
    expect(copy?.message).toBe('one\n#\\u0023[error]two\\u009b')
    expect(copy?.stack).not.toMatch(/##|\u009b/)
  })

  test('takes the first of several errors for the cause', () => {
    const several = Object.assign(new AggregateError([new Error('first')]), { code: 'ECONNREFUSED' })
    expect(cause(several)?.cause).toMatchObject({ message: 'first' })
  })

  test('ends in a loop of causes', () => {
    const error = new Error('loop')
    error.cause = error
    expect(cause(error)?.message).toBe('loop')
  })

  test.each([
    [undefined, undefined],
    [null, undefined],
  ])('of %s is %s', (value, expected) => {
    expect(cause(value)).toBe(expected)
  })

  test('makes an error of a text', () => {
    expect(cause(`stop ${KEY}`)?.message).toBe('stop [key]')
  })
})
