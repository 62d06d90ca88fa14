import { describe, expect, it } from 'vitest'
import type { Place } from '../errors.ts'
import { resolveSettings, type ResolvedSettings } from './resolve-settings.ts'
import type { CheckedSettings, Settings } from './settings-types.ts'
import { checkSettings, MANIFEST_SETTINGS, SETTING_NAMES } from './settings.ts'

/** Settings as a TypeScript file gives them: any value, no places but the file's. */
const check = (written: Record<string, unknown>): CheckedSettings =>
  checkSettings(written, (): Place => ({ file: 'onetoken.config.ts' }))

describe('good settings', () => {
  const all: Required<Settings> = {
    model: 'gpt-image-2',
    provider: 'my-relay.v2',
    defaults: { size: '1536x1024', formats: ['avif', 'webp'], extra: { user: 'site' } },
    styles: { ink: 'ink drawing of {prompt}' },
    manifest: ['images.yaml', { file: 'shop/*.yaml', prefix: 'shop' }],
    store: 'pictures',
    remote: { url: 's3://bucket/site', write: true, endpoint: 'http://minio:9000', region: 'eu-1' },
    missing: 'placeholder',
    frozen: false,
    budget: { renders: 10, cost: 0 },
    pricing: { multiplier: 0.4 },
    concurrency: 64,
    requestsPerMinute: 1,
    timeout: 86_400,
    allowPackages: ['@me/theme'],
    provenance: false,
  }

  it('pass as they are', () => {
    expect(check(all)).toEqual(all)
    expect(Object.keys(all)).toEqual(SETTING_NAMES)
    expect(MANIFEST_SETTINGS).toEqual(SETTING_NAMES.filter((name) => name !== 'manifest'))
  })

  it('may be left undefined, also inside', () => {
    const undefinedOnes = Object.fromEntries(SETTING_NAMES.map((name) => [name, undefined]))
    expect(check(undefinedOnes)).toEqual({})
    expect(check({ defaults: { size: undefined, quality: 'low' } })).toEqual({ defaults: { quality: 'low' } })
    expect(resolveSettings(check({ budget: { cost: undefined, renders: 3 } })).budget).toEqual({
      renders: 3,
      cost: 5,
    })
  })

  it('take short names and single values', () => {
    expect(check({ defaults: { w: 480, format: 'jpeg' } })).toEqual({
      defaults: { widths: [480], formats: ['jpg'] },
    })
    expect(check({ manifest: 'a.yaml' })).toEqual({ manifest: 'a.yaml' })
    expect(check({ model: ' gpt-image-2 ' })).toEqual({ model: 'gpt-image-2' })
  })
})

describe('resolveSettings', () => {
  it('fills in every default', () => {
    expect(resolveSettings({})).toMatchInlineSnapshot(`
      {
        "allowPackages": [],
        "budget": {
          "cost": 5,
          "renders": Infinity,
        },
        "concurrency": 4,
        "defaults": {},
        "frozen": undefined,
        "manifest": [
          {
            "file": "{,src/}images.{yaml,yml}",
          },
        ],
        "missing": "render",
        "multiplier": 1,
        "provenance": true,
        "provider": "onetoken",
        "remote": undefined,
        "requestsPerMinute": undefined,
        "store": "onetoken",
        "styles": {},
        "timeout": 600000,
      }
    `)
  })

  it('lays layers over each other; defaults and styles by name', () => {
    const settings = resolveSettings(
      {
        model: 'a',
        store: 'one',
        defaults: { size: 'auto', quality: 'low' },
        styles: { ink: '1 {prompt}', wash: '2 {prompt}' },
      },
      { model: 'b', defaults: { quality: 'high' }, styles: { ink: '3 {prompt}' } },
    )
    expect(settings).toMatchObject({
      store: 'one',
      defaults: { size: 'auto', quality: 'high', model: 'b' },
      styles: { ink: '3 {prompt}', wash: '2 {prompt}' },
    })
  })

  it('takes the model of the defaults over the one beside them', () => {
    expect(resolveSettings({ model: 'a', defaults: { model: 'b' } }).defaults.model).toBe('b')
  })

  it.each<[NonNullable<Settings['remote']>, Partial<ResolvedSettings['remote']>]>([
    ['https://cdn.example.com/onetoken/', { url: 'https://cdn.example.com/onetoken' }],
    ['http://localhost:8080', { url: 'http://localhost:8080' }],
    [
      { url: ' s3://bucket ', write: true },
      { url: 's3://bucket', write: true },
    ],
    [
      { url: 's3://bucket/a/b//', region: 'eu-central-1' },
      { url: 's3://bucket/a/b', region: 'eu-central-1' },
    ],
    [
      { url: 's3://bucket', endpoint: 'https://x.r2.cloudflarestorage.com' },
      { url: 's3://bucket', endpoint: 'https://x.r2.cloudflarestorage.com', region: 'auto' },
    ],
    [
      { url: 's3://bucket', endpoint: 'http://minio:9000', region: 'us-east-1' },
      { url: 's3://bucket', endpoint: 'http://minio:9000', region: 'us-east-1' },
    ],
    [{ url: 'https://cdn.example.com/@me', endpoint: undefined }, { url: 'https://cdn.example.com/@me' }],
  ])('takes the remote store %j', (remote, expected) => {
    expect(resolveSettings(check({ remote })).remote).toEqual({
      write: false,
      endpoint: undefined,
      region: undefined,
      ...expected,
    })
  })
})
