import OpenAI, {
  APIConnectionError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  toFile,
} from 'openai'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { outputTokens, startMock, type MockServer, type ScenarioName } from './index.ts'

let mock: MockServer
let client: OpenAI

beforeAll(async () => {
  mock = await startMock({ apiKeys: ['sk-good-key'], style: 'flat' })
  client = new OpenAI({ baseURL: `${mock.url}/v1`, apiKey: 'sk-good-key', maxRetries: 0 })
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())

const photo = (format: 'png' | 'jpeg' | 'webp', width = 96, height = 64): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#3a7' } })
    .toFormat(format)
    .toBuffer()

const maskPng = (width = 96, height = 64): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .png()
    .toBuffer()

async function look(base64: string | undefined): Promise<{ format: string; width: number; height: number }> {
  const { format, width, height } = await sharp(Buffer.from(base64 ?? '', 'base64')).metadata()
  return { format, width, height }
}

describe('the official client', () => {
  it('generates an image', async () => {
    const answer = await client.images.generate({ model: 'gpt-image-2', prompt: 'a red fox' })
    expect(answer.data).toHaveLength(1)
    expect(await look(answer.data?.[0]?.b64_json)).toEqual({ format: 'png', width: 1024, height: 1024 })
    expect(answer).toMatchObject({
      size: '1024x1024',
      quality: 'medium',
      output_format: 'png',
      background: 'opaque',
    })
    expect(answer.usage).toMatchObject({
      output_tokens: 1756,
      input_tokens_details: { text_tokens: 3, image_tokens: 0 },
    })
    expect(answer._request_id).toBe(mock.requests[0]?.id)
  })

  it('generates three different images', async () => {
    const answer = await client.images.generate({
      model: 'gpt-image-2',
      prompt: 'a red fox',
      n: 3,
      size: '1536x1024',
      quality: 'low',
    })
    expect(new Set(answer.data?.map((one) => one.b64_json)).size).toBe(3)
    expect(await look(answer.data?.[2]?.b64_json)).toEqual({ format: 'png', width: 1536, height: 1024 })
    expect(answer.usage?.output_tokens).toBe(3 * 158)
  })

  it.each(['jpeg', 'webp', 'png'] as const)('gets %s when it asks for it', async (format) => {
    const answer = await client.images.generate({
      model: 'gpt-image-2',
      prompt: 'a red fox',
      output_format: format,
      output_compression: 80,
    })
    expect(await look(answer.data?.[0]?.b64_json)).toMatchObject({ format, width: 1024 })
    expect(answer.output_format).toBe(format)
  })

  it('edits one image, and a picture with a mask', async () => {
    const image = await toFile(await photo('png'), 'photo.png', { type: 'image/png' })
    const mask = await toFile(await maskPng(), 'mask.png', { type: 'image/png' })
    const plain = await client.images.edit({ model: 'gpt-image-2', prompt: 'at night', image })
    const masked = await client.images.edit({ model: 'gpt-image-2', prompt: 'at night', image, mask })
    expect(await look(plain.data?.[0]?.b64_json)).toMatchObject({ format: 'png', width: 1024 })
    expect(plain.data?.[0]?.b64_json).not.toBe(masked.data?.[0]?.b64_json)
    expect(mock.requests[0]?.files.map(({ field, name }) => [field, name])).toEqual([['image', 'photo.png']])
    expect(mock.requests[1]?.files.map(({ field }) => field)).toEqual(['image', 'mask'])
    expect(mock.requests[1]?.fields).toEqual({ model: 'gpt-image-2', prompt: 'at night' })
  })

  it('edits several images of every kind', async () => {
    const image = [
      await toFile(await photo('png'), 'one.png'),
      await toFile(await photo('jpeg'), 'two.JPG'),
      await toFile(await photo('webp'), 'three.webp'),
    ]
    const answer = await client.images.edit({
      model: 'gpt-image-2',
      prompt: 'together',
      image,
      n: 2,
      size: 'auto',
    })
    expect(answer.data).toHaveLength(2)
    expect(answer.size).toBe('1536x1024')
    expect(mock.requests[0]?.files.map(({ field, relayType }) => [field, relayType])).toEqual([
      ['image[]', 'image/png'],
      ['image[]', 'image/jpeg'],
      ['image[]', 'image/webp'],
    ])
  })

  it('lists models', async () => {
    const models = await client.models.list()
    expect(models.data.map(({ id }) => id)).toEqual(['gpt-image-2'])
    await expect(client.models.retrieve('gpt-5')).rejects.toBeInstanceOf(NotFoundError)
  })

  it('sees its own error classes', async () => {
    const ask = (): Promise<unknown> => client.images.generate({ model: 'gpt-image-2', prompt: 'a fox' })
    const cases: [ScenarioName, new (...args: never[]) => Error, string | null | undefined][] = [
      ['invalid-key', AuthenticationError, ''],
      ['insufficient-user-quota', PermissionDeniedError, 'insufficient_user_quota'],
      ['insufficient-quota', RateLimitError, 'insufficient_quota'],
      ['rate-limited', RateLimitError, 'rate_limit_exceeded'],
      ['moderation-blocked', BadRequestError, 'moderation_blocked'],
      ['overloaded', InternalServerError, 'overloaded'],
      ['bad-gateway', InternalServerError, undefined],
      ['cloudflare-timeout', InternalServerError, undefined],
      ['reset-after-body', APIConnectionError, undefined],
    ]
    for (const [scenario, kind, code] of cases) {
      mock.setScenario(scenario)
      const error: unknown = await ask().catch((reason: unknown) => reason)
      expect(error, scenario).toBeInstanceOf(kind)
      expect((error as { code?: unknown }).code, scenario).toBe(code)
    }
  })

  it('is refused with a wrong key, and for a wrong request', async () => {
    const stranger = new OpenAI({ baseURL: `${mock.url}/v1`, apiKey: 'sk-other-key', maxRetries: 0 })
    await expect(stranger.images.generate({ model: 'gpt-image-2', prompt: 'x' })).rejects.toBeInstanceOf(
      AuthenticationError,
    )
    await expect(
      client.images.generate({ model: 'gpt-image-2', prompt: 'x', response_format: 'b64_json' }),
    ).rejects.toMatchObject({ status: 400, code: 'unknown_parameter', param: 'response_format' })
    expect(mock.stats.billed).toBe(0)
  })

  it('is billed three times by its own resends', async () => {
    mock.setScenario('server-error')
    const eager = new OpenAI({ baseURL: `${mock.url}/v1`, apiKey: 'sk-good-key', maxRetries: 2 })
    await expect(eager.images.generate({ model: 'gpt-image-2', prompt: 'x' })).rejects.toThrow('500')
    expect(mock.stats).toMatchObject({ requests: 3, billed: 3 })
  })
})

describe('the price', () => {
  it.each([
    [1024, 1024, 196, 1756, 7024],
    [1536, 1024, 158, 1372, 5488],
    [2048, 2048, 397, 3568, 14272],
  ])('of %ix%i', (width, height, low, medium, high) => {
    expect(outputTokens(width, height, 'low')).toBe(low)
    expect(outputTokens(width, height, 'medium')).toBe(medium)
    expect(outputTokens(width, height, 'high')).toBe(high)
  })

  it('is taken off the credit until nothing is left', async () => {
    const poor = await startMock({ style: 'flat', credit: 0.012 })
    const spender = new OpenAI({ baseURL: `${poor.url}/v1`, apiKey: 'sk-x1', maxRetries: 0 })
    const ask = (): Promise<unknown> =>
      spender.images.generate({ model: 'gpt-image-2', prompt: 'a fox', quality: 'low' })
    await ask()
    await ask()
    await expect(ask()).rejects.toMatchObject({ status: 403, code: 'insufficient_user_quota' })
    expect(poor.stats).toMatchObject({ requests: 3, billed: 2 })
    expect(poor.credit).toBeCloseTo(0.012 - poor.stats.cost, 9)
    await poor.close()
  })
})
