import { describe, expect, it } from 'vitest'
import { imageSpec } from './image-spec.ts'
import { parseManifest } from './manifest.ts'
import { checkSettings } from './settings.ts'
import type { Styles } from './styles.ts'
import { told } from './testing.ts'
import type { Parameters } from './types.ts'

const styles: Styles = {
  ink: 'ink drawing of {prompt}',
  poster: { template: 'poster of {prompt}, {colours}, {mood}', variables: { colours: 'two colours' } },
}
const prompt = (own: Parameters, ...defaults: Parameters[]): string =>
  imageSpec({ prompt: 'a fox', ...own }, { base: '/', defaults, styles }).render.request.prompt
const said = (own: Parameters, ...defaults: Parameters[]): string => told(() => prompt(own, ...defaults))

describe('a style with variables', () => {
  it('takes them from the picture, then from the defaults, then from itself', () => {
    const poster = (...layers: Record<string, string>[]): string => {
      const [own = {}, ...defaults] = layers
      return prompt({ style: 'poster', variables: own }, ...defaults.map((variables) => ({ variables })))
    }
    expect(poster({ mood: 'calm' })).toBe('poster of a fox, two colours, calm')
    expect(poster({ mood: 'calm', colours: 'red' })).toBe('poster of a fox, red, calm')
    expect(poster({}, { mood: 'grim', other: 'x' }, { mood: 'glad' })).toBe(
      'poster of a fox, two colours, glad',
    )
  })

  it('does not look into what it was given', () => {
    expect(prompt({ prompt: 'a {mood} $& fox', style: 'poster', variables: { mood: '{prompt} $1' } })).toBe(
      'poster of a {mood} $& fox, two colours, {prompt} $1',
    )
  })

  it('leaves other braces as they are', () => {
    const braces = { json: '{prompt} as { "a": 1 } and {} and {two words}' }
    const spec = imageSpec({ prompt: 'x', style: 'json' }, { base: '/', defaults: [], styles: braces })
    expect(spec.render.request.prompt).toBe('x as { "a": 1 } and {} and {two words}')
  })

  it('is counted before it is written', () => {
    const long = { long: `{prompt}${' {v}'.repeat(2000)}` }
    const spec = (): unknown =>
      imageSpec(
        { prompt: 'x', style: 'long', variables: { v: 'y'.repeat(9000) } },
        { base: '/', defaults: [], styles: long },
      )
    const begun = performance.now()
    for (let n = 0; n < 20; n += 1)
      expect(told(spec)).toContain('the prompt has 18,002,001 characters, and at most')
    expect(performance.now() - begun).toBeLessThan(3000)
  })

  it('may be too long before its characters are joined', () => {
    const joined = 'e\u0301'.repeat(20_000)
    const styles = { joined: `{prompt} ${joined}` }
    const spec = imageSpec({ prompt: 'x', style: 'joined' }, { base: '/', defaults: [], styles })
    expect(spec.render.request.prompt).toHaveLength(20_002)
  })

  it('has no variable that most programs lose, nor such a name', () => {
    const proto = { proto: '{prompt} {__proto__}' }
    const check = (settings: string): string =>
      told(() =>
        checkSettings(JSON.parse(settings) as Record<string, unknown>, (path) => ({ file: path.join('.') })),
      )
    const entry = (text: string): string =>
      told(() => parseManifest(`version: 1\nimages:\n  hero: { prompt: x, ${text} }\n`, 'images.yaml'))
    expect(
      [
        told(() => imageSpec({ prompt: 'x', style: 'proto' }, { base: '/', defaults: [], styles: proto })),
        check('{ "styles": { "__proto__": "{prompt}" } }'),
        check('{ "styles": { "a": { "template": "{prompt} {b}", "variables": { "__proto__": "x" } } } }'),
        check('{ "defaults": { "__proto__": { "n": 2 } } }'),
        check('{ "defaults": { "variables": { "__proto__": "x" } } }'),
        entry('variables: { __proto__: x }'),
      ].join('\n\n'),
    ).toMatchInlineSnapshot(`
      "BAD_VALUE
      "__proto__" cannot be the name of a variable.
      > Choose another name.

      SETTINGS_INVALID styles.__proto__
      "__proto__" cannot be the name of a style.
      > Choose another name.

      SETTINGS_INVALID styles.a.variables.__proto__
      "__proto__" cannot be the name of a variable.
      > Choose another name.

      UNKNOWN_PARAMETER defaults.__proto__
      In "defaults": There is no parameter "__proto__".
      > The parameters are model, size, quality, n, background, moderation, output_format, output_compression, extra, style, variables, widths, formats, q, aspect, fit, position, w, format.

      BAD_VALUE defaults.variables
      In "defaults": "__proto__" cannot be the name of a variable.
      > Choose another name.

      BAD_VALUE images.yaml:3:33
      "__proto__" cannot be the name of a variable.
      > Choose another name."
    `)
  })

  it('says what is lacking, and what is too much', () => {
    expect(
      [
        said({ style: 'poster' }),
        said({ style: 'poster', variables: { moood: 'calm' } }),
        said({ style: 'ink', variables: { mood: 'calm' } }),
        said({ variables: { mood: 'calm' } }),
      ].join('\n\n'),
    ).toMatchInlineSnapshot(`
      "BAD_VALUE
      The style "poster" has {mood}, which nothing gives a value.
      > Give it one beside "style", as in variables: { mood: … }, or one for all pictures in the style: { template: …, variables: { mood: … } }.

      BAD_VALUE
      The style "poster" has no variable "moood"; did you mean "mood"?
      > Its variables are colours, mood.

      BAD_VALUE
      The style "ink" has no variable "mood".
      > Write {mood} into its template, where the value goes.

      BAD_VALUE
      "variables" needs a "style" that has them.
      > Name a style whose template has {mood} in it."
    `)
  })

  it('is checked where it is declared', () => {
    const check = (written: unknown): string =>
      told(() => checkSettings({ styles: written }, (path) => ({ file: path.join('.') })))
    expect(
      [
        check({ a: { template: 'no words' } }),
        check({ a: { template: '{prompt} {mood}', variables: { mod: 'x' } } }),
        check({ a: { template: '{prompt}', variables: { prompt: 'x' } } }),
        check({ a: { template: '{prompt}', variable: {} } }),
        check({ a: { variables: {} } }),
        check({ a: 12 }),
        check({ a: { template: 'a {prompt} of {year}', variables: { year: 2026 } } }),
        check({ a: { prompt: 'a {prompt}' } }),
        check({ a: { template: '{prompt}', variables: ['x'] } }),
      ].join('\n\n'),
    ).toMatchInlineSnapshot(`
      "SETTINGS_INVALID styles.a.template
      The style "a" has no {prompt} in it, so every picture would be the same.
      > Write {prompt} where the words of the picture go.

      BAD_VALUE styles.a.variables.mod
      The style "a" has no variable "mod"; did you mean "mood"?
      > Its variables are mood.

      SETTINGS_INVALID styles.a.variables.prompt
      "prompt" cannot be a variable: each picture has its own.

      SETTINGS_INVALID styles.a.variable
      The style "a" cannot have "variable": what a style has are "template" and "variables".
      > Write it as in a: "ink drawing of {prompt}", or a: { template: "{prompt} in {colours}", variables: { colours: black } }.

      SETTINGS_INVALID styles.a
      The style "a" has no "template".
      > Write it as in a: "ink drawing of {prompt}", or a: { template: "{prompt} in {colours}", variables: { colours: black } }.

      SETTINGS_INVALID styles.a
      "styles.a" cannot be 12: it must be text with {prompt} in it, or a mapping with "template".
      > Write it as in a: "ink drawing of {prompt}", or a: { template: "{prompt} in {colours}", variables: { colours: black } }.

      SETTINGS_INVALID styles.a.variables.year
      "styles.a.variables.year" cannot be 2026: it must be text.
      > Put it in quotes: year: "2026"

      SETTINGS_INVALID styles.a.prompt
      The style "a" cannot have "prompt": what a style has are "template" and "variables".
      > Write it as in a: "ink drawing of {prompt}", or a: { template: "{prompt} in {colours}", variables: { colours: black } }.

      SETTINGS_INVALID styles.a.variables
      "styles.a.variables" cannot be [ 'x' ]: it must be a mapping of names to text.
      > Write it as in a: "ink drawing of {prompt}", or a: { template: "{prompt} in {colours}", variables: { colours: black } }."
    `)
  })
})
