import { describe, expect, test } from 'vitest'
import { loadUndici } from './load-undici.ts'
import { failureOf, FIELDS, good, PICTURE, startServer, testClient } from './testing.ts'
import type { Upload } from './types.ts'

const PNG: Upload = { name: 'photos/mug.png', type: 'image/png', bytes: PICTURE }
const JPEG: Upload = { name: '狐狸 "1".jpeg', type: 'image/jpeg', bytes: Buffer.from('ffd8ff', 'hex') }

async function readForm(body: Buffer, type: string | undefined): Promise<[string, string][]> {
  const undici = loadUndici()
  const form = await new undici.Response(body, { headers: { 'content-type': type ?? '' } }).formData()
  const entries: [string, string][] = []
  for (const [name, value] of form.entries()) {
    entries.push([name, typeof value === 'string' ? value : `${value.name}|${value.type}|${value.size}`])
  }
  return entries
}

describe('generate', () => {
  test('posts the fields as they are, as JSON, to the path with the slash', async () => {
    const server = await startServer((response) => response.end(good()))
    const fields = { ...FIELDS, prompt: 'une forêt, 狐狸', extra: { a: [1, null] }, quality: '' }
    const answer = await testClient(server.url).generate(fields, { idempotencyKey: 'abc123' })
    expect(answer).toMatchObject({ images: [{ bytes: PICTURE }], lost: [] })
    const [seen] = server.seen
    expect(seen).toMatchObject({ method: 'POST', path: '/v1/images/generations/' })
    expect(seen?.headers).toMatchObject({
      authorization: 'Bearer sk-test-key-of-nobody',
      'content-type': 'application/json',
      'idempotency-key': 'abc123',
      connection: 'close',
    })
    expect(JSON.parse(seen?.body.toString() ?? '')).toEqual(fields)
  })

  test('sends no Idempotency-Key of its own', async () => {
    const server = await startServer((response) => response.end(good()))
    await testClient(server.url).generate(FIELDS)
    expect(server.seen[0]?.headers).not.toHaveProperty('idempotency-key')
  })

  test('gives usage, request id and the rewritten prompt', async () => {
    const server = await startServer((response) => {
      response.setHeader('x-request-id', 'req_1')
      const data = [{ b64_json: PICTURE.toString('base64'), revised_prompt: 'a fox' }]
      response.end(JSON.stringify({ data, usage: { output_tokens: 196 } }))
    })
    expect(await testClient(server.url).generate(FIELDS)).toEqual({
      images: [{ bytes: PICTURE, revisedPrompt: 'a fox' }],
      usage: { output_tokens: 196 },
      requestId: 'req_1',
      lost: [],
    })
  })

  test('reads JSON of any type behind white space', async () => {
    const server = await startServer((response) => {
      response.setHeader('content-type', 'text/plain')
      response.write(' \n')
      setImmediate(() => response.end(` \n${good()}`))
    })
    expect((await testClient(server.url).generate(FIELDS)).images).toHaveLength(1)
  })

  test('reads an answer that was compressed unasked', async () => {
    const { gzipSync } = await import('node:zlib')
    const server = await startServer((response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end(gzipSync(good()))
    })
    expect((await testClient(server.url).generate(FIELDS)).images).toHaveLength(1)
  })

  test('keeps the images that can be read and names the others', async () => {
    const server = await startServer((response) => {
      const data = [{ b64_json: 'not base64!' }, { b64_json: PICTURE.toString('base64') }, {}]
      response.end(JSON.stringify({ data }))
    })
    const answer = await testClient(server.url).generate({ ...FIELDS, n: 4 })
    expect(answer.images).toEqual([{ bytes: PICTURE }])
    expect(answer.lost).toEqual([
      'Result 1 of 3 could not be read: its `b64_json` is not base64.',
      'Result 3 of 3 could not be read: it has neither bytes nor an address.',
      'The API sent 3 of the 4 images that were asked for.',
    ])
  })

  test('takes the address of a result whose bytes are damaged', async () => {
    const url = `data:image/png;base64,${PICTURE.toString('base64')}`
    const server = await startServer((response) =>
      response.end(JSON.stringify({ data: [{ b64_json: '?', url }] })),
    )
    expect((await testClient(server.url).generate(FIELDS)).images).toEqual([{ bytes: PICTURE }])
  })
})

describe('edit', () => {
  test('sends one image as `image`, and the mask', async () => {
    const server = await startServer((response) => response.end(good()))
    const fields = { ...FIELDS, n: 2, tags: ['a', 'b'], deep: { on: true }, nothing: null }
    await testClient(server.url).edit(fields, { images: [PNG], mask: { ...PNG, name: 'mask.png' } })
    const [seen] = server.seen
    expect(seen?.path).toBe('/v1/images/edits/')
    expect(Number(seen?.headers['content-length'])).toBe(seen?.body.length)
    expect(await readForm(seen?.body ?? PICTURE, seen?.headers['content-type'])).toEqual([
      ['model', 'gpt-image-2'],
      ['prompt', 'a red fox'],
      ['n', '2'],
      ['size', '1024x1024'],
      ['tags[]', 'a'],
      ['tags[]', 'b'],
      ['deep[on]', 'true'],
      ['image', 'mug.png|image/png|8'],
      ['mask', 'mask.png|image/png|8'],
    ])
  })

  test('sends several as `image[]`, each with an extension that fits', async () => {
    const server = await startServer((response) => response.end(good()))
    const images: Upload[] = [PNG, JPEG, { ...PNG, name: 'C:\\me\\photo.jpg' }, { ...PNG, name: '' }]
    await testClient(server.url).edit(FIELDS, { images })
    const [seen] = server.seen
    const form = await readForm(seen?.body ?? PICTURE, seen?.headers['content-type'])
    expect(form.filter(([name]) => name.startsWith('image'))).toEqual([
      ['image[]', 'mug.png|image/png|8'],
      ['image[]', '狐狸 "1".jpeg|image/jpeg|3'],
      ['image[]', 'photo.jpg.png|image/png|8'],
      ['image[]', 'image.png|image/png|8'],
    ])
  })

  test('sends the same bytes again', async () => {
    const server = await startServer((response, _, turn) => {
      response.statusCode = turn === 1 ? 429 : 200
      response.end(turn === 1 ? '' : good())
    })
    await testClient(server.url).edit(FIELDS, { images: [PNG] })
    expect(server.seen[1]?.body).toEqual(server.seen[0]?.body)
  })

  test('needs an image', async () => {
    const client = testClient('http://127.0.0.1:9')
    expect((await failureOf(client.edit(FIELDS, { images: [] }))).code).toBe('INPUT_MISSING')
  })
})
