import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startMock, type MockServer } from './index.ts'

let mock: MockServer
beforeAll(async () => {
  mock = await startMock({ style: 'flat' })
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())

interface Answer {
  status: number
  error: { message: string; param: string | null; code: string | null } | undefined
}

async function answerOf(response: Response): Promise<Answer> {
  const { error } = (await response.json()) as { error?: Answer['error'] }
  return { status: response.status, error }
}

async function generate(fields: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${mock.url}/v1/images/generations/`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json', ...headers },
    body: typeof fields === 'string' ? fields : JSON.stringify(fields),
  })
  return answerOf(response)
}

async function edit(fill: (form: FormData) => void, to: MockServer = mock): Promise<Answer> {
  const form = new FormData()
  form.set('model', 'gpt-image-2')
  form.set('prompt', 'a fox')
  fill(form)
  const headers = { authorization: 'Bearer sk-test' }
  return answerOf(await fetch(`${to.url}/v1/images/edits/`, { method: 'POST', headers, body: form }))
}

async function picture(
  width: number,
  height: number,
  format: 'png' | 'jpeg' | 'gif' = 'png',
  alpha = 1,
): Promise<Blob> {
  const background = { r: 90, g: 120, b: 60, alpha }
  const image = sharp({ create: { width, height, channels: alpha < 1 ? 4 : 3, background } })
  return new Blob([new Uint8Array(await image.toFormat(format).toBuffer())])
}

const good = { model: 'gpt-image-2', prompt: 'a fox' }

describe('fields', () => {
  it.each<[string, object, string, string | null]>([
    ['an unknown parameter', { ...good, response_format: 'url' }, 'unknown_parameter', 'response_format'],
    ['another unknown one', { ...good, style: 'vivid' }, 'unknown_parameter', 'style'],
    ['no prompt', { model: 'gpt-image-2' }, 'missing_required_parameter', 'prompt'],
    ['an empty prompt', { ...good, prompt: ' ' }, 'empty_string', 'prompt'],
    ['a prompt that is no text', { ...good, prompt: 7 }, 'invalid_type', 'prompt'],
    [
      'a prompt that is too long',
      { ...good, prompt: 'x'.repeat(32_001) },
      'string_above_max_length',
      'prompt',
    ],
    ['no model', { prompt: 'x' }, 'missing_required_parameter', 'model'],
    ['n of 0', { ...good, n: 0 }, 'integer_below_min_value', 'n'],
    ['n of 11', { ...good, n: 11 }, 'integer_above_max_value', 'n'],
    ['n as text', { ...good, n: '2' }, 'invalid_type', 'n'],
    ['n of 1.5', { ...good, n: 1.5 }, 'invalid_type', 'n'],
    ['an empty quality', { ...good, quality: '' }, 'invalid_value', 'quality'],
    ['a quality of old', { ...good, quality: 'hd' }, 'invalid_value', 'quality'],
    ['a background', { ...good, background: 'white' }, 'invalid_value', 'background'],
    ['a moderation', { ...good, moderation: 'none' }, 'invalid_value', 'moderation'],
    ['a format', { ...good, output_format: 'avif' }, 'invalid_value', 'output_format'],
    ['a compression', { ...good, output_compression: 101 }, 'integer_above_max_value', 'output_compression'],
    [
      'a transparent jpeg',
      { ...good, background: 'transparent', output_format: 'jpeg' },
      'invalid_value',
      'background',
    ],
    ['a stream', { ...good, stream: true }, 'unsupported_value', 'stream'],
  ])('refuses %s', async (_name, fields, code, param) => {
    const { status, error } = await generate(fields)
    expect({ status, code: error?.code, param: error?.param }).toEqual({ status: 400, code, param })
  })

  it('does not know every model', async () => {
    expect(await generate({ ...good, model: 'dall-e-3' })).toMatchObject({
      status: 404,
      error: { code: 'model_not_found' },
    })
  })

  it.each([
    ['512x512', '655,360'],
    ['1000x1000', 'divisible by 16'],
    ['4096x1024', '3840'],
    ['3072x512', '3:1'],
    ['3840x3840', '8,294,400'],
    ['1024', "such as '1024x1024'"],
    ['1024X1024', "such as '1024x1024'"],
    ['', "such as '1024x1024'"],
  ])('refuses the size %s', async (size, words) => {
    const { status, error } = await generate({ ...good, size })
    expect({ status, code: error?.code, param: error?.param }).toEqual({
      status: 400,
      code: 'invalid_value',
      param: 'size',
    })
    expect(error?.message).toContain(`Invalid size '${size}'.`)
    expect(error?.message).toContain(words)
  })

  it.each(['auto', '1024x640', '3840x2160', '1920x640', '1024x1792'])('takes the size %s', async (size) => {
    expect((await generate({ ...good, size })).status).toBe(200)
  })

  it('takes null for a parameter that is left out, and a prompt of 32,000 signs', async () => {
    const fields = {
      model: 'gpt-image-2',
      prompt: '🦊'.repeat(32_000),
      n: null,
      quality: null,
      user: 'someone',
    }
    expect((await generate(fields)).status).toBe(200)
  })

  it('refuses what is not JSON, and what is not called so', async () => {
    expect(await generate('{"model":')).toMatchObject({ status: 400, error: { code: null } })
    expect(await generate('[]')).toMatchObject({ status: 400 })
    expect(await generate('[object FormData]', { 'content-type': 'text/plain;charset=UTF-8' })).toMatchObject(
      {
        status: 400,
        error: { code: 'unsupported_content_type' },
      },
    )
  })

  it('wants a key', async () => {
    expect((await generate(good, { authorization: '' })).status).toBe(401)
    expect((await generate(good, { authorization: 'Bearer pk-test' })).status).toBe(401)
    expect((await generate(good, { authorization: 'sk-test' })).status).toBe(401)
  })
})

describe('files', () => {
  it('takes a picture with a mask of its size, and numbers as text', async () => {
    const image = await picture(80, 60)
    const mask = await picture(80, 60, 'png', 0)
    const answer = await edit((form) => {
      form.set('image', image, 'a.png')
      form.set('mask', mask, 'mask.png')
      form.set('n', '2')
      form.set('size', '1024x1024')
    })
    expect(answer.status).toBe(200)
  })

  it('goes by the file name’s extension, not by the declared type', async () => {
    const jpeg = await picture(80, 60, 'jpeg')
    expect((await edit((form) => form.set('image', jpeg, 'a.jpeg'))).status).toBe(200)
    expect(await edit((form) => form.set('image', jpeg, 'a.png'))).toMatchObject({
      status: 400,
      error: { code: 'invalid_image_file' },
    })
    expect((await edit((form) => form.set('image', jpeg, 'blob'))).status).toBe(400)
    const png = await picture(80, 60)
    expect((await edit((form) => form.set('image', png, 'blob'))).status).toBe(200)
  })

  it('refuses what is not an image, is cut, or is a gif', async () => {
    const png = await sharp({
      create: {
        width: 300,
        height: 300,
        channels: 3,
        noise: { type: 'gaussian', mean: 99, sigma: 60 },
        background: '#000',
      },
    })
      .png()
      .toBuffer()
    const cut = new Blob([new Uint8Array(png.subarray(0, png.length * 0.6))])
    const gif = await picture(80, 60, 'gif')
    for (const [blob, name] of [
      [cut, 'a.png'],
      [new Blob(['text']), 'a.png'],
      [new Blob([]), 'a.png'],
      [gif, 'a.gif'],
    ] as const) {
      expect((await edit((form) => form.set('image', blob, name))).error?.code).toBe('invalid_image_file')
    }
  })

  it('refuses wrong fields', async () => {
    const png = await picture(80, 60)
    const codes = async (fill: (form: FormData) => void): Promise<unknown> => (await edit(fill)).error?.code
    expect(await codes(() => {})).toBe('missing_required_parameter')
    expect(await codes((form) => form.set('image', 'picture.png'))).toBe('invalid_type')
    expect(await codes((form) => form.set('picture', png, 'a.png'))).toBe('unknown_parameter')
    expect(
      await codes((form) => {
        form.append('image', png, 'a.png')
        form.append('image', png, 'b.png')
      }),
    ).toBe('duplicate_parameter')
    expect(
      await codes((form) => {
        form.set('image', png, 'a.png')
        form.set('response_format', 'b64_json')
      }),
    ).toBe('unknown_parameter')
    expect(
      await codes((form) => {
        for (let count = 0; count < 17; count++) form.append('image[]', png, `${count}.png`)
      }),
    ).toBe('array_above_max_length')
  })

  it('refuses a mask without alpha, of another size, of another kind', async () => {
    const image = await picture(80, 60)
    const masks: [Blob, string, string][] = [
      [await picture(80, 60), 'mask.png', 'invalid_mask_image_format'],
      [await picture(60, 80, 'png', 0), 'mask.png', 'mask_size_mismatch'],
      [await picture(80, 60, 'jpeg'), 'mask.jpg', 'invalid_image_format'],
    ]
    for (const [mask, name, code] of masks) {
      const answer = await edit((form) => {
        form.set('image', image, 'a.png')
        form.set('mask', mask, name)
      })
      expect(answer.error?.code).toBe(code)
    }
  })

  it('can be as strict as the vendor’s page', async () => {
    const vendor = await startMock({ style: 'flat', inputs: 'vendor' })
    const [square, oblong, jpeg] = [
      await picture(64, 64),
      await picture(80, 60),
      await picture(64, 64, 'jpeg'),
    ]
    expect((await edit((form) => form.set('image', square, 'a.png'), vendor)).status).toBe(200)
    expect((await edit((form) => form.set('image', oblong, 'a.png'), vendor)).error?.code).toBe(
      'invalid_image_size',
    )
    expect((await edit((form) => form.set('image', jpeg, 'a.jpg'), vendor)).error?.code).toBe(
      'invalid_image_format',
    )
    await vendor.close()
  })
})
