import { isIP } from 'node:net'
import { HIDDEN_ADDRESS, isPublicAddress } from './address.ts'
import { decodeDataURL, isDataURL } from './base64.ts'
import { equalJitter } from './decide.ts'
import { headerOf } from './headers.ts'
import type { Network } from './network.ts'
import { exchange, type NoReply, type Reply, startDeadline } from './transport.ts'

/** What a download needs beside the address. */
export interface DownloadContext {
  /** The base URL of the API: its host may also answer over http and from a private address. */
  base: URL
  network: Pick<Network, 'own' | 'outside'>
  /** Deadline of one try, in milliseconds. */
  timeout: number
  maxResultBytes: number
  signal: AbortSignal | undefined
  random: () => number
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** The bytes behind the address of a result, or why there are none. */
export type Download =
  { bytes: Uint8Array } | { failed: 'refused' | 'aborted' | 'for good' | 'for now'; why: string }

/** Whether and how the address of a result may be fetched. */
export type Route = { via: 'own' | 'outside'; url: URL } | { failed: 'refused'; why: string }

const TRIES = 3
const FIRST_BACK_OFF = 500
const MOST_REDIRECTS = 5
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]
// A bucket may say 404 for a moment to an object that has just been written.
const PASSING: readonly number[] = [404, 408, 425, 429]

/**
 * Fetch one result. A GET costs nothing, so a failure that may pass is tried again; the picture behind it was paid for.
 */
export async function download(address: string, context: DownloadContext): Promise<Download> {
  if (isDataURL(address)) return readDataURL(address, context.maxResultBytes)
  for (let tries = 1; ; tries++) {
    const outcome = await tryDownload(address, context)
    if ('bytes' in outcome || outcome.failed !== 'for now' || tries === TRIES) return outcome
    try {
      await context.sleep(equalJitter(FIRST_BACK_OFF, tries, context.random()), context.signal)
    } catch (error) {
      if (context.signal?.aborted !== true) throw error
      return { failed: 'aborted', why: 'the work was stopped' }
    }
  }
}

/**
 * Whether an address may be fetched, and over which connection: https to public addresses; anything with http in
 * front, wherever it lies, when its host and port are those of the base URL. Names are looked at again when they are
 * connected to; a literal address never comes to that, so it is looked at here.
 */
export function routeOf(address: string, base: URL): Route {
  // Relays that serve their own files may leave their own name out.
  const from = address.startsWith('/') ? base.href : undefined
  if (!URL.canParse(address, from)) return refused('it is not a URL')
  const url = new URL(address, from)
  const { protocol, host, hostname } = url
  if (protocol !== 'https:' && protocol !== 'http:') return refused(`${protocol} addresses are never opened`)
  if (host === base.host) return { via: 'own', url }
  if (protocol !== 'https:') return refused(`it is not https, and ${host} is not the host of the API`)
  const literal = hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && !isPublicAddress(literal)) return refused(`${literal} is not a public address`)
  return { via: 'outside', url }
}

function refused(why: string): { failed: 'refused'; why: string } {
  return { failed: 'refused', why }
}

function readDataURL(address: string, largest: number): Download {
  const bytes = decodeDataURL(address)
  if (bytes === undefined) return { failed: 'for good', why: 'its data: URL is not base64' }
  return bytes.length > largest ? tooLarge(largest) : { bytes }
}

async function tryDownload(address: string, context: DownloadContext): Promise<Download> {
  const deadline = startDeadline(context.timeout)
  try {
    let next = address
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const route = routeOf(next, context.base)
      if ('failed' in route) return route
      const outcome = await exchange(
        context.network[route.via],
        // No Authorization: an address is its own permission, and the key is for the API alone.
        { method: 'GET', url: route.url, headers: { accept: 'image/*', 'accept-encoding': 'identity' } },
        { signal: context.signal, deadline: deadline.signal, largest: context.maxResultBytes },
      )
      const location = outcome.kind === 'reply' ? redirectOf(outcome) : undefined
      if (location === undefined) return readOutcome(outcome, route.url.host, context)
      next = URL.canParse(location, route.url.href) ? new URL(location, route.url).href : location
    }
    return { failed: 'for good', why: `it was redirected more than ${MOST_REDIRECTS} times` }
  } finally {
    deadline.stop()
  }
}

function redirectOf({ status, headers }: Reply): string | undefined {
  return REDIRECTS.includes(status) ? headerOf(headers, 'location') : undefined
}

function readOutcome(outcome: Reply | NoReply, host: string, context: DownloadContext): Download {
  if (outcome.kind !== 'reply') return readNoReply(outcome, host, context)
  const { status, headers, body } = outcome
  if (status !== 200) {
    const passing = status >= 500 || PASSING.includes(status)
    return { failed: passing ? 'for now' : 'for good', why: `${host} answered ${status}` }
  }
  if (body.length === 0) return { failed: 'for now', why: `${host} sent no bytes` }
  const type = headerOf(headers, 'content-type') ?? ''
  if (/^(?:text\/html|application\/(?:xhtml\+)?xml)\b/i.test(type)) {
    return { failed: 'for now', why: `${host} sent a web page` }
  }
  return { bytes: body }
}

function readNoReply({ kind, error }: NoReply, host: string, context: DownloadContext): Download {
  if (kind === 'aborted') return { failed: 'aborted', why: 'the work was stopped' }
  if (kind === 'oversize') return tooLarge(context.maxResultBytes)
  if (kind === 'timeout') return { failed: 'for now', why: `${host} took longer than ${context.timeout} ms` }
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code === HIDDEN_ADDRESS) return refused(String(message))
  return { failed: 'for now', why: `the connection to ${host} failed (${String(code ?? message)})` }
}

function tooLarge(largest: number): Download {
  return { failed: 'for good', why: `it is larger than ${largest} bytes` }
}
