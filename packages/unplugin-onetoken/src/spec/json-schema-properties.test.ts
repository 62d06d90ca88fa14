import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PARAMETER_NAMES } from './parameters.ts'
import { areSettings, isManifest, manifestRefusals, settingsRefusals } from './schema-testing.ts'
import { SETTING_NAMES } from './settings.ts'

// Text as people write it. White space at the ends of words is taken away before they are looked at, and accents are
// joined to their letters; a schema can do neither, and refuses some of it: see the exceptions in json-schema.test.ts.
const text = fc.constantFrom(
  ...['a fox', '雪狐', 'x', '{prompt}!', 'ink {prompt} {tint}', 'a\nb', '🦊', '12', 'photos/*.png', 'a.png'],
)
const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, '', ' ', 0, 1, 2, 10, 11, 100, 480, 16_384, 16_385, 1.5, -1, 1e21),
  fc.constantFrom(
    'auto',
    'low',
    'high',
    'hihg',
    'webp',
    'jpeg',
    'jpg',
    'gif',
    'png',
    'opaque',
    'cover',
    'left top',
  ),
  fc.constantFrom('1024x1024', '0x1', '1024', '16:9', '1.5:1', '0:1', '16/9'),
  text,
  fc.array(fc.constantFrom('webp', 'jpeg', 480, 960, 'a.png', '', null, '🦊'), { maxLength: 18 }),
  fc.constantFrom(
    {},
    { avif: 50 },
    { jpeg: 80 },
    { jpeg: 80, jpg: 80 },
    { tint: 'red' },
    { 'a b': 'c' },
    [[]],
    [{}],
  ),
)

const goodValues: Record<string, readonly unknown[]> = {
  size: ['auto', '1536x1024'],
  quality: ['low'],
  n: [1, 10],
  take: [1, 2, 9_007_199_254_740_991],
  pick: [1],
  widths: [480, [480, 960]],
  w: [480],
  formats: ['webp', ['avif', 'jpeg']],
  format: ['jpeg'],
  q: [80, { avif: 50 }, { jpeg: 80 }],
  aspect: ['16:9'],
  fit: ['cover'],
  position: ['right top'],
  variables: [{}, { tint: 'red', été: 'x' }],
  extra: [{}, { a: [1, { b: null }] }],
  image: ['a.png', ['a.png', 'b.png']],
  background: ['opaque'],
  moderation: ['low'],
  output_format: ['jpeg'],
  output_compression: [0, 100],
}
const valueOf = (name: string): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 14, arbitrary: fc.constantFrom(...(goodValues[name] ?? ['a fox', '雪狐'])) },
    { weight: 1, arbitrary: anyValue },
  )

const member = (names: readonly string[]): fc.Arbitrary<[string, unknown]> =>
  fc.constantFrom(...names).chain((name) => valueOf(name).map((value): [string, unknown] => [name, value]))
const some = (names: readonly string[], maxLength = 4): fc.Arbitrary<Record<string, unknown>> =>
  fc.array(member(names), { maxLength }).map((members) => Object.fromEntries(members))

const dark = fc.oneof(
  text,
  some(PARAMETER_NAMES, 2).map((members) => ({ prompt: 'at night', ...members })),
  anyValue,
)
const each = fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 }), anyValue)
const entry = fc
  .tuple(
    some(PARAMETER_NAMES),
    fc.option(dark, { nil: undefined, freq: 4 }),
    fc.option(each, { nil: undefined, freq: 4 }),
  )
  .map(([members, dark, each]) => ({
    prompt: 'a fox',
    ...members,
    ...(dark === undefined ? {} : { dark }),
    ...(each === undefined ? {} : { each }),
  }))
const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('hero', 'team/ada', '雪狐', 'été', 'a-b_c', 'हिन्दी', '9') },
  { weight: 1, arbitrary: fc.constantFrom('a.b', 'default', 'a//b', '__proto__', 'e\u0301') },
)
const style = fc.oneof(
  fc.constantFrom<unknown>('ink {prompt}', { template: '{prompt} in {tint}', variables: { tint: 'red' } }),
  anyValue,
)
const source = fc.constantFrom<unknown>('images.yaml', { file: 'a.yaml' }, { file: 'a.yaml', prefix: 'shop' })
const settingValues: Record<string, fc.Arbitrary<unknown>> = {
  model: text,
  provider: fc.constantFrom('onetoken', 'mock', 'my.relay', 'a b'),
  defaults: some(PARAMETER_NAMES, 3),
  styles: fc.dictionary(fc.constantFrom('ink', 'a b', 'x'), style, { maxKeys: 2 }),
  manifest: fc.oneof(source, fc.array(source, { maxLength: 3 })),
  store: text,
  remote: fc.oneof(
    fc.constantFrom<unknown>(
      'https://cdn.example.com/x',
      ' S3://bucket/prefix ',
      'http://localhost:8080',
      'ftp://x',
    ),
    fc.record(
      {
        url: fc.constantFrom<unknown>('s3://bucket', 'HTTPS://a.example', 1),
        write: fc.constantFrom<unknown>(true, 'yes'),
        endpoint: fc.constantFrom<unknown>('http://minio:9000', ' https://s3.example.com', 'minio'),
        region: fc.constantFrom<unknown>('auto', 'eu central'),
      },
      { requiredKeys: ['url'] },
    ),
  ),
  missing: fc.constantFrom('render', 'placeholder', 'error', 'fail'),
  frozen: fc.constantFrom<unknown>(true, 'no'),
  budget: fc.record(
    { cost: fc.constantFrom(0, 2.5, -1), renders: fc.constantFrom(0, 3, 1.5) },
    { requiredKeys: [] },
  ),
  pricing: fc.record({ multiplier: fc.constantFrom(0.5, 0) }, { requiredKeys: [] }),
  concurrency: fc.constantFrom(1, 64, 65),
  requestsPerMinute: fc.constantFrom(1, 5000, 0),
  timeout: fc.constantFrom(1, 0.5, 86_400),
  allowPackages: fc.constantFrom<unknown>([], ['@scope/kit'], 'kit'),
  provenance: fc.boolean(),
}
const settings = fc
  .array(
    fc.oneof(
      {
        weight: 12,
        arbitrary: fc
          .constantFrom(...SETTING_NAMES)
          .chain((one) => (settingValues[one] ?? anyValue).map((value): [string, unknown] => [one, value])),
      },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom('modle', 'apiKey', 'model', 'store'), anyValue) },
    ),
    { maxLength: 4 },
  )
  .map((members) => Object.fromEntries(members))

const manifests = fc
  .tuple(
    settings,
    fc.array(fc.tuple(name, entry), { maxLength: 3 }),
    fc.constantFrom<unknown>(1, 1, 1, 1, 1, 2),
  )
  .map(([settings, entries, version]) => ({ version, ...settings, images: Object.fromEntries(entries) }))

describe('the schemas', () => {
  it('never refuse a manifest that is read', () => {
    let read = 0
    fc.assert(
      fc.property(manifests, (manifest) => {
        const text = JSON.stringify(manifest)
        if (!isManifest(text)) return
        read += 1
        expect(manifestRefusals(text)).toEqual([])
      }),
      { numRuns: 2000 },
    )
    expect(read).toBeGreaterThan(300)
  }, 60_000)

  it('never refuse settings that are taken', () => {
    let taken = 0
    fc.assert(
      fc.property(settings, (all) => {
        if (!areSettings(all)) return
        taken += 1
        expect(settingsRefusals(all)).toEqual([])
      }),
      { numRuns: 2000 },
    )
    expect(taken).toBeGreaterThan(300)
  }, 60_000)

  it('refuse every value that is wrong by itself', () => {
    let refused = 0
    fc.assert(
      fc.property(fc.constantFrom(...PARAMETER_NAMES), anyValue, (name, value) => {
        const text = JSON.stringify({ version: 1, images: { hero: { prompt: 'x', [name]: value } } })
        if (isManifest(text)) return
        refused += 1
        // Blank text is nothing once it is trimmed, which a schema does not do.
        if (typeof value === 'string' && value.trim() === '' && value !== '') return
        if (Array.isArray(value) && value.some((one) => typeof one === 'string' && one.trim() === '')) return
        expect(manifestRefusals(text)).not.toEqual([])
      }),
      { numRuns: 2000 },
    )
    expect(refused).toBeGreaterThan(300)
  }, 60_000)
})
