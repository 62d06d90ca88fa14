import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePercent, parseQuery } from './query.ts'
import { encodeQueryValue, isRefused, told } from './testing.ts'

const parsed = (query: string): unknown =>
  parseQuery(query).map(({ name, value, items }) => (items.length > 1 ? [name, value, items] : [name, value]))

describe('parseQuery', () => {
  it.each<[string, string, unknown]>([
    ['nothing', '', []],
    [
      'several parts',
      'a=1&b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['the first = ends the name', 'prompt=a=b==c', [['prompt', 'a=b==c']]],
    ['an empty value', 'alt=', [['alt', '']]],
    ['+ is a plus sign', 'prompt=red + blue+green', [['prompt', 'red + blue+green']]],
    ['%2B is one too', 'prompt=a%2Bb', [['prompt', 'a+b']]],
    ['%26 is an ampersand', 'prompt=cats %26 dogs', [['prompt', 'cats & dogs']]],
    ['%3D in a name', 'a%3Db=c', [['a=b', 'c']]],
    ['spaces, either way', 'prompt=a b%20c', [['prompt', 'a b c']]],
    ['UTF-8 of one to four bytes', 'p=%41%C3%A9%E9%9B%AA%F0%9F%A6%8A', [['p', 'Aé雪🦊']]],
    ['lower-case digits', 'p=%c3%a9', [['p', 'é']]],
    ['a lone %', 'p=100% of 5%%', [['p', '100% of 5%%']]],
    ['half an escape', 'p=%4 %g1 %', [['p', '%4 %g1 %']]],
    ['an escape once', 'p=%2541', [['p', '%41']]],
    ['Latin-1 is no UTF-8', 'p=caf%E9 au lait', [['p', 'caf%E9 au lait']]],
    ['a cut sequence', 'p=%E9%9B', [['p', '%E9%9B']]],
    ['a cut sequence before a whole one', 'p=%E9%9B%E9%9B%AA', [['p', '%E9%9B雪']]],
    ['a lead byte before ASCII', 'p=%C3%41', [['p', '%C3A']]],
    ['a continuation byte alone', 'p=%80%41', [['p', '%80A']]],
    ['an overlong form', 'p=%C0%AF', [['p', '%C0%AF']]],
    ['a surrogate in UTF-8', 'p=%ED%A0%80', [['p', '%ED%A0%80']]],
    ['beyond Unicode', 'p=%F5%80%80%80%FF', [['p', '%F5%80%80%80%FF']]],
    ['a byte order mark', 'p=%EF%BB%BFa', [['p', '\ufeffa']]],
    ['a list', 'w=480;960', [['w', '480;960', ['480', '960']]]],
    ['%3B inside an item', 'image=a%3Bb.png;c.png', [['image', 'a;b.png;c.png', ['a;b.png', 'c.png']]]],
    ['?, # and / are text', 'prompt=what? #1 a/b', [['prompt', 'what? #1 a/b']]],
    [
      'names of objects',
      '__proto__=1&constructor=2',
      [
        ['__proto__', '1'],
        ['constructor', '2'],
      ],
    ],
  ])('%s', (_what, query, parts) => {
    expect(parsed(query)).toEqual(parts)
  })

  it('tells where each part starts', () => {
    expect(parseQuery('a=%20&bb=2&c=3').map(({ offset }) => offset)).toEqual([0, 6, 11])
  })

  it('says what is wrong with a part', () => {
    const queries = [
      'a red fox',
      '=fox',
      '&prompt=fox',
      'prompt=salt & pepper',
      'prompt=a&',
      'prompt=a&&w=1',
      '\u001b[31m',
    ]
    expect(queries.map((query) => told(() => parseQuery(query))).join('\n\n')).toMatchInlineSnapshot(`
      "QUERY_INVALID
      The query has "a red fox" without a "="; each parameter is name=value.
      > Write it as in virtual:onetoken?prompt=A red fox&w=480;960

      QUERY_INVALID
      The query has "=fox" without a name before the "="; each parameter is name=value.
      > Write it as in virtual:onetoken?prompt=A red fox&w=480;960

      QUERY_INVALID
      The query has an empty parameter; each parameter is name=value.
      > Write it as in virtual:onetoken?prompt=A red fox&w=480;960

      QUERY_INVALID
      The query has " pepper" without a "="; each parameter is name=value.
      > A "&" separates parameters; where it is part of a text, write %26.

      QUERY_INVALID
      The query has an empty parameter; each parameter is name=value.
      > A "&" separates parameters; where it is part of a text, write %26.

      QUERY_INVALID
      The query has an empty parameter; each parameter is name=value.
      > A "&" separates parameters; where it is part of a text, write %26.

      QUERY_INVALID
      The query has "\\u001b[31m" without a "="; each parameter is name=value.
      > Write it as in virtual:onetoken?prompt=A red fox&w=480;960"
    `)
  })

  it('refuses a name that is there twice, however it is written', () => {
    const queries = ['w=1&w=2', 'p%3d=1&p%3D=2']
    expect(queries.map((query) => told(() => parseQuery(query))).join('\n\n')).toMatchInlineSnapshot(`
      "QUERY_INVALID
      The parameter "w" is given twice.
      > Keep one of them. A "&" separates parameters; where it is part of a text, write %26.

      QUERY_INVALID
      The parameter "p=" is given twice.
      > Keep one of them. A "&" separates parameters; where it is part of a text, write %26."
    `)
  })
})

describe('an escaped value', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('%', '2', '6', '5', '3', 'B', '&', ';', '=', '+', 'é', '\ud83e', '\udd8a'),
    }),
  )

  it('is given back by parseQuery', () => {
    fc.assert(
      fc.property(text, text, (one, two) => {
        const query = `p=${encodeQueryValue(one)}&q=${encodeQueryValue(two)}`
        expect(parseQuery(query).map(({ value }) => value)).toEqual([one, two])
      }),
    )
  })

  it('is given back in a list', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (items) => {
        const query = `p=${items.map((item) => encodeQueryValue(item, true)).join(';')}`
        expect(parseQuery(query)[0]?.items).toEqual(items)
      }),
    )
  })
})

describe('decodePercent', () => {
  it('decodes whatever encodeURIComponent makes, and nothing that has no escape', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodePercent(encodeURIComponent(text))).toBe(text)
        expect(decodePercent(text.replaceAll('%', ''))).toBe(text.replaceAll('%', ''))
      }),
    )
  })
})

describe('hostile queries', () => {
  it.each([
    ['escapes without end', `p=${'%E9'.repeat(300_000)}`],
    ['letters in escapes without end', `p=${'%41'.repeat(300_000)}`],
    ['ampersands', '&'.repeat(1_000_000)],
    ['names', Array.from({ length: 100_000 }, (_, index) => `n${index}=1`).join('&')],
    ['semicolons', `w=${';'.repeat(1_000_000)}`],
    ['equals signs', '='.repeat(1_000_000)],
  ])(
    '%s',
    (_what, query) => {
      isRefused(() => parseQuery(query))
    },
    10_000,
  )
})
