import { rm, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import { answerOf, cut, intentOf, picture, type Answer } from '../render/testing.ts'
import { SELF } from '../store/sender.ts'
import { recordOf } from '../store/testing.ts'
import type { IdentifiedSpec } from './identify.ts'
import type { Asker } from './renders.ts'
import { BUILD, COMMAND, DEV, identified, studio, type Studio } from './testing.ts'

const FOX = picture('fox')
const DEAD = { ...SELF, id: 'dead', pid: 4_000_000 }

describe('what a run paid for that died before it was kept', () => {
  test.each<[string, Asker, Parameters<typeof studio>[1]]>([
    ['a build', BUILD, {}],
    ['a frozen build', BUILD, { settings: { frozen: true } }],
    ['a build without a key', BUILD, { environment: { apiKey: undefined } }],
    ['development', DEV, {}],
    ['the command', COMMAND, {}],
  ])('%s uses, and nothing is sent', async (_, asker, changes) => {
    const { renders, intents, store, posts, made, root } = await studio({}, changes)
    const hero = identified('hero', root)
    await store.putImage(FOX, 'png')
    await intents.write(
      intentOf({ key: hero.key, sender: DEAD, arrived: recordOf([FOX], { key: hero.key }) }),
    )
    expect(await renders.stateOf(hero)).toEqual({ state: 'cached' })
    expect(await renders.obtain(hero, asker)).toMatchObject({ record: { key: hero.key }, made: false })
    expect([posts, made]).toEqual([[], []])
  })
})

describe('another picture that a run paid for which died before it was kept', () => {
  const HARE = picture('hare')
  const HASH = { sha256: sha256(HARE) }
  const BEFORE = '2026-01-01T00:00:00.000Z'
  const SENT = '2026-01-02T00:00:00.000Z'
  const AFTER = '2026-01-03T00:00:00.000Z'

  /** A studio with a picture of `hero`, and the answer to a request for another one. */
  async function asked(created: string): Promise<Studio & { hero: IdentifiedSpec; looks: () => number }> {
    const all = await studio()
    let looks = 0
    const readAll = all.intents.all
    all.intents.all = () => {
      looks += 1
      return readAll()
    }
    const hero = identified('hero', all.root)
    for (const bytes of [FOX, HARE]) await all.store.putImage(bytes, 'png')
    await all.store.putRecord({ ...recordOf([FOX], { key: hero.key }), created })
    const arrived = { ...recordOf([HARE], { key: hero.key }), created: SENT }
    await all.intents.write(intentOf({ key: hero.key, sender: DEAD, time: SENT, replaces: true, arrived }))
    return { ...all, hero, looks: () => looks }
  }

  test.each<[string, Asker]>([
    ['a build', BUILD],
    ['development', DEV],
    ['the command', COMMAND],
  ])('%s uses', async (_, asker) => {
    const { renders, hero, posts } = await asked(BEFORE)
    expect(await renders.obtain(hero, asker)).toMatchObject({ record: { images: [HASH] }, made: false })
    expect(posts).toEqual([])
  })

  test('a plan uses as well, whatever it has seen before', async () => {
    const { renders, hero, store, intents } = await asked(BEFORE)
    const seen = await store.find(hero.key)
    const isOpen = async (): Promise<boolean> => (await intents.read(hero.key)) !== undefined
    expect(await renders.stateOf(hero, { seen, asItIs: true })).toEqual({ state: 'cached' })
    expect(await isOpen()).toBe(true)
    expect(await renders.stateOf(hero, { seen })).toEqual({ state: 'cached' })
    expect(await isOpen()).toBe(false)
    expect(await store.find(hero.key)).toMatchObject({ record: { images: [HASH] } })
  })

  test('takes no place of one that came later', async () => {
    const { renders, hero } = await asked(AFTER)
    const { images } = recordOf([FOX])
    expect(await renders.obtain(hero, BUILD)).toMatchObject({ record: { images } })
  })

  test('that cannot be kept now keeps nobody from what is there', async () => {
    const { renders, hero, store, folder, intents } = await asked(BEFORE)
    const seen = await store.find(hero.key)
    await rm(`${folder}/renders`, { recursive: true })
    await writeFile(`${folder}/renders`, 'no folder')
    expect(await renders.stateOf(hero, { seen })).toEqual({ state: 'cached' })
    expect(await intents.read(hero.key)).toBeDefined()
  })

  test('is looked for once, however many pictures there are', async () => {
    const { renders, hero, looks } = await asked(AFTER)
    for (let look = 0; look < 5; look += 1) await renders.obtain(hero, BUILD)
    expect(looks()).toBe(1)
  })
})

describe('two who ask again at once', () => {
  let foxes = 0
  /** Never the same, as from the API. */
  const newFox: Answer = () => answerOf([picture(`fox ${++foxes}`)])
  const alive = { isAlive: () => true, sleep: async () => {} }

  test('get the same new picture, in two processes', async () => {
    const one = await studio({ answer: newFox, surroundings: alive })
    const other = await studio({ answer: newFox, surroundings: alive, folder: one.folder })
    const hero = identified('hero', one.root)
    await one.renders.obtain(hero, COMMAND)
    const again = { ...COMMAND, again: true }
    const [first, second] = await Promise.all([
      one.renders.obtain(hero, again),
      other.renders.obtain(hero, again),
    ])
    expect('record' in first && 'record' in second && first.record.images).toEqual(
      'record' in second && second.record.images,
    )
    expect(one.posts.length + other.posts.length).toBe(2)
  })

  test('of what may have been billed, ask once', async () => {
    const one = await studio({ answer: cut, surroundings: alive })
    const hero = identified('hero', one.root)
    await one.renders.obtain(hero, COMMAND).catch(() => undefined)
    const others = await Promise.all(
      Array.from({ length: 8 }, () => studio({ surroundings: alive, folder: one.folder })),
    )
    await Promise.all(others.map(({ renders }) => renders.obtain(hero, { ...COMMAND, again: true })))
    expect(others.flatMap(({ posts }) => posts)).toHaveLength(1)
    expect(await one.intents.read(hero.key)).toBeUndefined()
  })
})
