import { describe, expect, test } from 'vitest'
import type { RenderSpec } from '../spec/types.ts'
import { billedCost, dollars, outputTokens, price, type BilledTokens } from './pricing.ts'

function spec(request: object = {}, inputs = 0): RenderSpec {
  return {
    endpoint: inputs > 0 ? 'edits' : 'generations',
    request: { model: 'gpt-image-2', prompt: 'fox', n: 1, size: '1024x1024', ...request },
    take: 1,
    inputs: Array.from({ length: inputs }, () => ({ role: 'image', path: 'a.png', base: '/' })),
  }
}

/** Dollars of the word `fox` at three tokens. */
const FOX = (3 * 5) / 1e6

describe("output tokens are those of OpenAI's table", () => {
  test.each([
    [1024, 1024, 'low', 196],
    [1024, 1024, 'medium', 1_756],
    [1024, 1024, 'high', 7_024],
    [1536, 1024, 'low', 158],
    [1536, 1024, 'medium', 1_372],
    [1536, 1024, 'high', 5_488],
    [1024, 1536, 'high', 5_488],
    [2048, 2048, 'low', 397],
    [2048, 2048, 'medium', 3_568],
    [2048, 2048, 'high', 14_272],
  ] as const)('%ix%i %s: %i', (width, height, quality, tokens) => {
    expect(outputTokens({ width, height }, quality)).toBe(tokens)
  })
})

describe('price', () => {
  test.each([
    ['low', '1024x1024', '$0.006'],
    ['medium', '1024x1024', '$0.053'],
    ['high', '1024x1024', '$0.211'],
    ['low', '1536x1024', '$0.005'],
    ['medium', '1536x1024', '$0.041'],
    ['high', '1536x1024', '$0.165'],
    ['high', '2048x2048', '$0.428'],
  ])('of %s %s is %s', (quality, size, expected) => {
    const { worst, open } = price(spec({ quality, size }), 1)
    expect(dollars(worst)).toBe(expected)
    expect(open).toBe(false)
  })

  const low = price(spec({ quality: 'low' }), 1).worst

  test('grows with the number of pictures, not of prompts', () => {
    expect(price(spec({ quality: 'low', n: 10 }), 1).worst - FOX).toBeCloseTo(10 * (low - FOX), 9)
  })

  test.each([0.4, 1, 1.65])('is multiplied by %d', (multiplier) => {
    expect(price(spec({ quality: 'low' }), multiplier).worst).toBeCloseTo(low * multiplier, 9)
  })

  test('counts a token for each byte of the prompt', () => {
    const long = price(spec({ quality: 'low', prompt: '狐'.repeat(1_000) }), 1).worst
    expect(long - low).toBeCloseTo((3_000 - 3) * (5 / 1e6), 9)
  })

  test('counts each input picture', () => {
    const three = price(spec({ quality: 'low' }, 3), 1).worst
    expect(three - low).toBeCloseTo(3 * 6_700 * (8 / 1e6), 9)
  })

  test.each([
    ['no quality', {}],
    ['the quality auto', { quality: 'auto' }],
    ['a quality that nobody knows', { quality: 'ultra' }],
    ['a quality that is a member of every object', { quality: 'constructor' }],
  ])('is that of high, and open, with %s', (_, request) => {
    const high = price(spec({ quality: 'high' }), 1).worst
    expect(price(spec(request), 1)).toEqual({ worst: high, open: true })
  })

  test('of the size auto is that of the dearest size', () => {
    const { worst, open } = price(spec({ quality: 'high', size: 'auto' }), 1)
    expect(open).toBe(true)
    const edges = Array.from({ length: 240 }, (_, index) => (index + 1) * 16)
    for (const width of edges) {
      for (const height of edges) {
        if (width * height > 8_294_400 || Math.max(width, height) > 3 * Math.min(width, height)) continue
        const tokens = outputTokens({ width, height }, 'high')
        if ((tokens * 30) / 1e6 > worst) expect.unreachable(`${width}x${height} is dearer`)
      }
    }
  })
})

describe('what was billed', () => {
  const out = { output_tokens: 1_000 }
  const bill = (text: number, image: number): number => (text * 5 + image * 8 + 1_000 * 30) / 1e6

  test.each<[string, BilledTokens | undefined, number, number | undefined]>([
    ['no usage', undefined, 0, undefined],
    ['an empty usage', {}, 0, undefined],
    ['only input tokens', { input_tokens: 10 }, 0, undefined],
    ['zeros of a relay that does not count', { input_tokens: 0, output_tokens: 0 }, 0, undefined],
    ['only output tokens', out, 0, bill(0, 0)],
    ['no details, words only', { ...out, input_tokens: 20 }, 0, bill(20, 0)],
    ['no details, with pictures', { ...out, input_tokens: 20 }, 1, bill(0, 20)],
    ['nothing of the input, with pictures', out, 1, undefined],
    [
      'all details',
      { ...out, input_tokens: 320, input_tokens_details: { text_tokens: 20, image_tokens: 300 } },
      1,
      bill(20, 300),
    ],
    [
      'the pictures only',
      { ...out, input_tokens: 320, input_tokens_details: { image_tokens: 300 } },
      1,
      bill(20, 300),
    ],
    [
      'the words only',
      { ...out, input_tokens: 320, input_tokens_details: { text_tokens: 20 } },
      1,
      bill(20, 300),
    ],
    [
      'details without a sum',
      { ...out, input_tokens_details: { text_tokens: 20, image_tokens: 300 } },
      1,
      bill(20, 300),
    ],
    [
      'details that come to more than the sum',
      { ...out, input_tokens: 5, input_tokens_details: { text_tokens: 20, image_tokens: 300 } },
      1,
      bill(20, 300),
    ],
  ])('%s', (_, usage, inputs, expected) => {
    const cost = billedCost(usage, spec({}, inputs), 1)
    if (expected === undefined) expect(cost).toBeUndefined()
    else expect(cost).toBeCloseTo(expected, 9)
  })

  test('is multiplied', () => {
    expect(billedCost(out, spec(), 0.4)).toBeCloseTo(0.4 * bill(0, 0), 9)
  })
})

test.each([
  [0, '$0.000'],
  [0.0527, '$0.053'],
  [0.2109, '$0.211'],
  [1, '$1.00'],
  [12.345, '$12.35'],
])('%d dollars are %s', (usd, text) => {
  expect(dollars(usd)).toBe(text)
})
