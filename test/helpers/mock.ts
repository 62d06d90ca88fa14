import { afterAll, beforeAll, beforeEach } from 'vitest'
import { startMock, type MockOptions, type MockServer } from 'unplugin-onetoken/mock'

/** A mock of the API for the tests of a file or a `describe`; its log is empty at the start of each test. */
export function useMock(options: MockOptions = {}): MockServer {
  let server: MockServer | undefined
  beforeAll(async () => {
    server = await startMock({ style: 'flat', ...options })
  })
  beforeEach(() => server?.reset())
  afterAll(() => server?.close())
  return new Proxy({} as MockServer, {
    get: (_, name) => {
      const value: unknown = Reflect.get(server ?? {}, name)
      return typeof value === 'function' ? (value as () => unknown).bind(server) : value
    },
  })
}
