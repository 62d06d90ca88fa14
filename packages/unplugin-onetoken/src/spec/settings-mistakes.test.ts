import { describe, expect, it } from 'vitest'
import type { Place } from '../errors.ts'
import { parseJson } from './json.ts'
import { checkSettings, type Settings } from './settings.ts'
import { told } from './testing.ts'

/** Settings as a TypeScript file gives them: any value, no places but the file's. */
const check = (written: Record<string, unknown>): Settings =>
  checkSettings(written, (): Place => ({ file: 'onetoken.config.ts' }))

const said = (...all: Record<string, unknown>[]): string =>
  all
    .map((written) => told(() => check(written)).replace(/^SETTINGS_INVALID onetoken\.config\.ts\n/, ''))
    .join('\n\n')

const json = (text: string): string =>
  told(() => {
    const { value, locate } = parseJson(text, 'c.json', 'SETTINGS_INVALID')
    return checkSettings(value as Record<string, unknown>, locate)
  })

describe('bad settings', () => {
  it('that do not exist', () => {
    expect(
      said(
        { stor: 'x' },
        { zebra: 1 },
        { size: 'auto' },
        { apiKey: 'sk-secret' },
        { baseURL: 'https://a.example' },
        { ['\u001b[2J']: 1 },
      ),
    ).toMatchInlineSnapshot(`
      "There is no setting "stor"; did you mean "store"?

      There is no setting "zebra".
      > The settings are model, provider, defaults, styles, manifest, store, missing, frozen, budget, pricing, concurrency, requestsPerMinute, timeout, allowPackages, provenance.

      There is no setting "size".
      > Parameters of pictures go into "defaults": { size: … }.

      There is no setting "apiKey".
      > The API key is read from ONETOKEN_API_KEY, in the environment or in .env.local, and from nowhere else.

      There is no setting "baseURL".
      > The address of the API is read from ONETOKEN_BASE_URL.

      There is no setting "\\u001b[2J".
      > The settings are model, provider, defaults, styles, manifest, store, missing, frozen, budget, pricing, concurrency, requestsPerMinute, timeout, allowPackages, provenance."
    `)
  })

  it('of the wrong kind', () => {
    expect(
      said(
        { model: '' },
        { provider: 'a b' },
        { provider: 'mock' },
        { defaults: ['low'] },
        { styles: { ink: 1 } },
        { manifest: [1] },
        { manifest: { path: 'a.yaml' } },
        { store: null },
        { missing: 'skip' },
        { frozen: 'yes' },
        { budget: 5 },
        { budget: { cost: -1 } },
        { budget: { costs: 1 } },
        { budget: { cost: Number.POSITIVE_INFINITY } },
        { pricing: { multiplier: 0 } },
        { concurrency: 0 },
        { concurrency: 65 },
        { requestsPerMinute: 0 },
        { timeout: 0 },
        { allowPackages: 'a' },
        { provenance: 1 },
      ),
    ).toMatchInlineSnapshot(`
      ""model" cannot be "": it must be the name of a model.

      "provider" cannot be "a b": it must be a name of letters, digits, "-", "_" and ".", other than mock.

      "provider" cannot be "mock": it must be a name of letters, digits, "-", "_" and ".", other than mock.

      "defaults" cannot be [ 'low' ]: it must be a mapping of parameters.

      "styles" cannot be { ink: 1 }: it must be a mapping of names to templates with {prompt} in them.

      "manifest" cannot be [ 1 ]: it must be a path, a glob, { file, prefix }, or a list of these.

      "manifest" cannot be { path: 'a.yaml' }: it must be a path, a glob, { file, prefix }, or a list of these.

      "store" cannot be null: it must be the path of a folder.

      "missing" cannot be "skip": it must be one of render, placeholder, error.

      "frozen" cannot be "yes": it must be true or false.

      "budget" cannot be 5: it must be a mapping with "renders" (a whole number) or "cost" (dollars).

      "budget" cannot be { cost: -1 }: it must be a mapping with "renders" (a whole number) or "cost" (dollars).

      "budget" cannot be { costs: 1 }: it must be a mapping with "renders" (a whole number) or "cost" (dollars).

      "budget" cannot be { cost: Infinity }: it must be a mapping with "renders" (a whole number) or "cost" (dollars).

      "pricing" cannot be { multiplier: 0 }: it must be a mapping with "multiplier" (above 0).

      "concurrency" cannot be 0: it must be a whole number from 1 to 64.

      "concurrency" cannot be 65: it must be a whole number from 1 to 64.

      "requestsPerMinute" cannot be 0: it must be a whole number from 1 up.

      "timeout" cannot be 0: it must be a number of seconds from 1 to 86400.

      "allowPackages" cannot be "a": it must be a list of names of packages.

      "provenance" cannot be 1: it must be true or false."
    `)
  })

  it('that cannot even be shown as JSON', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    expect(said({ budget: circle }, { timeout: 5n }, { store: () => 1 }, { defaults: { extra: circle } }))
      .toMatchInlineSnapshot(`
        ""budget" cannot be <ref *1> { self: [Circular *1] }: it must be a mapping with "renders" (a whole number) or "cost" (dollars).

        "timeout" cannot be 5n: it must be a number of seconds from 1 to 86400.

        "store" cannot be [Function: store]: it must be the path of a folder.

        BAD_VALUE onetoken.config.ts
        "extra" cannot be <ref *1> { self: [Circular *1] }: it must be a mapping of further fields for the API, as JSON can hold it."
      `)
  })

  it('in defaults and styles, all at once', () => {
    expect(
      said({
        defaults: { prompt: 'a', qualty: 'low', n: 11 },
        styles: { ink: 'drawing', wash: 'x {prompt}' },
      }),
    ).toMatchInlineSnapshot(`
      "SEVERAL onetoken.config.ts
      The settings have 4 mistakes:
      - The parameter "prompt" cannot be used here: each picture has its own. Here these can be used: model, size, quality, n, background, moderation, output_format, output_compression, extra, style, widths, formats, q, aspect, fit, position, w, format.
      - There is no parameter "qualty"; did you mean "quality"?
      - "n" cannot be 11: it must be a whole number from 1 to 10.
      - The style "ink" has no {prompt} in it, so every picture would be the same. Write {prompt} where the words of the picture go."
    `)
  })

  it('in prefixes', () => {
    expect(
      said(
        { manifest: { file: 'a.yaml', prefix: 'shop/' } },
        { manifest: ['b.yaml', { file: 'a.yaml', prefix: 'a.b' }] },
      ),
    ).toMatchInlineSnapshot(`
      ""prefix" cannot be "shop/".
      > It is a name such as shop. Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default", "manifest" or "__proto__".

      "prefix" cannot be "a.b".
      > It is a name such as shop. Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default", "manifest" or "__proto__"."
    `)
  })

  it('stand where they were written', () => {
    const text = `{
  "stor": "x",
  "budget": { "cost": "5" },
  "defaults": {
    "widths": [480, "960"]
  },
  "manifest": ["a.yaml", { "file": "b.yaml", "prefix": "" }],
  "styles": { "ink": "drawing" }
}`
    expect(json(text)).toMatchInlineSnapshot(`
      "SEVERAL c.json
      The settings have 5 mistakes:
      - 2:3 There is no setting "stor"; did you mean "store"?
      - 3:23 "budget" cannot be { cost: '5' }: it must be a mapping with "renders" (a whole number) or "cost" (dollars).
      - 5:15 "widths" cannot be [ 480, '960' ]: it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      - 7:56 "manifest" cannot be [ 'a.yaml', { file: 'b.yaml', prefix: '' } ]: it must be a path, a glob, { file, prefix }, or a list of these.
      - 8:22 The style "ink" has no {prompt} in it, so every picture would be the same. Write {prompt} where the words of the picture go."
    `)
    expect(json('{ "manifest": [{ "file": "b.yaml",\n "prefix": "a b" }] }')).toMatchInlineSnapshot(`
      "SETTINGS_INVALID c.json:2:12
      "prefix" cannot be "a b".
      > It is a name such as shop. Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default", "manifest" or "__proto__"."
    `)
  })
})
