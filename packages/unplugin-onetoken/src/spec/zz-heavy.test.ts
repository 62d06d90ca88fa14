import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseManifest } from './manifest.ts'
import { isRefused, told } from './testing.ts'

const parse = (text: string): unknown => parseManifest(text, 'images.yaml')
const top = 'version: 1\nimages:\n'

describe('any manifest', () => {
  const seeds = [
    `${top}  hero: { prompt: "a red fox", style: ink, widths: [480, 960], q: { avif: 50 } }\n`,
    'version: 1\ndefaults: &d\n  formats: [avif, webp]\n  w: &w 480\nstyles: { ink: "{prompt}!" }\nimages:\n  a:\n    prompt: |\n      two\n      lines\n    alt: ""\n  b/c:\n    prompt: >-\n      folded\n    widths: *w\n',
    '{"version": 1, "images": {"a": {"prompt": "x", "extra": {"b": [1, {"c": null}]}}}}',
  ]
  const pieces = fc.constantFrom(
    ...[
      '[',
      ']',
      '{',
      '}',
      ': ',
      '- ',
      '? ',
      ', ',
      '&a ',
      '*a',
      '*w',
      '!x ',
      '!!str ',
      '"',
      "'",
      '|',
      '>',
      '#',
      '%',
      '@',
      '`',
      '\t',
      '\n',
      '\r\n',
      '\n  ',
      '---\n',
      '...\n',
      '<<: *d',
      '<<<<<<< a\n',
      '>>>>>>> b\n',
      '=======\n',
      '__proto__: ',
      'null',
      '~',
      '0x1F',
      '1e999',
      '.nan',
      '\ufeff',
      '\u2028',
      '\ud800',
      '\0',
      '\u001f',
      'é',
    ],
  )
  const mutation = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.integer({ min: 0, max: 12 }),
    insert: fc.array(pieces, { maxLength: 4 }),
  })
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([seed, mutations]) =>
      mutations.reduce((text, { at, remove, insert }) => {
        const offset = Math.floor(at * text.length)
        return text.slice(0, offset) + insert.join('') + text.slice(offset + remove)
      }, seed),
    )

  it('is read or refused, and never breaks', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        isRefused(() => parse(text))
      }),
      { numRuns: 25000 },
    )
  }, 300_000)

  it('is refused at a place in the file', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        if (!isRefused(() => parse(text))) return
        const lines = text.split('\n')
        const [, line, column] =
          /^[A-Z_]+ images\.yaml(?::(\d+):(\d+))?\n/.exec(told(() => parse(text))) ?? []
        // Several mistakes have their places in the message.
        if (line === undefined) {
          expect(told(() => parse(text))).toMatch(/\n- \d+:\d+ /)
          return
        }
        expect(Number(line)).toBeLessThanOrEqual(lines.length)
        expect(Number(column)).toBeLessThanOrEqual((lines[Number(line) - 1]?.length ?? 0) + 1)
      }),
      { numRuns: 200000 },
    )
  }, 300_000)

  it('is read or refused when it is only punctuation', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (all) => {
        isRefused(() => parse(all.join('')))
      }),
      { numRuns: 20000 },
    )
  }, 300_000)
})
