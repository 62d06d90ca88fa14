import { describe, expect, it } from 'vitest'
import { parseReference, SPECIFIER } from './reference.ts'
import { inline, told } from './testing.ts'

describe('SPECIFIER', () => {
  it.each(['virtual:onetoken', 'virtual:onetoken?prompt=a', 'virtual:onetoken/hero', 'virtual:onetoken/'])(
    'takes %s',
    (specifier) => {
      expect(specifier).toMatch(SPECIFIER)
    },
  )
  it.each(['virtual:onetokens', 'virtual:onetoken-x/hero', 'x/virtual:onetoken', 'Virtual:onetoken?'])(
    'leaves %s',
    (specifier) => {
      expect(specifier).not.toMatch(SPECIFIER)
    },
  )
})

describe('parseReference', () => {
  it('reads an inline picture, by the names of the manifest', () => {
    const query =
      'prompt=A red fox&w=480;960&format=avif;jpeg&q=avif:50;jpeg:80&n=3&pick=2&image=a.png; b.png&aspect=16:9&position=right top&alt='
    expect(parseReference(`virtual:onetoken?${query}`)).toEqual({
      kind: 'inline',
      parameters: {
        prompt: 'A red fox',
        widths: [480, 960],
        formats: ['avif', 'jpg'],
        q: { avif: 50, jpg: 80 },
        n: 3,
        pick: 2,
        image: ['a.png', 'b.png'],
        aspect: '16:9',
        position: 'right top',
        alt: '',
      },
    })
  })

  it('takes both names of widths and formats', () => {
    const long = inline('prompt=a&widths=480&formats=png')
    expect(inline('prompt=a&w=480&format=png')).toEqual(long)
    expect(long).toEqual({ prompt: 'a', widths: [480], formats: ['png'] })
  })

  it('reads entries, groups and the manifest', () => {
    expect(parseReference('virtual:onetoken/hero')).toEqual({ kind: 'entry', name: 'hero', parameters: {} })
    expect(parseReference('virtual:onetoken/hero?')).toEqual({ kind: 'entry', name: 'hero', parameters: {} })
    expect(parseReference('virtual:onetoken/team/ada?w=160&format=avif')).toEqual({
      kind: 'entry',
      name: 'team/ada',
      parameters: { widths: [160], formats: ['avif'] },
    })
    expect(parseReference('virtual:onetoken/雪狐')).toMatchObject({ name: '雪狐' })
    expect(parseReference('virtual:onetoken/manifest')).toEqual({ kind: 'manifest' })
    expect(parseReference('virtual:onetoken/manifest?')).toEqual({ kind: 'manifest' })
  })

  const references = (...specifiers: string[]): string =>
    specifiers
      .map((specifier) => `${specifier}\n${told(() => parseReference(`virtual:onetoken${specifier}`))}`)
      .join('\n\n')

  it('says what is missing, and how it is written', () => {
    expect(references('', '?', '?w=480', '?prompt=', '?prompt= %0A ', '/')).toMatchInlineSnapshot(`
      "
      MISSING_PROMPT
      "virtual:onetoken" alone names no picture.
      > Write virtual:onetoken?prompt=A red fox, virtual:onetoken/hero for an entry of the manifest, or virtual:onetoken/manifest.

      ?
      MISSING_PROMPT
      The reference has no prompt.
      > Write virtual:onetoken?prompt=A red fox, virtual:onetoken/hero for an entry of the manifest, or virtual:onetoken/manifest.

      ?w=480
      MISSING_PROMPT
      The reference has no prompt.
      > Write virtual:onetoken?prompt=A red fox, virtual:onetoken/hero for an entry of the manifest, or virtual:onetoken/manifest.

      ?prompt=
      BAD_VALUE
      "prompt" cannot be "": it must be text of 1 to 32,000 characters.

      ?prompt= %0A 
      BAD_VALUE
      "prompt" cannot be "": it must be text of 1 to 32,000 characters.

      /
      UNKNOWN_ENTRY
      "" cannot be the name of an entry.
      > Write virtual:onetoken?prompt=A red fox, virtual:onetoken/hero for an entry of the manifest, or virtual:onetoken/manifest."
    `)
  })

  it('says what is written for it in style sheets, and in the command', () => {
    const said = (specifier: string): string => told(() => parseReference(specifier))
    expect(
      [
        said('onetoken:hero'),
        said('virtual:onetoken:hero?w=480'),
        said('onetoken:?prompt=a fox'),
        said('virtual:onetoken/hero:dark'),
      ].join('\n'),
    ).toMatchInlineSnapshot(`
      "QUERY_INVALID
      "onetoken:hero" is no specifier of an import: "onetoken:" begins URLs in style sheets and pages.
      > Import "virtual:onetoken/hero".
      QUERY_INVALID
      "virtual:onetoken:hero?w=480" is no specifier of an import: "onetoken:" begins URLs in style sheets and pages.
      > Import "virtual:onetoken/hero?w=480".
      QUERY_INVALID
      "onetoken:?prompt=a fox" is no specifier of an import: "onetoken:" begins URLs in style sheets and pages.
      > Import "virtual:onetoken?prompt=a fox".
      UNKNOWN_ENTRY
      "hero:dark" cannot be the name of an entry.
      > The dark version comes with its entry: import { dark } from 'virtual:onetoken/hero'."
    `)
  })

  it('says what cannot be a name', () => {
    expect(references('/hero.png', '/default', '/a//b', '/cafe\u0301', '/\u001b[2J', '/__proto__'))
      .toMatchInlineSnapshot(`
      "/hero.png
      UNKNOWN_ENTRY
      "hero.png" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".

      /default
      UNKNOWN_ENTRY
      "default" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".

      /a//b
      UNKNOWN_ENTRY
      "a//b" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".

      /café
      UNKNOWN_ENTRY
      "café" cannot be the name of an entry.
      > Its accents are characters of their own (Unicode NFD), which look the same but are another name. Type it anew.

      /[2J
      UNKNOWN_ENTRY
      "\\u001b[2J" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".

      /__proto__
      UNKNOWN_ENTRY
      "__proto__" cannot be the name of an entry.
      > Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__"."
    `)
  })

  it('names the nearest parameter, and remembers the ampersand', () => {
    expect(
      references(
        '?promt=a',
        '?prompt=a&widht=1',
        '?PROMPT=a',
        '?prompt=cats & dogs=2',
        '?prompt=a&x=1',
        '?x=1',
        `?prompt=a&${'long '.repeat(30)}=1`,
      ),
    ).toMatchInlineSnapshot(`
      "?promt=a
      UNKNOWN_PARAMETER
      There is no parameter "promt"; did you mean "prompt"?

      ?prompt=a&widht=1
      UNKNOWN_PARAMETER
      There is no parameter "widht"; did you mean "widths"?
      > A "&" separates parameters; where it is part of a text, write %26.

      ?PROMPT=a
      UNKNOWN_PARAMETER
      There is no parameter "PROMPT"; did you mean "prompt"?

      ?prompt=cats & dogs=2
      UNKNOWN_PARAMETER
      There is no parameter " dogs".
      > A "&" separates parameters; where it is part of a text, write %26. The parameters are prompt, model, size, quality, n, background, moderation, output_format, output_compression, image, mask, edit, style, take, pick, widths, formats, q, aspect, fit, position, alt, w, format.

      ?prompt=a&x=1
      UNKNOWN_PARAMETER
      There is no parameter "x".
      > A "&" separates parameters; where it is part of a text, write %26. The parameters are prompt, model, size, quality, n, background, moderation, output_format, output_compression, image, mask, edit, style, take, pick, widths, formats, q, aspect, fit, position, alt, w, format.

      ?x=1
      UNKNOWN_PARAMETER
      There is no parameter "x".
      > The parameters are prompt, model, size, quality, n, background, moderation, output_format, output_compression, image, mask, edit, style, take, pick, widths, formats, q, aspect, fit, position, alt, w, format.

      ?prompt=a&long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long =1
      UNKNOWN_PARAMETER
      There is no parameter "long long long long long long long long long long long long…".
      > A "&" separates parameters; where it is part of a text, write %26. The parameters are prompt, model, size, quality, n, background, moderation, output_format, output_compression, image, mask, edit, style, take, pick, widths, formats, q, aspect, fit, position, alt, w, format."
    `)
  })

  it('says why a parameter cannot be used in this place', () => {
    expect(
      references(
        '?prompt=a&extra=1',
        '/hero?prompt=a',
        '/hero?size=auto',
        '/hero?widthz=1',
        '/manifest?w=1',
        '/manifest?x=1',
      ),
    ).toMatchInlineSnapshot(`
      "?prompt=a&extra=1
      UNKNOWN_PARAMETER
      The parameter "extra" cannot be used here: it cannot be written in a query, only in a manifest.
      > Here these can be used: prompt, model, size, quality, n, background, moderation, output_format, output_compression, image, mask, edit, style, take, pick, widths, formats, q, aspect, fit, position, alt, w, format.

      /hero?prompt=a
      UNKNOWN_PARAMETER
      The parameter "prompt" cannot be used here: an import by name cuts the render of its entry, and this would be another render.
      > Here these can be used: pick, widths, formats, q, aspect, fit, position, alt, w, format.

      /hero?size=auto
      UNKNOWN_PARAMETER
      The parameter "size" cannot be used here: an import by name cuts the render of its entry, and this would be another render.
      > Here these can be used: pick, widths, formats, q, aspect, fit, position, alt, w, format.

      /hero?widthz=1
      UNKNOWN_PARAMETER
      There is no parameter "widthz"; did you mean "widths"?

      /manifest?w=1
      UNKNOWN_PARAMETER
      virtual:onetoken/manifest takes no parameters, so "w" cannot be given.
      > Set it in the manifest, under "defaults" or in an entry, or import one entry: virtual:onetoken/hero?w=480

      /manifest?x=1
      UNKNOWN_PARAMETER
      virtual:onetoken/manifest takes no parameters, so "x" cannot be given.
      > Set it in the manifest, under "defaults" or in an entry, or import one entry: virtual:onetoken/hero?w=480"
    `)
  })

  it('refuses both names of one parameter', () => {
    expect(references('?prompt=a&w=1&widths=2', '/hero?formats=png&format=png')).toMatchInlineSnapshot(`
      "?prompt=a&w=1&widths=2
      QUERY_INVALID
      "w" and "widths" are two names of one parameter, and both are given.
      > Keep one of them.

      /hero?formats=png&format=png
      QUERY_INVALID
      "format" and "formats" are two names of one parameter, and both are given.
      > Keep one of them."
    `)
  })
})
