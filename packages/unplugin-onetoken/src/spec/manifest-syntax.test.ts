import { describe, expect, it } from 'vitest'
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
      "budget.cost" cannot be "none": "budget" must be a mapping with "renders" (a whole number) or "cost" (dollars).

      SETTINGS_INVALID images.yaml:3:8
      The style "ink" has no {prompt} in it, so every picture would be the same.
      > Write {prompt} where the words of the picture go.

      SEVERAL images.yaml
      The manifest has 2 mistakes:
      - 3:3 The parameter "prompt" cannot be used here: each picture has its own. Here these can be used: model, size, quality, n, background, moderation, output_format, output_compression, extra, style, variables, widths, formats, q, aspect, fit, position, w, format.
      - 4:12 "quality" cannot be "hihg": it must be one of low, medium, high, auto; did you mean "high"?"
    `)
  })
})
