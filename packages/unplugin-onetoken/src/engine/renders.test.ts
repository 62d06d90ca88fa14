import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { answerOf, apiError, cut, good, inTurn, picture, refuse, wrong } from '../render/testing.ts'
import { failureOf, filesIn, recordOf, told } from '../store/testing.ts'
import type { Asker } from './renders.ts'
import { API_KEY, BUILD, COMMAND, DEV, identified, studio } from './testing.ts'

describe('single flight', () => {
  test('fifty who ask at once are one request', async () => {
    const { renders, posts, made, root } = await studio()
    const hero = identified('hero', root)
    const all = await Promise.all(Array.from({ length: 50 }, () => renders.obtain(hero, BUILD)))
    expect(posts).toHaveLength(1)
    expect(made).toEqual(['hero'])
    expect(new Set(all.map((one) => 'record' in one && one.record.key))).toEqual(new Set([hero.key]))
  })

  test('under other names as well, when the words are the same', async () => {
    const { renders, posts, root } = await studio()
    await Promise.all(
      ['hero', 'banner', undefined].map((name) => renders.obtain(identified(name, root), BUILD)),
    )
    expect(posts).toHaveLength(1)
  })

  test('other words are other requests', async () => {
    const { renders, posts, root } = await studio()
    await Promise.all(
      ['a fox', 'a hare', 'a hen'].map((words) => renders.obtain(identified(undefined, root, words), BUILD)),
    )
    expect(posts).toHaveLength(3)
  })

  test('one who asks just as another is done gets what that one has brought', async () => {
    const { renders, posts, root } = await studio()
    const hero = identified('hero', root)
    const asked: Promise<unknown>[] = []
    const first = renders.obtain(hero, BUILD)
    // One more in every turn of the loop, from before the answer to long after the record.
    let isDone = false
    void first.then(() => (isDone = true))
    for (let late = 0; late < 20;) {
      asked.push(renders.obtain(hero, BUILD))
      await new Promise((resolve) => void setImmediate(resolve))
      if (isDone) late += 1
    }
    await Promise.all([first, ...asked])
    expect(asked.length).toBeGreaterThan(20)
    expect(posts).toHaveLength(1)
  })

  test('one whose look at the store was slow gets it as well', async () => {
    const { renders, posts, root, store } = await studio()
    const hero = identified('hero', root)
    let finish = (): void => {}
    const finished = new Promise<void>((resolve) => (finish = resolve))
    const slow = await studio({
      folder: store.folder,
      parts: {
        store: {
          ...store,
          async find(key) {
            const lookup = await store.find(key)
            await finished
            return lookup
          },
        },
      },
    })
    const late = slow.renders.obtain(hero, BUILD)
    await renders.obtain(hero, BUILD)
    finish()
    expect(await late).toMatchObject({ made: false })
    expect([...posts, ...slow.posts]).toHaveLength(1)
  })

  test('of another process is waited for', async () => {
    const now = (): Date => new Date()
    let waits = 0
    const surroundings = {
      isAlive: () => true,
      sleep: () => {
        waits += 1
        return new Promise((resolve) => void setImmediate(resolve))
      },
    }
    const one = await studio({ now, surroundings })
    const other = await studio({ now, surroundings, folder: one.folder })
    const hero = identified('hero', one.root)
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : other).renders.obtain(hero, BUILD)),
    )
    expect([...one.posts, ...other.posts]).toHaveLength(1)
    expect(all.every((obtained) => 'record' in obtained)).toBe(true)
    expect([...one.made, ...other.made]).toEqual(['hero'])
    expect(waits).toBeGreaterThan(0)
  })

  test('that fails, fails for all, and the next one flies anew', async () => {
    const { renders, posts, root } = await studio({ answer: inTurn(wrong, good) })
    const hero = identified('hero', root)
    const all = await Promise.allSettled(Array.from({ length: 9 }, () => renders.obtain(hero, BUILD)))
    expect(all.every(({ status }) => status === 'rejected')).toBe(true)
    expect(posts).toHaveLength(1)
    expect(await renders.obtain(hero, BUILD)).toMatchObject({ made: true })
  })
})

describe('a render that is there', () => {
  test.each<[string, Asker, object]>([
    ['a build', BUILD, {}],
    ['development', DEV, {}],
    ['the command', COMMAND, {}],
    ['a frozen build', BUILD, { settings: { frozen: true } }],
    ['a build without a key', BUILD, { environment: { apiKey: undefined } }],
    ['a build in CI', BUILD, { environment: { ci: true } }],
    ['a package', { purpose: 'build', package: 'theme' }, {}],
  ])('is had by %s, for nothing', async (_, asker, changes) => {
    const { folder, root } = await studio()
    const hero = identified('hero', root)
    const { renders, posts, events, made, store } = await studio({ folder }, changes)
    await store.putRecord(recordOf([picture()], { key: hero.key }))
    events.length = 0
    expect(await renders.obtain(hero, asker)).toMatchObject({ made: false, record: { key: hero.key } })
    expect([posts, events, made]).toEqual([[], [], []])
  })

  test('is asked for again when somebody says so', async () => {
    const { renders, posts, made, root } = await studio({
      answer: inTurn(good, () => answerOf([picture('another')])),
    })
    const hero = identified('hero', root)
    const first = await renders.obtain(hero, COMMAND)
    const second = await renders.obtain(hero, { ...COMMAND, again: true })
    expect(second).not.toEqual(first)
    expect(posts).toHaveLength(2)
    expect(made).toEqual(['hero', 'hero'])
    expect(await renders.obtain(hero, BUILD)).toMatchObject({ made: false })
  })
})

describe('a render that is missing', () => {
  const missing = async (
    asker: Asker,
    changes: Parameters<typeof studio>[1] = {},
  ): Promise<{ text: string; posts: number }> => {
    const { renders, posts, root } = await studio({}, changes)
    const obtained = await renders.obtain(identified('hero', root), asker).catch((error: unknown) => error)
    const text =
      obtained instanceof Error
        ? told(obtained as Parameters<typeof told>[0], root)
        : 'placeholder' in (obtained as object)
          ? `placeholder: ${(obtained as { placeholder: string }).placeholder}`
          : 'record'
    return { text, posts: posts.length }
  }

  test.each<[string, Asker, Parameters<typeof studio>[1], string]>([
    ['by a build', BUILD, {}, 'record'],
    ['by the command in CI', COMMAND, { environment: { ci: true } }, 'record'],
    [
      'in development',
      DEV,
      {},
      'placeholder: hero is not rendered: development, tests and watching never render.',
    ],
    [
      'in a build with placeholders',
      BUILD,
      { settings: { missing: 'placeholder' } },
      'placeholder: hero is not rendered: the setting "missing" is "placeholder".',
    ],
    [
      'in a frozen build with placeholders',
      BUILD,
      { settings: { missing: 'placeholder', frozen: true } },
      'placeholder: hero is not rendered: rendering is frozen.',
    ],
  ])('is %s: %o', async (_, asker, changes, expected) => {
    const { text, posts } = await missing(asker, changes)
    expect(text).toBe(expected)
    expect(posts).toBe(expected === 'record' ? 1 : 0)
  })

  test.each<[string, Asker, Parameters<typeof studio>[1]]>([
    ['a build without a key', BUILD, { environment: { apiKey: undefined } }],
    [
      'a build in CI',
      { ...BUILD, place: async () => ({ file: '/src/app.ts', line: 7, column: 2 }) },
      { environment: { ci: true } },
    ],
    [
      'a frozen command that has placeholders',
      COMMAND,
      { settings: { frozen: true, missing: 'placeholder' } },
    ],
    ['a build that renders nothing', BUILD, { settings: { missing: 'error' } }],
    ['a package', { purpose: 'build', package: 'theme' }, {}],
  ])('is an error in %s', async (name, asker, changes) => {
    const { text, posts } = await missing(asker, changes)
    expect(text).toMatchSnapshot(name)
    expect(posts).toBe(0)
  })

  test('follows what the environment says, before what the settings do', async () => {
    const settings = { frozen: true }
    expect((await missing(BUILD, { settings, environment: { frozen: false } })).text).toBe('record')
    expect((await missing(BUILD, { settings: { frozen: false }, environment: { frozen: true } })).posts).toBe(
      0,
    )
  })
})

describe('a render that is unavailable', () => {
  test.each(['', '{"version": 2}', '<<<<<<< HEAD\n', 'version https://git-lfs.github.com/spec/v1\n'])(
    'is never bought again: %j',
    async (text) => {
      const { renders, store, posts, root } = await studio()
      const hero = identified('hero', root)
      await renders.obtain(hero, BUILD)
      await writeFile(store.recordFile(hero.key), text)
      for (const asker of [BUILD, DEV, COMMAND]) {
        const error = await failureOf(renders.obtain(hero, asker))
        expect(error.code).toBe('STORE_UNAVAILABLE')
        expect(error.message).toContain('The render of hero is in the store')
        expect(error.place).toEqual(hero.spec.place)
      }
      expect(await renders.stateOf(hero)).toMatchObject({ state: 'unavailable' })
      expect(posts).toHaveLength(1)
      expect(await readFile(store.recordFile(hero.key), 'utf8')).toBe(text)
    },
  )

  test('is bought again when somebody says so', async () => {
    const { renders, store, posts, root } = await studio()
    const hero = identified('hero', root)
    await renders.obtain(hero, COMMAND)
    await writeFile(store.recordFile(hero.key), 'damaged')
    await renders.obtain(hero, { ...COMMAND, again: true })
    expect(await renders.obtain(hero, BUILD)).toMatchObject({ made: false })
    expect(posts).toHaveLength(2)
    expect(await filesIn(join(store.folder, '.cache/quarantine'))).toHaveLength(1)
  })

  test('because nobody can tell what the journal says', async () => {
    const { renders, store, posts, root } = await studio()
    const hero = identified('hero', root)
    await renders.obtain(hero, COMMAND)
    await rm(store.recordFile(hero.key))
    await rm(join(store.cache, 'intents'), { recursive: true })
    await writeFile(join(store.cache, 'intents'), 'no folder')
    expect((await failureOf(renders.obtain(hero, BUILD))).code).toBe('STORE_UNAVAILABLE')
    expect(await renders.stateOf(hero)).toMatchObject({ state: 'unavailable' })
    expect(posts).toHaveLength(1)
  })
})

describe('a render that was refused', () => {
  test('is not asked for again', async () => {
    const { renders, posts, root } = await studio({ answer: refuse })
    const hero = identified('hero', root)
    await failureOf(renders.obtain(hero, BUILD))
    for (const asker of [BUILD, COMMAND]) {
      const error = await failureOf(renders.obtain(hero, asker))
      expect(told(error, root)).toBe(
        [
          'API_REFUSED',
          'hero was refused on 2026-01-02: The API said API_REFUSED.',
          'It is not asked for again with the same words: change them. To try them once more: npx --no-install onetoken render hero --again',
        ].join('\n'),
      )
      expect(error.place).toEqual(hero.spec.place)
    }
    expect(await renders.stateOf(hero)).toMatchObject({ state: 'refused' })
    expect(posts).toHaveLength(1)
  })

  test('has a placeholder in development, which says why', async () => {
    const { renders, root } = await studio({ answer: refuse })
    const hero = identified('hero', root)
    await failureOf(renders.obtain(hero, COMMAND))
    expect(await renders.obtain(hero, DEV)).toEqual({
      placeholder: 'hero was refused on 2026-01-02: The API said API_REFUSED.',
    })
  })

  test('is asked for again when somebody says so', async () => {
    const { renders, root } = await studio({ answer: inTurn(refuse, good) })
    const hero = identified(undefined, root)
    await failureOf(renders.obtain(hero, COMMAND))
    const error = await failureOf(renders.obtain(hero, COMMAND))
    expect(error.hint).toContain('give its import another "take", as in &take=2')
    await renders.obtain(hero, { ...COMMAND, again: true })
    expect(await renders.obtain(hero, BUILD)).toMatchObject({ made: false })
  })
})

describe('a render that may have been billed', () => {
  test('is not asked for again, by nobody who does not say so', async () => {
    const { renders, posts, root } = await studio({ answer: inTurn(cut, good) })
    const hero = identified('hero', root)
    await failureOf(renders.obtain(hero, BUILD))
    for (const asker of [BUILD, COMMAND]) {
      const error = await failureOf(renders.obtain(hero, asker))
      expect([error.code, error.place]).toEqual(['POSSIBLY_BILLED', hero.spec.place])
    }
    expect(await renders.obtain(hero, DEV)).toMatchObject({ placeholder: expect.any(String) as string })
    expect(await renders.stateOf(hero)).toMatchObject({
      state: 'possibly-billed',
      problem: { code: 'POSSIBLY_BILLED', place: hero.spec.place },
    })
    expect(posts).toHaveLength(1)
    expect(await renders.obtain(hero, { ...COMMAND, again: true })).toMatchObject({ made: true })
    expect(await renders.stateOf(hero)).toEqual({ state: 'cached' })
  })
})

describe('stateOf', () => {
  test('spends and writes nothing', async () => {
    const { renders, posts, root, folder } = await studio()
    expect(await renders.stateOf(identified('hero', root))).toEqual({ state: 'missing' })
    expect([posts, await filesIn(folder)]).toEqual([[], []])
  })
})

describe('the place of an error', () => {
  test('is that of the picture', async () => {
    const { renders, root } = await studio({ answer: wrong })
    const hero = identified('hero', root)
    expect((await failureOf(renders.obtain(hero, BUILD))).place).toEqual(hero.spec.place)
  })

  test('is none when it is a matter of the account', async () => {
    const { renders, root } = await studio({
      answer: () => {
        throw apiError('API_NO_CREDIT', { stopAll: true })
      },
    })
    expect((await failureOf(renders.obtain(identified('hero', root), BUILD))).place).toBeUndefined()
  })
})

test('the API key is in no file and in no message', async () => {
  const { renders, root, warnings } = await studio({ answer: inTurn(good, refuse, cut, wrong) })
  const messages: string[] = []
  for (const words of ['a fox', 'a hare', 'a hen', 'a cow']) {
    const picture = identified(undefined, root, words)
    const obtained = await renders.obtain(picture, BUILD).catch((error: unknown) => error)
    messages.push(obtained instanceof Error ? told(obtained as Parameters<typeof told>[0], root) : '')
  }
  const texts = await Promise.all((await filesIn(root)).map((file) => readFile(join(root, file), 'utf8')))
  expect(texts.length).toBeGreaterThan(4)
  expect([...texts, ...messages, ...warnings].filter((text) => text.includes('sk-'))).toEqual([])
})

test.each<[string, Asker, Parameters<typeof studio>[1]]>([
  ['a build', BUILD, {}],
  ['a command', COMMAND, {}],
  ['a command that asks again', { ...COMMAND, again: true }, {}],
  ['a build that may not render', BUILD, { environment: { ci: true } }],
])('words that hold the key are neither sent nor told by %s', async (_, asker, changes) => {
  const { renders, root, posts } = await studio({}, changes)
  const error: unknown = await renders
    .obtain(identified(undefined, root, `a fox ${API_KEY}`), asker)
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'KEY_EXPOSED', place: { line: 3 } })
  expect(JSON.stringify([String(error), error])).not.toContain(API_KEY)
  expect(posts).toEqual([])
  expect(await filesIn(root)).toEqual([])
})
