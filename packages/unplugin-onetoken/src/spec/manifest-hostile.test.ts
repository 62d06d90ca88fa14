import { describe, expect, it } from 'vitest'
import { parseManifest } from './manifest.ts'
import { isRefused, told } from './testing.ts'

const parse = (text: string): unknown => parseManifest(text, 'images.yaml')
const said = (...texts: string[]): string => texts.map((text) => told(() => parse(text))).join('\n\n')
const top = 'version: 1\nimages:\n'

describe('aliases', () => {
  it('a bomb', () => {
    const names = [...'abcdefghi']
    const lines = names.map(
      (name, index) =>
        `  ${name}: &${name} [${Array(9)
          .fill(index === 0 ? 'x' : `*${names[index - 1]}`)
          .join(', ')}]`,
    )
    expect(said(`${top}${lines.join('\n')}\n`)).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:9:14
      The file has more than 1,000,000 values, with all that its aliases (*name) stand for.
      > Write the values out, or share less."
    `)
  })

  it('a large value, many times', () => {
    const large = `  a: &a { prompt: x, extra: { list: [${Array(10_000).fill('0').join(',')}] } }\n`
    const uses = Array.from({ length: 5000 }, (_, index) => `  b${index}: *a\n`).join('')
    expect(said(top + large + uses)).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:102:8
      The file has more than 1,000,000 values, with all that its aliases (*name) stand for.
      > Write the values out, or share less."
    `)
  })

  it('in themselves', () => {
    expect(
      said(
        `${top}  a: &a { prompt: x, extra: { self: *a } }\n`,
        `${top}  a: &a [*a]\n`,
        `&top\n${top}  a: *top\n`,
      ),
    ).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:3:37
      The alias "*a" stands inside what it stands for.
      > Write its value out.

      MANIFEST_INVALID images.yaml:3:10
      The alias "*a" stands inside what it stands for.
      > Write its value out.

      MANIFEST_INVALID images.yaml:4:6
      The alias "*top" stands inside what it stands for.
      > Write its value out."
    `)
  })

  it('of nothing: most often text that begins with a star', () => {
    expect(
      said(
        `${top}  a: { prompt: *b }\n`,
        `${top}  a:\n    prompt: *very* red fox\n`,
        `${top}  a: { prompt: *later }\n  b: &later { prompt: x }\n`,
      ),
    ).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:3:16
      The alias "*b" stands for nothing.
      > Text that begins with "*" goes in quotes; an alias needs its anchor (&b) above it.

      MANIFEST_INVALID images.yaml:4:20
      Something stands behind a value that has ended.
      > Text that begins with a quote, "{", "[", "*", "&" or "!" goes in quotes as a whole.

      MANIFEST_INVALID images.yaml:3:16
      The alias "*later" stands for nothing.
      > Text that begins with "*" goes in quotes; an alias needs its anchor (&later) above it."
    `)
  })
})

describe('deep nesting', () => {
  it('of brackets', () => {
    expect(
      said(
        `${top}  a: ${'['.repeat(10_000)}\n`,
        `${top}  a: ${'{a: '.repeat(10_000)}\n`,
        '['.repeat(10_000) + ']'.repeat(10_000),
      ),
    ).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:3:70
      The file is nested deeper than 64 levels.
      > Close the brackets, or take levels out: a manifest has about five.

      MANIFEST_INVALID images.yaml:3:262
      The file is nested deeper than 64 levels.
      > Close the brackets, or take levels out: a manifest has about five.

      MANIFEST_INVALID images.yaml:1:65
      The file is nested deeper than 64 levels.
      > Close the brackets, or take levels out: a manifest has about five."
    `)
  })

  it('of blocks', () => {
    const maps = Array.from({ length: 1500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')
    const lists = Array.from({ length: 1500 }, (_, depth) => `${' '.repeat(depth)}-`).join('\n')
    const mixed = Array.from(
      { length: 1000 },
      (_, depth) => `${' '.repeat(depth)}a:\n${' '.repeat(depth)}-`,
    ).join('\n')
    const inOneLine = ['- ', '? ', ': ', 'a: ', '-\t', '- ? '].map((piece) => piece.repeat(10_000))
    expect(said(maps, lists, mixed, ...inOneLine)).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:128:129
      The file is nested deeper than 64 levels.
      > Close the brackets, or take levels out: a manifest has about five.

      MANIFEST_INVALID images.yaml:129:129
      The file is nested deeper than 64 levels.
      > Close the brackets, or take levels out: a manifest has about five.

      MANIFEST_INVALID images.yaml:255:129
      The file is nested deeper than 64 levels.
      > Close the brackets, or take levels out: a manifest has about five.

      MANIFEST_INVALID images.yaml:1:257
      The file is nested deeper than 64 levels.
      > Close the brackets, or take levels out: a manifest has about five.

      MANIFEST_INVALID images.yaml:1:257
      The file is nested deeper than 64 levels.
      > Close the brackets, or take levels out: a manifest has about five.

      MANIFEST_INVALID images.yaml:1:257
      The file is nested deeper than 64 levels.
      > Close the brackets, or take levels out: a manifest has about five.

      MANIFEST_INVALID images.yaml:1:383
      The file is nested deeper than 64 levels.
      > Close the brackets, or take levels out: a manifest has about five.

      MANIFEST_INVALID images.yaml:1:257
      The file is nested deeper than 64 levels.
      > Close the brackets, or take levels out: a manifest has about five.

      MANIFEST_INVALID images.yaml:1:257
      The file is nested deeper than 64 levels.
      > Close the brackets, or take levels out: a manifest has about five."
    `)
  })

  it('is counted in levels, not in columns or in brackets of text', () => {
    const text = [
      'version: 1',
      'images:',
      `                                        far-right:`,
      `                                                        prompt: |-`,
      `                                                                                ${'[{'.repeat(100)}`,
      `                                                                                ${'- '.repeat(100)}`,
      `                                        quoted: { prompt: "${'['.repeat(100)}", alt: '${'{'.repeat(100)}' } # ${'['.repeat(100)}`,
      `                                        plain: { prompt: a fox :( }`,
      '',
    ].join('\n')
    expect(() => parse(text)).not.toThrow()
    const smileys = Array.from({ length: 500 }, (_, index) => `  s${index}: { prompt: "sad :[ fox" }\n`).join(
      '',
    )
    expect(() => parse(top + smileys)).not.toThrow()
  })

  it('of sixty levels is still read', () => {
    const nest = (depth: number): string =>
      `${top}  a: { prompt: x, extra: ${'{ a: '.repeat(depth)}1${' }'.repeat(depth)} }\n`
    expect(() => parse(nest(60))).not.toThrow()
    expect(told(() => parse(nest(63)))).toMatch(/nested deeper than 64 levels/)
  })
})

describe('size', () => {
  it('has a cap', () => {
    expect(said(`${top}  a: { prompt: "${'x'.repeat(4_200_000)}" }\n`)).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml
      The file is larger than 4 MiB.
      > Split it into several files."
    `)
  })

  it('of ten thousand entries takes about ten times as long as that of a thousand', () => {
    /** Of the processor, in microseconds: what else the machine does makes no difference. */
    const timeOf = (length: number): number => {
      const entries = Array.from(
        { length },
        (_, index) => `  e${index}:\n    prompt: a red fox, ${index}\n    alt: Fox\n`,
      )
      const begin = process.cpuUsage()
      parse(top + entries.join(''))
      const { user, system } = process.cpuUsage(begin)
      return user + system
    }
    const thousand = Math.min(...[1, 2, 3].map(() => timeOf(1_000)))
    // It would be a hundred times if each entry were compared with all others.
    expect(timeOf(10_000) / thousand).toBeLessThan(40)
  })
})

describe('strange characters', () => {
  it('in what is quoted cannot steer a terminal', () => {
    const texts = [
      '\u001b[2J: 1\n',
      `${top}  "a\\e[31m": { prompt: x }\n`,
      `${top}  a: *\u001b[2J\n`,
      `${top}  a: !\u202eb c\n`,
      `${top}  a: { "::warning::x": 1, prompt: a }\n`,
    ]
    for (const text of texts) {
      const message = told(() => parse(text))
      expect(message.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      expect(message).not.toMatch(/^\s*::/m)
    }
  })

  it.each([
    ['NUL', 'version: 1\nimages: { a: { prompt: "x\0y" } }\n'],
    ['a lone surrogate', `${top}  a: { prompt: "\ud800" }\n`],
    ['control bytes', '\u0001\u0002\u0018\u001f\u0007'],
    ['lexer controls', 'a\u0018: [\u001f\u0002]\n\u0018\n'],
  ])('%s: read or refused', (_what, text) => {
    isRefused(() => parse(text))
  })
})
