import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { imageSpec } from './image-spec.ts'
import { renderKey } from './key.ts'
import { parseReference } from './reference.ts'
import { encodeQueryValue, inline, isRefused } from './testing.ts'
import { normalizeText } from './text.ts'

const prompt = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => normalizeText(text) !== '')

/** Good queries, as their parts. */
const parts = fc
  .record(
    {
      prompt,
      quality: fc.constantFrom('low', 'medium', 'high', 'auto'),
      size: fc.constantFrom('1024x1024', '1536x1024', 'auto'),
      n: fc.integer({ min: 1, max: 10 }).map(String),
      take: fc.integer({ min: 1, max: 99 }).map(String),
      w: fc
        .array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 4 })
        .map((widths) => widths.join(';')),
      format: fc.constantFrom('avif', 'webp;jpg', 'png'),
      alt: fc.string({ unit: 'grapheme' }),
    },
    { requiredKeys: ['prompt'] },
  )
  .map((record) => Object.entries(record).map(([name, value]) => `${name}=${encodeQueryValue(value)}`))

const keyOf = (query: string): string => {
  const spec = imageSpec(inline(query), { base: '/site', defaults: [], styles: {} })
  return renderKey(spec.render, [], 'onetoken')
}

/** Texts in which the characters of the grammar are frequent. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.oneof(
      fc.constantFrom('&', '=', ';', '%', '?', '/', '+', '%26', '%F0', '\r', '\n', '\ud800', '.', ' '),
      fc.constantFrom(
        'prompt',
        'w',
        'widths',
        'format',
        'q',
        'avif:50',
        'size',
        'extra',
        '__proto__',
        'n',
        '480',
        'manifest',
      ),
    ),
    maxLength: 30,
  }),
)

describe('any query', () => {
  it('gives the same key in any order', () => {
    const shuffled = parts.chain((all) =>
      fc.record({ all: fc.constant(all), other: fc.shuffledSubarray(all, { minLength: all.length }) }),
    )
    fc.assert(
      fc.property(shuffled, ({ all, other }) => {
        expect(inline(other.join('&'))).toEqual(inline(all.join('&')))
        expect(keyOf(other.join('&'))).toBe(keyOf(all.join('&')))
      }),
    )
  })

  it('gives the words back as they are normalised', () => {
    fc.assert(
      fc.property(prompt, (words) => {
        expect(inline(`prompt=${encodeQueryValue(words)}`).prompt).toBe(normalizeText(words))
      }),
    )
  })

  it('is parsed or refused, and never breaks', () => {
    const specifier = fc.tuple(
      fc.constantFrom('', '?', '?prompt=', '/', '/hero?', '/manifest', '?prompt=fox&'),
      anyText,
    )
    fc.assert(
      fc.property(specifier, ([head, tail]) => {
        isRefused(() => parseReference(`virtual:onetoken${head}${tail}`))
      }),
      { numRuns: 2000 },
    )
  })

  it('comes to an end when it is huge', () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `n${index}=1`)
    expect(isRefused(() => inline(names.join('&')))).toBe(true)
    expect(isRefused(() => inline(`prompt=fox&w=${'1;'.repeat(200_000)}`))).toBe(true)
    expect(isRefused(() => inline(`prompt=${'%E9'.repeat(200_000)}`))).toBe(true)
    expect(isRefused(() => inline(`prompt=fox&${'a'.repeat(1_000_000)}=1`))).toBe(true)
    expect(isRefused(() => inline(`prompt=fox&quality=${'low'.repeat(300_000)}`))).toBe(true)
    expect(isRefused(() => inline(`prompt=fox&aspect=${'1'.repeat(1_000_000)}`))).toBe(true)
  })
})
