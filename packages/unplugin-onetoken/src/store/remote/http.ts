import type { Created } from '../claim.ts'
import { wholeBody } from './body.ts'
import { ageBetween, contentType } from './describe-file.ts'
import { connectionFailure } from './failed.ts'
import { failureOfStatus } from './http-failure.ts'
import { discard, request, type Method } from './http-request.ts'
import { createdOrExists } from './lost-answer.ts'
import { operate, type Attempt, type Server } from './operation.ts'
import { PATIENCE, type Patience, type Remote, type RemoteFile } from './types.ts'

/** Where an HTTP server has the store. */
export interface HttpRemoteOptions {
  url: string
  /** Value of the header `Authorization`. */
  authorization: string | undefined
  /** @default PATIENCE */
  patience?: Patience | undefined
}

/**
 * A remote store on a plain HTTP server. GET and HEAD are all that reading needs; writing needs PUT and DELETE, as
 * WebDAV has them.
 */
export function openHttpRemote({ url, authorization, patience = PATIENCE }: HttpRemoteOptions): Remote {
  const base = addressOf(url)
  const server: Server = { url: base, patience, explain: connectionFailure }
  const { get, head, put, remove } = methods(base, authorization)
  return {
    url: base,
    // Servers of WebDAV take no notice of If-None-Match where they write (nginx), and none says whether it does.
    isExclusive: false,

    read: (name, largest) =>
      operate(server, { verb: 'read', name, canResend: true }, (attempt) => get(name, largest, attempt)),

    has: (name) =>
      operate(server, { verb: 'look up', name, canResend: true }, (attempt) => head(name, attempt)),

    list: async () => undefined,

    create: (name, bytes) =>
      operate(server, { verb: 'write', name, canResend: true, upload: bytes.length }, async (attempt) => {
        const isThere =
          (await head(name, attempt)) ||
          (await put(name, bytes, attempt, { 'if-none-match': '*' })) === 'exists'
        if (!isThere) return 'created'
        return await createdOrExists(bytes, attempt, (largest) => get(name, largest, attempt))
      }),

    async replace(name, bytes) {
      const task = { verb: 'write', name, canResend: false, upload: bytes.length } as const
      await operate(server, task, (attempt) => put(name, bytes, attempt))
    },

    remove: (name) =>
      operate(server, { verb: 'remove', name, canResend: false }, (attempt) => remove(name, attempt)),

    // The connections are those of Node's `fetch`, which ends them when they are not used.
    close: async () => undefined,
  }
}

interface Methods {
  get(name: string, largest: number, attempt: Attempt): Promise<RemoteFile | undefined>
  head(name: string, attempt: Attempt): Promise<boolean>
  /** `exists`: nothing was written, as the headers wished. */
  put(name: string, bytes: Uint8Array, attempt: Attempt, headers?: Record<string, string>): Promise<Created>
  remove(name: string, attempt: Attempt): Promise<void>
}

function methods(base: string, authorization: string | undefined): Methods {
  const send = async (
    method: Method,
    name: string,
    attempt: Attempt,
    more: { headers?: Record<string, string>; bytes?: Uint8Array } = {},
  ): Promise<Response> => request({ method, url: `${base}/${name}`, authorization, ...more }, attempt)
  const refuse = ({ status }: Response, method: Method, { fail }: Attempt): Error =>
    fail(failureOfStatus(status, method, authorization !== undefined))

  // A cache on the way must not answer with what was there before.
  const fresh = { 'cache-control': 'no-cache' }
  const get: Methods['get'] = async (name, largest, attempt) => {
    const response = await send('GET', name, attempt, { headers: fresh })
    const { status, headers, body } = response
    if (status !== 200 || body === null) {
      await discard(response)
      if (isAbsent(status)) return undefined
      throw refuse(response, 'GET', attempt)
    }
    attempt.answered()
    const bytes = await wholeBody({ parts: body, declared: declaredLength(headers) }, largest, attempt)
    return { bytes, age: ageBetween(headers.get('last-modified'), headers.get('date')) }
  }

  const head: Methods['head'] = async (name, attempt) => {
    const response = await send('HEAD', name, attempt, { headers: fresh })
    if (response.ok) return true
    if (isAbsent(response.status)) return false
    throw refuse(response, 'HEAD', attempt)
  }

  return {
    get,
    head,

    async put(name, bytes, attempt, headers = {}) {
      const type = { 'content-type': contentType(name) }
      const response = await send('PUT', name, attempt, { bytes, headers: { ...headers, ...type } })
      await discard(response)
      if (response.ok) return 'created'
      const { status } = response
      // WebDAV says 409 of a folder that is not there, other servers of a name that is.
      if (status === 412 || (status === 409 && (await head(name, attempt)))) return 'exists'
      throw refuse(response, 'PUT', attempt)
    },

    async remove(name, attempt) {
      const response = await send('DELETE', name, attempt)
      await discard(response)
      if (!response.ok && !isAbsent(response.status)) throw refuse(response, 'DELETE', attempt)
    },
  }
}

function isAbsent(status: number): boolean {
  return status === 404 || status === 410
}

/** How many bytes the body has, unless it is encoded in spite of what was asked for. */
function declaredLength(headers: Headers): number | undefined {
  const length = headers.get('content-length')
  return length === null || headers.has('content-encoding') ? undefined : Number(length)
}

/** The address without a password, which the settings refuse anyway, and without a `/` at its end. */
function addressOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`.replace(/\/+$/, '')
}
