import type { RemoteFailure } from './failed.ts'
import type { Method } from './http-request.ts'

/** What an answer means that is not what was asked for. */
export function failureOfStatus(status: number, method: Method, isAuthorized: boolean): RemoteFailure {
  if (status === 401 || status === 403) return denied(status, method, isAuthorized)
  if (status === 507) return { kind: 'full', status, why: `it is full (${status})` }
  if (status === 413) {
    const hint = 'Raise what the server accepts; in nginx that is client_max_body_size.'
    return { kind: 'full', status, why: `it takes no file of this size (${status})`, hint }
  }
  const why = `it answered ${status}`
  return { kind: 'unexpected', status, why: reasonFor(status, method) ?? why, hint: hintFor(status, method) }
}

function denied(status: number, method: Method, isAuthorized: boolean): RemoteFailure {
  const name = 'ONETOKEN_REMOTE_AUTHORIZATION'
  const set = isAuthorized
    ? `Check the value of ${name}.`
    : `Set ${name} to what the server wants, as in: Bearer … or Basic …`
  const isRead = method === 'GET' || method === 'HEAD'
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions"
  const bucket =
    status === 403 && isRead
      ? '\nA bucket answers 403 for names that are not there, too, unless its files may be listed.'
      : ''
  return { kind: 'denied', status, why: `it refused access (${status})`, hint: `${set}${bucket}` }
}

function reasonFor(status: number, method: Method): string | undefined {
  if (isRedirect(status)) return `it redirects (${status})`
  if (method !== 'PUT') return undefined
  if (status === 409) return `it has no folder for the file (${status})`
  return takesNoFiles(status) ? `it takes no files (${status})` : undefined
}

function hintFor(status: number, method: Method): string | undefined {
  if (isRedirect(status)) return 'Set "remote" to the address where it redirects to.'
  if (status === 429 || status === 503) return 'Try again later.'
  if (method !== 'PUT') return undefined
  // WebDAV servers make no folders by themselves (RFC 4918, 9.7.1: 409). An nginx that lacks one answers 500.
  if (status === 409)
    return `Let the server make folders${IN_NGINX}, or make renders, images and claims there.`
  if (status === 500) {
    return `Look into the log of the server. It may lack a folder${IN_NGINX}, the right to write there, or room.`
  }
  return takesNoFiles(status)
    ? 'To be written to, it has to understand PUT and DELETE, as WebDAV servers do. To only read it, set "write" of "remote" to false.'
    : undefined
}

const IN_NGINX = ' (in nginx: create_full_put_path on)'

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

function takesNoFiles(status: number): boolean {
  return [404, 405, 410, 501].includes(status)
}
