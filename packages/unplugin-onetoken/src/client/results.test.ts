import { describe, expect, test } from 'vitest'
import { failureOf, FIELDS, PICTURE, startServer, testClient } from './testing.ts'

describe('a client', () => {
  test('downloads what the API points to, in the order of the answer', async () => {
    const server = await startServer((response, { method, path }) => {
      const data = ['/1', '/2', '/3'].map((name) => ({ url: server.url + name }))
      response.end(method === 'POST' ? JSON.stringify({ data }) : Buffer.from(path))
    })
    const { images, lost } = await testClient(server.url).generate({ ...FIELDS, n: 3 })
    expect(images.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['/1', '/2', '/3'])
    expect(lost).toEqual([])
    expect(server.seen.slice(1).every(({ headers }) => headers.authorization === undefined)).toBe(true)
  })

  test('keeps one picture when another cannot be had', async () => {
    const server = await startServer((response, { method, path }) => {
      const data = ['/1', '/2'].map((name) => ({ url: server.url + name }))
      if (method === 'POST') response.end(JSON.stringify({ data }))
      else if (path === '/2') response.end(PICTURE)
      else response.writeHead(403).end()
    })
    const { images, lost } = await testClient(server.url).generate({ ...FIELDS, n: 2 })
    expect(images).toHaveLength(1)
    expect(lost).toEqual([`Result 1 of 2 could not be read: 127.0.0.1:${server.port} answered 403.`])
  })

  test('says that a picture that cannot be had is possibly billed, and does not ask for it again', async () => {
    const server = await startServer((response, { method }) => {
      if (method === 'POST') response.end(JSON.stringify({ data: [{ url: `${server.url}/a` }] }))
      else response.writeHead(500).end()
    })
    const error = await failureOf(testClient(server.url).generate(FIELDS))
    expect(error).toMatchObject({ code: 'POSSIBLY_BILLED', details: { status: 200, possiblyBilled: true } })
    expect([server.posts(), server.seen.length]).toEqual([1, 4])
  })

  test.each([
    ['says what it may have cost', []],
    ['keeps what is there', [{ b64_json: PICTURE.toString('base64') }]],
  ])('that is stopped in a download %s', async (_, others) => {
    const controller = new AbortController()
    const server = await startServer((response, { method }) => {
      if (method === 'GET') controller.abort()
      else response.end(JSON.stringify({ data: [{ url: `${server.url}/a` }, ...others] }))
    })
    const call = testClient(server.url).generate(FIELDS, { signal: controller.signal })
    if (others.length === 0) {
      expect(await failureOf(call)).toMatchObject({ code: 'ABORTED', details: { possiblyBilled: true } })
    } else {
      expect(await call).toMatchObject({ images: [{ bytes: PICTURE }], lost: [expect.any(String)] })
    }
    expect(server.posts()).toBe(1)
  })
})
