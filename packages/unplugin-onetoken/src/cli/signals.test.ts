import { afterEach, expect, test, vi } from 'vitest'
import { onStopSignals, STOP_SIGNALS } from './signals.ts'

afterEach(() => {
  vi.useRealTimers()
})

test.each(STOP_SIGNALS)('%s that comes twice at the same time counts once', (signal) => {
  vi.useFakeTimers()
  const [stop, giveUp] = [vi.fn(), vi.fn()]
  const others = process.listenerCount(signal)
  const listenNoLonger = onStopSignals(stop, giveUp)
  const [listener] = process.listeners(signal).slice(others)
  listener?.(signal)
  listener?.(signal)
  vi.advanceTimersByTime(300)
  listener?.(signal)
  expect([stop.mock.calls, giveUp.mock.calls.length]).toEqual([[[signal]], 0])
  vi.advanceTimersByTime(1)
  listener?.(signal)
  expect([stop.mock.calls.length, giveUp.mock.calls.length]).toEqual([1, 1])
  listenNoLonger()
  expect(process.listenerCount(signal)).toBe(others)
})
