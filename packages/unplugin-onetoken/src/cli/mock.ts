import { OneTokenError } from '../errors.ts'
import type { GlobalFlags } from './flags.ts'
import { print } from './output.ts'

/** Flags of `onetoken mock`. */
export interface MockFlags extends GlobalFlags {
  port?: number
  /** Milliseconds. */
  latency?: number
}

const DEFAULT_PORT = 8787

/** `onetoken mock`: serves until it is interrupted. */
export async function mock(flags: MockFlags): Promise<number> {
  const { port = DEFAULT_PORT, latency = 0 } = flags
  const { startMock } = await import('../mock/index.ts')
  const server = await startMock({ port, latency }).catch((cause: NodeJS.ErrnoException) => {
    throw new OneTokenError('USAGE', `Port ${port} cannot be used: ${cause.message}`, {
      hint: 'Choose another with --port.',
      cause,
    })
  })
  if (flags.json === true) print(JSON.stringify({ url: server.url }))
  else {
    print(
      `A look-alike of the OneToken API is on ${server.url}. Pictures are pretend, and nothing is billed.`,
    )
    print(
      `Use it with: ONETOKEN_BASE_URL=${server.url} ONETOKEN_API_KEY=sk-mock npx --no-install onetoken render`,
    )
  }
  await new Promise<void>((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
  await server.close()
  return 0
}
