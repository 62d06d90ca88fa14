import { describe, expect, test } from 'vitest'
import { answerOf, cut, intentOf, picture, type Answer } from '../render/testing.ts'
import { SELF } from '../store/sender.ts'
import { recordOf } from '../store/testing.ts'
import type { Asker } from './renders.ts'
import { BUILD, COMMAND, DEV, identified, studio } from './testing.ts'

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
