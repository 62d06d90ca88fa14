import { describe, expect, it } from 'vitest'
import { parseMultipart } from './multipart.ts'

const TYPE = 'multipart/form-data; boundary=XX'

function parse(text: string, type: string = TYPE): [string, string | undefined, string][] {
  return parseMultipart(Buffer.from(text, 'latin1'), type).map(({ name, filename, bytes }) => [
    name,
    filename,
    bytes.toString('latin1'),
  ])
}

describe('parseMultipart', () => {
  it('reads fields and files', () => {
    const body =
      '--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\n' +
      '--XX\r\nContent-Disposition: form-data; name="b"; filename="x.png"\r\nContent-Type: image/png\r\n\r\n\x89\r\n\r\n--X\r\n--XX--\r\n'
    expect(parse(body)).toEqual([
      ['a', undefined, 'one'],
      ['b', 'x.png', '\x89\r\n\r\n--X'],
    ])
  })

  it('is not fooled by the boundary inside of content', () => {
    const content = 'x--XX\r\n--XXY\r\n--XX-\r\n--X'
    expect(parse(`--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n${content}\r\n--XX--`)).toEqual([
      ['a', undefined, content],
    ])
  })

  it('takes empty values, a preamble, padding, bare and quoted parameters in any order', () => {
    const body =
      'preamble\r\n--XX  \r\ncontent-disposition: Form-Data; filename="a\\"b%22.png"; name=image[]\r\n\r\n\r\n--XX\r\nContent-Disposition: form-data; name="e"\r\n\r\n\r\n--XX--epilogue'
    expect(parse(body, 'Multipart/Form-Data; charset=utf-8; boundary="XX"')).toEqual([
      ['image[]', 'a"b".png', ''],
      ['e', undefined, ''],
    ])
  })

  it('reads names in UTF-8', () => {
    const body = Buffer.from(
      '--XX\r\nContent-Disposition: form-data; name="f"; filename="狐.png"\r\n\r\n1\r\n--XX--',
    )
    expect(parseMultipart(body, TYPE)[0]?.filename).toBe('狐.png')
    const extended =
      '--XX\r\nContent-Disposition: form-data; name="f"; filename*=UTF-8\'\'%E7%8B%90.png\r\n\r\n1\r\n--XX--'
    expect(parseMultipart(Buffer.from(extended), TYPE)[0]?.filename).toBe('狐.png')
  })

  it('agrees with what fetch writes', async () => {
    const form = new FormData()
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7919) >> 3)
    form.append('prompt', 'two\r\nlines & 狐')
    form.append('image[]', new Blob([bytes], { type: 'image/png' }), 'we"ird\nname.png')
    const response = new Response(form)
    const type = response.headers.get('content-type') ?? ''
    const [prompt, image] = parseMultipart(Buffer.from(await response.arrayBuffer()), type)
    expect(prompt?.bytes.toString()).toBe('two\r\nlines & 狐')
    expect(image).toMatchObject({ name: 'image[]', type: 'image/png' })
    expect(image?.filename).toContain('we"ird')
    expect(new Uint8Array(image?.bytes ?? [])).toEqual(bytes)
  })

  it.each([
    ['no boundary', '--XX--', 'multipart/form-data'],
    ['another boundary', '--YY--', TYPE],
    ['no end', '--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\n', TYPE],
    ['no name', '--XX\r\nContent-Disposition: form-data\r\n\r\none\r\n--XX--', TYPE],
    ['no headers', '--XX\r\none\r\n--XX--', TYPE],
  ])('refuses %s', (_name, body, type) => {
    expect(() => parse(body, type)).toThrow()
  })
})
