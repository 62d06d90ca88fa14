import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** An answer that quotes what it was asked with. */
export interface Echo {
  status: number
  headers?: OutgoingHttpHeaders
  body: string
}

/** Makes an answer from the key of a request. */
export type EchoOf = (key: string, headers: IncomingHttpHeaders) => Echo

/** An API that answers with the key of the request, as some relays do when something is wrong. */
export interface EchoServer {
  url: string
  /** Keys that came, one a POST. */
  keys: string[]
  /** Answer by the words of the prompt: the name of an answer is among them. */
  answers: Map<string, EchoOf>
}

/** Start it for one test. */
export async function startEchoServer(): Promise<EchoServer> {
  const keys: string[] = []
  const answers = new Map<string, EchoOf>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { authorization = '' } = request.headers
      const key = authorization.replace(/^Bearer /, '')
      if (request.method === 'POST') keys.push(key)
      const asked = Buffer.concat(chunks).toString()
      const name = [...answers.keys()].find((one) => asked.includes(`"A boat, ${one}."`))
      const answer = answers.get(name ?? '')?.(key, request.headers) ?? {
        status: 404,
        body: request.url ?? '',
      }
      response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, keys, answers }
}
