import { describe, expect, it } from 'vitest'
import type { Place } from '../errors.ts'
import { parseJson } from './json.ts'
import type { Settings } from './settings-types.ts'
import { checkSettings } from './settings.ts'
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
      > The settings are model, provider, defaults, styles, manifest, store, remote, missing, frozen, budget, pricing, concurrency, requestsPerMinute, timeout, allowPackages, provenance.

      There is no setting "size".
      > Parameters of pictures go into "defaults": { size: … }.

      There is no setting "apiKey".
      > The API key is read from ONETOKEN_API_KEY, in the environment or in .env.local, and from nowhere else.

      There is no setting "baseURL".
      > The address of the API is read from ONETOKEN_BASE_URL.

      There is no setting "\\u001b[2J".
      > The settings are model, provider, defaults, styles, manifest, store, remote, missing, frozen, budget, pricing, concurrency, requestsPerMinute, timeout, allowPackages, provenance."
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

      "styles.ink" cannot be 1: it must be text with {prompt} in it, or a mapping with "template".
      > Write it as in ink: "ink drawing of {prompt}", or ink: { template: "{prompt} in {colours}", variables: { colours: black } }.

      "manifest" cannot be [ 1 ]: it must be a path, a glob, { file, prefix }, or a list of these.

      "manifest" cannot be { path: 'a.yaml' }: it must be a path, a glob, { file, prefix }, or a list of these.

      "store" cannot be null: it must be the path of a folder.

      "missing" cannot be "skip": it must be one of render, placeholder, error.

      "frozen" cannot be "yes": it must be true or false.

      "budget" cannot be 5: it must be a mapping with "renders" (a whole number) or "cost" (dollars).

      "budget.cost" cannot be -1: "budget" must be a mapping with "renders" (a whole number) or "cost" (dollars).

      "budget" cannot be { costs: 1 }: it must be a mapping with "renders" (a whole number) or "cost" (dollars).

      "budget.cost" cannot be Infinity: "budget" must be a mapping with "renders" (a whole number) or "cost" (dollars).

      "pricing.multiplier" cannot be 0: "pricing" must be a mapping with "multiplier" (above 0).

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
        In "defaults": "extra" cannot be <ref *1> { self: [Circular *1] }: it must be a mapping of further fields for the API, as JSON can hold it."
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
      - In "defaults": The parameter "prompt" cannot be used here: each picture has its own. Here these can be used: model, size, quality, n, background, moderation, output_format, output_compression, extra, style, variables, widths, formats, q, aspect, fit, position, w, format.
      - In "defaults": There is no parameter "qualty"; did you mean "quality"?
      - In "defaults": "n" cannot be 11: it must be a whole number from 1 to 10.
      - The style "ink" has no {prompt} in it, so every picture would be the same. Write {prompt} where the words of the picture go."
    `)
  })

  it('in globs that take too long', () => {
    expect(
      said(
        { manifest: 'x{1..99999}.yaml' },
        { manifest: ['images.yaml', { file: '{a,b}'.repeat(20), prefix: 'a' }] },
        { manifest: `${'a'.repeat(70_000)}*.yaml` },
      ),
    ).toMatchInlineSnapshot(`
      ""manifest" stands for more than 1,000 globs, by what is in braces.
      > Write * for what differs.

      "manifest" stands for more than 1,000 globs, by what is in braces.
      > Write * for what differs.

      "manifest" has a glob of 70,006 characters, and at most 1,000 are allowed.
      > Write several shorter ones."
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
      > It is a name such as shop. Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".

      "prefix" cannot be "a.b".
      > It is a name such as shop. Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__"."
    `)
  })

  it('in the address of a remote store', () => {
    expect(
      said(
        { remote: 'cdn.example.com/onetoken' },
        { remote: '' },
        { remote: 'file:///mnt/share' },
        { remote: 'gs://bucket/prefix' },
        { remote: 'ftp://example.com' },
        { remote: 'http://cdn.example.com' },
        { remote: 'https://cdn.example.com/?sig=SECRET' },
        { remote: 'https://cdn.example.com/#top' },
        { remote: 's3:///prefix' },
        { remote: 's3://minio:9000/bucket' },
      ),
    ).toMatchInlineSnapshot(`
      ""remote" cannot be "cdn.example.com/onetoken": it must be an address such as https://cdn.example.com/onetoken or s3://bucket/prefix.

      "remote" cannot be "": it must be an address such as https://cdn.example.com/onetoken or s3://bucket/prefix.

      "remote" cannot be "file:///mnt/share": it must begin with https:// or s3://.
      > A folder that is always there is the setting "store".

      "remote" cannot be "gs://bucket/prefix": it must begin with https:// or s3://.
      > Google Cloud Storage understands S3: s3://bucket/prefix with "endpoint": "https://storage.googleapis.com".

      "remote" cannot be "ftp://example.com": it must begin with https:// or s3://.
      > It is an address such as https://cdn.example.com/onetoken or s3://bucket/prefix.

      "remote" cannot be "http://cdn.example.com": what comes by plain http can be changed on its way.
      > Write https://. Plain http is for this machine alone, such as http://localhost:8080.

      "remote" cannot go on after "https://cdn.example.com/" with a ?.
      > Names of files are put at its end. A token goes into ONETOKEN_REMOTE_AUTHORIZATION.

      "remote" cannot go on after "https://cdn.example.com/" with a #.
      > Names of files are put at its end. A token goes into ONETOKEN_REMOTE_AUTHORIZATION.

      "remote" names no bucket: "s3:///prefix".
      > Write s3://bucket/prefix.

      "remote" cannot be "s3://minio:9000/bucket": after s3:// comes the name of a bucket, not a server.
      > Write { "url": "s3://bucket/prefix", "endpoint": "https://server" }."
    `)
  })

  it('in what a remote store has beside its address', () => {
    expect(
      said(
        { remote: 5 },
        { remote: ['s3://bucket'] },
        { remote: {} },
        { remote: { url: 's3://bucket', writ: true } },
        { remote: { url: 's3://bucket', secret: 'x' } },
        { remote: { url: 's3://bucket', write: 'yes' } },
        { remote: { url: 's3://bucket', region: 'eu central' } },
        { remote: { url: 's3://bucket', endpoint: 5 } },
        { remote: { url: 's3://bucket', endpoint: 'ftp://x' } },
        { remote: { url: 's3://bucket', endpoint: 'https://x/?a' } },
        { remote: { url: 'https://cdn.example.com', endpoint: 'https://x', region: 'auto' } },
      ),
    ).toMatchInlineSnapshot(`
      ""remote" must be an address such as https://cdn.example.com/onetoken or s3://bucket/prefix, or a mapping with "url".

      "remote" must be an address such as https://cdn.example.com/onetoken or s3://bucket/prefix, or a mapping with "url".

      "remote" needs a "url", such as https://cdn.example.com/onetoken or s3://bucket/prefix.

      "remote" has no "writ"; did you mean "write"?

      "remote" has no "secret": it has url, write, endpoint, region.

      "write" of "remote" cannot be "yes": it must be true or false.

      "region" of "remote" cannot be "eu central": it must be the name of one, such as eu-central-1.

      "endpoint" of "remote" must be an address such as https://s3.example.com.

      "endpoint" of "remote" cannot be "ftp://x": it must begin with https://.

      "endpoint" of "remote" cannot go on after "https://x/" with a ?.
      > Names of files are put at its end.

      The settings have 2 mistakes:
      - "endpoint" of "remote" is for s3://bucket/prefix; an https address has none. Take "endpoint" away, or write the bucket as s3://bucket/prefix.
      - "region" of "remote" is for s3://bucket/prefix; an https address has none. Take "region" away, or write the bucket as s3://bucket/prefix."
    `)
  })

  it.each([
    'https://user:HUNTER@cdn.example.com/x',
    'https://HUNTER@cdn.example.com',
    'https:user:HUNTER@cdn.example.com',
    'https://user:HUN/TER@cdn.example.com',
    'https://user:HUN#TER@cdn.example.com',
    'user:HUNTER@cdn.example.com',
    'ftp://user:HUNTER@cdn.example.com',
    's3://AKIA:HUNTER@bucket',
    's3://AKIA:HUN/TER@bucket/x',
  ])('never show a password: %s', (url) => {
    for (const remote of [url, { url }, { url, writ: 1 }, { url: 's3://bucket', endpoint: url }]) {
      expect(said({ remote })).toContain('holds a user name or a password')
      expect(said({ remote })).not.toContain('HUN')
    }
  })

  it('say where a password goes', () => {
    expect(said({ remote: 'https://u:p@cdn.example.com' }, { remote: 's3://u:p@bucket' }))
      .toMatchInlineSnapshot(`
      ""remote" holds a user name or a password, which would stand in the repository.
      > Take it out, and set ONETOKEN_REMOTE_AUTHORIZATION, in the environment or in .env.local, to the value of the header: Basic … or Bearer ….

      "remote" holds a user name or a password, which would stand in the repository.
      > Take it out. The AWS SDK finds credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or a profile."
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
      - 3:23 "budget.cost" cannot be "5": "budget" must be a mapping with "renders" (a whole number) or "cost" (dollars).
      - 5:15 "widths" cannot be [ 480, '960' ]: it must be one or more widths in pixels from 1 to 16384, such as 480;960 (in YAML: [480, 960]).
      - 7:56 "manifest.1.prefix" cannot be "": "manifest" must be a path, a glob, { file, prefix }, or a list of these.
      - 8:22 The style "ink" has no {prompt} in it, so every picture would be the same. Write {prompt} where the words of the picture go."
    `)
    expect(json('{ "manifest": [{\n "file": "{1..1001}.yaml" }] }')).toMatch(
      /:2:10\n"manifest" stands for more/,
    )
    expect(json('{ "manifest": [{ "file": "b.yaml",\n "prefix": "a b" }] }')).toMatchInlineSnapshot(`
      "SETTINGS_INVALID c.json:2:12
      "prefix" cannot be "a b".
      > It is a name such as shop. Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__"."
    `)
    expect(json('{ "remote": { "url": "s3://bucket",\n "writ": true } }')).toMatchInlineSnapshot(`
      "SETTINGS_INVALID c.json:2:2
      "remote" has no "writ"; did you mean "write"?"
    `)
    expect(json('{ "remote":\n "s3://" }')).toMatchInlineSnapshot(`
      "SETTINGS_INVALID c.json:2:2
      "remote" names no bucket: "s3://".
      > Write s3://bucket/prefix."
    `)
  })
})
