import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { OneTokenError } from '../errors.ts'
import type { Intents } from '../store/intents.ts'
import { failureOf, KEY, told } from '../store/testing.ts'
import {
  apiError,
  bench,
  cut,
  good,
  inTurn,
  intentOf,
  jobOf,
  refuse,
  WORST,
  wrong,
  type Answer,
} from './testing.ts'

describe('a failure after which the picture may have been billed', () => {
  test.each<[string, Answer, string, string]>([
    ['that the client says so of', cut, 'POSSIBLY_BILLED', 'hero: The API said POSSIBLY_BILLED.'],
    [
      'of another kind that the client says so of',
      () => {
        throw apiError('ABORTED', { possiblyBilled: true })
      },
      'ABORTED',
      'hero: The API said ABORTED.',
    ],
    [
      'that nobody has thought of',
      () => {
        throw new TypeError('cannot read properties of undefined')
      },
      'POSSIBLY_BILLED',
      'hero: The request failed after it was sent: cannot read properties of undefined',
    ],
    [
      'of which nobody says whether it was billed',
      () => {
        throw new OneTokenError('API_UNEXPECTED', 'No details.')
      },
      'API_UNEXPECTED',
      'hero: No details.',
    ],
  ])('%s keeps the intent, and the next one is not sent', async (_, answer, code, message) => {
    const { renderer, events, posts, budget, folder } = await bench({ answer: inTurn(answer, good) })
    const error = await failureOf(renderer.render(jobOf()))
    expect([error.code, error.message]).toEqual([code, message])
    expect(events.at(-1)).toBe('intent: failed')
    expect(budget.spent).toEqual({ renders: 1, cost: WORST })

    const next = await failureOf(renderer.render(jobOf()))
    expect([next.code, next.exitCode]).toEqual(['POSSIBLY_BILLED', 4])
    // So it is in another process, at any later time.
    const later = await bench({ folder })
    expect((await failureOf(later.renderer.render(jobOf()))).message).toBe(next.message)
    expect((await later.renderer.standing(KEY, jobOf()))?.message).toBe(next.message)
    expect([...posts, ...later.posts]).toHaveLength(1)
  })

  test('is told whole', async () => {
    const { renderer, folder } = await bench({ answer: cut })
    expect(told(await failureOf(renderer.render(jobOf())), folder)).toMatchInlineSnapshot(`
      "POSSIBLY_BILLED
      hero: The API said POSSIBLY_BILLED.
      Look at the usage log.
      To pay for it (again): npx --no-install onetoken render hero --again"
    `)
    expect(told(await failureOf(renderer.render(jobOf())), folder)).toMatchInlineSnapshot(`
      "POSSIBLY_BILLED
      hero was asked for on 2026-01-02 03:04 UTC, and may have been billed. What happened: The API said POSSIBLY_BILLED.
      Look at the usage log of your account first. To pay for it (again): npx --no-install onetoken render hero --again"
    `)
  })

  test('is told whole for the picture of an import', async () => {
    const { renderer, folder } = await bench({ answer: cut })
    const job = jobOf({ name: undefined, label: '"A red fox in…"' })
    await failureOf(renderer.render(job))
    expect(told(await failureOf(renderer.render(job)), folder)).toMatchInlineSnapshot(`
      "POSSIBLY_BILLED
      "A red fox in…" was asked for on 2026-01-02 03:04 UTC, and may have been billed. What happened: The API said POSSIBLY_BILLED.
      Look at the usage log of your account first. To pay for it (again): give its import another "take", as in &take=2"
    `)
  })

  test('is also the end of the process', async () => {
    const { renderer, intents, folder } = await bench()
    await intents.claim(intentOf())
    const file = join(folder, `.cache/intents/${KEY}.1.json`)
    await utimes(file, 0, 0)
    expect(told(await failureOf(renderer.render(jobOf())), folder)).toMatchInlineSnapshot(`
      "POSSIBLY_BILLED
      hero was asked for on 2026-01-02 03:04 UTC from elsewhere, and no answer was kept: it may have been billed.
      Look at the usage log of your account first. To pay for it (again): npx --no-install onetoken render hero --again"
    `)
  })
})

test('an intent that fails when it has its name already is taken back, as nothing was sent', async () => {
  const { intents, folder } = await bench()
  const claim: Intents['claim'] = async (intent) => {
    await intents.claim(intent)
    throw new Error('i/o error')
  }
  const { renderer, posts } = await bench({ folder, parts: { intents: { ...intents, claim } } })
  expect((await failureOf(renderer.render(jobOf()))).code).toBe('STORE_WRITE')
  expect(posts).toEqual([])
  expect(await intents.read(KEY)).toBeUndefined()
})

describe('a failure after which nothing was billed', () => {
  test.each<[string, Answer]>([
    ['a wrong request', wrong],
    ['a refusal', refuse],
    [
      'an abort before it was sent',
      () => {
        throw apiError('ABORTED')
      },
    ],
  ])('%s leaves no intent and no cost', async (_, answer) => {
    const { renderer, intents, budget, posts } = await bench({ answer: inTurn(answer, good) })
    await failureOf(renderer.render(jobOf()))
    expect(await intents.read(KEY)).toBeUndefined()
    expect(await renderer.standing(KEY, jobOf())).toBeUndefined()
    expect(budget.spent).toEqual({ renders: 0, cost: 0 })
    if (answer !== refuse) await renderer.render(jobOf())
    expect(posts).toHaveLength(answer === refuse ? 1 : 2)
  })

  test('is told with the name of the picture, once', async () => {
    const { renderer, folder } = await bench({ answer: wrong })
    expect(told(await failureOf(renderer.render(jobOf())), folder)).toMatchInlineSnapshot(`
      "API_BAD_REQUEST
      hero: The API said API_BAD_REQUEST.
      Look at the usage log."
    `)
  })

  test('on the way to the client is none of the API', async () => {
    const { renderer, posts, intents } = await bench()
    const error = await failureOf(
      renderer.render(jobOf({ uploads: () => Promise.reject(new Error('the input is gone')) })),
    )
    expect([error.message, error.hint]).toEqual([
      'hero: The request failed before it was sent: the input is gone',
      'Nothing was sent to the API.',
    ])
    expect(await intents.read(KEY)).toBeUndefined()
    expect(posts).toHaveLength(0)
  })
})

describe('a store that cannot be written', () => {
  test.each([
    ['the store', ''],
    ['the folder of records', 'renders'],
    ['the folder of pictures', 'images'],
    ['the cache', '.cache'],
    ['the journal', '.cache/intents'],
  ])('%s is a file: nothing is sent, by nobody', async (_, part) => {
    const { renderer, posts, budget, folder } = await bench({ concurrency: 1 })
    const file = join(folder, part)
    await mkdir(join(file, '..'), { recursive: true })
    // The store itself and the journal are read before anything is asked for.
    const isRead = part === '.cache' || part === '.cache/intents' || part === ''
    await writeFile(file, 'no folder')
    const errors = await Promise.all(
      ['a', 'b', 'c'].map((letter) => failureOf(renderer.render(jobOf({ key: letter.repeat(64) })))),
    )
    expect(errors.map(({ code }) => code)).toEqual(
      Array.from({ length: 3 }, () => (isRead ? 'STORE_UNAVAILABLE' : 'STORE_WRITE')),
    )
    if (!isRead) expect(new Set(errors).size).toBe(1)
    expect(posts).toEqual([])
    expect(budget.spent).toEqual({ renders: 0, cost: 0 })
  })

  test('the journal cannot be written: nothing is sent', async () => {
    const { intents, folder } = await bench()
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    const { renderer, posts } = await bench({
      folder,
      parts: { intents: { ...intents, claim: () => Promise.reject(full) } },
    })
    const error = await failureOf(renderer.render(jobOf()))
    expect(told(error, folder)).toBe(
      'STORE_WRITE\nThe store cannot be written: ENOSPC: no space left on device\nNothing was sent to the API. Make <folder>/.cache a folder that can be written, or set "store" in the settings.',
    )
    expect(posts).toEqual([])
  })
})
