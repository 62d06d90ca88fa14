import { describe, expect, it } from 'vitest'
import { OneTokenError } from '../errors.ts'
import { parseManifest } from './manifest.ts'
import { told } from './testing.ts'

/** What is said of manifests, one below the other. */
const said = (...texts: string[]): string =>
  texts.map((text) => told(() => parseManifest(text, 'images.yaml'))).join('\n\n')

const entry = (...lines: string[]): string =>
  `version: 1\nimages:\n  hero:\n${lines.map((line) => `    ${line}\n`).join('')}`

describe('text that is no YAML', () => {
  it('an unquoted colon', () => {
    expect(said(entry('prompt: a fox: red'), entry('prompt: a fox', '  size: auto'))).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:4:13
      A second "name: value" begins inside a value.
      > Each line is "name: value". Text that holds ": " or " #" goes in quotes; text of several lines goes below "prompt: |".

      MANIFEST_INVALID images.yaml:4:13
      A second "name: value" begins inside a value.
      > Each line is "name: value". Text that holds ": " or " #" goes in quotes; text of several lines goes below "prompt: |"."
    `)
  })
  it('an unclosed quote or bracket', () => {
    expect(
      said(
        entry('prompt: "a fox'),
        entry('prompt: a', 'widths: [480, 960'),
        entry('prompt: @fox'),
        entry('prompt: 50 % `x`', 'alt: `x`'),
      ),
    ).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:4:13
      A quote is opened here and never closed.
      > Close it at the end of the text.

      MANIFEST_INVALID images.yaml:6:1
      A bracket before this place is not closed by "]", or its lines are not indented.
      > Close it. Each line is "name: value". Text that holds ": " or " #" goes in quotes; text of several lines goes below "prompt: |".

      MANIFEST_INVALID images.yaml:4:13
      Text cannot begin with "@".
      > Put the text in quotes.

      MANIFEST_INVALID images.yaml:5:10
      Text cannot begin with "\`".
      > Put the text in quotes."
    `)
  })
  it('a tab', () => {
    expect(said('version: 1\nimages:\n\thero: { prompt: a }\n')).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:3:1
      The line is indented with a tab.
      > YAML is indented with spaces."
    `)
  })
  it('a line without a colon', () => {
    expect(said('version: 1\nimages:\n  hero\n  fox: { prompt: a }\n')).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:3:3
      Text stands where "name: value" is expected.
      > Each line is "name: value". Text that holds ": " or " #" goes in quotes; text of several lines goes below "prompt: |"."
    `)
  })
  it('a second document', () => {
    expect(said('version: 1\n---\nimages: {}\n')).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:2:1
      A line "---" begins a second document.
      > Remove the line: a file is one document."
    `)
  })
  it('a tag', () => {
    expect(
      said(
        entry('prompt: !important a fox'),
        'version: 1\nimages: !!set { hero }\n',
        entry('prompt: !!binary aGVsbG8=', ''),
        entry('prompt: !!js/function "f"'),
      ),
    ).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:4:13
      The tag "!important" means nothing here.
      > Text that begins with "!" goes in quotes.

      MANIFEST_INVALID images.yaml:2:9
      The tag "!set" means nothing here.
      > Text that begins with "!" goes in quotes.

      MANIFEST_INVALID images.yaml:4:13
      The tag "!binary" means nothing here.
      > Text that begins with "!" goes in quotes.

      MANIFEST_INVALID images.yaml:4:13
      The tag "!js/function" means nothing here.
      > Text that begins with "!" goes in quotes."
    `)
  })
  it('an unfinished merge, also where the lines happen to be YAML', () => {
    const merge = [
      '<<<<<<< HEAD',
      '    prompt: a fox',
      '=======',
      '    prompt: a hen',
      '>>>>>>> main',
      '',
    ].join('\n')
    expect(
      said(
        `version: 1\nimages:\n  hero:\n${merge}`,
        `${merge}version: 1\n`,
        `version: 1\r\n${merge.replaceAll('\n', '\r\n')}`,
      ),
    ).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:4:1
      The file holds an unfinished merge.
      > Choose a side and remove the <<<<<<<, ======= and >>>>>>> lines.

      MANIFEST_INVALID images.yaml:1:1
      The file holds an unfinished merge.
      > Choose a side and remove the <<<<<<<, ======= and >>>>>>> lines.

      MANIFEST_INVALID images.yaml:2:1
      The file holds an unfinished merge.
      > Choose a side and remove the <<<<<<<, ======= and >>>>>>> lines."
    `)
  })
})

describe('names', () => {
  it('that are there twice', () => {
    expect(
      said(
        'version: 1\nimages:\n  hero: { prompt: a }\n  hero: { prompt: b }\n',
        entry('prompt: a', '"prompt": b'),
        'version: 1\nversion: 1\n',
        entry('prompt: a', 'q: { avif: 1, avif: 2 }'),
      ),
    ).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:4:3
      "hero" is there twice in one mapping, first in line 3.
      > Keep one of the two, or give one another name.

      MANIFEST_INVALID images.yaml:5:5
      "prompt" is there twice in one mapping, first in line 4.
      > Keep one of the two, or give one another name.

      MANIFEST_INVALID images.yaml:2:1
      "version" is there twice in one mapping, first in line 1.
      > Keep one of the two, or give one another name.

      MANIFEST_INVALID images.yaml:5:19
      "avif" is there twice in one mapping, first in line 5.
      > Keep one of the two, or give one another name."
    `)
  })
  it('that are no text', () => {
    expect(
      said(
        'version: 1\nimages:\n  [a, b]: { prompt: a }\n',
        'version: 1\nimages:\n  ? { a: b }\n  : { prompt: a }\n',
      ),
    ).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:3:3
      A name must be text, not a list or a mapping.
      > Where brackets belong to the name, put it in quotes.

      MANIFEST_INVALID images.yaml:3:5
      A name must be text, not a list or a mapping.
      > Where brackets belong to the name, put it in quotes."
    `)
  })
  it('that an entry cannot have', () => {
    const names = [
      'hero.png',
      'default',
      'manifest',
      '__proto__',
      'a b',
      'team/',
      '"\\e[2J"',
      '"cafe\\u0301"',
      '""',
    ]
    expect(said(...names.map((name) => `version: 1\nimages:\n  ${name}: { prompt: a }\n`)))
      .toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:3:3
      "hero.png" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "default" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "manifest" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "__proto__" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "a b" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "team/" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "\\u001b[2J" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "café" cannot be the name of an entry.
      > Its accents are characters of their own (Unicode NFD), which look the same but are another name. Type it anew.

      MANIFEST_INVALID images.yaml:3:3
      "" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default", "manifest" or "__proto__"."
    `)
  })
  it('that are unknown at the top', () => {
    expect(
      said(
        'version: 1\nimage: {}\n',
        'version: 1\nprompt: a\n',
        'version: 1\nmanifest: a.yaml\n',
        'version: 1\nhero: { prompt: a }\n',
        'version: 1\n__proto__: {}\n',
      ),
    ).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:2:1
      "image" is nothing that a manifest has; did you mean "images"?

      MANIFEST_INVALID images.yaml:2:1
      "prompt" is nothing that a manifest has.
      > Parameters go into an entry below "images", or below "defaults".

      MANIFEST_INVALID images.yaml:2:1
      "manifest" is nothing that a manifest has.
      > Which files are manifests is said in onetoken.config.ts.

      MANIFEST_INVALID images.yaml:2:1
      "hero" is nothing that a manifest has.
      > Pictures go below "images".

      MANIFEST_INVALID images.yaml:2:1
      "__proto__" is nothing that a manifest has.
      > Pictures go below "images"."
    `)
  })
  it('that are no parameters', () => {
    expect(
      said(
        entry('promt: a'),
        entry('prompt: a', 'colour: red'),
        entry('prompt: a', 'w: 1', 'widths: 2'),
        entry('prompt: a', '__proto__: { n: 2 }'),
      ),
    ).toMatchInlineSnapshot(`
      "UNKNOWN_PARAMETER images.yaml:4:5
      There is no parameter "promt"; did you mean "prompt"?

      UNKNOWN_PARAMETER images.yaml:5:5
      There is no parameter "colour".
      > The parameters are prompt, model, size, quality, n, background, moderation, output_format, output_compression, extra, image, mask, style, take, pick, widths, formats, q, aspect, fit, position, alt, w, format.

      BAD_VALUE images.yaml:6:5
      "w" and "widths" are two names of one parameter, and both are given.
      > Keep one of them.

      UNKNOWN_PARAMETER images.yaml:5:5
      There is no parameter "__proto__".
      > The parameters are prompt, model, size, quality, n, background, moderation, output_format, output_compression, extra, image, mask, style, take, pick, widths, formats, q, aspect, fit, position, alt, w, format."
    `)
  })
  it('that would merge', () => {
    expect(said('version: 1\ndefaults: &base { n: 2 }\nimages:\n  hero:\n    <<: *base\n    prompt: a\n'))
      .toMatchInlineSnapshot(`
      "UNKNOWN_PARAMETER images.yaml:5:5
      The merge key "<<" is not part of YAML 1.2.
      > Put what entries share under "defaults" at the top, or use an alias for a single value: widths: *widths"
    `)
  })
})

describe('the top', () => {
  it('of another kind', () => {
    expect(said('', '# nothing yet\n', '- hero\n', 'a red fox\n', '---\n...\n')).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:1:1
      The manifest is empty.
      > It begins with "version: 1", then "images:" with an entry for each picture.

      MANIFEST_INVALID images.yaml:1:1
      The manifest is empty.
      > It begins with "version: 1", then "images:" with an entry for each picture.

      MANIFEST_INVALID images.yaml:1:1
      The manifest is not a mapping.
      > It begins with "version: 1", then "images:" with an entry for each picture.

      MANIFEST_INVALID images.yaml:1:1
      The manifest is not a mapping.
      > It begins with "version: 1", then "images:" with an entry for each picture.

      MANIFEST_INVALID images.yaml:1:4
      The manifest is empty.
      > It begins with "version: 1", then "images:" with an entry for each picture."
    `)
  })
  it('of another version', () => {
    expect(said('images: {}\n', 'version: 2\n', 'version: "1"\n', 'version: [1]\n', 'version:\n'))
      .toMatchInlineSnapshot(`
        "MANIFEST_INVALID images.yaml:1:1
        The manifest does not say its version; this release reads version 1.
        > Write "version: 1" as its first line.

        MANIFEST_INVALID images.yaml:1:10
        The manifest says version 2; this release reads version 1.
        > Write "version: 1" as its first line.

        MANIFEST_INVALID images.yaml:1:10
        The manifest says version "1"; this release reads version 1.
        > Write "version: 1" as its first line.

        MANIFEST_INVALID images.yaml:1:10
        The manifest says version [ 1 ]; this release reads version 1.
        > Write "version: 1" as its first line.

        MANIFEST_INVALID images.yaml:1:9
        The manifest does not say its version; this release reads version 1.
        > Write "version: 1" as its first line."
      `)
  })
  it('with pictures that are no mapping', () => {
    expect(said('version: 1\nimages: hero\n', 'version: 1\nimages:\n  - prompt: a\n')).toMatchInlineSnapshot(`
      "MANIFEST_INVALID images.yaml:2:9
      "images" is not a mapping of names to pictures.
      > Write it as in "images:", then "  hero:", then "    prompt: a red fox".

      MANIFEST_INVALID images.yaml:3:3
      "images" is not a mapping of names to pictures.
      > Write it as in "images:", then "  hero:", then "    prompt: a red fox"."
    `)
  })
  it('with bad settings', () => {
    expect(
      said(
        'version: 1\nstore: 5\n',
        'version: 1\nbudget:\n  cost: none\n',
        'version: 1\nstyles:\n  ink: drawing\n',
        'version: 1\ndefaults:\n  prompt: a\n  quality: hihg\n',
      ),
    ).toMatchInlineSnapshot(`
      "SETTINGS_INVALID images.yaml:2:8
      "store" cannot be 5: it must be the path of a folder.

      SETTINGS_INVALID images.yaml:3:9
      "budget" cannot be { cost: 'none' }: it must be a mapping with "renders" (a whole number) or "cost" (dollars).

      SETTINGS_INVALID images.yaml:3:8
      The style "ink" has no {prompt} in it, so every picture would be the same.
      > Write {prompt} where the words of the picture go.

      SEVERAL images.yaml
      The manifest has 2 mistakes:
      - 3:3 The parameter "prompt" cannot be used here: each picture has its own. Here these can be used: model, size, quality, n, background, moderation, output_format, output_compression, extra, style, widths, formats, q, aspect, fit, position, w, format.
      - 4:12 "quality" cannot be "hihg": it must be one of low, medium, high, auto; did you mean "high"?"
    `)
  })
})

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
        entry('prompt: a', 'widths:', '  - 480', '  - wide'),
        entry('prompt: a', 'alt:'),
      ),
    ).toMatchInlineSnapshot(`
      "BAD_VALUE images.yaml:5:11
      "size" cannot be "big": it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto.

      BAD_VALUE images.yaml:4:13
      "prompt" cannot be 12: it must be text of 1 to 32,000 characters.
      > In YAML, text that reads as a number goes in quotes: prompt: "12"

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
      - 7:3 "a.b" cannot be the name of an entry. Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default", "manifest" or "__proto__".
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
