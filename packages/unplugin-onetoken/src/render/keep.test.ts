import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import { failureOf, filesIn, KEY, told } from '../store/testing.ts'
import { answerOf, bench, jobOf, picture, type Bench } from './testing.ts'

const FOX = picture('fox')
const HARE = picture('hare')
const DAMAGED = picture('damaged')
const PAGE = Buffer.from('<html>')

const record = async ({ store }: Pick<Bench, 'store'>): Promise<unknown> => {
  const lookup = await store.find(KEY)
  return lookup.state === 'found' ? lookup.record : lookup.state
}

const quarantined = async (folder: string): Promise<string[]> => {
  const names = await filesIn(join(folder, '.cache/quarantine'))
  const texts = names.map((name) => readFile(join(folder, '.cache/quarantine', name), 'utf8'))
  return (await Promise.all(texts)).sort()
}

describe('the record', () => {
  test('says what was asked and what came back', async () => {
    const usage = { output_tokens: 1_000, input_tokens: 3 }
    const made = await bench({
      answer: () => ({
        ...answerOf([FOX, HARE], usage),
        images: [{ bytes: FOX }, { bytes: HARE, revisedPrompt: 'a grey hare' }],
      }),
    })
    await made.renderer.render(jobOf({}, { n: 2 }))
    expect(await record(made)).toEqual({
      version: 1,
      key: KEY,
      name: 'hero',
      provider: 'onetoken',
      endpoint: 'generations',
      request: { model: 'gpt-image-2', prompt: 'a red fox', n: 2, size: '1024x1024', quality: 'high' },
      take: 1,
      images: [
        { sha256: sha256(FOX), format: 'png', width: 60, height: 40, bytes: FOX.length },
        { sha256: sha256(HARE), format: 'png', width: 60, height: 40, bytes: HARE.length },
      ],
      revisedPrompts: [null, 'a grey hare'],
      usage,
      cost: { usd: 0.030015, from: 'usage' },
      requestId: 'req-1',
      created: '2026-01-02T03:04:05.678Z',
    })
    expect(made.warnings).toEqual([])
  })

  test('leaves out what there is not', async () => {
    const made = await bench({ answer: () => ({ images: [{ bytes: FOX }], lost: [] }) })
    await made.renderer.render(jobOf({ name: undefined, label: '"a red fox"' }))
    expect(Object.keys((await record(made)) as object)).toEqual([
      'version',
      'key',
      'provider',
      'endpoint',
      'request',
      'take',
      'images',
      'cost',
      'created',
    ])
  })

  test('that is there already stands', async () => {
    const made = await bench()
    const first = await made.renderer.render(jobOf())
    const late = await bench({ folder: made.folder, answer: () => answerOf([HARE]) })
    // Whoever lost its intent meanwhile, and asked the store before the other was done.
    const { store } = late
    const blind = await bench({
      folder: made.folder,
      answer: () => answerOf([HARE]),
      parts: { store: { ...store, find: async () => ({ state: 'missing' }) } },
    })
    expect(await blind.renderer.render(jobOf())).toEqual(JSON.parse(JSON.stringify(first)))
    expect(await readFile(store.imageFile({ sha256: sha256(HARE), format: 'png' }))).toEqual(HARE)
    // What was paid for in vain has a record of its own, by which `accept` and `prune` find it.
    const other = (await store.keys()).find((key) => key !== KEY)
    expect(await store.find(other ?? '')).toMatchObject({
      record: { name: 'hero', images: [{ sha256: sha256(HARE) }] },
    })
  })

  test('is not kept twice when two processes bring the same pictures', async () => {
    const made = await bench()
    const first = await made.renderer.render(jobOf())
    const { store } = made
    const blind = await bench({
      folder: made.folder,
      parts: { store: { ...store, find: async () => ({ state: 'missing' }) } },
    })
    expect(await blind.renderer.render(jobOf())).toEqual(JSON.parse(JSON.stringify(first)))
    expect(await store.keys()).toEqual([KEY])
  })
})

describe('results that cannot be used', () => {
  test('fewer than were asked for are kept, and that is said', async () => {
    const lost = ['The API sent 1 of 3 images.', 'One address could not be opened.']
    const made = await bench({ answer: () => ({ ...answerOf([FOX]), lost }) })
    const kept = await made.renderer.render(jobOf({}, { n: 3 }))
    expect(kept?.images).toHaveLength(1)
    expect(made.warnings).toEqual([`hero: 1 of 3 pictures came. ${lost.join(' ')}`])
  })

  test('a damaged one among good ones is put aside, and its words go with it', async () => {
    const made = await bench({
      answer: () => ({
        ...answerOf([]),
        images: [
          { bytes: FOX, revisedPrompt: 'fox' },
          { bytes: DAMAGED, revisedPrompt: 'damaged' },
          { bytes: HARE, revisedPrompt: 'hare' },
        ],
      }),
    })
    const kept = await made.renderer.render(jobOf({}, { n: 3 }))
    expect(kept?.images.map(({ sha256 }) => sha256)).toEqual([sha256(FOX), sha256(HARE)])
    expect(kept?.revisedPrompts).toEqual(['fox', 'hare'])
    expect(await quarantined(made.folder)).toEqual([DAMAGED.toString()])
    expect(made.warnings).toHaveLength(1)
    expect(made.warnings[0]).toMatch(
      /^hero: 2 of 3 pictures came\. One result is damaged: It is cut short\. Its bytes are in .*\.png\.$/,
    )
    expect(await made.intents.read(KEY)).toBeUndefined()
  })

  test('several that are no image are all kept', async () => {
    const made = await bench({
      answer: () => answerOf([PAGE, FOX, Buffer.from('{}'), Buffer.from('gone')]),
    })
    const kept = await made.renderer.render(jobOf({}, { n: 4 }))
    expect(kept?.images).toHaveLength(1)
    expect(await quarantined(made.folder)).toEqual([PAGE.toString(), 'gone', '{}'])
    expect(made.warnings[0]?.match(/One result is no image; its bytes are in/g)).toHaveLength(3)
  })

  test('equal ones are one file, and count as often as they came', async () => {
    const made = await bench({ answer: () => answerOf([FOX, FOX]) })
    const kept = await made.renderer.render(jobOf({}, { n: 2 }))
    expect(kept?.images.map(({ sha256 }) => sha256)).toEqual([sha256(FOX), sha256(FOX)])
    expect(await filesIn(join(made.folder, 'images'))).toEqual([`${sha256(FOX)}.png`])
  })

  test.each([
    ['damaged', [DAMAGED]],
    ['damaged, and equal', [DAMAGED, DAMAGED]],
    ['no image', [PAGE]],
    ['one of each', [PAGE, DAMAGED]],
  ])('all of them: %s', async (name, results) => {
    const made = await bench({ answer: () => answerOf(results) })
    const error = await failureOf(made.renderer.render(jobOf({}, { n: results.length })))
    expect([error.code, error.exitCode]).toEqual(['IMAGE_INVALID', 4])
    expect(told(error, made.folder)).toMatchSnapshot(name)
    expect(await record(made)).toBe('missing')
    expect(await quarantined(made.folder)).toEqual([...new Set(results.map(String))].sort())
    // Paid for, most likely: it is not bought again unasked, and the next one is told where the bytes are.
    const next = told(await failureOf(made.renderer.render(jobOf())), made.folder)
    expect(next).toContain(error.message.slice(0, 40))
    expect(next.split('--again')).toHaveLength(2)
    expect(made.posts).toHaveLength(1)
    expect(made.budget.spent.renders).toBe(1)
  })

  test('a decoder that dies says nothing about the picture, which is recorded by its header', async () => {
    const crash = picture('crash')
    const made = await bench({ answer: () => answerOf([crash, FOX]) })
    const kept = await made.renderer.render(jobOf({}, { n: 2 }))
    expect(kept?.images).toEqual([
      { sha256: sha256(crash), format: 'png', width: 64, height: 48, bytes: crash.length },
      { sha256: sha256(FOX), format: 'png', width: 60, height: 40, bytes: FOX.length },
    ])
    expect(await quarantined(made.folder)).toEqual([])
  })

  test('a header says no more than a record holds', async () => {
    const header = { format: 'png', width: 64, height: 48, alpha: true } as const
    const made = await bench({
      parts: { header: () => header, inspect: () => Promise.reject(new Error('died')) },
    })
    const kept = await made.renderer.render(jobOf())
    expect(Object.keys(kept?.images[0] ?? {})).toEqual(['sha256', 'format', 'width', 'height', 'bytes'])
  })

  test('a parser that dies of the bytes does not lose them', async () => {
    const header = (): never => {
      throw new RangeError('offset is out of bounds')
    }
    const made = await bench({ parts: { header } })
    expect((await failureOf(made.renderer.render(jobOf()))).code).toBe('IMAGE_INVALID')
    expect(await quarantined(made.folder)).toEqual(['png:fox'])
  })
})

test('a record that cannot be forgotten in the journal is kept all the same', async () => {
  const { intents, folder } = await bench()
  const made = await bench({
    folder,
    parts: { intents: { ...intents, close: () => Promise.reject(new Error('busy')) } },
  })
  expect(await made.renderer.render(jobOf())).toMatchObject({ key: KEY })
  await mkdir(folder, { recursive: true })
  expect(await record(made)).toMatchObject({ key: KEY })
})
