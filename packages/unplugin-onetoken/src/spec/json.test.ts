import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from './json.ts'
import { isRefused, told } from './testing.ts'

const parse = (text: string): unknown => parseJson(text, 'onetoken.config.json', 'SETTINGS_INVALID').value

describe('parseJson', () => {
  it('reads JSON, tabs and all, and knows where everything stands', () => {
    const text = '{\n\t"budget": {\n\t\t"cost": 2.5\n\t},\n\t"allowPackages": ["a", "b\\ud83e\\udd8a"]\n}\n'
    const { value, locate } = parseJson(text, '/site/onetoken.config.json', 'SETTINGS_INVALID')
    expect(value).toEqual({ budget: { cost: 2.5 }, allowPackages: ['a', 'b🦊'] })
    expect(locate(['budget', 'cost'])).toEqual({ file: '/site/onetoken.config.json', line: 3, column: 11 })
    expect(locate(['budget', 'cost'], 'name')).toMatchObject({ line: 3, column: 3 })
    expect(locate(['allowPackages', 1])).toMatchObject({ line: 5, column: 25 })
    expect(locate(['allowPackages', 7])).toMatchObject({ line: 5, column: 19 })
    expect(locate(['missing'])).toMatchObject({ line: 1, column: 1 })
  })

  it('is strict, and says where it stops', () => {
    const texts = [
      '',
      '{',
      '{ "a": 1, }',
      '{\n  // a comment\n  "a": 1\n}',
      '{ "a": 1 /* b */ }',
      "{ 'a': 1 }",
      '{ a: 1 }',
      '{ "a": yes }',
      '{ "a": 1 "b": 2 }',
      '{ "a": "b\nc" }',
      '{ "a": 01 }',
      '{ "\u001b[2J\u202e": x }',
    ]
    // The words are the engine's, and differ between its versions.
    const places = texts.map((text) => {
      const message = told(() => parse(text))
      expect(message).toMatch(
        /\nThe file cannot be read as JSON: .+\.\n> Names and text are in double quotes/,
      )
      expect(message.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      return `${JSON.stringify(text)} ${/:(\d+:\d+)\n/.exec(message)?.[1]}`
    })
    expect(places.join('\n')).toMatchInlineSnapshot(`
      """ 1:1
      "{" 1:2
      "{ \\"a\\": 1, }" 1:11
      "{\\n  // a comment\\n  \\"a\\": 1\\n}" 2:3
      "{ \\"a\\": 1 /* b */ }" 1:10
      "{ 'a': 1 }" 1:3
      "{ a: 1 }" 1:3
      "{ \\"a\\": yes }" 1:8
      "{ \\"a\\": 1 \\"b\\": 2 }" 1:10
      "{ \\"a\\": \\"b\\nc\\" }" 1:10
      "{ \\"a\\": 01 }" 1:9
      "{ \\"\\u001b[2J‮\\": x }" 1:4"
    `)
  })

  it('refuses a name that is there twice, which JSON itself does not', () => {
    expect(told(() => parse('{ "store": "a",\n  "store": "b" }'))).toMatchInlineSnapshot(`
      "SETTINGS_INVALID onetoken.config.json:2:3
      "store" is there twice in one mapping, first in line 1.
      > Keep one of the two, or give one another name."
    `)
  })

  it('gives what JSON.parse gives, for any JSON', () => {
    const names = fc.string().filter((name) => name !== '__proto__')
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.integer(),
        tie('list'),
        tie('map'),
      ),
      list: fc.array(tie('any'), { maxLength: 4 }),
      map: fc.dictionary(names, tie('any'), { maxKeys: 4 }),
    })).map
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2, '\t'), (some, indent) => {
        const text = JSON.stringify(some, null, indent)
        expect(parse(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 300 },
    )
  })

  it('refuses what is no JSON, and never breaks', () => {
    const text = fc.string({
      unit: fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"a"',
        ':',
        ',',
        '1',
        '-',
        'true',
        ' ',
        '\n',
        '\\',
        '"',
        '/',
        '\0',
        'e',
      ),
    })
    fc.assert(
      fc.property(text, (some) => {
        isRefused(() => parse(some))
      }),
      { numRuns: 1000 },
    )
  })
})
