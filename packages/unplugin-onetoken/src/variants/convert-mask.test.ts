import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { convertInput } from './convert-input.ts'
import { convertMask } from './convert-mask.ts'
import { INPUT_LIMIT } from './input.ts'
import { headerSize } from './magic.ts'
import { flat, halves, hole, noise, photo, pixel, quarters } from './test-pictures.ts'
import type { ConvertedInput, MaskedImage } from './types.ts'

/** An image that is sent as it is. */
const image = (width: number, height: number): MaskedImage => ({
  width,
  height,
  before: { width, height, orientation: 1 },
})

/** The alpha of a row of a mask's pixels. */
async function row({ bytes }: ConvertedInput, y: number): Promise<number[]> {
  const { data, info } = await sharp(bytes)
    .extractChannel('alpha')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return [...data.subarray(y * info.width, (y + 1) * info.width)]
}

describe('convertMask', () => {
  it('gives a mask back that is right', async () => {
    const bytes = await hole(40, 30).png().toBuffer()
    const converted = await convertMask(bytes, { image: image(40, 30) })
    expect(converted).toMatchObject({ width: 40, height: 30, note: undefined })
    expect(converted.bytes).toBe(bytes)
  })

  it('reads black and white: white is painted anew', async () => {
    const bytes = await halves(40, 30).jpeg({ quality: 70 }).toBuffer()
    const mask = await convertMask(bytes, { image: image(40, 30) })
    expect(headerSize(mask.bytes)).toEqual({ format: 'png', width: 40, height: 30, alpha: true })
    expect(await row(mask, 15)).toEqual([...Array<number>(20).fill(255), ...Array<number>(20).fill(0)])
    expect(mask.note).toBe(
      'JPEG without transparent parts, read as black and white: white is painted anew, black is kept',
    )
  })

  it('takes an alpha channel that is opaque everywhere for none', async () => {
    const bytes = await halves(40, 30).ensureAlpha().png().toBuffer()
    const mask = await convertMask(bytes, { image: image(40, 30) })
    expect(await row(mask, 0)).toEqual([...Array<number>(20).fill(255), ...Array<number>(20).fill(0)])
    expect(mask.note).toBe(
      'PNG without transparent parts, read as black and white: white is painted anew, black is kept',
    )
  })

  it.each(['webp', 'avif', 'gif'] as const)('keeps the transparency of a %s', async (format) => {
    const bytes = await hole(64, 48)[format]().toBuffer()
    const mask = await convertMask(bytes, { image: image(64, 48) })
    const expected = Array.from({ length: 64 }, (_, x) => (x >= 16 && x < 48 ? 0 : 255))
    expect(await row(mask, 24)).toEqual(expected)
    expect(await row(mask, 2)).toEqual(Array<number>(64).fill(255))
    expect(mask.note).toMatch(/^(WebP|AVIF|GIF), converted to PNG$/)
  })

  it.each([
    ['half', 20, 15],
    ['twice', 80, 60],
    ['a little more', 41, 30],
  ])(
    'gives a mask of %s the size of its image, with edges as hard as they were',
    async (_, width, height) => {
      const bytes = await hole(width, height).png().toBuffer()
      const mask = await convertMask(bytes, { image: image(40, 30) })
      expect(mask).toMatchObject({ width: 40, height: 30 })
      expect(mask.note).toBe(`scaled from ${width} × ${height} to 40 × 30, the size of its image`)
      const middle = await row(mask, 15)
      expect(new Set(middle)).toEqual(new Set([0, 255]))
      expect(middle.filter((alpha) => alpha === 0)).toHaveLength(20)
    },
  )

  it('keeps a half-transparent pixel what it is', async () => {
    const raw = { width: 4, height: 1, channels: 4 } as const
    const data = Buffer.from([9, 9, 9, 255, 9, 9, 9, 128, 9, 9, 9, 60, 9, 9, 9, 0])
    const bytes = await sharp(data, { raw }).png().toBuffer()
    expect(await row(await convertMask(bytes, { image: image(8, 2) }), 1)).toEqual([
      255, 255, 128, 128, 60, 60, 0, 0,
    ])
  })

  it('says that a mask of another shape may be that of another picture', async () => {
    const bytes = await hole(60, 30).png().toBuffer()
    const mask = await convertMask(bytes, { image: image(40, 40) })
    expect(mask).toMatchObject({ width: 40, height: 40 })
    expect(mask.note).toBe(
      'scaled from 60 × 30 to 40 × 40, the size of its image, which has another shape: is it the mask of another picture?',
    )
  })

  it('follows an image that is scaled down, without a word', async () => {
    const big = await noise(1300, 1200).png().toBuffer()
    const sent = await convertInput(big)
    expect(sent.width).toBeLessThan(1300)
    const mask = await convertMask(await hole(1300, 1200).png().toBuffer(), { image: sent })
    expect(mask).toMatchObject({ width: sent.width, height: sent.height, note: undefined })
    const half = await convertMask(await halves(650, 600).jpeg().toBuffer(), { image: sent })
    expect(headerSize(half.bytes)).toMatchObject({ width: sent.width, height: sent.height })
    expect(half.note).toContain(`; scaled from 650 × 600 to ${sent.width} × ${sent.height}, the size of`)
    expect(half.note).not.toContain('shape')
  })

  it('takes the whole of it for painted anew where all is white or transparent', async () => {
    const white = await convertMask(await flat(40, 30, '#fff').jpeg().toBuffer(), { image: image(40, 30) })
    expect(new Set(await row(white, 3))).toEqual(new Set([0]))
    expect(white.note).toContain('; all of it is white: the whole picture is painted anew')
    const empty = await flat(40, 30).ensureAlpha(0).png().toBuffer()
    const transparent = await convertMask(empty, { image: image(40, 30) })
    expect(transparent.note).toBe('all of it is transparent: the whole picture is painted anew')
    expect(transparent.bytes).toBe(empty)
  })

  it('says when nothing is marked for sure', async () => {
    const grey = await convertMask(await flat(40, 30, '#808080').png().toBuffer(), { image: image(40, 30) })
    expect(grey.note).toContain('; nothing in it is fully white, so the API may keep the whole picture')
    const faint = await flat(40, 30).ensureAlpha(0.5).png().toBuffer()
    expect((await convertMask(faint, { image: image(40, 30) })).note).toBe(
      'nothing in it is fully transparent, so the API may keep the whole picture',
    )
  })

  it.each([
    ['black', () => flat(40, 30, '#000').png().toBuffer()],
    ['black in a JPEG', () => flat(40, 30, '#0a0a0a').jpeg().toBuffer()],
    ['opaque and black', () => flat(40, 30, '#000').ensureAlpha().png().toBuffer()],
    ['opaque and black, in a lossy format', () => flat(40, 30, '#000').ensureAlpha(0.99).webp().toBuffer()],
  ])('refuses a mask that is %s everywhere', async (_, make) => {
    const refusal = convertMask(await make(), { name: 'The mask "m.png"', image: image(40, 30) })
    await expect(refusal).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: 'The mask "m.png" replaces nothing: it is black everywhere, without transparency.',
      hint: 'Make transparent, or white, what is to be painted anew, and leave the rest opaque, or black.',
    })
  })

  it('refuses a mask of which nothing is left', async () => {
    const dot = await flat(100, 100, '#000')
      .composite([{ input: await flat(1, 1, '#fff').png().toBuffer(), left: 0, top: 0 }])
      .png()
      .toBuffer()
    await expect(convertMask(dot, { image: image(10, 10) })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message:
        'The mask replaces nothing: nothing is left of what it marks at 10 × 10, the size of its image.',
    })
  })

  it('brings a mask below 4 MB: without its colours, then without soft edges', async () => {
    const big = await noise(1100, 1000, 4).png({ compressionLevel: 0 }).toBuffer()
    const mask = await convertMask(big, { image: image(1100, 1000) })
    expect(mask.bytes.length).toBeLessThan(INPUT_LIMIT)
    expect(mask.note).toBe('PNG of 4.4 MB, converted to PNG')
    const original = await sharp(big).extractChannel('alpha').raw().toBuffer()
    expect((await sharp(mask.bytes).extractChannel('alpha').raw().toBuffer()).equals(original)).toBe(true)

    const size = { width: 2100, height: 2100 }
    const soft = await noise(size.width, size.height).jpeg().toBuffer()
    const hard = await convertMask(soft, { image: image(size.width, size.height) })
    expect(headerSize(hard.bytes)).toMatchObject(size)
    expect(hard.bytes.length).toBeLessThan(INPUT_LIMIT)
    expect(new Set(await row(hard, 77))).toEqual(new Set([0, 255]))
    expect(hard.note).toContain('; its soft edges made hard, as it would have more than 4 MB with them')
  })

  it('refuses a mask that cannot be made small enough', async () => {
    // Too rough with soft edges, and nothing would be left without.
    const rough = await noise(2400, 2400).linear(0.5).webp({ lossless: true, effort: 0 }).toBuffer()
    await expect(convertMask(rough, { name: 'm.webp' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: 'm.webp has more than 4 MB as a PNG of 2400 × 2400 pixels.',
    })
  })
})

describe('a mask beside a picture of a camera', () => {
  const lying = () => photo(80, 40).withMetadata({ orientation: 6 }).jpeg().toBuffer()

  it('fits the picture as it is sent, which is upright', async () => {
    const sent = await convertInput(await lying())
    const upright = await hole(40, 80).png().toBuffer()
    const mask = await convertMask(upright, { image: sent })
    expect(mask).toMatchObject({ width: 40, height: 80, note: undefined })
    expect(mask.bytes).toBe(upright)
  })

  it('is turned along when it was drawn on the picture as it lies in the file', async () => {
    const sent = await convertInput(await lying())
    const drawn = await halves(80, 40).png().toBuffer()
    const mask = await convertMask(drawn, { image: sent })
    expect(mask).toMatchObject({ width: 40, height: 80 })
    expect(mask.note).toContain('; turned upright as its image is')
    // The right half of what lies is the lower half of what stands.
    expect(await row(mask, 10)).toEqual(Array<number>(40).fill(255))
    expect(await row(mask, 70)).toEqual(Array<number>(40).fill(0))
  })

  it('is turned by its own EXIF data, if it has any', async () => {
    const sent = await convertInput(await lying())
    const drawn = await hole(80, 40).withMetadata({ orientation: 8 }).png().toBuffer()
    const mask = await convertMask(drawn, { image: sent })
    expect(mask).toMatchObject({ width: 40, height: 80, note: undefined })
    expect((await sharp(mask.bytes).metadata()).orientation).toBeUndefined()
    expect((await row(mask, 40)).filter((alpha) => alpha === 0)).toHaveLength(20)
  })
})

it('leaves no colour in a converted mask', async () => {
  const bytes = await quarters(40, 40).ensureAlpha(0.5).webp().toBuffer()
  const [red, green, blue] = await pixel((await convertMask(bytes)).bytes, 3, 3)
  expect([red, green, blue]).toEqual([0, 0, 0])
})
