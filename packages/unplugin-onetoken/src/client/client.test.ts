import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { createClient } from './index.ts'
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

describe('redirects', () => {
  test.each([307, 308])('%d to the same origin is followed by the same POST', async (status) => {
    const server = await startServer((response, { path }) => {
      if (path.endsWith('/')) response.writeHead(status, { location: path.slice(0, -1) }).end()
      else response.end(good())
    })
    let sends = 0
    await testClient(server.url).generate(FIELDS, { onSend: () => void sends++ })
    const [first, second] = server.seen
    expect(second).toMatchObject({ method: 'POST', path: '/v1/images/generations', body: first?.body })
    expect(second?.headers.authorization).toBe('Bearer sk-test-key-of-nobody')
    expect([server.posts(), sends]).toEqual([2, 1])
  })

  test.each([301, 302, 303, 300])('%d is an error', async (status) => {
    const server = await startServer((response) => response.writeHead(status, { location: '/else' }).end())
    const error = await failureOf(testClient(server.url).generate(FIELDS))
    expect(error).toMatchObject({ code: 'API_UNEXPECTED', details: { status, possiblyBilled: false } })
    expect(error.message).toMatch(/redirects the request \(30\d\) to http.*\/else/)
    expect(server.seen).toHaveLength(1)
  })

  test('to another origin is an error, and the key stays here', async () => {
    const other = await startServer((response) => response.end(good()))
    const server = await startServer((response) =>
      response.writeHead(307, { location: `${other.url}/v1/` }).end(),
    )
    const error = await failureOf(testClient(server.url).generate(FIELDS))
    expect(error).toMatchObject({ code: 'API_UNEXPECTED', details: { stopAll: true } })
    expect(error.message).toContain(`the key is sent to ${server.url} only`)
    expect(other.seen).toEqual([])
  })

  test('in a circle are an error', async () => {
    const server = await startServer((response, { path }) =>
      response.writeHead(307, { location: path }).end(),
    )
    const error = await failureOf(testClient(server.url).generate(FIELDS))
    expect(error).toMatchObject({ code: 'API_UNEXPECTED', details: { status: 307 } })
    expect(server.posts()).toBe(4)
  })
})

describe('onSend', () => {
  test('is awaited before each attempt', async () => {
    const log: string[] = []
    const server = await startServer((response, _, turn) => {
      log.push(`post ${turn}`)
      response.statusCode = turn < 3 ? 429 : 200
      response.end(turn < 3 ? '' : good())
    })
    const client = testClient(server.url)
    await client.generate(FIELDS, {
      onSend: async () => {
        log.push('intent')
        await new Promise((resolve) => setTimeout(resolve, 5))
        log.push('written')
      },
      onWait: ({ ms, status, attempt }) => log.push(`wait ${ms} after ${status}, attempt ${attempt}`),
    })
    const before = ['intent', 'written']
    expect(log).toEqual([
      ...before,
      'post 1',
      'wait 1500 after 429, attempt 1',
      ...before,
      'post 2',
      'wait 3000 after 429, attempt 2',
      ...before,
      'post 3',
    ])
    expect(client.waits).toEqual([1500, 3000])
  })

  test('ends the call with what it throws', async () => {
    const server = await startServer((response) => response.end(good()))
    const reason = new Error('disk full')
    const call = testClient(server.url).generate(FIELDS, { onSend: () => Promise.reject(reason) })
    await expect(call).rejects.toBe(reason)
    expect(server.seen).toEqual([])
  })
})

describe('the signal', () => {
  test('that was given already aborted sends nothing', async () => {
    const server = await startServer((response) => response.end(good()))
    let sends = 0
    const signal = AbortSignal.abort(new Error('never mind'))
    const error = await failureOf(
      testClient(server.url).generate(FIELDS, { signal, onSend: () => void sends++ }),
    )
    expect(error).toMatchObject({ code: 'ABORTED', details: { possiblyBilled: false } })
    expect(error.cause).toMatchObject({ message: 'never mind' })
    expect([server.seen.length, sends]).toEqual([0, 0])
  })

  test('that aborts in onSend sends nothing', async () => {
    const server = await startServer((response) => response.end(good()))
    const controller = new AbortController()
    const call = testClient(server.url).generate(FIELDS, {
      signal: controller.signal,
      onSend: () => controller.abort(),
    })
    expect((await failureOf(call)).details).toMatchObject({ possiblyBilled: false })
    expect(server.seen).toEqual([])
  })

  test('that aborts a render says that it may be billed', async () => {
    const controller = new AbortController()
    const server = await startServer(() => controller.abort())
    const error = await failureOf(testClient(server.url).generate(FIELDS, { signal: controller.signal }))
    expect(error).toMatchObject({ code: 'ABORTED', details: { possiblyBilled: true, stopAll: false } })
    expect(error.message).toContain('may be rendered and billed')
  })

  test('that aborts a wait ends it, with nothing billed', async () => {
    const controller = new AbortController()
    const server = await startServer((response) => {
      response.writeHead(429, { 'retry-after': '60' }).end()
    })
    const client = createClient({ apiKey: 'sk-x', baseURL: server.url })
    const call = client.generate(FIELDS, {
      signal: controller.signal,
      onWait: () => setImmediate(() => controller.abort()),
    })
    expect(await failureOf(call)).toMatchObject({ code: 'ABORTED', details: { possiblyBilled: false } })
    expect(server.posts()).toBe(1)
    await client.close()
  })
})

describe('close', () => {
  test('waits for what runs, can be repeated, and ends the client', async () => {
    const server = await startServer((response) => setImmediate(() => response.end(good())))
    const client = testClient(server.url)
    const running = client.generate(FIELDS)
    await Promise.all([client.close(), client.close()])
    expect((await running).images).toHaveLength(1)
    const error = await failureOf(client.generate(FIELDS))
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', details: { possiblyBilled: false } })
    expect(error.message).toContain('the client was closed')
  })
})

test('several calls run at the same time', async () => {
  let running = 0
  let most = 0
  const server = await startServer((response) => {
    most = Math.max(most, ++running)
    const finish = (): void => {
      if (most < 3) {
        setImmediate(finish)
        return
      }
      running--
      response.end(good())
    }
    finish()
  })
  const client = testClient(server.url)
  await Promise.all([1, 2, 3].map(() => client.generate(FIELDS)))
  expect(most).toBe(3)
})
