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

const REDIRECT = /^30[12378]$/

function reasonFor(status: number, method: Method): string | undefined {
  if (REDIRECT.test(`${status}`)) return `it redirects (${status})`
  if (method !== 'PUT') return undefined
  if (status === 409) return `it has no folder for the file (${status})`
  if (status === 404 || status === 405 || status === 501) return `it takes no files (${status})`
  return undefined
}

function hintFor(status: number, method: Method): string | undefined {
  if (REDIRECT.test(`${status}`)) return 'Set "remote" to the address where it redirects to.'
  if (status === 429 || status === 503) return 'Try again later.'
  if (method !== 'PUT') return undefined
  // A WebDAV server does not make folders by itself (RFC 4918, 9.7.1).
  if (status === 409) {
    return 'Let the server make folders (in nginx: create_full_put_path on), or make renders, images and claims there.'
  }
  if (status === 404 || status === 405 || status === 501) {
    return 'To be written to, it has to understand PUT and DELETE, as WebDAV servers and S3 do. To only read it, set "write" of "remote" to false.'
  }
  return undefined
}
