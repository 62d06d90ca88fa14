import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { encode } from '../render.ts'
import { paintEdit } from './edit.ts'
import { flatPng } from './flat.ts'
import { paint, type Order } from './paint.ts'
import { randomFrom } from './random.ts'
import { readWords } from './words.ts'

const order = (prompt: string, extra: Partial<Order> = {}): Order => ({
  prompt,
  width: 192,
  height: 128,
  seed: [1],
  transparent: false,
  ...extra,
})

const spread = async (data: Uint8Array, channels: 3 | 4): Promise<number> => {
  const { channels: stats } = await sharp(data, { raw: { width: 192, height: 128, channels } }).stats()
  return Math.max(...stats.slice(0, 3).map(({ stdev }) => stdev))
}

describe('paint', () => {
  it.each([
    'a red fox in fresh snow',
    'misty pine forest at dawn',
    'an autumn valley',
    'a mountain lake at sunset',
    'a lighthouse by the sea at night',
    'a sailing boat',
    'desert dunes',
    'city skyline at night',
    'galaxy with a planet',
    'abstract silk',
    'paper texture',
    'wooden planks',
    'a mug on a table',
    'flat vector art of a cabin',
    'ink drawing of birds over a bay',
    'words that say nothing to a painter',
    '',
  ])('paints %j at the exact size, and paints it again', async (prompt) => {
    const picture = await paint(order(prompt))
    expect(picture).toMatchObject({ width: 192, height: 128, channels: 3 })
    expect(picture.data.length).toBe(192 * 128 * 3)
    expect(await spread(picture.data, 3)).toBeGreaterThan(4)
    const again = await paint(order(prompt))
    expect(Buffer.compare(again.data, picture.data)).toBe(0)
    const other = await paint(order(prompt, { seed: [2] }))
    expect(Buffer.compare(other.data, picture.data)).not.toBe(0)
  })

  it('keeps to the size of large and long pictures', async () => {
    const large = await paint(order('a fox', { width: 1920, height: 640 }))
    expect(large.data.length).toBe(1920 * 640 * 3)
    const tall = await paint(order('the sea', { width: 64, height: 192 }))
    expect(tall.data.length).toBe(64 * 192 * 3)
  })

  it.each(['a red fox', 'the sea'])('leaves the background of %j open when asked', async (prompt) => {
    const { data, channels } = await paint(order(prompt, { transparent: true }))
    expect(channels).toBe(4)
    expect(data[3]).toBe(0)
    expect(data[(100 * 192 + 96) * 4 + 3]).toBe(255)
  })

  it('encodes all formats', async () => {
    const pixels = await paint(order('a fox'))
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      expect(await sharp(await encode(pixels, format, 60)).metadata()).toMatchObject({
        format,
        width: 192,
        height: 128,
      })
    }
  })
})

describe('paintEdit', () => {
  const base = (): Promise<Buffer> =>
    sharp({ create: { width: 192, height: 128, channels: 3, background: '#40c080' } })
      .png()
      .toBuffer()
  const mask = async (): Promise<Buffer> => {
    const keep = await sharp({ create: { width: 96, height: 128, channels: 4, background: '#000' } })
      .png()
      .toBuffer()
    return sharp({
      create: { width: 192, height: 128, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .composite([{ input: keep, left: 0, top: 0 }])
      .png()
      .toBuffer()
  }

  it('replaces what the mask leaves open and nothing else', async () => {
    const edited = await paintEdit({
      ...order('a city at night'),
      inputs: [await base()],
      mask: await mask(),
    })
    const left = [...edited.data.subarray(0, 96 * 3)]
    expect(left.every((value, index) => value === [0x40, 0xc0, 0x80][index % 3])).toBe(true)
    const fresh = await paint(order('a city at night'))
    const at = (64 * 192 + 180) * 3
    for (let channel = 0; channel < 3; channel++) {
      expect(Math.abs(edited.data[at + channel]! - fresh.data[at + channel]!)).toBeLessThan(3)
    }
  })

  it('takes an input’s own transparency for the mask', async () => {
    const open = await sharp(await mask())
      .png()
      .toBuffer()
    const edited = await paintEdit({ ...order('a city'), inputs: [open], mask: undefined })
    expect([...edited.data.subarray(0, 3)]).toEqual([0, 0, 0])
    expect(edited.channels).toBe(3)
  })

  it('takes on the light of the prompt without a mask, from several inputs too', async () => {
    const day = await sharp(Buffer.from((await paint(order('hills at noon'))).data), {
      raw: { width: 192, height: 128, channels: 3 },
    })
      .png()
      .toBuffer()
    const mean = async (data: Uint8Array): Promise<number> =>
      (await sharp(data, { raw: { width: 192, height: 128, channels: 3 } }).stats()).channels[0]?.mean ?? 0
    const before = await mean((await paint(order('hills at noon'))).data)
    const night = await paintEdit({ ...order('the same at night'), inputs: [day], mask: undefined })
    expect(await mean(night.data)).toBeLessThan(before * 0.75)
    const both = await paintEdit({
      ...order('the same at night'),
      inputs: [day, await base()],
      mask: undefined,
    })
    expect(Buffer.compare(both.data, night.data)).not.toBe(0)
  })
})

describe('flatPng', () => {
  it('is a valid PNG, quickly', async () => {
    const png = flatPng(order('a fox', { width: 1536, height: 1024 }))
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 1536, height: 1024 })
    await expect(sharp(png, { failOn: 'warning' }).raw().toBuffer()).resolves.toBeInstanceOf(Buffer)
    expect(png.length).toBeLessThan(20_000)
    const odd = flatPng(order('a fox', { width: 1021, height: 7, transparent: true }))
    expect(await sharp(odd).metadata()).toMatchObject({ width: 1021, height: 7, hasAlpha: true })
  })
})

describe('readWords', () => {
  it.each([
    ['a red fox looking back over fresh snow', { subject: 'fox', place: 'land', snow: true }],
    ['一只狐狸在雪地里', { subject: 'fox', snow: true }],
    ['a cute baby sea otter wearing a beret', { subject: 'otter', place: 'sea' }],
    ['夜晚的城市', { place: 'city', hour: 'night' }],
    ['paper texture', { place: 'surface', material: 'paper', subject: undefined }],
    ['a teapot on a white studio background', { place: 'studio', white: true }],
    ['flat vector art of the sea', { look: 'flat', place: 'sea' }],
  ])('understands %j', (prompt, words) => {
    expect(readWords(prompt, randomFrom('test'))).toMatchObject(words)
  })
})
