import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { Pixels } from './decode.ts'
import {
  alphaOfLuminance,
  hardMask,
  ownAlpha,
  rangeOf,
  resizedMask,
  turnedMask,
  type MaskAlpha,
} from './mask-alpha.ts'

const plane = (width: number, ...data: number[]): MaskAlpha => ({
  data: Uint8Array.from(data),
  width,
  height: data.length / width,
})

const pixels = (channels: Pixels['channels'], ...data: number[]): Pixels => ({
  data: Buffer.from(data),
  width: data.length / channels,
  height: 1,
  channels,
})

describe('what a mask says', () => {
  it.each([
    ['grey', pixels(1, 0, 64, 128, 255)],
    ['grey with alpha', pixels(2, 0, 255, 64, 255, 128, 255, 255, 255)],
    ['colours', pixels(3, 0, 0, 0, 64, 64, 64, 128, 128, 128, 255, 255, 255)],
    ['colours with alpha', pixels(4, 0, 0, 0, 255, 64, 64, 64, 255, 128, 128, 128, 255, 255, 255, 255, 255)],
  ])('by its luminance: %s', (_, picture) => {
    expect([...alphaOfLuminance(picture).data]).toEqual([255, 191, 127, 0])
  })

  it('weighs colours as eyes do', () => {
    const { data } = alphaOfLuminance(pixels(3, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0))
    expect([...data]).toEqual([201, 73, 255, 0])
  })

  it('takes what is nearly white for white, and what is nearly black for black', () => {
    const { data } = alphaOfLuminance(pixels(1, 0, 40, 41, 214, 215, 255))
    expect([...data]).toEqual([255, 255, 214, 41, 0, 0])
  })

  it('by its alpha, which a lossy encoder may have changed a little', () => {
    const picture = pixels(4, 1, 2, 3, 0, 1, 2, 3, 30, 1, 2, 3, 128, 1, 2, 3, 240)
    expect([...(ownAlpha(picture, false)?.data ?? [])]).toEqual([0, 30, 128, 240])
    expect([...(ownAlpha(picture, true)?.data ?? [])]).toEqual([0, 0, 128, 255])
    expect([...(ownAlpha(pixels(2, 9, 7, 9, 8), false)?.data ?? [])]).toEqual([7, 8])
  })

  it.each([
    ['no alpha', pixels(3, 1, 2, 3), false],
    ['an opaque one', pixels(4, 1, 2, 3, 255), false],
    ['one that is opaque but for an encoder', pixels(4, 1, 2, 3, 253), true],
  ])('has none: %s', (_, picture, lossy) => {
    expect(ownAlpha(picture, lossy)).toBeUndefined()
  })
})

describe('resizedMask', () => {
  it('invents no half-transparent pixel, and stays symmetric', () => {
    const mask = plane(4, 255, 255, 0, 0, 255, 128, 0, 0)
    expect(resizedMask(mask, { width: 8, height: 2 })).toEqual(
      plane(8, 255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 128, 128, 0, 0, 0, 0),
    )
    expect(resizedMask(plane(6, 1, 2, 3, 4, 5, 6), { width: 2, height: 1 })).toEqual(plane(2, 2, 5))
    expect(resizedMask(mask, { width: 4, height: 2 })).toBe(mask)
    expect(resizedMask(plane(1, 7), { width: 2, height: 2 })).toEqual(plane(2, 7, 7, 7, 7))
  })
})

describe('turnedMask', () => {
  it.each([5, 6, 7, 8])('turns by %i as the decoder turns the image', async (orientation) => {
    const mask = plane(3, 10, 60, 110, 160, 210, 250)
    const raw = { width: 3, height: 2, channels: 1 } as const
    const lying = await sharp(mask.data, { raw }).png().withMetadata({ orientation }).toBuffer()
    const { data } = await sharp(lying, { autoOrient: true })
      .extractChannel(0)
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(turnedMask(mask, orientation)).toEqual(plane(2, ...data))
  })
})

it('hardens at the middle, and tells the range', () => {
  const mask = plane(4, 3, 127, 128, 250)
  expect([...hardMask(mask).data]).toEqual([0, 0, 255, 255])
  expect(rangeOf(mask)).toEqual({ lowest: 3, highest: 250 })
})
