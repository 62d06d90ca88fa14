import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { failureOf, filesIn, KEY } from '../store/testing.ts'
import { answerOf, apiError, bench, good, inTurn, jobOf, picture, refuse } from './testing.ts'

describe('a render', () => {
  test('goes its way in an order in which nothing that is paid for can be lost', async () => {
    const { renderer, events, folder } = await bench()
    await renderer.render(jobOf())
    expect(events).toEqual([
      'store is writable',
      'intent: sent',
      'POST',
      'intent: arrived',
      'bytes are synced',
      'record',
      'intent closed',
    ])
    expect((await filesIn(folder)).map((name) => name.replaceAll(/[\da-f]{64}/g, '<hash>'))).toEqual([
      '.gitattributes',
      '.gitignore',
      'images/<hash>.png',
      'renders/<hash>.json',
    ])
  })

  test('is journaled when it is sent', async () => {
    const { renderer, intents } = await bench({
      answer: async () => {
        expect(await intents.read(KEY)).toEqual(
          expect.objectContaining({
            attempt: 1,
            label: 'hero',
            sender: expect.objectContaining({ pid: process.pid }) as unknown,
            time: '2026-01-02T03:04:05.678Z',
            idempotencyKey: KEY,
          }),
        )
        return answerOf([picture()])
      },
    })
    await renderer.render(jobOf())
    expect.assertions(1)
  })

  test('asks for what the spec says', async () => {
    const { renderer, posts } = await bench()
    await renderer.render(jobOf())
    expect(posts).toHaveLength(1)
    expect(posts[0]).toMatchObject({
      endpoint: 'generations',
      fields: { model: 'gpt-image-2', prompt: 'a red fox', n: 1, size: '1024x1024', quality: 'high' },
      files: undefined,
      options: { idempotencyKey: KEY },
    })
  })

  test('of an edit sends its files, which are made when the turn has come', async () => {
    const { renderer, posts, events } = await bench()
    const upload = { name: 'photo.png', type: 'image/png', bytes: picture('photo') } as const
    const job = jobOf({
      uploads: async () => {
        events.push('uploads')
        return { images: [upload], mask: upload }
      },
      digests: [{ role: 'image', sha256: KEY, conversion: 1 }],
    })
    const record = await renderer.render({ ...job, spec: { ...job.spec, endpoint: 'edits' } })
    expect(posts[0]).toMatchObject({ endpoint: 'edits', files: { images: [upload], mask: upload } })
    expect(events[0]).toBe('uploads')
    expect(record).toMatchObject({ endpoint: 'edits', inputs: job.digests })
  })

  test('slows the whole queue when an answer asks to wait, and not when the network does', async () => {
    const told: unknown[] = []
    const { schedule, ...made } = await bench()
    const turn = {
      begin: async () => void told.push('begin'),
      refused: (ms: number) => void told.push(ms),
      unsent: () => void told.push('unsent'),
      end: () => void told.push('end'),
    }
    const { renderer } = await bench({
      parts: { schedule: { ...schedule, turn: () => turn } },
      answer: async ({ options }) => {
        await options.onWait?.({ ms: 500, status: undefined, attempt: 1 })
        await options.onSend?.()
        await options.onWait?.({ ms: 7_000, status: 429, attempt: 2 })
        await options.onSend?.()
        return answerOf([picture()])
      },
      folder: made.folder,
    })
    await renderer.render(jobOf())
    expect(told).toEqual(['begin', 'unsent', 'begin', 7_000, 'begin', 'end'])
  })

  test('that was turned away is anybody’s until it is sent again', async () => {
    const { renderer, events, intents } = await bench({
      answer: async ({ options }) => {
        await options.onWait?.({ ms: 1, status: 429, attempt: 1 })
        expect(await intents.read(KEY)).toBeUndefined()
        await options.onSend?.()
        expect(await intents.read(KEY)).toBeDefined()
        return answerOf([picture()])
      },
    })
    await renderer.render(jobOf())
    expect(events).toEqual([
      'store is writable',
      'intent: sent',
      'POST',
      'intent withdrawn',
      'intent: sent',
      'intent: arrived',
      'bytes are synced',
      'record',
      'intent closed',
    ])
  })

  test('journals once, although the client sends it again', async () => {
    const { renderer, events } = await bench({
      answer: async ({ options }) => {
        await options.onSend?.()
        await options.onSend?.()
        return answerOf([picture()])
      },
    })
    await renderer.render(jobOf())
    expect(events.filter((event) => event === 'intent: sent')).toHaveLength(1)
  })
})

describe('what stops all', () => {
  test('stops the queue, and is said in the same words by all', async () => {
    const noCredit = apiError('API_NO_CREDIT', { stopAll: true })
    const { renderer, posts, budget } = await bench({
      concurrency: 1,
      answer: () => {
        throw noCredit
      },
    })
    const keys = Array.from({ length: 6 }, (_, index) => String(index).repeat(64))
    const errors = await Promise.all(
      keys.map((key) => failureOf(renderer.render(jobOf({ key, label: `hero-${key[0]}` })))),
    )
    expect(new Set(errors)).toEqual(new Set([noCredit]))
    expect(posts).toHaveLength(1)
    expect(budget.spent).toEqual({ renders: 0, cost: 0 })
  })

  test('lets what is under way come home', async () => {
    const other = 'f'.repeat(64)
    const { renderer } = await bench({
      answer: async ({ options }) => {
        if (options.idempotencyKey === other) throw apiError('API_KEY_REFUSED', { stopAll: true })
        // Asked for while this one is under way.
        expect((await failureOf(renderer.render(jobOf({ key: other })))).code).toBe('API_KEY_REFUSED')
        return answerOf([picture()])
      },
    })
    expect(await renderer.render(jobOf())).toMatchObject({ key: KEY })
  })
})

describe('a refusal', () => {
  test('is a record', async () => {
    const { renderer, store, events } = await bench({ answer: refuse })
    const error = await failureOf(renderer.render(jobOf()))
    expect([error.code, error.message]).toEqual(['API_REFUSED', 'hero: The API said API_REFUSED.'])
    expect(await store.find(KEY)).toMatchObject({
      state: 'found',
      record: {
        images: [],
        refusal: { message: 'The API said API_REFUSED.' },
        cost: { usd: 0, from: 'usage' },
        created: '2026-01-02T03:04:05.678Z',
      },
    })
    // The record is there before the intent goes.
    expect(events.slice(-2)).toEqual(['record', 'intent withdrawn'])
  })

  test('is replaced by the picture that comes when it is asked for again', async () => {
    const { renderer, store } = await bench({ answer: inTurn(refuse, good) })
    await failureOf(renderer.render(jobOf()))
    await renderer.render(jobOf({ again: true }))
    const lookup = await store.find(KEY)
    expect(lookup.state === 'found' && lookup.record).not.toHaveProperty('refusal')
    expect(lookup).toMatchObject({ state: 'found', record: { images: [expect.anything()] } })
  })

  test('is replaced by the one that comes when it is asked for again', async () => {
    const dates = ['2026-01-01', '2026-02-02']
    const { renderer, store, posts } = await bench({
      answer: refuse,
      now: () => new Date(`${dates[Math.max(0, posts.length - 1)]}T00:00:00Z`),
    })
    await failureOf(renderer.render(jobOf()))
    await failureOf(renderer.render(jobOf({ again: true })))
    expect(await store.find(KEY)).toMatchObject({ record: { created: '2026-02-02T00:00:00.000Z' } })
  })

  test('never takes the place of a picture that was paid for', async () => {
    const { renderer, store } = await bench({ answer: inTurn(good, refuse) })
    const record = await renderer.render(jobOf())
    await failureOf(renderer.render(jobOf({ again: true })))
    expect(await store.find(KEY)).toEqual({ state: 'found', record: JSON.parse(JSON.stringify(record)) })
  })

  test('never takes the place of a record that may be healed', async () => {
    const { renderer, store } = await bench({ answer: refuse })
    await mkdir(join(store.folder, 'renders'), { recursive: true })
    await writeFile(store.recordFile(KEY), '<<<<<<< HEAD\n')
    await failureOf(renderer.render(jobOf({ again: true })))
    expect((await store.find(KEY)).state).toBe('unavailable')
  })

  test('is what the caller gets also when it cannot be written down', async () => {
    const { store } = await bench()
    const { renderer, warnings } = await bench({
      answer: refuse,
      folder: store.folder,
      parts: { store: { ...store, putRecord: () => Promise.reject(new Error('no room')) } },
    })
    expect((await failureOf(renderer.render(jobOf()))).code).toBe('API_REFUSED')
    expect(warnings).toEqual(['That the API refused hero could not be written down: no room'])
  })
})
