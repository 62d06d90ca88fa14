import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createGate, type Gate } from './gate.ts'

const told: string[] = []

function open(): Gate {
  return createGate({
    paused: () => told.push('paused'),
    resumed: () => told.push('resumed'),
    told() {},
    isNeeded: () => true,
    chance: () => 1,
  })
}

/** Turns that want to pass, by name, and the names of those that did. */
function several(gate: Gate, names: string): { turns: Map<string, object>; passed: string[] } {
  const turns = new Map(names.split('').map((name) => [name, {}]))
  const passed: string[] = []
  for (const [name, turn] of turns) void gate.pass(turn).then(() => passed.push(name))
  return { turns, passed }
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  vi.useFakeTimers()
  told.length = 0
})
afterEach(() => {
  vi.useRealTimers()
})

describe('after a refusal', () => {
  test('nothing passes for the pause, and then a single one', async () => {
    const gate = open()
    gate.refuse({}, 30_000)
    const { passed } = several(gate, 'abc')
    await pass(29_900)
    expect([told, passed]).toEqual([['paused'], []])
    await pass(200)
    expect([told, passed]).toEqual([['paused', 'resumed'], ['a']])
  })

  test('the others follow when that one is answered', async () => {
    const gate = open()
    gate.refuse({}, 1_000)
    const { turns, passed } = several(gate, 'abc')
    await pass(2_100)
    gate.settle(turns.get('b') ?? {})
    await pass(0)
    expect(passed).toEqual(['a'])
    gate.settle(turns.get('a') ?? {})
    await pass(0)
    expect(passed).toEqual(['a', 'b', 'c'])
  })

  test('the others follow when that one is not turned away for a while: it is being rendered', async () => {
    const gate = open()
    gate.refuse({}, 1_000)
    const { passed } = several(gate, 'abc')
    await pass(6_900)
    expect(passed).toEqual(['a'])
    await pass(200)
    expect(passed).toEqual(['a', 'b', 'c'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('each of its own doubles the pause, up to half a minute', async () => {
    const gate = open()
    const turn = {}
    const pauses: number[] = []
    gate.refuse(turn, 0)
    for (let count = 0; count < 7; count += 1) {
      const begun = performance.now()
      await Promise.all([gate.pass(turn), vi.advanceTimersToNextTimerAsync()])
      pauses.push(Math.round((performance.now() - begun) / 1_000))
      gate.refuse(turn, 0)
    }
    expect(pauses).toEqual([2, 4, 8, 16, 30, 30, 30])
  })

  test('those of requests that were under way by then say nothing new', async () => {
    const gate = open()
    const { turns } = several(gate, 'abcd')
    await pass(0)
    for (const turn of turns.values()) gate.refuse(turn, 0)
    const { passed } = several(gate, 'x')
    await pass(2_100)
    expect(passed).toEqual(['x'])
  })

  test('an answer begins anew', async () => {
    const gate = open()
    const turn = {}
    for (const seconds of [2, 4, 8]) {
      gate.refuse(turn, 0)
      await Promise.all([gate.pass(turn), pass(seconds * 1_000)])
    }
    gate.settle(turn)
    gate.refuse({}, 0)
    const { passed } = several(gate, 'x')
    await pass(2_100)
    expect(passed).toEqual(['x'])
  })
})

test('a closed gate rejects those who wait and those who come', async () => {
  const gate = open()
  gate.refuse({}, 60_000)
  const waiting = gate.pass({})
  const reason = new Error('no credit')
  gate.close(reason)
  gate.refuse({}, 5)
  await expect(waiting).rejects.toBe(reason)
  await expect(gate.pass({})).rejects.toBe(reason)
  expect(vi.getTimerCount()).toBe(0)
})

test('a pause keeps the process alive for those that wait, also when a timer fires early', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout')
  const lastKeepsAlive = (): boolean => timers.mock.results.at(-1)?.value.hasRef() as boolean
  const gate = createGate({ paused() {}, resumed() {}, told() {}, isNeeded: () => false, chance: () => 1 })
  const turn = {}
  gate.refuse(turn, 5_000)
  expect(lastKeepsAlive()).toBe(false)
  const passed = gate.pass(turn)
  expect(lastKeepsAlive()).toBe(true)
  const clock = performance.now.bind(performance)
  const early = vi.spyOn(performance, 'now').mockImplementationOnce(() => clock() - 1)
  await pass(5_000)
  expect(early).toHaveBeenCalled()
  expect(timers).toHaveBeenCalledTimes(2)
  expect(lastKeepsAlive()).toBe(true)
  await pass(1)
  await passed
})

test('a pause that a person notices is told once, until requests pass again', async () => {
  const told = vi.fn()
  const gate = createGate({ paused() {}, resumed() {}, told, isNeeded: () => true, chance: () => 1 })
  const turn = {}
  const refused = async (): Promise<number> => {
    gate.refuse(turn, 0)
    await Promise.all([gate.pass(turn), vi.advanceTimersToNextTimerAsync()])
    return told.mock.calls.length
  }
  expect([await refused(), await refused(), await refused(), await refused()]).toEqual([0, 0, 1, 1])
  gate.settle(turn)
  gate.refuse(turn, 60_000)
  expect(told).toHaveBeenCalledTimes(2)
})
