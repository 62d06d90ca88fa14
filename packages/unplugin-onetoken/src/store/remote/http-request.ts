import { readAtMost } from './body.ts'
import type { Attempt } from './operation.ts'

/** What is done over HTTP. */
export type Method = 'GET' | 'HEAD' | 'PUT' | 'DELETE'

/** One request. */
export interface HttpRequest {
  method: Method
  url: string
  headers?: Record<string, string> | undefined
  /** Value of the header `Authorization`; goes to the origin of `url` and to no other. */
  authorization: string | undefined
  bytes?: Uint8Array | undefined
}

const MOST_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** The answer to a request. A redirect is followed where something is read: storage often lies behind one. */
export async function request(
  { method, url, headers, authorization, bytes }: HttpRequest,
  attempt: Attempt,
): Promise<Response> {
  let address = new URL(url)
  let secret = authorization
  for (let followed = 0; ; followed++) {
    const response = await fetch(address, {
      method,
      headers: {
        ...headers,
        // Pictures do not shrink, and the length of what was compressed says nothing about what comes out.
        'accept-encoding': 'identity',
        ...(secret === undefined ? {} : { authorization: secret }),
      },
      // Not of memory that several threads share, which is all that the type leaves open.
      body: (bytes as Uint8Array<ArrayBuffer> | undefined) ?? null,
      redirect: 'manual',
      signal: attempt.signal,
    })
    const location = response.headers.get('location')
    const isRead = method === 'GET' || method === 'HEAD'
    if (!isRead || location === null || !REDIRECTS.has(response.status)) return response
    await discard(response)
    const trouble = followed === MOST_REDIRECTS ? 'without end' : troubleWith(location, address)
    if (trouble !== undefined) {
      const { status } = response
      throw attempt.fail({ kind: 'unexpected', why: `it redirects ${trouble} (${status})`, status })
    }
    const next = new URL(location, address)
    if (next.origin !== address.origin) secret = undefined
    address = next
  }
}

/** Why a redirect is not followed, if so. */
function troubleWith(location: string, from: URL): string | undefined {
  if (!URL.canParse(location, from.href)) return 'to nowhere'
  const { protocol, username, password } = new URL(location, from)
  if (username !== '' || password !== '') return 'to an address with a password in it'
  if (protocol === 'https:' || protocol === from.protocol) return undefined
  return protocol === 'http:' ? 'to plain http' : 'to something that is not https'
}

/** Enough for the pages that servers send with an error. */
const WORTH_READING = 16_384

/** Read what nobody needs, so that the connection can be used again. What is long is not worth it. */
export async function discard({ body }: Response): Promise<void> {
  if (body !== null) await readAtMost(body, WORTH_READING).catch(() => undefined)
}
