import { describe, expect, test } from 'vitest'
import { failureOf, told } from '../store/testing.ts'
import { answerOf, bench, jobOf, picture, WORST } from './testing.ts'

const ENDLESS = Number.POSITIVE_INFINITY

describe('the budget', () => {
  const usage = { output_tokens: 1_000, input_tokens: 10 }
  const billed = (1_000 * 30 + 10 * 5) / 1e6

  test('settles with what the answer says', async () => {
    const { renderer, budget } = await bench({ answer: () => answerOf([picture()], usage) })
    const record = await renderer.render(jobOf())
    expect(record?.cost).toEqual({ usd: billed, from: 'usage' })
    expect(record?.usage).toEqual(usage)
    expect(budget.spent).toEqual({ renders: 1, cost: expect.closeTo(billed, 12) as number })
  })

  test.each([undefined, {}, { output_tokens: 0, input_tokens: 0 }])(
    'settles at the worst when it says %o',
    async (usage) => {
      const { renderer, budget } = await bench({ answer: () => answerOf([picture()], usage) })
      const record = await renderer.render(jobOf())
      expect(record?.cost).toEqual({ usd: Number(WORST.toFixed(6)), from: 'estimate' })
      expect(budget.spent).toEqual({ renders: 1, cost: WORST })
    },
  )

  test('is multiplied as the account pays', async () => {
    const { renderer, budget } = await bench({
      answer: () => answerOf([picture()], usage),
      parts: { multiplier: 0.4 },
    })
    await renderer.render(jobOf())
    expect(budget.spent.cost).toBeCloseTo(0.4 * billed, 12)
  })

  test('is never exceeded, however many ask at once', async () => {
    const { renderer, budget, posts } = await bench({ limits: { renders: ENDLESS, cost: 1 }, concurrency: 8 })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        renderer.render(jobOf({ key: index.toString(16).padStart(64, '0') })),
      ),
    )
    expect(posts).toHaveLength(4)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4)
    expect(budget.spent.cost).toBeLessThanOrEqual(1)
  })

  test('of cheaper renders goes further than the worst case', async () => {
    const { renderer, posts } = await bench({
      limits: { renders: ENDLESS, cost: 1 },
      answer: () => answerOf([picture()], usage),
    })
    for (let index = 0; index < 20; index++) {
      await renderer.render(jobOf({ key: index.toString(16).padStart(64, '0') }))
    }
    expect(posts).toHaveLength(20)
  })

  test.each<[string, { renders: number; cost: number }, number]>([
    ['cost, after some', { renders: ENDLESS, cost: 0.5 }, 2],
    ['cost, from the beginning', { renders: ENDLESS, cost: 0.1 }, 0],
    ['renders, after some', { renders: 1, cost: 5 }, 1],
    ['renders, from the beginning', { renders: 0, cost: 5 }, 0],
  ])('is told when it is reached by %s', async (name, limits, before) => {
    const { renderer, posts, folder } = await bench({ limits })
    for (let index = 0; index < before; index++) {
      await renderer.render(jobOf({ key: index.toString(16).padStart(64, '0') }))
    }
    const error = await failureOf(renderer.render(jobOf()))
    expect([error.code, error.exitCode]).toEqual(['BUDGET_REACHED', 5])
    expect(told(error, folder)).toMatchSnapshot(name)
    expect(posts).toHaveLength(before)
  })
})
