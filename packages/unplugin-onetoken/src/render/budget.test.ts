import { describe, expect, test } from 'vitest'
import { createBudget, type Budget, type Reservation } from './budget.ts'
import { createLedger } from './ledger.ts'

const ENDLESS = Number.POSITIVE_INFINITY

async function reserved(budget: Budget, worst: number): Promise<Reservation> {
  const reservation = await budget.reserve(worst)
  if (reservation === undefined) throw new Error('it does not fit')
  return reservation
}

/** Whether a promise is settled when everything that can go on has gone on. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  void promise.finally(() => (settled = true))
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  return settled
}

describe('a reservation', () => {
  test('counts at what the render really cost', async () => {
    const budget = createBudget({ renders: ENDLESS, cost: 1 })
    const reservation = await reserved(budget, 0.9)
    reservation.settle(0.2)
    expect(budget.spent).toEqual({ renders: 1, cost: 0.2 })
    await reserved(budget, 0.8)
  })

  test('counts once, however often it is ended', async () => {
    const budget = createBudget({ renders: ENDLESS, cost: 1 })
    const reservation = await reserved(budget, 0.9)
    reservation.settle(0.2)
    reservation.settle(0.2)
    reservation.release()
    expect(budget.spent).toEqual({ renders: 1, cost: 0.2 })
  })

  test('costs nothing when it is released', async () => {
    const budget = createBudget({ renders: 1, cost: 1 })
    for (let time = 0; time < 5; time++) (await reserved(budget, 1)).release()
    expect(budget.spent).toEqual({ renders: 0, cost: 0 })
  })

  test('counts as a render also when it cost nothing', async () => {
    const budget = createBudget({ renders: 1, cost: 1 })
    const reservation = await reserved(budget, 1)
    reservation.settle(0)
    expect(await budget.reserve(0)).toBeUndefined()
  })
})

describe('what fits', () => {
  test.each([
    ['exactly', { renders: ENDLESS, cost: 0.3 }, 0.1, 3],
    ['exactly, in parts that binary numbers cannot hold', { renders: ENDLESS, cost: 5 }, 0.05, 100],
    ['by the number of renders', { renders: 2, cost: ENDLESS }, 1, 2],
    ['by whichever is reached first', { renders: 9, cost: 2.5 }, 1, 2],
    ['nothing at no renders', { renders: 0, cost: 5 }, 0.1, 0],
    ['nothing at no dollars', { renders: ENDLESS, cost: 0 }, 0.1, 0],
    ['what costs nothing, at no dollars', { renders: 3, cost: 0 }, 0, 3],
  ])('%s', async (_, limits, worst, expected) => {
    const budget = createBudget(limits)
    let renders = 0
    while (renders < 200) {
      const reservation = await budget.reserve(worst)
      if (reservation === undefined) break
      reservation.settle(worst)
      renders += 1
    }
    expect(renders).toBe(expected)
  })

  test('is said without waiting when it never will', async () => {
    const budget = createBudget({ renders: ENDLESS, cost: 1 })
    const underWay = await reserved(budget, 0.5)
    expect(await budget.reserve(1.1)).toBeUndefined()
    underWay.settle(0.1)
    expect(await budget.reserve(0.95)).toBeUndefined()
  })

  test('follows the limits, which the command may lower', async () => {
    const limits = { renders: ENDLESS, cost: 5 }
    const budget = createBudget(limits)
    limits.cost = 0.1
    expect(await budget.reserve(1)).toBeUndefined()
  })
})

describe('waiting', () => {
  test('for what may turn out cheaper', async () => {
    const budget = createBudget({ renders: ENDLESS, cost: 1 })
    const first = await reserved(budget, 0.9)
    const second = budget.reserve(0.9)
    expect(await isSettled(second)).toBe(false)
    first.settle(0.1)
    expect(await second).toBeDefined()
  })

  test('ends with a no when it did not', async () => {
    const budget = createBudget({ renders: ENDLESS, cost: 1 })
    const first = await reserved(budget, 0.9)
    const second = budget.reserve(0.9)
    first.settle(0.9)
    expect(await second).toBeUndefined()
  })

  test('for a failure, with the number of renders', async () => {
    const budget = createBudget({ renders: 1, cost: ENDLESS })
    const first = await reserved(budget, 1)
    const second = budget.reserve(1)
    first.release()
    expect(await second).toBeDefined()
  })

  test('lets the small pass the large', async () => {
    const budget = createBudget({ renders: ENDLESS, cost: 1 })
    const first = await reserved(budget, 0.5)
    const large = budget.reserve(0.9)
    expect(await isSettled(large)).toBe(false)
    const small = await reserved(budget, 0.1)
    small.release()
    first.release()
    expect(await large).toBeDefined()
  })
})

describe('budgets that keep one ledger', () => {
  test('do not exceed their limits together', async () => {
    const ledger = createLedger()
    const one = createBudget({ renders: ENDLESS, cost: 1 }, ledger)
    const other = createBudget({ renders: ENDLESS, cost: 1.5 }, ledger)
    const first = await reserved(one, 0.9)
    expect(await isSettled(other.reserve(0.7))).toBe(false)
    await reserved(other, 0.5)
    first.settle(0.9)
    expect(await one.reserve(0.2)).toBeUndefined()
  })

  test('wait for each other', async () => {
    const ledger = createLedger()
    const [one, other] = [
      createBudget({ renders: ENDLESS, cost: 1 }, ledger),
      createBudget({ renders: ENDLESS, cost: 1 }, ledger),
    ]
    const first = await reserved(one, 0.9)
    const second = other.reserve(0.9)
    expect(await isSettled(second)).toBe(false)
    first.settle(0.1)
    expect(await second).toBeDefined()
    expect(other.spent).toEqual({ renders: 1, cost: 0.1 })
  })
})

test('a hundred at once stay below the ceiling, and none waits for ever', async () => {
  const limits = { renders: 30, cost: 5 }
  const budget = createBudget(limits)
  const underWay = { renders: 0, cost: 0 }
  let refused = 0
  const work = async (index: number): Promise<void> => {
    const worst = 0.1 + (index % 7) * 0.1
    const reservation = await budget.reserve(worst)
    if (reservation === undefined) {
      refused += 1
      return
    }
    underWay.renders += 1
    underWay.cost += worst
    expect(budget.spent.cost + underWay.cost).toBeLessThanOrEqual(limits.cost + 1e-9)
    expect(budget.spent.renders + underWay.renders).toBeLessThanOrEqual(limits.renders)
    for (let turn = 0; turn < index % 5; turn++) await Promise.resolve()
    underWay.renders -= 1
    underWay.cost -= worst
    if (index % 3 === 0) reservation.release()
    else reservation.settle(worst * ((index % 4) / 4))
  }
  await Promise.all(Array.from({ length: 100 }, (_, index) => work(index)))
  expect(refused).toBeGreaterThan(0)
  expect(budget.spent.cost).toBeLessThanOrEqual(limits.cost)
  expect(budget.spent.renders).toBeLessThanOrEqual(limits.renders)
})
