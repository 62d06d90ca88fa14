import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalizeText, quote, quotePath, show, visible, visibleJson, visibleLines } from './text.ts'

describe('normalizeText', () => {
  it.each([
    ['NFC', 'cafe\u0301', 'caf\u00e9'],
    ['CRLF', 'one\r\ntwo', 'one\ntwo'],
    ['CR CR LF, as a bad conversion leaves it', 'one\r\r\ntwo', 'one\ntwo'],
    ['a lone CR', 'one\rtwo', 'one\rtwo'],
    ['white space at the ends', ' \t\r\n\u00a0\ufeff a  fox \u3000\n', 'a  fox'],
    ['nothing but white space', ' \r\n ', ''],
    ['compatibility forms stay', 'ﬁne ２', 'ﬁne ２'],
  ])('%s', (_what, text, normal) => {
    expect(normalizeText(text)).toBe(normal)
  })

  it('leaves normalised text as it is', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('\r', '\n', ' ', '\u0301', 'e', '\ufeff'), fc.string()),
    })
    fc.assert(
      fc.property(text, (some) => {
        const normal = normalizeText(some)
        expect(normalizeText(normal)).toBe(normal)
      }),
    )
  })

  it('takes a long run of carriage returns without hanging', () => {
    expect(normalizeText(`a${'\r'.repeat(1_000_000)}b`)).toHaveLength(1_000_002)
  })
})

describe('visible', () => {
  it.each([
    ['escape sequences', '\u001b[31mred\u001b[0m\u009b2J', '\\u001b[31mred\\u001b[0m\\u009b2J'],
    ['line breaks and tabs', 'a\nb\r\nc\td\u2028e\u2029f\u0085g', 'a\\nb\\r\\nc\\td\\u2028e\\u2029f\\u0085g'],
    ['bidirectional controls', 'a\u202eb\u2066c\u200f', 'a\\u202eb\\u2066c\\u200f'],
    ['invisible characters', 'a\u200bb\u00adc\u{e0041}', 'a\\u200bb\\u00adc\\u{e0041}'],
    ['lone surrogates', '\ud800x\udc00', '\\ud800x\\udc00'],
    ['NUL and DEL', '\0\u007f', '\\u0000\\u007f'],
    ["GitHub's commands", '::warning::x', '\\u003a:warning::x'],
    ["GitHub's commands behind white space", '  ::warning::x', '  \\u003a:warning::x'],
    ["GitHub's old commands", 'a ##[error]x', 'a #\\u0023[error]x'],
    ["Azure's commands", 'a ##vso[task.setvariable]x', 'a #\\u0023vso[task.setvariable]x'],
    ["TeamCity's commands", '##teamcity[buildStop]', '#\\u0023teamcity[buildStop]'],
  ])('shows %s', (_what, text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  it.each(['雪地里的红狐', 'a fox — “quoted”, café', '🦊👩‍👩‍👧', 'نمی‌خواهم', 'C# ## a :: b'])(
    'leaves %s',
    (text) => {
      expect(visible(text)).toBe(text)
    },
  )
})

describe('visibleLines', () => {
  it('leaves lines, and looks at each of them', () => {
    const text = 'one\r\n::error::two\n\n  ##[error]\u001b[2J three'
    expect(visibleLines(text)).toBe('one\\r\n\\u003a:error::two\n\n  #\\u0023[error]\\u001b[2J three')
  })

  it('changes nothing of what it has made', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = visibleLines(`##[${text}`)
        expect(visibleLines(shown)).toBe(shown)
      }),
    )
  })
})

describe('visibleJson', () => {
  const words =
    '\u009b31m \u202e\u2028\u007f \u{e0041} \\u{1f} ##[error] ##vso[x] ::error:: \ud800 🦊👩‍👩‍👧 نمی‌خواهم 狐'

  it('has escapes in place of what steers, and says the same', () => {
    const json = JSON.stringify({ [words]: [words] }, null, 2)
    expect(visibleJson(json)).toBe(
      json
        .replaceAll('\u009b', '\\u009b')
        .replaceAll('\u202e\u2028\u007f', '\\u202e\\u2028\\u007f')
        .replaceAll('\u{e0041}', '\\udb40\\udc41')
        .replaceAll('##', '#\\u0023'),
    )
    expect(JSON.parse(visibleJson(json))).toEqual({ [words]: [words] })
  })

  it('says the same of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(visibleJson(JSON.stringify([text], null, 2)))).toEqual([text])
      }),
    )
  })
})

describe('quote', () => {
  it('cuts by characters, not in the middle of one', () => {
    expect(quote('🦊'.repeat(61))).toBe(`"${'🦊'.repeat(59)}…"`)
    expect(quote('🦊'.repeat(60))).toBe(`"${'🦊'.repeat(60)}"`)
    expect(quote('a'.repeat(10_000_000))).toBe(`"${'a'.repeat(59)}…"`)
  })

  it('leaves room for a path', () => {
    const path = `${'folder/'.repeat(40)}photo.png`
    expect(quotePath(path)).toBe(`"${path}"`)
  })
})

describe('show', () => {
  it.each<[unknown, string]>([
    ['a\nfox', '"a\\nfox"'],
    [12, '12'],
    [12n, '12n'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [null, 'null'],
    [undefined, 'nothing'],
    [[480, 'x\u001b[0m'], "[ 480, 'x\\x1B[0m' ]"],
    [{ avif: 0 }, '{ avif: 0 }'],
    [() => 1, '[Function (anonymous)]'],
    [Symbol('\u202e'), 'Symbol(\\u202e)'],
  ])('%s', (value, text) => {
    expect(show(value)).toBe(text)
  })

  it('shows a value that contains itself, and shortens what is long', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    expect(show(circle)).toBe('<ref *1> { self: [Circular *1] }')
    expect(show(Array(1_000_000).fill(7)).length).toBeLessThanOrEqual(60)
  })

  it('runs nothing of the value', () => {
    const loud = {
      get trap() {
        throw new Error('asked')
      },
      [Symbol.for('nodejs.util.inspect.custom')]: () => 'custom',
    }
    expect(show(loud)).toContain('[Getter]')
  })
})
