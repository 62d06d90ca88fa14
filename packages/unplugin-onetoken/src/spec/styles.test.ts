import { describe, expect, it } from 'vitest'
import { imageSpec } from './image-spec.ts'
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

      SETTINGS_INVALID styles.a
      "styles" cannot be { a: { template: '{prompt}', variable: {} } }: it must be a mapping of names to templates with {prompt} in them.

      SETTINGS_INVALID styles.a
      "styles" cannot be { a: { variables: {} } }: it must be a mapping of names to templates with {prompt} in them.

      SETTINGS_INVALID styles.a
      "styles" cannot be { a: 12 }: it must be a mapping of names to templates with {prompt} in them."
    `)
  })
})
