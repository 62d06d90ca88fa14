import { OneTokenError } from '../errors.ts'
import { numberFlag, print, type GlobalFlags } from './terminal.ts'

/** Flags of `onetoken mock`. */
export interface MockFlags extends GlobalFlags {
  port?: unknown
  latency?: unknown
}

const DEFAULT_PORT = 8787

/** `onetoken mock`: serves until it is interrupted. */
export async function mock(flags: MockFlags): Promise<number> {
  const port = numberFlag('port', flags.port) ?? DEFAULT_PORT
  const latency = numberFlag('latency', flags.latency) ?? 0
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
    print(`Use it with: ONETOKEN_BASE_URL=${server.url} ONETOKEN_API_KEY=sk-mock npx vite build`)
  }
  await new Promise<void>((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
  await server.close()
  return 0
}
