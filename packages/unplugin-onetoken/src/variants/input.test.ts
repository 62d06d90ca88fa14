import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { convertInput } from './convert-input.ts'
import { INPUT_LIMIT, inputPlan } from './input.ts'
import { headerSize } from './magic.ts'
import { flat, noise, photo, pixel, quarters } from './test-pictures.ts'

const LFS =
  'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n'

describe('inputPlan', () => {
  it('sends a PNG of at most 4 MB as it is', async () => {
    expect(inputPlan(await photo(40, 30).png().toBuffer(), 'image')).toEqual({
      conversion: 0,
      format: 'png',
      width: 40,
      height: 30,
      alpha: false,
    })
  })

  it.each(['jpeg', 'webp', 'avif', 'gif'] as const)('converts a %s', async (format) => {
    expect(inputPlan(await photo(40, 30)[format]().toBuffer(), 'image').conversion).toBe(1)
  })

  it('converts a PNG of more than 4 MB', async () => {
    const png = await noise(1200, 1200).png({ compressionLevel: 0 }).toBuffer()
    expect(png.length).toBeGreaterThan(INPUT_LIMIT)
    expect(inputPlan(png, 'image').conversion).toBe(1)
  })

  it.each([
    [LFS, 'a Git LFS pointer, not the picture itself', 'git lfs pull'],
    ['<!doctype html><p>', 'an HTML page', 'Use a PNG, JPEG, WebP, AVIF or GIF.'],
    [
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'an SVG drawing',
      'Export it as PNG, in the size that is wanted.',
    ],
    ['%PDF-1.4', 'a PDF', 'Export the page as PNG.'],
    ['some words', 'text', 'Use a PNG, JPEG, WebP, AVIF or GIF.'],
    ['', 'an empty file', 'Use a PNG, JPEG, WebP, AVIF or GIF.'],
  ])('says what is no image: %j', (text, what, hint) => {
    expect(() => inputPlan(Buffer.from(text), 'image', { name: 'photos/cat.png' })).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        message: `photos/cat.png is not an image that can be used: it is ${what}.`,
        hint,
      }),
    )
  })

  it.each(['png', 'jpeg', 'webp', 'avif', 'gif'] as const)(
    'refuses a %s that is cut short',
    async (format) => {
      const bytes = await photo(160, 140)[format]().toBuffer()
      expect(() => inputPlan(bytes.subarray(0, bytes.length * 0.6), 'image')).toThrow(
        expect.objectContaining({
          code: 'INPUT_INVALID',
          message: expect.stringMatching(/ is (?:an AVIF|a (?!AVIF)\w+) that is cut short/) as string,
        }),
      )
    },
  )
})

describe('inputPlan of a mask', () => {
  const mask = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 4, background: '#00000000' } })
      .png()
      .toBuffer()

  it('takes a PNG with transparency, of the size of the image', async () => {
    const of = inputPlan(await photo(40, 30).png().toBuffer(), 'image')
    expect(inputPlan(await mask(40, 30), 'mask', { of })).toMatchObject({ conversion: 0, alpha: true })
  })

  it('is converted along with its image', async () => {
    const of = inputPlan(await photo(40, 30).jpeg().toBuffer(), 'image')
    expect(inputPlan(await mask(40, 30), 'mask', { of }).conversion).toBe(1)
  })

  it('has another version where it is to be made right', async () => {
    const [png, jpeg] = [await photo(40, 30).png().toBuffer(), await photo(40, 30).jpeg().toBuffer()]
    const others = {
      'another size': await mask(41, 30),
      'no transparency': await flat(40, 30).png().toBuffer(),
      'another format': await sharp(await mask(40, 30))
        .webp()
        .toBuffer(),
      JPEG: jpeg,
    }
    for (const [what, bytes] of Object.entries(others)) {
      for (const image of [png, jpeg]) {
        const of = inputPlan(image, 'image')
        expect(inputPlan(bytes, 'mask', { of }).conversion, what).toBe(2)
      }
    }
  })

  it('is converted when it has more than 4 MB', async () => {
    const bytes = await noise(1100, 1000, 4).png({ compressionLevel: 0 }).toBuffer()
    expect(inputPlan(bytes, 'mask').conversion).toBe(1)
  })

  it('knows a palette with transparency, and takes no opaque channel for none', async () => {
    const of = inputPlan(await photo(40, 30).png().toBuffer(), 'image')
    const palette = await sharp(await mask(40, 30))
      .png({ palette: true })
      .toBuffer()
    expect(inputPlan(palette, 'mask', { of }).conversion).toBe(0)
    const opaque = await flat(40, 30).ensureAlpha().png().toBuffer()
    expect(inputPlan(opaque, 'mask', { of }).conversion).toBe(0)
  })
})

describe('convertInput', () => {
  it('makes a PNG that is upright, sRGB and without metadata', async () => {
    const bytes = await quarters(80, 40).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer()
    const input = await convertInput(bytes)
    expect(input).toMatchObject({ width: 40, height: 80, note: 'JPEG, converted to PNG' })
    expect(headerSize(input.bytes)).toEqual({ format: 'png', width: 40, height: 80, alpha: false })
    const { exif, icc, orientation } = await sharp(input.bytes).metadata()
    expect({ exif, icc, orientation }).toEqual({})
    const [red = 255, , blue = 0] = await pixel(input.bytes, 5, 5)
    expect(blue - red).toBeGreaterThan(150)
  })

  it('keeps transparency', async () => {
    const bytes = await sharp({ create: { width: 20, height: 20, channels: 4, background: '#ff000080' } })
      .webp({ lossless: true })
      .toBuffer()
    expect(await pixel((await convertInput(bytes)).bytes, 3, 3)).toEqual([255, 0, 0, 128])
  })

  it('scales down until it fits, the same way each time', async () => {
    const bytes = await noise(1300, 1200).png().toBuffer()
    const input = await convertInput(bytes, { name: 'a.png' })
    expect(input.bytes.length).toBeLessThanOrEqual(INPUT_LIMIT)
    // Not smaller than needed by much.
    expect(input.bytes.length).toBeGreaterThan(INPUT_LIMIT * 0.7)
    expect(input.note).toBe(`PNG of 4.7 MB, scaled from 1300 × 1200 to ${input.width} × ${input.height}`)
    expect(Math.abs(input.width / input.height - 1300 / 1200)).toBeLessThan(0.01)
    expect(Buffer.from(input.bytes).equals((await convertInput(bytes)).bytes)).toBe(true)
  })

  it('gives a PNG back that needs nothing, and turns one upright that does not lie so', async () => {
    const bytes = await quarters(80, 40).png().toBuffer()
    const before = { width: 80, height: 40, orientation: 1 }
    expect(await convertInput(bytes)).toEqual({ bytes, width: 80, height: 40, before, note: undefined })
    const lying = await quarters(80, 40).withMetadata({ orientation: 6 }).png().toBuffer()
    const input = await convertInput(lying)
    expect(input).toMatchObject({
      width: 40,
      height: 80,
      before: { width: 40, height: 80, orientation: 6 },
      note: 'PNG, turned upright, as its EXIF data ask',
    })
    expect(await pixel(input.bytes, 5, 5)).toEqual([0, 0, 255])
    expect((await sharp(input.bytes).metadata()).orientation).toBeUndefined()
  })

  it('refuses what cannot be decoded', async () => {
    const bytes = await photo(160, 140).png().toBuffer()
    // The chunks are whole, what is in them is not.
    bytes.fill(0, 80, 400)
    await expect(convertInput(bytes, { name: 'a.png' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(/^a\.png cannot be decoded: /) as string,
      hint: expect.any(String) as string,
    })
  })
})
