import { describe, expect, it } from 'vitest'
import { OneTokenError } from '../errors.ts'
import { parseManifest } from './manifest.ts'
import { told } from './testing.ts'

/** What is said of manifests, one below the other. */
const said = (...texts: string[]): string =>
  texts.map((text) => told(() => parseManifest(text, 'images.yaml'))).join('\n\n')

const entry = (...lines: string[]): string =>
  `version: 1\nimages:\n  hero:\n${lines.map((line) => `    ${line}\n`).join('')}`

describe('entries', () => {
  it('that are no mapping', () => {
    expect(
      said(
        'version: 1\nimages:\n  hero: a red fox\n',
        'version: 1\nimages:\n  hero:\n',
        'version: 1\nimages:\n  hero: [a]\n  fox: 12\n',
      ),
    ).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:3:9
      The entry "hero" is not a mapping of parameters.
      > Write its words below the name, further to the right: prompt: "a red fox"

      MANIFEST_INVALID images.yaml:3:3
      The entry "hero" is empty.
      > Write its words below the name, further to the right: prompt: a red fox

      MANIFEST_INVALID images.yaml
      The manifest has 2 mistakes:
      - 3:9 The entry "hero" is not a mapping of parameters. Write its words below the name, further to the right: prompt: a red fox
      - 4:8 The entry "fox" is not a mapping of parameters. Write its words below the name, further to the right: prompt: a red fox"
    `)
  })
  it('without words', () => {
    expect(
      said(
        entry('alt: A fox'),
        'version: 1\nimages:\n  hero: {}\n',
        entry('prompt: ""'),
        entry('prompt:'),
        entry('prompt: "  \\n "'),
      ),
    ).toMatchInlineSnapshot(`
      "MISSING_PROMPT images.yaml:3:3
      The entry "hero" has no prompt.
      > Add "prompt:" with the words of the picture.

      MISSING_PROMPT images.yaml:3:3
      The entry "hero" has no prompt.
      > Add "prompt:" with the words of the picture.

      BAD_VALUE images.yaml:4:13
      "prompt" cannot be "": it must be text of 1 to 32,000 characters.

      BAD_VALUE images.yaml:4:12
      "prompt" cannot be null: it must be text of 1 to 32,000 characters.

      BAD_VALUE images.yaml:4:13
      "prompt" cannot be "": it must be text of 1 to 32,000 characters."
    `)
  })
  it('with bad values', () => {
    expect(
      said(
        entry('prompt: a', 'size: big'),
        entry('prompt: 12'),
        entry('prompt: a', 'style: ink', 'variables: { place: Oslo, year: 2026 }'),
        entry('prompt: a', 'widths:', '  - 480', '  - wide'),
        entry('prompt: a', 'alt:'),
      ),
    ).toMatchInlineSnapshot(`
      "BAD_VALUE images.yaml:5:11
      "size" cannot be "big": it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto.

      BAD_VALUE images.yaml:4:13
      "prompt" cannot be 12: it must be text of 1 to 32,000 characters.
      > In YAML, text that reads as a number goes in quotes: prompt: "12"

      BAD_VALUE images.yaml:6:16
      "variables" cannot be { place: 'Oslo', year: 2026 }: it must be a mapping of the variables of the style to text, such as { colours: two colours }.
      > In YAML, text that reads as a number goes in quotes: year: "2026"

      BAD_VALUE images.yaml:6:7
      "widths" cannot be [ 480, 'wide' ]: it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).

      BAD_VALUE images.yaml:5:9
      "alt" cannot be null: it must be text ("" for a picture that is only decoration)."
    `)
  })
})

describe('several mistakes', () => {
  const text = `version: 2
picures: {}
defaults: { qualty: low }
styles: { ink: drawing, wash: water }
images:
  hero: { prompt: a, size: big }
  a.b: { prompt: a }
  fox: { alt: A fox, n: 0 }
`
  it('are told at once, each with its place', () => {
    expect(said(text)).toMatchInlineSnapshot(`
      "SEVERAL images.yaml
      The manifest has 9 mistakes:
      - 1:10 The manifest says version 2; this release reads version 1. Write "version: 1" as its first line.
      - 2:1 "picures" is nothing that a manifest has. Pictures go below "images".
      - 3:13 There is no parameter "qualty"; did you mean "quality"?
      - 4:16 The style "ink" has no {prompt} in it, so every picture would be the same. Write {prompt} where the words of the picture go.
      - 4:31 The style "wash" has no {prompt} in it, so every picture would be the same. Write {prompt} where the words of the picture go.
      - 6:28 "size" cannot be "big": it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto.
      - 7:3 "a.b" cannot be the name of an entry. Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".
      - 8:3 The entry "fox" has no prompt. Add "prompt:" with the words of the picture.
      - 8:25 "n" cannot be 0: it must be a whole number from 1 to 10."
    `)
  })

  it('have a code of their own when they are of one kind, and machines get each', () => {
    const entries = ['a', 'b'].map((name) => `  ${name}: { prompt: fox, n: 0 }\n`).join('')
    const error = thrownBy(`version: 1\nimages:\n${entries}`)
    expect(error.code).toBe('BAD_VALUE')
    expect(error.place).toEqual({ file: 'images.yaml' })
    expect(error.details?.['errors']).toMatchObject([
      { code: 'BAD_VALUE', place: { line: 3, column: 24 } },
      { code: 'BAD_VALUE', place: { line: 4, column: 24 } },
    ])
  })

  it('are counted when they are very many', () => {
    const entries = Array.from({ length: 5000 }, (_, index) => `  e${index}: { n: 1 }\n`).join('')
    const { message } = thrownBy(`version: 1\nimages:\n${entries}`)
    expect(message.split('\n')).toHaveLength(22)
    expect(message).toMatch(/^The manifest has 5000 mistakes:\n- 3:3 The entry "e0" has no prompt\./)
    expect(message).toMatch(/\n- and 4980 more$/)
  })
})

function thrownBy(text: string): OneTokenError {
  try {
    parseManifest(text, 'images.yaml')
  } catch (error) {
    if (error instanceof OneTokenError) return error
    throw error
  }
  throw new Error('Nothing was thrown')
}
