import { rm } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { good, inTurn, refuse } from '../render/testing.ts'
import { sha256 } from '../canonical-json.ts'
import type { RenderRecord } from '../store/record.ts'
import { failureOf, imageOf, recordOf } from '../store/testing.ts'
import type { IdentifiedSpec } from './identify.ts'
import { recordLineage } from './lineages.ts'
import type { Asker } from './renders.ts'
import { BUILD, COMMAND, DEV, identified, studio, type Studio } from './testing.ts'

const OLD = Buffer.from('png:old')
const RENEW: Asker = { ...COMMAND, renew: true }
const AGAIN: Asker = { ...COMMAND, again: true }

interface Before extends Studio {
  night: IdentifiedSpec
  before: RenderRecord
}

/** An edit that has a picture from before its parent changed. */
async function stale(options: Parameters<typeof studio>[0] = {}): Promise<Before> {
  const all = await studio(options)
  const plain = identified('night', all.root)
  const before = recordOf([OLD], {
    key: sha256('before'),
    name: 'night',
    edit: 'hero',
    inputs: [{ role: 'image', sha256: imageOf(OLD).sha256, conversion: 0 }],
  })
  await all.store.putImage(OLD, 'png')
  await all.store.putRecord(before)
  const lineage = recordLineage(before) ?? ''
  return { ...all, before, night: { ...plain, lineages: () => [lineage] } }
}

/** An entry whose user has brought a picture for other words, for good. */
async function brought(options: Parameters<typeof studio>[0] = {}): Promise<Before> {
  const all = await studio(options)
  const night = identified('night', all.root)
  const before = recordOf([OLD], {
    key: sha256('before'),
    name: 'night',
    origin: { kind: 'imported', file: 'mine.png' },
    cost: { usd: 0, from: 'origin' },
  })
  await all.store.putImage(OLD, 'png')
  await all.store.putRecord(before)
  return { ...all, before, night }
}

describe('an edit that is stale, and whose new picture was refused', () => {
  test('has the one from before in builds, which say why', async () => {
    const { renders, night, before, posts } = await stale({ answer: refuse })
    expect((await failureOf(renders.obtain(night, RENEW))).code).toBe('API_REFUSED')
    for (const asker of [BUILD, DEV]) {
      const obtained = await renders.obtain(night, asker)
      expect(obtained).toMatchObject({ record: before, made: false, isStale: true })
      expect('refusal' in obtained && obtained.refusal?.hint).toMatchInlineSnapshot(`
        "It is not asked for again with the same words: change them. To try them once more: npx --no-install onetoken render night --again
        Builds go on with the picture that is there. To keep that, and hear no more of it: npx --no-install onetoken accept night"
      `)
    }
    expect(await renders.stateOf(night)).toMatchObject({ state: 'refused', uses: before.key })
    expect(posts).toHaveLength(1)
  })

  test('is not asked for once more', async () => {
    const { renders, night, posts } = await stale({ answer: inTurn(refuse, good) })
    expect((await failureOf(renders.obtain(night, RENEW))).code).toBe('API_REFUSED')
    expect((await failureOf(renders.obtain(night, RENEW))).code).toBe('API_REFUSED')
    expect(posts).toHaveLength(1)
    expect(await renders.obtain(night, AGAIN)).toMatchObject({ made: true })
  })

  test('cannot be used where that one cannot', async () => {
    const { renders, night, folder } = await stale({ answer: refuse })
    await failureOf(renders.obtain(night, RENEW))
    await rm(`${folder}/images/${imageOf(OLD).sha256}.png`)
    expect(await renders.stateOf(night)).toMatchObject({ state: 'unavailable' })
  })
})

test('words that were refused take no picture away that was brought for good, and lack none', async () => {
  const { renders, night, before, posts } = await brought({ answer: refuse })
  expect((await failureOf(renders.obtain(night, AGAIN))).code).toBe('API_REFUSED')
  const { key: uses, origin } = before
  expect(await renders.stateOf(night)).toEqual({ state: 'cached', uses, origin })
  for (const asker of [BUILD, COMMAND, DEV]) {
    expect(await renders.obtain(night, asker)).toEqual({ record: before, made: false })
  }
  expect(posts).toHaveLength(1)
})

test('what has no other picture is refused to builds, and a placeholder in development', async () => {
  const { renders, root, posts } = await studio({ answer: refuse })
  const hero = identified('hero', root)
  for (const asker of [BUILD, BUILD, COMMAND]) {
    expect((await failureOf(renders.obtain(hero, asker))).code).toBe('API_REFUSED')
  }
  expect(await renders.obtain(hero, DEV)).toHaveProperty('placeholder')
  const { state, uses, problem } = await renders.stateOf(hero)
  expect({ state, uses, hint: problem?.hint }).toMatchInlineSnapshot(`
    {
      "hint": "It is not asked for again with the same words: change them. To try them once more: npx --no-install onetoken render hero --again",
      "state": "refused",
      "uses": undefined,
    }
  `)
  expect(posts).toHaveLength(1)
})
