import type { LookupFunction } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openNetwork } from './network.ts'
import { type Download, download, type DownloadContext, routeOf } from './result-url.ts'
import { PICTURE, startRawServer, startServer } from './testing.ts'

const BASE = new URL('http://127.0.0.1:3000/v1')
const PUBLIC = new URL('https://api.onetoken.one')

describe('routeOf', () => {
  test.each([
    ['https://images.example/a.png?sig=1', PUBLIC, 'outside'],
    ['https://images.example:8443/a.png', PUBLIC, 'outside'],
    ['https://8.8.8.8/a.png', PUBLIC, 'outside'],
    ['https://[2606:4700::1]/a.png', PUBLIC, 'outside'],
    ['https://api.onetoken.one/files/a.png', PUBLIC, 'own'],
    ['http://api.onetoken.one/files/a.png', PUBLIC, 'own'],
    ['http://127.0.0.1:3000/a.png', BASE, 'own'],
    ['http://2130706433:3000/a.png', BASE, 'own'],
    ['/files/a.png', BASE, 'own'],
    ['//127.0.0.1:3000/a.png', BASE, 'own'],
    ['//images.example/a.png', PUBLIC, 'outside'],
  ])('%s, from %s: %s', (address, base, via) => {
    expect(routeOf(address, base)).toMatchObject({ via })
  })

  test.each([
    'a.png',
    '',
    'file:///etc/passwd',
    'ftp://images.example/a.png',
    'blob:https://images.example/1',
    'javascript:alert(1)',
    'http://images.example/a.png',
    'http://8.8.8.8/a.png',
    'http://127.0.0.1:3001/a.png',
    'https://127.0.0.1:3001/a.png',
    'https://127.0.0.1/a.png',
    'https://127.1/a.png',
    'https://2130706433/a.png',
    'https://0x7f000001/a.png',
    'https://0177.0.0.1/a.png',
    'https://127.0.0.1./a.png',
    'https://0/a.png',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.1/a.png',
    'https://[::1]/a.png',
    'https://[::]/a.png',
    'https://[::ffff:127.0.0.1]/a.png',
    'https://[::ffff:7f00:1]/a.png',
    'https://[64:ff9b::7f00:1]/a.png',
    'https://[fd00::1]/a.png',
    'https://[fe80::1]/a.png',
    '//127.0.0.1:3001/a.png',
  ])('refuses %s', (address) => {
    expect(routeOf(address, BASE)).toMatchObject({ failed: 'refused' })
  })
})

interface Setting {
  url: string
  lookup?: LookupFunction
  options?: Partial<DownloadContext>
}

function fetch(address: string, { url, lookup, options = {} }: Setting): Promise<Download> {
  const network = openNetwork(5000, lookup)
  onTestFinished(() => network.close())
  return download(address, {
    base: new URL(url),
    network,
    timeout: 5000,
    maxResultBytes: 1000,
    signal: undefined,
    random: () => 0.5,
    sleep: async () => {},
    ...options,
  })
}

describe('download', () => {
  test('gets the bytes from the own host, without the key', async () => {
    const server = await startServer((response) => response.end(PICTURE))
    expect(await fetch(`${server.url}/a.png?sig=1`, server)).toEqual({ bytes: PICTURE })
    expect(server.seen[0]).toMatchObject({ method: 'GET', path: '/a.png?sig=1' })
    expect(server.seen[0]?.headers).not.toHaveProperty('authorization')
  })

  test('reads a data: URL', async () => {
    const base64 = PICTURE.toString('base64')
    expect(await fetch(`data:image/png;base64,${base64}`, { url: BASE.href })).toEqual({ bytes: PICTURE })
    expect(await fetch('data:image/png,xyz', { url: BASE.href })).toMatchObject({ failed: 'for good' })
    const large = `data:;base64,${Buffer.alloc(1001).toString('base64')}`
    expect(await fetch(large, { url: BASE.href })).toMatchObject({ failed: 'for good' })
  })

  test.each([301, 302, 303, 307, 308])('follows a redirect with %d', async (status) => {
    const server = await startServer((response, { path }) => {
      if (path === '/a') response.writeHead(status, { location: '/b' }).end()
      else response.end(PICTURE)
    })
    expect(await fetch(`${server.url}/a`, server)).toEqual({ bytes: PICTURE })
  })

  test.each([
    'http://169.254.169.254/',
    'https://10.0.0.1/',
    'file:///etc/passwd',
    'http://images.example/',
    'data:image/png;base64,QUJD',
  ])('looks again at a redirect, and refuses %s', async (location) => {
    const server = await startServer((response) => response.writeHead(302, { location }).end())
    expect(await fetch(`${server.url}/a`, server)).toMatchObject({ failed: 'refused' })
    expect(server.seen).toHaveLength(1)
  })

  test('ends a circle of redirects', async () => {
    const server = await startServer((response) => response.writeHead(302, { location: '/a' }).end())
    expect(await fetch(`${server.url}/a`, server)).toMatchObject({ failed: 'for good' })
    expect(server.seen).toHaveLength(6)
  })

  test.each(['127.0.0.1', '::1', '10.1.2.3', '::ffff:127.0.0.1'])(
    'connects to no name whose address is %s',
    async (address) => {
      const trap = await startRawServer(() => {})
      const { port } = new URL(trap.url)
      const lookup: LookupFunction = (_, __, callback) => callback(null, [{ address, family: 0 }])
      const outcome = await fetch(`https://images.example:${port}/a.png`, { url: PUBLIC.href, lookup })
      expect(outcome).toEqual({
        failed: 'refused',
        why: `images.example has the address ${address}, which is not public`,
      })
      expect(trap.connections()).toBe(0)
    },
  )

  test('asks the lookup for the own host of nobody', async () => {
    const server = await startServer((response) => response.end(PICTURE))
    const url = server.url.replace('127.0.0.1', 'localhost')
    const lookup: LookupFunction = () => {
      throw new Error('not to be asked')
    }
    expect(await fetch(`${url}/a.png`, { url, lookup })).toEqual({ bytes: PICTURE })
  })

  test.each([
    ['500', 500, PICTURE, {}],
    ['404', 404, PICTURE, {}],
    ['429', 429, PICTURE, {}],
    ['no bytes', 200, '', {}],
    ['a web page', 200, '<html>', { 'content-type': 'text/html; charset=utf-8' }],
  ])('tries again after %s', async (_, status, body, headers) => {
    const server = await startServer((response, __, turn) => {
      if (turn < 3) response.writeHead(status, headers).end(body)
      else response.end(PICTURE)
    })
    expect(await fetch(`${server.url}/a`, server)).toEqual({ bytes: PICTURE })
  })

  test('gives up after three tries', async () => {
    const server = await startServer((response) => response.writeHead(503).end())
    expect(await fetch(`${server.url}/a`, server)).toMatchObject({ failed: 'for now' })
    expect(server.seen).toHaveLength(3)
  })

  test.each([400, 403, 410, 204])('gives up at once after %d', async (status) => {
    const server = await startServer((response) => response.writeHead(status).end())
    expect(await fetch(`${server.url}/a`, server)).toMatchObject({ failed: 'for good' })
    expect(server.seen).toHaveLength(1)
  })

  test('tries again after a cut', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n'
    const server = await startRawServer((socket) => socket.end(`${head}half`))
    expect(await fetch(`${server.url}/a`, server)).toMatchObject({ failed: 'for now' })
    expect(server.connections()).toBe(3)
  })

  test.each([
    ['its length', { 'content-length': '1001' }],
    ['its bytes', {}],
  ])('takes no more bytes than the cap, told by %s', async (_, headers) => {
    const server = await startServer((response) => response.writeHead(200, headers).end(Buffer.alloc(1001)))
    expect(await fetch(`${server.url}/a`, server)).toMatchObject({ failed: 'for good' })
    expect(server.seen).toHaveLength(1)
  })

  test('ends at its deadline', async () => {
    const server = await startServer((response) => response.flushHeaders())
    const options = { timeout: 500 }
    expect(await fetch(`${server.url}/a`, { ...server, options })).toMatchObject({
      failed: 'for now',
      why: expect.stringContaining('took longer than 500 ms') as string,
    })
  })

  test('ends with the signal in a try', async () => {
    const controller = new AbortController()
    const server = await startServer((response) => {
      response.flushHeaders()
      controller.abort()
    })
    const options = { signal: controller.signal }
    expect(await fetch(`${server.url}/a`, { ...server, options })).toMatchObject({ failed: 'aborted' })
    expect(server.seen).toHaveLength(1)
  })

  test('ends with the signal between two tries', async () => {
    const controller = new AbortController()
    const server = await startServer((response) => response.writeHead(500).end())
    const sleep = async (): Promise<void> => {
      controller.abort()
      throw new Error('woken up')
    }
    const options = { signal: controller.signal, sleep }
    expect(await fetch(`${server.url}/a`, { ...server, options })).toMatchObject({ failed: 'aborted' })
    expect(server.seen).toHaveLength(1)
  })
})
