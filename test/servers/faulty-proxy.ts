import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a proxy does to requests. */
export type Fault =
  | 'none'
  /** Another picture or record than the one that was asked for, of the same length. */
  | 'wrong body'
  /** Half of the body, with the length of all of it. */
  | 'cut body'
  | 'error 500'
  /** No answer. */
  | 'hangs'
  /** Connections are cut. */
  | 'down'

/** A proxy before a real server, with faults that can be chosen. */
export interface FaultyProxy {
  url: string
  /** Which requests have the fault; all others pass. */
  setFault(fault: Fault, methods?: readonly string[]): void
  /** `GET /path` of each request. */
  seen: string[]
  stop(): Promise<void>
}

/** Start a proxy on loopback before `target`, such as `http://127.0.0.1:8080`. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  let fault: Fault = 'none'
  let faulty: readonly string[] | undefined
  const seen: string[] = []
  const server = createServer((incoming, response) => {
    const { method = '', url = '' } = incoming
    seen.push(`${method} ${url}`)
    const active = faulty === undefined || faulty.includes(method) ? fault : 'none'
    if (active === 'down') incoming.socket.destroy()
    else if (active === 'error 500') incoming.resume().on('end', () => response.writeHead(500).end('no'))
    else if (active !== 'hangs') pass(target, incoming, response, active)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    setFault(next, methods) {
      fault = next
      faulty = methods
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function pass(target: string, incoming: IncomingMessage, response: ServerResponse, fault: Fault): void {
  const { hostname, port } = new URL(target)
  // The host as it came: S3's signatures cover it.
  const { method, url, headers } = incoming
  const outgoing = request({ hostname, port, method, path: url, headers }, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('end', () => {
      const body = Buffer.concat(chunks)
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      if (fault === 'wrong body' && answer.statusCode === 200) response.end(body.map((byte) => byte ^ 1))
      else if (fault === 'cut body' && answer.statusCode === 200) {
        response.write(body.subarray(0, body.length / 2), () => response.destroy())
      } else response.end(body)
    })
  })
  outgoing.on('error', () => response.destroy())
  incoming.pipe(outgoing)
}
