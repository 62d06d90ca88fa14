import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import { openIntents } from '../store/intents.ts'
import type { RenderRecord } from '../store/record.ts'
import { SELF } from '../store/sender.ts'
import { failureOf, filesIn, imageOf, KEY, recordOf, told } from '../store/testing.ts'
import { bench, intentOf, jobOf, picture, type Bench } from './testing.ts'

const FOX = picture('fox')
const HARE = picture('hare')
const DEAD = { ...SELF, id: 'dead', pid: 4_000_000 }

const draftOf = (pictures: Buffer[]): RenderRecord =>
  recordOf(pictures, { revisedPrompts: pictures.map((_, index) => `picture ${index + 1}`) })

/** A store in which a process died that had the answer in hand. */
async function abandoned(pictures: Buffer[], sender = DEAD): Promise<Bench> {
  const made = await bench()
  await made.intents.write(intentOf({ sender, arrived: draftOf(pictures) }))
  return made
}

/** Leave bytes as a process does that dies between writing and naming them. */
async function leave({ store }: Bench, bytes: Buffer, left = bytes): Promise<void> {
  const file = store.imageFile(imageOf(bytes))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(join(dirname(file), `.${sha256(bytes)}.png.4000000-0123456789ab.tmp`), left)
}

describe('a process that died with the answer in hand', () => {
  test('and had kept its pictures: the record is written, and nothing is sent', async () => {
    const made = await abandoned([FOX, HARE])
    await made.store.putImage(FOX, 'png')
    await made.store.putImage(HARE, 'png')
    expect(await made.renderer.finishAbandoned(KEY)).toBe(true)
    const lookup = await made.store.find(KEY)
    const facts = { width: 60, height: 40 }
    const { images, ...rest } = draftOf([FOX, HARE])
    expect(lookup).toEqual({
      state: 'found',
      record: { ...rest, images: images.map((image) => ({ ...image, ...facts })) },
    })
    expect(await made.intents.read(KEY)).toBeUndefined()
    expect(await made.renderer.standing(KEY, jobOf())).toBeUndefined()
    expect(made.posts).toEqual([])
    expect(made.warnings).toEqual([
      'hero was paid for by a run that ended before it was kept: its picture is used.',
    ])
  })

  test('and had only written them: they are found under their temporary names', async () => {
    const made = await abandoned([FOX])
    await leave(made, FOX)
    expect(await made.renderer.finishAbandoned(KEY)).toBe(true)
    expect(await filesIn(join(made.folder, 'images'))).toEqual([`${sha256(FOX)}.png`])
    await made.store.image(imageOf(FOX), 'hero')
  })

  test('and had kept some of them: those are recorded, each with its words', async () => {
    const made = await abandoned([FOX, HARE, picture('damaged')])
    await made.store.putImage(HARE, 'png')
    await made.store.putImage(picture('damaged'), 'png')
    await leave(made, FOX, FOX.subarray(0, 5))
    expect(await made.renderer.finishAbandoned(KEY)).toBe(true)
    expect(await made.store.find(KEY)).toMatchObject({
      record: { images: [{ sha256: sha256(HARE) }], revisedPrompts: ['picture 2'] },
    })
  })

  test.each<[string, (made: Bench) => Promise<unknown>]>([
    ['nothing', async () => undefined],
    ['half of a picture', (made) => leave(made, FOX, FOX.subarray(0, 5))],
    ['something else', (made) => leave(made, FOX, HARE)],
  ])('and had kept %s: it may have been billed, and is not sent again', async (_, left) => {
    const made = await abandoned([FOX])
    await left(made)
    expect(await made.renderer.finishAbandoned(KEY)).toBe(false)
    expect((await failureOf(made.renderer.render(jobOf()))).code).toBe('POSSIBLY_BILLED')
    expect(made.posts).toEqual([])
  })

  test('and was to bring another picture: that one takes the place of the one before', async () => {
    const made = await bench()
    await made.store.putImage(FOX, 'png')
    await made.store.putRecord(recordOf([FOX]))
    await made.store.putImage(HARE, 'png')
    await made.intents.write(intentOf({ sender: DEAD, replaces: true, arrived: draftOf([HARE]) }))
    expect(await made.renderer.finishAbandoned(KEY)).toBe(true)
    expect(await made.store.find(KEY)).toMatchObject({ record: { images: [{ sha256: sha256(HARE) }] } })
    expect(made.posts).toEqual([])
  })

  test('while another one brought its picture: that one stands, and it is said', async () => {
    const made = await abandoned([HARE])
    await made.store.putImage(HARE, 'png')
    await made.store.putRecord(recordOf([FOX]))
    expect(await made.renderer.finishAbandoned(KEY)).toBe(true)
    expect(await made.store.find(KEY)).toMatchObject({ record: { images: [{ sha256: sha256(FOX) }] } })
    expect(made.warnings).toEqual([
      'hero was paid for by a run that ended before it was kept: another one stands, and its picture stays in the store.',
    ])
  })

  test('is told as paid for where the store cannot be written, and finished when it can', async () => {
    const made = await abandoned([FOX])
    await made.store.putImage(FOX, 'png')
    const records = join(made.folder, 'renders')
    await writeFile(records, 'no folder')
    const error = await failureOf(made.renderer.finishAbandoned(KEY))
    expect(told(error, made.folder)).toMatchInlineSnapshot(`
      "STORE_WRITE
      hero is rendered and paid for, but the run ended before it was kept, and the store cannot keep it now: EEXIST: file already exists, mkdir '<folder>/renders'
      Its picture is in <folder>/images, and is not paid for again. Make <folder> a folder that can be written, with room on its disk, then try again: it is kept then."
    `)
    // Other pictures have nothing to do with it.
    expect(error.details?.['stopAll']).toBeUndefined()
    await rm(records)
    expect(await made.renderer.finishAbandoned(KEY)).toBe(true)
  })

  test('is finished by whoever waited for it', async () => {
    const made = await abandoned([FOX])
    await made.store.putImage(FOX, 'png')
    await made.renderer.othersDone(KEY)
    expect((await made.store.find(KEY)).state).toBe('found')
  })
})

test('a process that lives finishes itself', async () => {
  const made = await bench({ surroundings: { isAlive: () => true, sleep: async () => {} } })
  await made.store.putImage(FOX, 'png')
  await made.intents.write(intentOf({ sender: { ...DEAD, pid: process.ppid }, arrived: draftOf([FOX]) }))
  expect(await made.renderer.finishAbandoned(KEY)).toBe(false)
  expect((await made.store.find(KEY)).state).toBe('missing')
})

test('an answer without a picture leaves nothing to finish', async () => {
  const made = await bench()
  await made.intents.write(intentOf({ sender: DEAD }))
  expect(await made.renderer.finishAbandoned(KEY)).toBe(false)
})

test('a draft that was changed is none', async () => {
  const made = await abandoned([FOX])
  await made.store.putImage(FOX, 'png')
  const file = join(made.store.cache, `intents/${KEY}.1.json`)
  const text = JSON.stringify({ ...intentOf({ sender: DEAD }), arrived: { ...draftOf([FOX]), take: 9 } })
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
  expect((await openIntents(made.store.cache).read(KEY))?.arrived).toBeUndefined()
  expect(await made.renderer.finishAbandoned(KEY)).toBe(false)
})
