import { describe, expect, test } from 'vitest'
import { canonicalJson, sha256 } from '../canonical-json.ts'
import {
  createdAfter,
  isProvisional,
  parseRecord,
  serializeRecord,
  troubleOf,
  type RecordOrigin,
  type RenderRecord,
} from './record.ts'
import { KEY, recordOf } from './testing.ts'

const RECORD = recordOf([Buffer.from('one'), Buffer.from('two')])
const TEXT = serializeRecord(RECORD)
const LFS = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256('x')}\nsize 1234\n`
const MERGE = `{\n<<<<<<< HEAD\n  "version": 1,\n=======\n  "version": 1,\n>>>>>>> theirs\n}\n`

/** Text with a digest that fits it, as nothing but a hand-made record could have. */
function withDigest(record: object): string {
  return JSON.stringify({ ...record, digest: sha256(canonicalJson(record)) })
}

/** The same value with the members of every object in the opposite order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reordered(member)]),
  )
}

test.each<[string | undefined, string, string]>([
  [undefined, '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z'],
  ['2026-01-02T03:04:05.677Z', '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z'],
  ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.679Z'],
  ['2027-01-02T03:04:05.678999Z', '2026-01-02T03:04:05.678Z', '2027-01-02T03:04:05.679Z'],
  ['9999-12-31T23:59:59.999Z', '2026-01-02T03:04:05.678Z', '9999-12-31T23:59:59.999Z'],
])('what takes the place of a record of %s at %s is of %s', (former, now, expected) => {
  const created = createdAfter(former === undefined ? undefined : { created: former }, new Date(now))
  expect(created).toBe(expected)
  expect(parseRecord(serializeRecord({ ...RECORD, created }), KEY).state).toBe('valid')
})

test('a record that is nested deeper than the stack goes is damaged', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  expect(parseRecord(`{"version":1,"request":${deep}}`, KEY)).toEqual({
    state: 'damaged',
    why: 'is nested too deeply',
  })
})

describe('a record that says what was written', () => {
  test.each([
    ['as it was written', TEXT],
    ['with CRLF', TEXT.replaceAll('\n', '\r\n')],
    ['on one line', JSON.stringify(JSON.parse(TEXT))],
    ['with tabs', JSON.stringify(JSON.parse(TEXT), null, '\t')],
    ['with its members in another order', JSON.stringify(reordered(JSON.parse(TEXT)), null, 4)],
    ['with escapes for letters', TEXT.replaceAll('狐', '\\u72d0')],
    ['with a byte order mark', `\ufeff${TEXT}`],
    ['without the last line break', TEXT.trimEnd()],
  ])('%s', (_, text) => {
    expect(parseRecord(text, KEY)).toEqual({ state: 'valid', record: RECORD })
  })

  test('leaves out what is undefined', () => {
    const { name: _, requestId: __, ...rest } = RECORD
    const text = serializeRecord({ ...RECORD, name: undefined, requestId: undefined })
    expect(parseRecord(text, KEY)).toEqual({ state: 'valid', record: rest })
  })

  test.each<RecordOrigin>([
    { kind: 'accepted', key: KEY },
    { kind: 'imported', file: 'Füchse/狐.png' },
    { kind: 'imported', file: 'fox.png', until: 'rendered' },
  ])('with the origin %j', (origin) => {
    const record: RenderRecord = { ...RECORD, origin, cost: { usd: 0, from: 'origin' } }
    expect(parseRecord(serializeRecord(record), KEY)).toEqual({ state: 'valid', record })
    expect(isProvisional(record)).toBe('until' in origin)
  })

  test('is readable, and ends with its digest', () => {
    expect(TEXT.split('\n').slice(0, 3)).toEqual(['{', '  "version": 1,', `  "key": "${KEY}",`])
    expect(TEXT).toMatch(/\n {2}"digest": "[\da-f]{64}"\n\}\n$/)
  })

  test.each([
    ['the marks of a merge after a line separator', 'a fox\u2028<<<<<<< HEAD\u2029>>>>>>> theirs'],
    ['the words of a pointer', 'version https://git-lfs.github.com/spec/v1'],
    ['a lone surrogate', 'a fox \ud83e'],
  ])('with %s in the prompt', (_, prompt) => {
    const record: RenderRecord = { ...RECORD, request: { ...RECORD.request, prompt } }
    expect(parseRecord(serializeRecord(record), KEY)).toEqual({ state: 'valid', record })
  })

  test('with a member of its own called __proto__ in the request', () => {
    const extra = JSON.parse('{"__proto__":{"a":1}}') as unknown
    const record: RenderRecord = { ...RECORD, request: { ...RECORD.request, extra } }
    expect(parseRecord(serializeRecord(record), KEY)).toEqual({ state: 'valid', record })
  })
})

/** Every single value in a record, by the path to it. */
function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== 'object') return [path]
  return Object.entries(value).flatMap(([name, member]) => leaves(member, [...path, name]))
}

function changed(value: unknown, [name, ...rest]: (string | number)[]): unknown {
  if (name === undefined) return typeof value === 'number' ? value + 1 : `${String(value)}x`
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >
  copy[name] = changed(copy[name], rest)
  return copy
}

describe('a record in which one value was changed', () => {
  test.each(leaves(JSON.parse(TEXT)).map((path) => [path.join('.'), path] as const))('%s', (name, path) => {
    const parsed = parseRecord(JSON.stringify(changed(JSON.parse(TEXT), path)), KEY)
    expect(parsed.state).toBe(name === 'version' ? 'newer' : 'damaged')
  })

  test.each(Object.keys(JSON.parse(TEXT) as object))('%s is gone', (name) => {
    const { [name]: _, ...rest } = JSON.parse(TEXT) as Record<string, unknown>
    expect(parseRecord(JSON.stringify(rest), KEY).state).toBe('damaged')
  })

  test('a member was added', () => {
    expect(parseRecord(TEXT.replace('{', '{ "more": 1,'), KEY).state).toBe('damaged')
  })
})

describe('a record that cannot be used', () => {
  test.each<[string, string, string]>([
    ['', 'damaged', 'is empty'],
    [' \r\n', 'damaged', 'is empty'],
    [TEXT.slice(0, 200), 'damaged', 'is not JSON'],
    ['\0'.repeat(100), 'damaged', 'is not JSON'],
    ['null', 'damaged', 'is not a record'],
    ['[]', 'damaged', 'is not a record'],
    ['"text"', 'damaged', 'is not a record'],
    ['7', 'damaged', 'is not a record'],
    ['{}', 'damaged', 'was changed: its digest does not fit what it says'],
    [LFS, 'pointer', 'is a Git LFS pointer'],
    [LFS.replaceAll('\n', '\r\n'), 'pointer', 'is a Git LFS pointer'],
    [MERGE, 'conflict', 'holds an unfinished git merge'],
    [MERGE.replaceAll('\n', '\r\n'), 'conflict', 'holds an unfinished git merge'],
    [MERGE.replaceAll(/ (?:HEAD|theirs)/g, ''), 'conflict', 'holds an unfinished git merge'],
    [LFS.replace('oid', '<<<<<<< HEAD\noid'), 'conflict', 'holds an unfinished git merge'],
    [
      withDigest({ ...RECORD, version: 2 }),
      'newer',
      'has version 2, which a newer release of unplugin-onetoken writes',
    ],
    [
      JSON.stringify({ version: 3, images: {}, digest: 'computed otherwise' }),
      'newer',
      'has version 3, which a newer release of unplugin-onetoken writes',
    ],
    [withDigest({ ...RECORD, version: 'one' }), 'damaged', 'is not a record'],
    [withDigest({ ...RECORD, images: null }), 'damaged', 'is not a record'],
    [withDigest({ ...RECORD, images: [null] }), 'damaged', 'is not a record'],
    [withDigest({ ...RECORD, images: [{ sha256: '../../x', format: 'png' }] }), 'damaged', 'is not a record'],
    [withDigest({ ...RECORD, images: [{ sha256: KEY, format: 'exe' }] }), 'damaged', 'is not a record'],
    [withDigest({ ...RECORD, images: [{ ...RECORD.images[0], width: 0 }] }), 'damaged', 'is not a record'],
    [withDigest({ ...RECORD, images: [{ ...RECORD.images[0], bytes: '7' }] }), 'damaged', 'is not a record'],
    [withDigest({ ...RECORD, request: null }), 'damaged', 'is not a record'],
    [withDigest({ ...RECORD, request: [] }), 'damaged', 'is not a record'],
    [withDigest({ ...RECORD, inputs: 'photo' }), 'damaged', 'is not a record'],
    [withDigest({ ...RECORD, inputs: [null] }), 'damaged', 'is not a record'],
    [withDigest({ ...RECORD, cost: 1 }), 'damaged', 'is not a record'],
    [withDigest({ ...RECORD, refusal: 'no' }), 'damaged', 'is not a record'],
    [withDigest({ ...RECORD, take: '1' }), 'damaged', 'is not a record'],
    // What messages tell, a machine sends, or a picture is described by.
    ...[
      { name: { x: 1 } },
      { name: null },
      { provider: undefined },
      { provider: { toString: 1 } },
      { endpoint: 'chat' },
      { requestId: 7 },
      { edit: ['hero'] },
      { request: { ...RECORD.request, prompt: { toString: 1 } } },
      { request: { ...RECORD.request, prompt: undefined } },
      { request: { ...RECORD.request, model: ['\u001b[2J'] } },
      { request: { ...RECORD.request, n: '\u001b[2J' } },
      { refusal: { message: ['no'] } },
      { revisedPrompts: 'a fox' },
      { revisedPrompts: [7] },
      { usage: [] },
      { cost: { usd: '0' } },
      { created: '' },
      { created: '\u001b[2J' },
      { created: 'yesterday' },
      { created: '2026-01-02' },
      { created: '2026-01-02T03:04:05.000Z\n::error::x' },
      { created: '2026-13-02T03:04:05.000Z' },
    ].map(
      (changes) =>
        [withDigest({ ...RECORD, ...changes }), 'damaged', 'is not a record'] satisfies [
          string,
          string,
          string,
        ],
    ),
    ...[
      null,
      'accepted',
      {},
      { kind: 'accepted' },
      { kind: 'accepted', key: KEY.slice(1) },
      { kind: 'accepted', key: [KEY] },
      { kind: 'accepted', key: KEY, until: 'rendered' },
      { kind: 'accepted', key: KEY, file: 'fox.png' },
      { kind: 'imported' },
      { kind: 'imported', file: '' },
      { kind: 'imported', file: 7 },
      { kind: 'imported', file: 'fox.png', until: 'tomorrow' },
      { kind: 'imported', file: 'fox.png', key: KEY },
      { kind: 'imported', file: 'fox.png', more: 1 },
      { kind: 'found', file: 'fox.png' },
    ].map(
      (origin) =>
        [withDigest({ ...RECORD, origin }), 'damaged', 'is not a record'] satisfies [string, string, string],
    ),
    ...[null, 'gpt-image-2', {}, { model: 'm' }, { model: 7, composite: true }, { composite: true }].map(
      (madeBy) =>
        [withDigest({ ...RECORD, madeBy }), 'damaged', 'is not a record'] satisfies [string, string, string],
    ),
    [
      withDigest({ ...RECORD, images: [], origin: { kind: 'accepted', key: KEY } }),
      'damaged',
      'is not a record',
    ],
  ])('%j', (text, state, why) => {
    expect(parseRecord(text, KEY)).toEqual({ state, why })
  })

  test('of another render', () => {
    expect(parseRecord(TEXT, sha256('another'))).toEqual({
      state: 'damaged',
      why: 'is the record of another render',
    })
  })
})

describe('troubleOf', () => {
  test.each([
    ['', 'damaged'],
    ['\u0089PNG\r\n\u001a\n and so on', 'damaged'],
    ['\u0089PNG\n<<<<<<< HEAD\n', 'damaged'],
    [LFS, 'pointer'],
    [`<<<<<<< HEAD\n${LFS}=======\n${LFS}>>>>>>> theirs\n`, 'conflict'],
    [LFS.replace('oid', '<<<<<<< HEAD\noid'), 'conflict'],
  ])('%j is %s', (text, state) => {
    expect(troubleOf(Buffer.from(text, 'latin1'))).toBe(state)
  })
})
