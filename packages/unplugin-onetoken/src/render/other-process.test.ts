import { describe, expect, test } from 'vitest'
import { SELF } from '../store/sender.ts'
import { KEY, recordOf } from '../store/testing.ts'
import { answerOf, apiError, bench, intentOf, jobOf, picture } from './testing.ts'

describe('another process', () => {
  const now = (): Date => new Date()
  const alive = { isAlive: () => true, sleep: async () => {} }

  test('that sends the same at the same time sends it once', async () => {
    const one = await bench({ now, surroundings: alive })
    const other = await bench({ now, surroundings: alive, folder: one.folder })
    const records = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? one : other).renderer.render(jobOf())),
    )
    expect([...one.posts, ...other.posts]).toHaveLength(1)
    expect(records.filter((record) => record !== undefined)).toHaveLength(1)
    expect(one.budget.spent.renders + other.budget.spent.renders).toBe(1)
    expect(await one.intents.read(KEY)).toBeUndefined()
  })

  test('that is waiting for its answer is waited for', async () => {
    let answerNow = (): void => {}
    const late = new Promise<void>((resolve) => (answerNow = resolve))
    const one = await bench({
      now,
      surroundings: alive,
      answer: async () => {
        await late
        return answerOf([picture()])
      },
    })
    let polls = 0
    const other = await bench({
      now,
      folder: one.folder,
      surroundings: {
        ...alive,
        sleep: async () => {
          polls += 1
          if (polls === 3) answerNow()
          await first.catch(() => undefined)
        },
      },
    })
    const posted = new Promise<void>((resolve) => {
      const check = (): void => (one.posts.length > 0 ? resolve() : void setImmediate(check))
      check()
    })
    const first = one.renderer.render(jobOf())
    await posted
    expect(await other.renderer.render(jobOf())).toBeUndefined()
    expect(await other.renderer.standing(KEY, jobOf())).toBeUndefined()
    answerNow()
    await other.renderer.othersDone(KEY)
    await first
    expect(await other.store.find(KEY)).toMatchObject({ state: 'found' })
    expect(other.posts).toEqual([])
  })

  test('that was done a moment before is found out after the claim, and before the POST', async () => {
    const { store, intents, folder } = await bench()
    const { renderer, posts, budget } = await bench({
      folder,
      parts: {
        intents: {
          ...intents,
          async claim(intent) {
            await store.putRecord(recordOf([picture()]))
            return await intents.claim(intent)
          },
        },
      },
    })
    expect(await renderer.render(jobOf())).toBeUndefined()
    expect(posts).toEqual([])
    expect(budget.spent).toEqual({ renders: 0, cost: 0 })
    expect(await intents.read(KEY)).toBeUndefined()
  })

  test('that is done while one looks whether it still works is not taken for one that gave up', async () => {
    const { store, intents, folder } = await bench()
    const mine = intentOf({ sender: { ...SELF, id: 'another', pid: 7 } })
    const { renderer, posts } = await bench({
      folder,
      parts: {
        intents: {
          ...intents,
          async isUnderWay(intent) {
            await store.putRecord(recordOf([picture()]))
            await intents.close(mine)
            return await intents.isUnderWay(intent)
          },
        },
      },
    })
    for (const look of [
      () => renderer.render(jobOf()),
      () => renderer.standing(KEY, jobOf()),
      async () => ((await renderer.finishAbandoned(KEY)) ? 'finished' : undefined),
    ]) {
      await intents.write({ ...mine, arrived: recordOf([picture()]) })
      expect(await look()).toBeUndefined()
    }
    expect(posts).toEqual([])
  })

  test('that is waited for no longer when the queue is stopped', async () => {
    const made = await bench({ now, surroundings: alive })
    await made.intents.claim(intentOf({ sender: { ...SELF, id: 'another', pid: 7 } }))
    const waiting = made.renderer.othersDone(KEY)
    const stopped = apiError('API_NO_CREDIT', { stopAll: true })
    made.schedule.stop(stopped)
    await expect(waiting).rejects.toBe(stopped)
  })
})
