import { expect, test } from 'vitest'
import { cut, good, inTurn, refuse } from '../render/testing.ts'
import type { RenderRecord } from '../store/record.ts'
import { failureOf, filesIn, recordOf } from '../store/testing.ts'
import type { Asker } from './renders.ts'
import { BUILD, COMMAND, DEV, identified, studio, type Studio } from './testing.ts'

const MINE = Buffer.from('png:mine')
const REPLACING: Asker = { ...COMMAND, provisional: 'replaced' }

/** A studio in which a picture of the user stands in for the render of `hero`. */
async function imported(
  options: Parameters<typeof studio>[0] = {},
  changes: Parameters<typeof studio>[1] = {},
  until: { until?: 'rendered' } = { until: 'rendered' },
): Promise<Studio & { hero: ReturnType<typeof identified>; record: RenderRecord }> {
  const all = await studio(options, changes)
  const hero = identified('hero', all.root)
  const record = recordOf([MINE], {
    key: hero.key,
    origin: { kind: 'imported', file: 'mine.png', ...until },
    cost: { usd: 0, from: 'origin' },
  })
  await all.store.putImage(MINE, 'png')
  await all.store.putRecord(record)
  all.events.length = 0
  return { ...all, hero, record }
}

test.each<[string, Asker]>([
  ['a build', BUILD],
  ['development', DEV],
  ['a command that does not render', COMMAND],
])('a picture that stands in is used by %s', async (_, asker) => {
  const { renders, hero, record, posts } = await imported()
  expect(await renders.obtain(hero, asker)).toEqual({ record, made: false })
  expect(await renders.stateOf(hero)).toEqual({ state: 'cached', origin: record.origin })
  expect(posts).toHaveLength(0)
})

test('it gives way to the render, once, and stays in the store', async () => {
  const { renders, hero, store, folder, posts } = await imported()
  const all = await Promise.all([1, 2, 3].map(() => renders.obtain(hero, REPLACING)))
  expect(posts).toHaveLength(1)
  expect(posts[0]?.options.idempotencyKey).toBe(hero.key)
  const lookup = await store.find(hero.key)
  expect(all).toEqual(
    all.map(() => expect.objectContaining({ made: true, record: (lookup as { record: unknown }).record })),
  )
  expect(await renders.stateOf(hero)).toEqual({ state: 'cached', origin: undefined })
  expect(await filesIn(`${folder}/images`)).toHaveLength(2)
  expect(await renders.obtain(hero, REPLACING)).toMatchObject({ made: false })
  expect(posts).toHaveLength(1)
})

test('one that is there for good does not', async () => {
  const { renders, hero, record, posts } = await imported({}, {}, {})
  expect(await renders.obtain(hero, REPLACING)).toEqual({ record, made: false })
  expect(posts).toHaveLength(0)
})

test('what may have been billed is not asked for again because of it', async () => {
  const { renders, hero, record, posts } = await imported({ answer: inTurn(cut, good) })
  expect((await failureOf(renders.obtain(hero, REPLACING))).code).toBe('POSSIBLY_BILLED')
  expect((await failureOf(renders.obtain(hero, REPLACING))).code).toBe('POSSIBLY_BILLED')
  expect(posts).toHaveLength(1)
  expect(await renders.obtain(hero, BUILD)).toEqual({ record, made: false })
  expect(await renders.obtain(hero, { ...REPLACING, again: true })).toMatchObject({ made: true })
})

test('it stays when the API refuses the words, which are not asked for once more', async () => {
  const { renders, hero, record, posts } = await imported({ answer: inTurn(refuse, good) })
  expect((await failureOf(renders.obtain(hero, REPLACING))).code).toBe('API_REFUSED')
  const { images, origin } = record
  expect(await renders.obtain(hero, BUILD)).toMatchObject({ record: { images, origin }, made: false })
  const { hint } = await failureOf(renders.obtain(hero, REPLACING))
  expect(hint).toMatchInlineSnapshot(`
    "It is not asked for again with the same words: change them. To try them once more: npx --no-install onetoken render hero --again
    Builds go on with "mine.png". To have that for good: npx --no-install onetoken import hero FILE"
  `)
  expect(await renders.stateOf(hero)).toMatchObject({ state: 'refused', uses: hero.key, problem: { hint } })
  expect(posts).toHaveLength(1)
  expect(await renders.obtain(hero, { ...REPLACING, again: true })).toMatchObject({ made: true })
  expect(await renders.stateOf(hero)).toEqual({ state: 'cached' })
})

test.each([
  ['rendering is frozen', { settings: { frozen: true } }, 'RENDERS_MISSING'],
  ['there is no key', { environment: { apiKey: undefined } }, 'API_KEY_MISSING'],
])('it is missing to who renders, and told as that where %s', async (_, changes, code) => {
  const { renders, hero, record } = await imported({}, changes)
  expect((await failureOf(renders.obtain(hero, REPLACING))).code).toBe(code)
  expect(await renders.obtain(hero, BUILD)).toEqual({ record, made: false })
})

test('two processes that render it ask once', async () => {
  const now = (): Date => new Date()
  const surroundings = {
    isAlive: () => true,
    sleep: () => new Promise((resolve) => void setImmediate(resolve)),
  }
  const one = await imported({ now, surroundings })
  const other = await studio({ now, surroundings, folder: one.folder })
  const all = await Promise.all([one, other].map(({ renders }) => renders.obtain(one.hero, REPLACING)))
  expect([...one.posts, ...other.posts]).toHaveLength(1)
  expect(all.map((obtained) => 'made' in obtained && obtained.made).sort()).toEqual([false, true])
  expect(all.every((obtained) => 'record' in obtained && obtained.record.origin === undefined)).toBe(true)
})
