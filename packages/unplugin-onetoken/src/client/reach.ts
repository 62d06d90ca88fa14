import { whyOf } from './explain.ts'
import { openNetwork } from './network.ts'
import { resolveBase } from './options.ts'
import { exchange, startDeadline } from './transport.ts'

/** Whether somebody answers at an address. */
export type Reached = { status: number } | { why: string }

/**
 * Ask for the root of the host of a base URL, over the connections that renders take, and without the key. Any answer
 * will do. `timeout` is in milliseconds.
 *
 * @throws {@link OneTokenError} `SETTINGS_INVALID` for a base URL that cannot be used
 */
export async function reach(baseURL: string, timeout: number): Promise<Reached> {
  const url = new URL('/', resolveBase(baseURL))
  const network = openNetwork(timeout)
  const deadline = startDeadline(timeout)
  try {
    const answer = await exchange(
      network.own,
      { method: 'HEAD', url, headers: {} },
      { signal: undefined, deadline: deadline.signal, largest: Number.POSITIVE_INFINITY },
    )
    if (answer.kind === 'reply') return { status: answer.status }
    return { why: answer.kind === 'timeout' ? `no answer within ${timeout / 1000} s` : whyOf(answer.error) }
  } finally {
    deadline.stop()
    await network.close()
  }
}
