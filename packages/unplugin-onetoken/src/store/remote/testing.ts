import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Patience } from './types.ts'

/** For what hangs: less than anybody waits for in a test, and more than loopback takes. */
export const SHORT: Patience = { answer: 1000, whole: 2000, pause: 20 }

/** For all else: more than loopback takes on a machine that does much else. */
export const LONG: Patience = { answer: 20_000, whole: 40_000, pause: 20 }

/** A server on loopback, for one test. */
export interface TestServer {
  /** Without a `/` at its end. */
  url: string
  /** What was asked, as `GET /path`. */
  asked: string[]
  /** Headers of what was asked. */
  headers: IncomingMessage['headers'][]
}

/** Answers a request; the last of several answers all that come after it. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** An address of loopback where nobody listens. */
export async function nowhere(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

/** Start a server that gives one answer after the other, each after the whole request has come. */
export async function serverWith(...answers: readonly [Answer, ...Answer[]]): Promise<TestServer> {
  const asked: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const url = await listen((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    headers.push(request.headers)
    const answer = answers[Math.min(asked.length, answers.length) - 1]
    request.resume().once('end', () => answer?.(response, request))
  })
  return { url, asked, headers }
}

/** An answer of a status with a body. */
export function says(status: number, body = '', headers: Record<string, string> = {}): Answer {
  return (response) => void response.writeHead(status, headers).end(body)
}

/** No answer at all. */
export const hangs: Answer = () => undefined

/** The connection ends without an answer. */
export const hangsUp: Answer = (response) => void response.destroy()

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
