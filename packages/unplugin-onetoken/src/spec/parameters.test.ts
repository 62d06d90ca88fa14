import { describe, expect, it } from 'vitest'
import {
  canonicalName,
  checkParameter,
  isQueryParameter,
  OUTPUT_NAMES,
  PARAMETER_NAMES,
  QUERY_NAMES,
} from './parameters.ts'
import { inline, told } from './testing.ts'
import type { Parameters } from './types.ts'

type Name = keyof Parameters

describe('names', () => {
  it('are these', () => {
    expect(PARAMETER_NAMES.join(' ')).toMatchInlineSnapshot(
      `"prompt model size quality n background moderation output_format output_compression extra image mask edit style variables take pick widths formats q aspect fit position alt w format"`,
    )
    expect(OUTPUT_NAMES.join(' ')).toMatchInlineSnapshot(
      `"pick widths formats q aspect fit position alt w format"`,
    )
    expect(PARAMETER_NAMES.filter((name) => !QUERY_NAMES.includes(name))).toEqual(['extra', 'variables'])
    expect(isQueryParameter('extra')).toBe(false)
  })

  it('have aliases, and are none of the names that objects have', () => {
    expect(canonicalName('w')).toBe('widths')
    expect(canonicalName('format')).toBe('formats')
    expect(canonicalName('prompt')).toBe('prompt')
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']) {
      expect(canonicalName(name)).toBeUndefined()
    }
  })
})

describe('good values', () => {
  it.each<[Name, unknown, unknown?]>([
    ['prompt', 'a'],
    ['prompt', '🦊'.repeat(16_000)],
    ['model', 'gpt-image-2'],
    ['size', 'auto'],
    ['size', '1024x1024'],
    ['size', '99999x1'],
    ['quality', 'high'],
    ['n', 1],
    ['n', 10],
    ['background', 'transparent'],
    ['moderation', 'low'],
    ['output_format', 'jpeg'],
    ['output_compression', 0],
    ['output_compression', 100],
    ['extra', {}],
    ['extra', { user: 'site', nested: { list: [1, null, true, 'x'] } }],
    ['image', 'a.png', ['a.png']],
    ['image', Array(16).fill('a.png')],
    ['mask', 'mask.png'],
    ['style', 'ink'],
    ['take', 1],
    ['take', 2_000_000],
    ['pick', 10],
    ['widths', 480, [480]],
    ['widths', [480, 16_384]],
    ['formats', 'jpeg', ['jpg']],
    ['formats', ['avif', 'jpeg', 'png'], ['avif', 'jpg', 'png']],
    ['q', 1],
    ['q', { avif: 50, jpg: 100 }],
    ['q', { jpeg: 80 }, { jpg: 80 }],
    ['aspect', '16:9'],
    ['aspect', '2.39:1'],
    ['fit', 'contain'],
    ['position', 'right top'],
    ['position', 'attention'],
    ['alt', ''],
    ['alt', 'A fox'],
  ])('%s: %j', (name, value, checked = value) => {
    expect(checkParameter(name, value)).toEqual(checked)
  })
})

describe('values in a query', () => {
  it('are read as a manifest would hold them', () => {
    const query = 'prompt=a&n=2&take=3&pick=2&w= 480 ; 960&q= 80 &format= avif ;webp&output_compression=050'
    expect(inline(query)).toEqual({
      prompt: 'a',
      n: 2,
      take: 3,
      pick: 2,
      widths: [480, 960],
      q: 80,
      formats: ['avif', 'webp'],
      output_compression: 50,
    })
  })

  it('are shown as they were written', () => {
    const bad = [
      'w=480px',
      'w=',
      'w=480;',
      'widths=480,960',
      'n=two',
      'n=1e3',
      'n=+1',
      'n=99999999999999999',
      'format=avif,webp',
      'format=avif;wepb',
      'q=avif',
      'q=avif:high',
      'q=avif:50;avif:60',
      'q=jpg:50;jpeg:60',
      'q=avif:50:60',
      'q=__proto__:5',
      'q=',
      'image=',
      'image=a.png;',
      'alt=%ED%A0%80',
      'size=',
      'take=-1',
    ]
    const messages = bad.flatMap((part) => {
      if (part.startsWith('alt')) return []
      return told(() => inline(`prompt=a&${part}`)).replace('BAD_VALUE\n', '')
    })
    expect(messages.join('\n')).toMatchInlineSnapshot(`
      ""w" cannot be "480px": it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      "w" cannot be "": it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      "w" cannot be "480;": it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      "widths" cannot be "480,960": it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      "n" cannot be "two": it must be a whole number from 1 to 10.
      "n" cannot be "1e3": it must be a whole number from 1 to 10.
      "n" cannot be "+1": it must be a whole number from 1 to 10.
      "n" cannot be "99999999999999999": it must be a whole number from 1 to 10.
      "format" cannot be "avif,webp": it must be one or more of avif, webp, jpg, png, such as avif;webp (in YAML: [avif, webp]).
      "format" cannot be "avif;wepb": it must be one or more of avif, webp, jpg, png, such as avif;webp (in YAML: [avif, webp]); did you mean "webp"?
      "q" cannot be "avif": it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
      "q" cannot be "avif:high": it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
      "q" cannot be "avif:50;avif:60": it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
      "q" cannot be "jpg:50;jpeg:60": it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
      "q" cannot be "avif:50:60": it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
      "q" cannot be "__proto__:5": it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
      "q" cannot be "": it must be a quality from 1 to 100, or one for each format, such as avif:50;webp:80 (in YAML: { avif: 50 }).
      "image" cannot be "": it must be the path of a picture, or up to 16 paths.
      "image" cannot be "a.png;": it must be the path of a picture, or up to 16 paths.
      "size" cannot be "": it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto.
      "take" cannot be "-1": it must be a whole number from 1 up."
    `)
  })
})
