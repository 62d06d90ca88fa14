import { describe, expect, it } from 'vitest'
import { parseManifest } from './manifest.ts'
import { told } from './testing.ts'

/** What is said of manifests, one below the other. */
const said = (...texts: string[]): string =>
  texts.map((text) => told(() => parseManifest(text, 'images.yaml'))).join('\n\n')

const entry = (...lines: string[]): string =>
  `version: 1\nimages:\n  hero:\n${lines.map((line) => `    ${line}\n`).join('')}`

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
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "default" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "manifest" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "__proto__" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "a b" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "team/" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "\\u001b[2J" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".

      MANIFEST_INVALID images.yaml:3:3
      "café" cannot be the name of an entry.
      > Its accents are characters of their own (Unicode NFD), which look the same but are another name. Type it anew.

      MANIFEST_INVALID images.yaml:3:3
      "" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__"."
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
      > The parameters are prompt, model, size, quality, n, background, moderation, output_format, output_compression, extra, image, mask, edit, style, variables, take, pick, widths, formats, q, aspect, fit, position, alt, w, format, each, dark.

      BAD_VALUE images.yaml:6:5
      "w" and "widths" are two names of one parameter, and both are given.
      > Keep one of them.

      UNKNOWN_PARAMETER images.yaml:5:5
      There is no parameter "__proto__".
      > The parameters are prompt, model, size, quality, n, background, moderation, output_format, output_compression, extra, image, mask, edit, style, variables, take, pick, widths, formats, q, aspect, fit, position, alt, w, format, each, dark."
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
