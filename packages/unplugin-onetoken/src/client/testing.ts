import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import {
  type AddressInfo,
  createServer as createTCPServer,
  type Server as TCPServer,
  type Socket,
} from 'node:net'
import { onTestFinished } from 'vitest'
import { OneTokenError } from '../errors.ts'
import { createClient } from './index.ts'
import type { ClientOptions, OneTokenClient } from './types.ts'

/** A request as a loopback server saw it. */
export interface Seen {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

/** A loopback server of one test. */
export interface Loopback {
  url: string
  port: number
  seen: Seen[]
  /** The number of POSTs. */
  posts: () => number
}

/** Eight bytes that pass for a picture. */
export const PICTURE: Buffer = Buffer.from('89504e470d0a1a0a', 'hex')

/** A good answer with so many images. */
export function good(count = 1): string {
  return JSON.stringify({
    created: 1,
    data: Array.from({ length: count }, () => ({ b64_json: PICTURE.toString('base64') })),
  })
}

/** Start a server that answers with a function; `turn` counts the requests from 1. */
export async function startServer(
  answer: (response: ServerResponse, seen: Seen, turn: number) => void,
  at = 0,
): Promise<Loopback> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const entry = { method, path: url, headers, body: Buffer.concat(chunks) }
      seen.push(entry)
      answer(response, entry, seen.length)
    })
  })
  const port = await listen(server, at)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const posts = (): number => seen.filter(({ method }) => method === 'POST').length
  return { url: `http://127.0.0.1:${port}`, port, seen, posts }
}

/** Start a server below HTTP: `talk` gets each connection with the first bytes that came over it. */
export async function startRawServer(
  talk: (socket: Socket, first: string) => void,
): Promise<{ url: string; connections: () => number }> {
  let connections = 0
  const sockets = new Set<Socket>()
  const server = createTCPServer((socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', (first) => talk(socket, first.toString()))
  })
  const port = await listen(server)
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${port}`, connections: () => connections }
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createTCPServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function listen(server: Server | TCPServer, at = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A client that does not wait between attempts but writes down for how long it would have. */
export function testClient(
  baseURL: string,
  options: Partial<ClientOptions> = {},
): OneTokenClient & { waits: number[] } {
  const waits: number[] = []
  const client = createClient({
    apiKey: 'sk-test-key-of-nobody',
    baseURL,
    random: () => 0.5,
    sleep: async (ms) => {
      waits.push(ms)
    },
    ...options,
  })
  onTestFinished(() => client.close())
  return { ...client, waits }
}

/** The fields of a small request. */
export const FIELDS = { model: 'gpt-image-2', prompt: 'a red fox', n: 1, size: '1024x1024' } as const

/** The error with which a promise rejects. */
export async function failureOf(promise: Promise<unknown>): Promise<OneTokenError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(outcome instanceof OneTokenError)) throw new Error(`expected a OneTokenError, got ${String(outcome)}`)
  return outcome
}
