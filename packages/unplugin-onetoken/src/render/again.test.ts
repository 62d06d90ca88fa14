import { mkdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { failureOf, KEY, told } from '../store/testing.ts'
import { answerOf, apiError, bench, cut, good, inTurn, jobOf, picture, wrong } from './testing.ts'

describe('again', () => {
  test('sends what may have been billed under the same idempotency key', async () => {
    const { renderer, posts, intents } = await bench({ answer: inTurn(cut, good) })
    await failureOf(renderer.render(jobOf()))
    await renderer.render(jobOf({ again: true }))
    expect(posts.map(({ options }) => options.idempotencyKey)).toEqual([KEY, KEY])
    expect(await intents.read(KEY)).toBeUndefined()
  })

  test('asks for another picture under another idempotency key, and replaces the record', async () => {
    const { renderer, posts, store } = await bench({
      answer: inTurn(good, () => answerOf([picture('another fox')])),
    })
    const first = await renderer.render(jobOf())
    const second = await renderer.render(jobOf({ again: true }))
    expect(posts.map(({ options }) => options.idempotencyKey)).toEqual([
      KEY,
      `${KEY}-${Date.parse('2026-01-02T03:04:05.678Z')}`,
    ])
    expect(second?.images).not.toEqual(first?.images)
    expect(await store.find(KEY)).toMatchObject({ state: 'found', record: { images: second?.images } })
  })

  test('is later than what it replaces, whatever the clock says', async () => {
    let now = new Date('2026-03-04T05:06:07.890Z')
    const { renderer } = await bench({
      answer: inTurn(good, () => answerOf([picture('another fox')])),
      now: () => now,
    })
    await renderer.render(jobOf())
    now = new Date('2026-01-02T03:04:05.678Z')
    const second = await renderer.render(jobOf({ again: true }))
    expect(second?.created).toBe('2026-03-04T05:06:07.891Z')
  })

  test('sends nothing when what is there cannot be replaced', async () => {
    const { renderer, posts, store, budget, folder } = await bench()
    await mkdir(store.recordFile(KEY), { recursive: true })
    const error = await failureOf(renderer.render(jobOf({ again: true })))
    expect(told(error, folder)).toMatchInlineSnapshot(`
      "STORE_UNAVAILABLE
      The store cannot be read: EISDIR: illegal operation on a directory, read
      Nothing was rendered. <folder>/renders/<hash>.json is a folder, where a file belongs: put the file back, or move the folder away."
    `)
    expect(posts).toEqual([])
    expect(budget.spent.renders).toBe(0)
    // Other pictures have nothing to do with it.
    expect(error.details?.['stopAll']).toBeUndefined()
  })

  test('sends nothing when another process has brought one since somebody decided to', async () => {
    const { renderer, posts, store } = await bench({
      answer: inTurn(good, () => answerOf([picture('another fox')])),
    })
    await renderer.render(jobOf())
    const seen = await store.find(KEY)
    await renderer.render(jobOf({ again: true, seen }))
    expect(await renderer.render(jobOf({ again: true, seen }))).toBeUndefined()
    expect(posts).toHaveLength(2)
  })

  test('of an "again" that may have been billed has the key of that one, at any later time', async () => {
    const { renderer, posts } = await bench({
      answer: inTurn(good, cut, good),
      now: () => new Date(1_700_000_000_000 + posts.length),
    })
    await renderer.render(jobOf())
    await failureOf(renderer.render(jobOf({ again: true })))
    await renderer.render(jobOf({ again: true }))
    expect(posts.map(({ options }) => options.idempotencyKey)).toEqual([
      KEY,
      `${KEY}-1700000000001`,
      `${KEY}-1700000000001`,
    ])
  })

  test.each<[string, (made: Awaited<ReturnType<typeof bench>>) => Promise<unknown>]>([
    [
      'its inputs cannot be had',
      ({ renderer }) =>
        renderer.render(jobOf({ again: true, uploads: () => Promise.reject(new Error('gone')) })),
    ],
    [
      'the queue is stopped',
      ({ renderer, schedule }) => {
        schedule.stop(apiError('API_NO_CREDIT', { stopAll: true }))
        return renderer.render(jobOf({ again: true }))
      },
    ],
    [
      'it is too dear',
      ({ renderer }) => renderer.render(jobOf({ again: true }, { n: 10, size: '2048x2048' })),
    ],
    ['the API will not have it', ({ renderer }) => renderer.render(jobOf({ again: true }))],
  ])('leaves what may have been billed as it was when %s', async (_, again) => {
    const made = await bench({
      answer: inTurn(cut, wrong),
      limits: { renders: Number.POSITIVE_INFINITY, cost: 1 },
    })
    await failureOf(made.renderer.render(jobOf()))
    const before = await made.intents.read(KEY)
    await failureOf(again(made))
    expect(await made.intents.read(KEY)).toEqual(before)
    expect((await failureOf(made.renderer.render(jobOf()))).code).toBe('POSSIBLY_BILLED')
  })
})
