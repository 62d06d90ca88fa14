import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, sha256 } from './canonical-json.ts'

describe('canonicalJson', () => {
  it.each<[string, unknown, string]>([
    [
      'names in order, no white space',
      { b: 1, a: { d: [2, 'x'], c: null } },
      '{"a":{"c":null,"d":[2,"x"]},"b":1}',
    ],
    ['absent members left out', { a: undefined, b: 1 }, '{"b":1}'],
    ['capitals before small letters', { a: 1, B: 2, _: 3 }, '{"B":2,"_":3,"a":1}'],
    ['names beyond ASCII by code units', { 雪: 1, é: 2, z: 3 }, '{"z":3,"é":2,"雪":1}'],
    ['lone surrogates escaped', ['\ud800'], '["\\ud800"]'],
    ['numbers as JSON writes them', [1.0, 1e21, -0, 0.1], '[1,1e+21,0,0.1]'],
  ])('%s', (_what, value, json) => {
    expect(canonicalJson(value)).toBe(json)
  })

  it('keeps a member called __proto__', () => {
    expect(canonicalJson(JSON.parse('{ "b": 1, "__proto__": 2 }'))).toBe('{"__proto__":2,"b":1}')
  })

  it('puts whole numbers first, as objects do', () => {
    expect(canonicalJson({ b: 1, 10: 2, 9: 3, '01': 4, '-1': 5, 4294967295: 6, 4294967294: 7, a: 8 })).toBe(
      '{"9":3,"10":2,"4294967294":7,"-1":5,"01":4,"4294967295":6,"a":8,"b":1}',
    )
  })

  it('is what JSON.stringify makes of copies in order', () => {
    const sorted = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(sorted)
      if (value === null || typeof value !== 'object') return value
      const copy: Record<string, unknown> = Object.create(null)
      for (const name of Object.keys(value).sort()) copy[name] = sorted((value as typeof copy)[name])
      return copy
    }
    const key = fc.oneof(fc.string(), fc.nat().map(String), fc.constantFrom('__proto__', '0', '4294967295'))
    const values = [
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.boolean(),
      fc.constantFrom(null, undefined),
    ]
    fc.assert(
      fc.property(fc.object({ key, values, maxDepth: 3 }), (value) => {
        expect(canonicalJson(value)).toBe(JSON.stringify(sorted(value)))
      }),
    )
  })

  it('is the same for equal values, and gives the value back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = canonicalJson(value)
        expect(canonicalJson(JSON.parse(json))).toBe(json)
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('sha256', () => {
  it('is of UTF-8 or of bytes, in lower-case hex', () => {
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(sha256('雪')).toBe(sha256(new TextEncoder().encode('雪')))
  })
})
