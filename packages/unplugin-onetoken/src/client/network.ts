import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { Dispatcher } from 'undici'
import { guardLookup } from './address.ts'
import { loadUndici } from './load-undici.ts'

/** The connections of one client, and of nobody else. */
export interface Network {
  /** To the host of the base URL, wherever that is. */
  own: Dispatcher
  /** To other hosts, which must have public addresses. */
  outside: Dispatcher
  close(): Promise<void>
}

const CONNECT_TIMEOUT = 20_000

/**
 * Open the dispatchers of a client; nothing is connected yet.
 *
 * @param timeout Deadline of an attempt, in milliseconds.
 * @param lookup How names become addresses.
 */
export function openNetwork(timeout: number, lookup: LookupFunction = systemLookup): Network {
  const { Agent } = loadUndici()
  const connectTimeout = Math.min(timeout, CONNECT_TIMEOUT)
  // undici gives up after 300 s of silence, which the slowest renders keep. The deadline of the attempt, which covers
  // more than silence, is the only one that counts.
  const patience = { headersTimeout: 0, bodyTimeout: 0 }
  const own = new Agent({ ...patience, connect: { timeout: connectTimeout } })
  const outside = new Agent({
    ...patience,
    connect: { timeout: connectTimeout, lookup: guardLookup(lookup) },
  })
  let closed: Promise<unknown> | undefined
  return {
    own,
    outside,
    close: async () => {
      await (closed ??= Promise.all([own.close(), outside.close()]))
    },
  }
}
