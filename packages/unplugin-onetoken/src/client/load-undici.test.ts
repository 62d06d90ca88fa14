import { expect, test } from 'vitest'
import { createClient } from './index.ts'
import { loadUndici } from './load-undici.ts'

function nodesDispatcher(): unknown {
  return Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'))
}

test("a client leaves the dispatcher of Node's own fetch to Node", async () => {
  expect(nodesDispatcher()).toBeUndefined()
  const client = createClient({ apiKey: 'sk-x' })
  expect(nodesDispatcher()).toBeDefined()
  expect(nodesDispatcher()).not.toBeInstanceOf(loadUndici().Agent)
  await client.close()
})
