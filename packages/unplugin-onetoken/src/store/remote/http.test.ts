import { describe, expect, test } from 'vitest'
import { failureOf } from '../testing.ts'
import { openHttpRemote } from './http.ts'
import { hangs, hangsUp, LONG, nowhere, says, serverWith, SHORT, type Answer } from './testing.ts'
import type { Remote } from './types.ts'

const NAME = 'renders/ab.json'
const BYTES = Buffer.from('{ "bytes": 1 }')
const SECRET = 'Bearer SECRET'

const open = (url: string, authorization?: string, patience = LONG): Remote =>
  openHttpRemote({ url: `${url}/store/`, authorization, patience })
const openHasty = (url: string): Remote => open(url, undefined, SHORT)

/** Begins a body that never ends. */
const streams: Answer = (response) => {
  response.writeHead(200)
  const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1)
  response.once('close', () => clearInterval(timer))
}

/** Declares more than comes. */
const cuts: Answer = (response) => {
  response.writeHead(200, { 'content-length': '100' })
  response.write('{ "by', () => response.destroy())
}

describe('reading', () => {
  test('gives the bytes, and their age by the clock of the server', async () => {
    const dates = {
      'last-modified': 'Mon, 05 Jan 2026 10:00:00 GMT',
      date: 'Mon, 05 Jan 2026 10:01:30 GMT',
    }
    const { url, asked, headers } = await serverWith(says(200, BYTES.toString(), dates))
    expect(await open(url, SECRET).read(NAME, 100)).toEqual({ bytes: BYTES, age: 90_000 })
    expect(asked).toEqual([`GET /store/${NAME}`])
    expect(headers[0]).toMatchObject({ authorization: SECRET, 'accept-encoding': 'identity' })
  })

  test('takes a body without a length', async () => {
    const { url } = await serverWith((response) => {
      response.writeHead(200)
      response.write('{ "bytes"')
      response.end(': 1 }')
    })
    expect((await open(url).read(NAME, 100))?.bytes).toEqual(BYTES)
  })

  test.each([404, 410])('finds nothing where the server says %i', async (status) => {
    const { url, asked } = await serverWith(says(status, '<h1>Not here</h1>'))
    expect(await open(url).read(NAME, 100)).toBeUndefined()
    expect(await open(url).has(NAME)).toBe(false)
    expect(asked).toEqual([`GET /store/${NAME}`, `HEAD /store/${NAME}`])
  })

  test('gives a web page as it is: who reads it knows the digest', async () => {
    const { url } = await serverWith(says(200, '<title>Log in</title>', { 'content-type': 'text/html' }))
    expect((await open(url).read(NAME, 100))?.bytes.toString()).toBe('<title>Log in</title>')
  })

  test('takes no part of a file for the file', async () => {
    const { url } = await serverWith(says(206, '{ "by'))
    expect((await failureOf(open(url).read(NAME, 100))).details).toEqual({ kind: 'unexpected', status: 206 })
  })

  test.each([
    ['of a declared length', says(200, 'x'.repeat(101), { 'content-length': '101' })],
    ['of any length', streams],
  ])('stops at a body that is too large, %s', async (_what, answer) => {
    const { url, asked } = await serverWith(answer)
    const failure = await failureOf(open(url).read(NAME, 100))
    expect(failure.message).toBe(`${NAME} could not be read from ${url}/store: it is larger than 100 bytes.`)
    expect(asked).toHaveLength(1)
  })

  test('gives nothing of a body that was cut, and asks again', async () => {
    const { url, asked } = await serverWith(cuts)
    const failure = await failureOf(open(url).read(NAME, 100))
    expect(failure.details).toMatchObject({ kind: 'unreachable' })
    expect(failure.message).toContain('the connection was cut (UND_ERR_SOCKET)')
    expect(asked).toHaveLength(3)
    const healing = await serverWith(cuts, says(200, BYTES.toString()))
    expect((await open(healing.url).read(NAME, 100))?.bytes).toEqual(BYTES)
  })
})

describe('a server in trouble', () => {
  test.each([429, 500, 502, 503, 504])('is asked again after %i', async (status) => {
    const { url, asked } = await serverWith(says(status), says(200, BYTES.toString()))
    expect((await open(url).read(NAME, 100))?.bytes).toEqual(BYTES)
    expect(asked).toHaveLength(2)
  })

  test('is asked again when it hangs up', async () => {
    const { url, asked } = await serverWith(hangsUp, hangsUp, says(200))
    expect(await open(url).has(NAME)).toBe(true)
    expect(asked).toHaveLength(3)
  })

  test('is asked three times and no more', async () => {
    const { url, asked } = await serverWith(says(500, 'Traceback: SECRET'))
    const failure = await failureOf(open(url).read(NAME, 100))
    expect(failure.details).toEqual({ kind: 'unexpected', status: 500 })
    expect(failure.message).toBe(`${NAME} could not be read from ${url}/store: it answered 500.`)
    expect(asked).toHaveLength(3)
  })

  test.each([400, 401, 403, 405, 501, 507])('is asked once when it says %i', async (status) => {
    const { url, asked } = await serverWith(says(status))
    await failureOf(open(url).read(NAME, 100))
    expect(asked).toHaveLength(1)
  })

  test.each<[string, Answer, string]>([
    ['before it answers', hangs, 'it did not answer within 1 s'],
    [
      'in the middle of a body',
      (response) => void response.writeHead(200).write('{'),
      'it was not done within 2 s',
    ],
    [
      'in the page of an error',
      (response) => void response.writeHead(403).write('<'),
      'it did not answer within 1 s',
    ],
  ])('is waited for so long when it hangs %s', async (_where, answer, why) => {
    const { url, asked } = await serverWith(answer)
    const failure = await failureOf(openHasty(url).read(NAME, 100))
    expect(failure.details).toEqual({ kind: 'timeout', status: undefined })
    expect(failure.message).toContain(why)
    expect(asked).toHaveLength(1)
  })

  test('has the time of one operation for all attempts at it', async () => {
    const slow: Answer = (response) => void setTimeout(() => response.writeHead(500).end(), 700)
    const { url } = await serverWith(slow)
    expect((await failureOf(openHasty(url).read(NAME, 100))).details).toMatchObject({
      status: expect.toBeOneOf([500, undefined]),
    })
  })

  test('that is not there is unreachable', async () => {
    const url = await nowhere()
    const failure = await failureOf(open(url).read(NAME, 100))
    expect(failure.details).toEqual({ kind: 'unreachable', status: undefined })
    expect(failure.message).toBe(
      `${NAME} could not be read from ${url}/store: it could not be reached (ECONNREFUSED).`,
    )
  })
})

describe('redirects', () => {
  test('are followed where something is read, without the authorization on another origin', async () => {
    const storage = await serverWith(says(200, BYTES.toString()))
    const { url, headers } = await serverWith(
      (response) => void response.writeHead(302, { location: `${storage.url}/blob?sig=1` }).end('moved'),
    )
    expect((await open(url, SECRET).read(NAME, 100))?.bytes).toEqual(BYTES)
    expect(headers[0]?.authorization).toBe(SECRET)
    expect(storage.asked).toEqual(['GET /blob?sig=1'])
    expect(storage.headers[0]?.authorization).toBeUndefined()
  })

  test('keep the authorization on the same origin, and never get it back from another', async () => {
    const back = await serverWith(
      (response, { url: path }) =>
        void response.writeHead(307, { location: `${first.url}${path}-back` }).end(),
    )
    const first = await serverWith(
      says(308, '', { location: '/other' }),
      (response) => void response.writeHead(302, { location: `${back.url}/x` }).end(),
      says(200, BYTES.toString()),
    )
    expect((await open(first.url, SECRET).read(NAME, 100))?.bytes).toEqual(BYTES)
    expect(first.asked).toEqual([`GET /store/${NAME}`, 'GET /other', 'GET /x-back'])
    expect(first.headers.map(({ authorization }) => authorization)).toEqual([SECRET, SECRET, undefined])
  })

  test('are not followed where something is written', async () => {
    const storage = await serverWith(says(200))
    const { url } = await serverWith(says(307, '', { location: storage.url }))
    const failure = await failureOf(open(url).replace(NAME, BYTES))
    expect(failure.message).toContain('it redirects (307)')
    expect(storage.asked).toEqual([])
  })

  test.each([
    ['ftp://127.0.0.1/x', 'it redirects to something that is not https (302)'],
    ['http://user:SECRET@127.0.0.1/x', 'it redirects to an address with a password in it (302)'],
    ['http://[', 'it redirects to nowhere (302)'],
    [`/store/${NAME}`, 'it redirects without end (302)'],
  ])('to %s are not followed', async (location, why) => {
    const { url, asked } = await serverWith(says(302, '', { location }))
    const { message, hint } = await failureOf(open(url).read(NAME, 100))
    expect(message).toContain(why)
    expect(`${message}${hint}`).not.toContain('SECRET')
    expect(asked.length).toBeLessThanOrEqual(6)
  })
})

describe('writing', () => {
  /** Keeps what is put, as an honest server does. */
  const keeping = (): { answer: Answer; kept: Map<string, string> } => {
    const kept = new Map<string, string>()
    const answer: Answer = (response, { method, url = '' }) => {
      const there = kept.get(url)
      if (method === 'PUT') kept.set(url, '')
      response.writeHead(method === 'PUT' ? 201 : there === undefined ? 404 : 200).end(there)
    }
    return { answer, kept }
  }

  test('looks before it creates, and says which type it is', async () => {
    const { answer } = keeping()
    const { url, asked, headers } = await serverWith(answer)
    const remote = open(url)
    expect(await remote.create(NAME, BYTES)).toBe('created')
    expect(await remote.create(NAME, BYTES)).toBe('exists')
    expect(asked).toEqual([`HEAD /store/${NAME}`, `PUT /store/${NAME}`, `HEAD /store/${NAME}`])
    expect(headers[1]).toMatchObject({
      'content-type': 'application/json',
      'content-length': `${BYTES.length}`,
      'if-none-match': '*',
    })
  })

  test('replaces without a condition', async () => {
    const { url, asked, headers } = await serverWith(says(204))
    await open(url).replace('images/ab.png', BYTES)
    expect(asked).toEqual(['PUT /store/images/ab.png'])
    expect(headers[0]).toMatchObject({ 'content-type': 'image/png' })
    expect(headers[0]).not.toHaveProperty('if-none-match')
  })

  test.each([200, 201, 204])('has created with %i', async (status) => {
    const { url } = await serverWith(says(404), says(status))
    expect(await open(url).create(NAME, BYTES)).toBe('created')
  })

  test('was later than somebody else with 412, and with 409 when the name is there', async () => {
    const condition = await serverWith(says(404), says(412))
    expect(await open(condition.url).create(NAME, BYTES)).toBe('exists')
    const conflict = await serverWith(says(404), says(409), says(200))
    expect(await open(conflict.url).create(NAME, BYTES)).toBe('exists')
  })

  test('tells a folder that is not there from a name that is', async () => {
    const { url } = await serverWith(says(404), says(409), says(404))
    const { message, hint, details } = await failureOf(open(url).create(NAME, BYTES))
    expect(details).toEqual({ kind: 'unexpected', status: 409 })
    expect(message).toContain('it has no folder for the file (409)')
    expect(hint).toContain('create_full_put_path on')
  })

  test('takes what it created itself for its own, when the answer was lost', async () => {
    const { url } = await serverWith(says(404), hangsUp, says(200), says(200, BYTES.toString()))
    expect(await open(url).create(NAME, BYTES)).toBe('created')
    const other = await serverWith(says(404), hangsUp, says(200), says(200, 'other'))
    expect(await open(other.url).create(NAME, BYTES)).toBe('exists')
    const longer = await serverWith(says(404), hangsUp, says(200), says(200, `${BYTES.toString()} and more`))
    expect(await open(longer.url).create(NAME, BYTES)).toBe('exists')
  })

  test('sends nothing again that could hit what somebody else has put there since', async () => {
    const { url, asked } = await serverWith(says(500))
    await failureOf(open(url).replace(NAME, BYTES))
    await failureOf(open(url).remove(NAME))
    expect(asked).toEqual([`PUT /store/${NAME}`, `DELETE /store/${NAME}`])
  })

  test.each([200, 204, 404])('has removed with %i', async (status) => {
    const { url } = await serverWith(says(status))
    await expect(open(url).remove(NAME)).resolves.toBeUndefined()
  })

  test('has the time that many bytes take on a slow line', async () => {
    const late: Answer = (response) => void setTimeout(() => response.writeHead(201).end(), 1500)
    const { url } = await serverWith(late)
    // It may take as long as patience has at the most.
    const remote = open(url, undefined, { ...SHORT, whole: 20_000 })
    await expect(remote.replace(NAME, Buffer.alloc(640_000))).resolves.toBeUndefined()
    expect((await failureOf(remote.replace(NAME, BYTES))).details).toMatchObject({ kind: 'timeout' })
  })
})

describe('what a person is told', () => {
  const told = async (
    status: number,
    work: (remote: Remote) => Promise<unknown>,
    secret?: string,
  ): Promise<string> => {
    const { url } = await serverWith(says(status, 'the words of the server'))
    const { message, hint } = await failureOf(work(open(url, secret)))
    return `${message.replace(url, 'https://cdn.example.com')}\n> ${hint}`
  }
  const read = (remote: Remote): Promise<unknown> => remote.read(NAME, 100)
  const write = (remote: Remote): Promise<unknown> => remote.replace(NAME, BYTES)

  test('says what, why, and what to do', async () => {
    const all = [
      await told(401, read),
      await told(403, read, SECRET),
      await told(403, write, SECRET),
      await told(507, write),
      await told(413, write),
      await told(405, write),
      await told(500, write),
      await told(429, read),
      await told(418, (remote) => remote.has(NAME)),
      await told(418, (remote) => remote.remove(NAME)),
    ]
    expect(all.join('\n\n')).toMatchInlineSnapshot(`
      "renders/ab.json could not be read from https://cdn.example.com/store: it refused access (401).
      > Set ONETOKEN_REMOTE_AUTHORIZATION to what the server wants, as in: Bearer … or Basic …

      renders/ab.json could not be read from https://cdn.example.com/store: it refused access (403).
      > Check the value of ONETOKEN_REMOTE_AUTHORIZATION.
      A bucket answers 403 for names that are not there, too, unless its files may be listed.

      renders/ab.json could not be written to https://cdn.example.com/store: it refused access (403).
      > Check the value of ONETOKEN_REMOTE_AUTHORIZATION.

      renders/ab.json could not be written to https://cdn.example.com/store: it is full (507).
      > Make room there, or have its limit raised.

      renders/ab.json could not be written to https://cdn.example.com/store: it takes no file of this size (413).
      > Raise what the server accepts; in nginx that is client_max_body_size.

      renders/ab.json could not be written to https://cdn.example.com/store: it takes no files (405).
      > To be written to, it has to understand PUT and DELETE, as WebDAV servers do. To only read it, set "write" of "remote" to false.

      renders/ab.json could not be written to https://cdn.example.com/store: it answered 500.
      > Look into the log of the server. It may lack a folder (in nginx: create_full_put_path on), the right to write there, or room.

      renders/ab.json could not be read from https://cdn.example.com/store: it answered 429.
      > Try again later.

      renders/ab.json could not be looked up in https://cdn.example.com/store: it answered 418.
      > Check the setting "remote", and look into the log of the server.

      renders/ab.json could not be removed from https://cdn.example.com/store: it answered 418.
      > Check the setting "remote", and look into the log of the server."
    `)
  })

  test('has no password in it, not even of an address that the settings refuse', async () => {
    const { url, headers } = await serverWith(says(403))
    const withPassword = `${url.replace('//', '//user:SECRET@')}/x?sig=SECRET`
    const remote = openHttpRemote({ url: withPassword, authorization: SECRET, patience: LONG })
    const failure = await failureOf(remote.read(NAME, 100))
    expect(remote.url).toBe(`${url}/x`)
    expect(JSON.stringify([failure.message, failure.hint, failure.details])).not.toContain('SECRET')
    expect(headers[0]?.authorization).toBe(SECRET)
  })
})
