import { describe, expect, it } from 'vitest'
import { imageSpec, withOutput, type SpecContext } from './image-spec.ts'
import { told } from './testing.ts'
import type { ImageSpec, Parameters } from './types.ts'

const CONTEXT: SpecContext = { base: '/site/src', defaults: [], styles: {} }
const spec = (own: Parameters, context: Partial<SpecContext> = {}): ImageSpec =>
  imageSpec(own, { ...CONTEXT, ...context })
const promptOf = (own: Parameters, styles: Record<string, string>): string =>
  spec(own, { styles }).render.request.prompt

describe('defaults', () => {
  it('are filled in', () => {
    expect(spec({ prompt: 'a fox' })).toMatchInlineSnapshot(`
      {
        "alt": undefined,
        "label": ""a fox"",
        "name": undefined,
        "output": {
          "aspect": undefined,
          "fit": "cover",
          "formats": [
            "webp",
          ],
          "position": "centre",
          "quality": {},
          "widths": [],
        },
        "pick": 1,
        "place": undefined,
        "render": {
          "endpoint": "generations",
          "inputs": [],
          "parent": undefined,
          "request": {
            "model": "gpt-image-2",
            "n": 1,
            "prompt": "a fox",
            "size": "1024x1024",
          },
          "take": 1,
        },
      }
    `)
  })

  it('are layers, the picture itself on top', () => {
    const { render, output } = spec(
      { prompt: 'a fox', quality: 'high' },
      {
        defaults: [
          { quality: 'low', size: 'auto', n: 2, widths: [480] },
          { size: '1536x1024', formats: ['png'] },
        ],
      },
    )
    expect(render.request).toEqual({
      model: 'gpt-image-2',
      prompt: 'a fox',
      n: 2,
      size: '1536x1024',
      quality: 'high',
    })
    expect(output).toMatchObject({ widths: [480], formats: ['png'] })
  })

  it('are sent only when somebody set them', () => {
    const all: Parameters = {
      quality: 'low',
      background: 'opaque',
      moderation: 'auto',
      output_format: 'png',
      output_compression: 0,
    }
    expect(spec({ prompt: 'a', ...all }).render.request).toMatchObject(all)
    expect(Object.keys(spec({ prompt: 'a' }).render.request)).toEqual(['model', 'prompt', 'n', 'size'])
  })
})

describe('output', () => {
  it('has widths in order and each once, formats each once, a ratio in numbers', () => {
    const { output } = spec({
      prompt: 'a',
      widths: [960, 480, 960],
      formats: ['webp', 'avif', 'webp'],
      aspect: '2.39:1',
      q: 50,
      fit: 'contain',
      position: 'top',
    })
    expect(output).toEqual({
      widths: [480, 960],
      formats: ['webp', 'avif'],
      quality: { webp: 50, avif: 50 },
      aspect: [2.39, 1],
      fit: 'contain',
      position: 'top',
    })
  })

  it('changes no render', () => {
    const own: Parameters = { prompt: 'a', n: 2, widths: [480] }
    const other = withOutput(own, { widths: [160], formats: ['avif'], pick: 2, alt: ' Fox ' }, CONTEXT)
    expect(other.render).toEqual(spec(own).render)
    expect(other).toMatchObject({ pick: 2, alt: 'Fox', output: { widths: [160], formats: ['avif'] } })
  })
})

describe('labels', () => {
  it('are the name, or the first words, safe for a terminal', () => {
    expect(spec({ prompt: 'a fox' }, { name: 'hero' }).label).toBe('hero')
    expect(spec({ prompt: ' a\nfox\u001b[2J ' }).label).toBe('"a\\nfox\\u001b[2J"')
    expect(spec({ prompt: '::error::'.repeat(20) }).label).toMatch(/^"\\u003a:error::.*…"$/)
    expect(
      spec({ prompt: 'a fox', style: 'ink' }, { styles: { ink: 'ink drawing of {prompt}' } }).label,
    ).toBe('"a fox"')
  })
})

describe('styles', () => {
  it('take the words as they are', () => {
    for (const words of ["$& $1 $$ $` $'", '{prompt}', '100%', '\\d']) {
      expect(promptOf({ prompt: words, style: 'ink' }, { ink: 'ink, {prompt}.' })).toBe(`ink, ${words}.`)
    }
  })

  it('may hold the words several times, and come from the defaults', () => {
    expect(promptOf({ prompt: 'a', style: 'x' }, { x: ' {prompt}; {prompt} ' })).toBe('a; a')
    const inherited = spec({ prompt: 'a' }, { defaults: [{ style: 'x' }], styles: { x: '{prompt}!' } })
    expect(inherited.render.request.prompt).toBe('a!')
  })

  it('are normalised with the words', () => {
    expect(promptOf({ prompt: '\u0301', style: 'x' }, { x: 'cafe{prompt}\r\n' })).toBe('caf\u00e9')
  })

  it('must exist, by their own name', () => {
    const styles = { ink: '{prompt}', 'wash\u001b': '{prompt}' }
    expect(
      ['ikn', 'zebra', 'toString', '__proto__']
        .map((style) => told(() => promptOf({ prompt: 'a', style }, styles)))
        .join('\n\n'),
    ).toMatchInlineSnapshot(`
      "UNKNOWN_STYLE
      There is no style "ikn"; did you mean "ink"?
      > The styles are ink, wash\\u001b.

      UNKNOWN_STYLE
      There is no style "zebra".
      > The styles are ink, wash\\u001b.

      UNKNOWN_STYLE
      There is no style "toString".
      > The styles are ink, wash\\u001b.

      UNKNOWN_STYLE
      There is no style "__proto__".
      > The styles are ink, wash\\u001b."
    `)
    expect(told(() => promptOf({ prompt: 'a', style: 'ink' }, {}))).toMatchInlineSnapshot(`
      "UNKNOWN_STYLE
      There is no style "ink".
      > Declare it under "styles" in the settings, or for the entries of a manifest at its top."
    `)
  })

  it('must not make the prompt too long', () => {
    expect(told(() => promptOf({ prompt: 'x'.repeat(32_000), style: 'ink' }, { ink: 'ink, {prompt}' })))
      .toMatchInlineSnapshot(`
      "BAD_VALUE
      With the style "ink", the prompt has 32,005 characters, and at most 32,000 are allowed.
      > Shorten the prompt or the style."
    `)
  })
})

describe('inputs', () => {
  it('make it an edit, with the folder they are relative to', () => {
    expect(spec({ prompt: 'a', image: ['a.png', 'b.png'], mask: 'm.png' }).render).toMatchObject({
      endpoint: 'edits',
      inputs: [
        { role: 'image', path: 'a.png', base: '/site/src' },
        { role: 'image', path: 'b.png', base: '/site/src' },
        { role: 'mask', path: 'm.png', base: '/site/src' },
      ],
    })
  })
})

describe('what does not go together', () => {
  it('is refused', () => {
    const bad: Parameters[] = [
      {},
      { prompt: ' \r\n ' },
      { prompt: 'a', mask: 'm.png' },
      { prompt: 'a', background: 'transparent', output_format: 'jpeg' },
      { prompt: 'a', pick: 2 },
      { prompt: 'a', n: 4, pick: 5 },
      { prompt: 'a', extra: { size: '1x1' } },
      { prompt: 'a', extra: { user: 'x', mask: 'm' } },
    ]
    expect(bad.map((own) => told(() => spec(own))).join('\n\n')).toMatchInlineSnapshot(`
      "MISSING_PROMPT
      The prompt is empty.
      > Write the words of the picture into "prompt".

      MISSING_PROMPT
      The prompt is empty.
      > Write the words of the picture into "prompt".

      BAD_VALUE
      "mask" needs an "image" that it masks.
      > Name the picture with "image", or an entry with "edit": the mask says which parts of it are painted anew.

      BAD_VALUE
      "background" is transparent, but "output_format" is jpeg, which has no transparency.
      > Leave "output_format" out, or make it png or webp.

      PICK_BEYOND
      "pick" is 2, but only one image is asked for.
      > Make "pick" at most 1, or raise "n" (another "n" is another render).

      PICK_BEYOND
      "pick" is 5, but only 4 images are asked for.
      > Make "pick" at most 4, or raise "n" (another "n" is another render).

      BAD_VALUE
      "extra" cannot hold "size": it is a parameter of its own.
      > Write size beside "extra", not in it.

      BAD_VALUE
      "extra" cannot hold "mask": it is a parameter of its own.
      > Write mask beside "extra", not in it."
    `)
  })

  it('is accepted where it does', () => {
    expect(
      spec({ prompt: 'a', background: 'transparent', output_format: 'webp' }).render.request,
    ).toMatchObject({ background: 'transparent' })
    expect(spec({ prompt: 'a', pick: 3 }, { defaults: [{ n: 3 }] }).pick).toBe(3)
    expect(spec({ prompt: 'a', extra: { user: 'x', response_format: 'url' } }).render.request).toMatchObject({
      user: 'x',
    })
  })
})
