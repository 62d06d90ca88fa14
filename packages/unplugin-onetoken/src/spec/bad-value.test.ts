import { describe, expect, it } from 'vitest'
import { checkParameter } from './parameters.ts'
import { told } from './testing.ts'
import type { Parameters } from './types.ts'

type Name = keyof Parameters

describe('bad values', () => {
  const badOnes = (name: Name, ...values: unknown[]): string =>
    values.map((value) => told(() => checkParameter(name, value)).replace('BAD_VALUE\n', '')).join('\n')

  it('prompt', () => {
    expect(badOnes('prompt', '', 12, true, null, ['a'], { en: 'a' }, 'a\ud800', 'x'.repeat(32_001)))
      .toMatchInlineSnapshot(`
        ""prompt" cannot be "": it must be text of 1 to 32,000 characters.
        "prompt" cannot be 12: it must be text of 1 to 32,000 characters.
        > In YAML, text that reads as a number goes in quotes: prompt: "12"
        "prompt" cannot be true: it must be text of 1 to 32,000 characters.
        > In YAML, text that reads as a boolean goes in quotes: prompt: "true"
        "prompt" cannot be null: it must be text of 1 to 32,000 characters.
        "prompt" cannot be [ 'a' ]: it must be text of 1 to 32,000 characters.
        "prompt" cannot be { en: 'a' }: it must be text of 1 to 32,000 characters.
        "prompt" cannot be "a\\ud800": it holds half of a character (a lone surrogate), which cannot be sent.
        "prompt" cannot be "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…": it has 32,001 characters, and at most 32,000 are allowed."
      `)
  })
  it('model, style, mask', () => {
    expect(badOnes('model', '', 2)).toMatchInlineSnapshot(`
      ""model" cannot be "": it must be the name of a model, such as gpt-image-2.
      "model" cannot be 2: it must be the name of a model, such as gpt-image-2.
      > In YAML, text that reads as a number goes in quotes: model: "2""
    `)
    expect(badOnes('style', ['ink'])).toMatchInlineSnapshot(
      `""style" cannot be [ 'ink' ]: it must be the name of a style of the settings."`,
    )
    expect(badOnes('mask', '', ['a.png'])).toMatchInlineSnapshot(`
      ""mask" cannot be "": it must be the path of a picture.
      "mask" cannot be [ 'a.png' ]: it must be the path of a picture."
    `)
  })
  it('size', () => {
    expect(
      badOnes(
        'size',
        '1024',
        '1024*1024',
        '1024 x 1024',
        '0x0',
        '-1x1',
        '1024x1024x1',
        'AUTO',
        1024,
        '100000x1',
      ),
    ).toMatchInlineSnapshot(`
      ""size" cannot be "1024": it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto.
      "size" cannot be "1024*1024": it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto.
      "size" cannot be "1024 x 1024": it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto.
      "size" cannot be "0x0": it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto.
      "size" cannot be "-1x1": it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto.
      "size" cannot be "1024x1024x1": it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto.
      "size" cannot be "AUTO": it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto.
      "size" cannot be 1024: it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto.
      "size" cannot be "100000x1": it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto."
    `)
  })
  it('quality, background, moderation, output_format', () => {
    expect(badOnes('quality', '', 'hihg', 'ultra', 80)).toMatchInlineSnapshot(`
      ""quality" cannot be "": it must be one of low, medium, high, auto.
      "quality" cannot be "hihg": it must be one of low, medium, high, auto; did you mean "high"?
      "quality" cannot be "ultra": it must be one of low, medium, high, auto.
      "quality" cannot be 80: it must be one of low, medium, high, auto."
    `)
    expect(badOnes('background', 'transparant', false)).toMatchInlineSnapshot(`
      ""background" cannot be "transparant": it must be one of auto, opaque, transparent; did you mean "transparent"?
      "background" cannot be false: it must be one of auto, opaque, transparent."
    `)
    expect(badOnes('moderation', 'off')).toMatchInlineSnapshot(
      `""moderation" cannot be "off": it must be one of auto, low."`,
    )
    expect(badOnes('output_format', 'jpg', 'avif')).toMatchInlineSnapshot(`
      ""output_format" cannot be "jpg": it must be one of png, jpeg, webp; did you mean "jpeg"?
      "output_format" cannot be "avif": it must be one of png, jpeg, webp."
    `)
  })
  it('n, take, pick, output_compression', () => {
    expect(badOnes('n', 0, 11, 1.5, '2', -1, Number.NaN, Number.POSITIVE_INFINITY, 2n))
      .toMatchInlineSnapshot(`
      ""n" cannot be 0: it must be a whole number from 1 to 10.
      "n" cannot be 11: it must be a whole number from 1 to 10.
      "n" cannot be 1.5: it must be a whole number from 1 to 10.
      "n" cannot be "2": it must be a whole number from 1 to 10.
      "n" cannot be -1: it must be a whole number from 1 to 10.
      "n" cannot be NaN: it must be a whole number from 1 to 10.
      "n" cannot be Infinity: it must be a whole number from 1 to 10.
      "n" cannot be 2n: it must be a whole number from 1 to 10."
    `)
    expect(badOnes('take', 0, 2 ** 53)).toMatchInlineSnapshot(`
      ""take" cannot be 0: it must be a whole number from 1 up.
      "take" cannot be 9007199254740992: it must be a whole number from 1 up."
    `)
    expect(badOnes('pick', 0, 11)).toMatchInlineSnapshot(`
      ""pick" cannot be 0: it must be a whole number from 1 to 10.
      "pick" cannot be 11: it must be a whole number from 1 to 10."
    `)
    expect(badOnes('output_compression', -1, 101)).toMatchInlineSnapshot(`
      ""output_compression" cannot be -1: it must be a whole number from 0 to 100.
      "output_compression" cannot be 101: it must be a whole number from 0 to 100."
    `)
  })
  it('extra', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    const proto: unknown = JSON.parse('{ "a": { "__proto__": 1 } }')
    expect(
      badOnes(
        'extra',
        'x',
        ['x'],
        null,
        circle,
        proto,
        { f: () => 1 },
        { n: Number.NaN },
        { when: new Date(0) },
        { s: '\ud800' },
      ),
    ).toMatchInlineSnapshot(`
      ""extra" cannot be "x": it must be a mapping of further fields for the API, as JSON can hold it.
      "extra" cannot be [ 'x' ]: it must be a mapping of further fields for the API, as JSON can hold it.
      "extra" cannot be null: it must be a mapping of further fields for the API, as JSON can hold it.
      "extra" cannot be <ref *1> { self: [Circular *1] }: it must be a mapping of further fields for the API, as JSON can hold it.
      "extra" cannot be { a: { ['__proto__']: 1 } }: it must be a mapping of further fields for the API, as JSON can hold it.
      "extra" cannot be { f: [Function: f] }: it must be a mapping of further fields for the API, as JSON can hold it.
      "extra" cannot be { n: NaN }: it must be a mapping of further fields for the API, as JSON can hold it.
      "extra" cannot be { when: 1970-01-01T00:00:00.000Z }: it must be a mapping of further fields for the API, as JSON can hold it.
      "extra" cannot be { s: '\\ud800' }: it must be a mapping of further fields for the API, as JSON can hold it."
    `)
  })
  it('image', () => {
    expect(badOnes('image', '', [], [''], [1], Array(17).fill('a.png'), {})).toMatchInlineSnapshot(`
      ""image" cannot be "": it must be the path of a picture, or up to 16 paths.
      "image" cannot be []: it must be the path of a picture, or up to 16 paths.
      "image" cannot be [ '' ]: it must be the path of a picture, or up to 16 paths.
      "image" cannot be [ 1 ]: it must be the path of a picture, or up to 16 paths.
      "image" cannot be [ 'a.png', 'a.png', 'a.png', 'a.png', 'a.png', 'a.png', 'a.…: it must be the path of a picture, or up to 16 paths.
      "image" cannot be {}: it must be the path of a picture, or up to 16 paths."
    `)
  })
  it('widths', () => {
    expect(badOnes('widths', 0, [], [480, 0], '480', [480, '960px'], 16_385, 1.5, [[480]]))
      .toMatchInlineSnapshot(`
      ""widths" cannot be 0: it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      "widths" cannot be []: it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      "widths" cannot be [ 480, 0 ]: it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      "widths" cannot be "480": it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      "widths" cannot be [ 480, '960px' ]: it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      "widths" cannot be 16385: it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      "widths" cannot be 1.5: it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      "widths" cannot be [ [ 480 ] ]: it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960])."
    `)
  })
  it('formats', () => {
    expect(badOnes('formats', '', [], 'gif', ['avif', 'wepb'], 'avif,webp', 1)).toMatchInlineSnapshot(`
      ""formats" cannot be "": it must be one or more of avif, webp, jpg, png, such as avif;webp (in YAML: [avif, webp]).
      "formats" cannot be []: it must be one or more of avif, webp, jpg, png, such as avif;webp (in YAML: [avif, webp]).
      "formats" cannot be "gif": it must be one or more of avif, webp, jpg, png, such as avif;webp (in YAML: [avif, webp]).
      "formats" cannot be [ 'avif', 'wepb' ]: it must be one or more of avif, webp, jpg, png, such as avif;webp (in YAML: [avif, webp]); did you mean "webp"?
      "formats" cannot be "avif,webp": it must be one or more of avif, webp, jpg, png, such as avif;webp (in YAML: [avif, webp]).
      "formats" cannot be 1: it must be one or more of avif, webp, jpg, png, such as avif;webp (in YAML: [avif, webp])."
    `)
  })
  it('q', () => {
    const proto: unknown = JSON.parse('{ "__proto__": 50 }')
    expect(badOnes('q', 0, 101, '80', { gif: 50 }, { avif: 0 }, [50], { jpg: 1, jpeg: 2 }, proto))
      .toMatchInlineSnapshot(`
        ""q" cannot be 0: it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
        "q" cannot be 101: it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
        "q" cannot be "80": it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
        "q" cannot be { gif: 50 }: it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
        "q" cannot be { avif: 0 }: it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
        "q" cannot be [ 50 ]: it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
        "q" cannot be { jpg: 1, jpeg: 2 }: it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
        "q" cannot be { ['__proto__']: 50 }: it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 })."
      `)
  })
  it('aspect, fit, position, alt', () => {
    expect(badOnes('aspect', '16/9', '0:1', '16:', 1.5, '16:9:1')).toMatchInlineSnapshot(`
      ""aspect" cannot be "16/9": it must be a ratio such as 16:9.
      "aspect" cannot be "0:1": it must be a ratio such as 16:9.
      "aspect" cannot be "16:": it must be a ratio such as 16:9.
      "aspect" cannot be 1.5: it must be a ratio such as 16:9.
      "aspect" cannot be "16:9:1": it must be a ratio such as 16:9."
    `)
    expect(badOnes('fit', 'covr', 'crop')).toMatchInlineSnapshot(`
      ""fit" cannot be "covr": it must be one of cover, contain, fill, inside, outside; did you mean "cover"?
      "fit" cannot be "crop": it must be one of cover, contain, fill, inside, outside."
    `)
    expect(badOnes('position', 'top right', 'middle')).toMatchInlineSnapshot(`
      ""position" cannot be "top right": it must be one of centre, center, top, right top, right, right bottom, bottom, left bottom, left, left top, north, northeast, east, southeast, south, southwest, west, northwest, entropy, attention; did you mean "right top"?
      "position" cannot be "middle": it must be one of centre, center, top, right top, right, right bottom, bottom, left bottom, left, left top, north, northeast, east, southeast, south, southwest, west, northwest, entropy, attention."
    `)
    expect(badOnes('alt', null, false, ['a'])).toMatchInlineSnapshot(`
      ""alt" cannot be null: it must be text ("" for a picture that is only decoration).
      "alt" cannot be false: it must be text ("" for a picture that is only decoration).
      > In YAML, text that reads as a boolean goes in quotes: alt: "false"
      "alt" cannot be [ 'a' ]: it must be text ("" for a picture that is only decoration)."
    `)
  })
})
