import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sha256 } from '../../packages/unplugin-onetoken/src/canonical-json.ts'
import { noise } from './noise.ts'

/** An API on loopback that counts. It has a picture of its own for each request. */
export interface CountingApi {
  url: string
  /** Requests that came, by the words in them. */
  requests: Map<string, number>
  /** Words by the hash of the picture that was made for them. */
  pictures: Map<string, string>
  close(): Promise<void>
}

/** Start it. Pictures are squares of `edge` pixels; each is sent when what `before` returns is over. */
export async function startCountingApi(
  edge: number,
  before: (prompt: string) => Promise<unknown>,
): Promise<CountingApi> {
  const requests = new Map<string, number>()
  const pictures = new Map<string, string>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
    const { prompt } = JSON.parse(body) as { prompt: string }
    const turn = (requests.get(prompt) ?? 0) + 1
    requests.set(prompt, turn)
    const picture = noise(`${prompt} ${turn}`, edge)
    pictures.set(sha256(picture), prompt)
    await before(prompt)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ created: 1, data: [{ b64_json: picture.toString('base64') }] }))
  }
  const server = createServer((request, response) => {
    // Who asked may be dead.
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    pictures,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
