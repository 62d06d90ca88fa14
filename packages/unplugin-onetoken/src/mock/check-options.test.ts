import { expect, it } from 'vitest'
import { startMock, type MockOptions } from './index.ts'

it.each<[object, string]>([
  [{ styl: 'flat' }, 'startMock() has no option "styl". There are: port, apiKeys, models, latency, seed,'],
  [{ style: 'flt' }, '"style" of startMock() cannot be "flt": it must be one of scenic, flat.'],
  [{ port: '8787' }, '"port" of startMock() cannot be "8787": it must be a whole number from 0 to 65535.'],
  [{ latency: [1] }, '"latency" of startMock() cannot be 1: it must be milliseconds, or [min, max].'],
  [{ scenario: null }, '"scenario" of startMock() cannot be null'],
  [{ scenario: 'nope' }, 'No scenario is called "nope"'],
])('refuses %j', async (options, message) => {
  await expect(startMock(options as MockOptions)).rejects.toThrow(message)
})

it('takes what is not given for the default', async () => {
  const mock = await startMock({ style: undefined, latency: [0, 1], scenario: [], credit: Infinity })
  await mock.close()
})
