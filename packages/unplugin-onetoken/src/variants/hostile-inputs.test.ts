import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { convertInput } from './convert-input.ts'
import { convertMask } from './convert-mask.ts'
import { INPUT_LIMIT, inputPlan } from './input.ts'
import { flat, halves, hole, photo, quarters } from './test-pictures.ts'
import type { ConvertedInput } from './types.ts'

// Pictures as they are found on people's disks. Each is made right, or refused with words that help.

type Pixel = readonly [x: number, y: number, rgba: readonly number[]]

/** What an API that knows nothing but plain PNGs would see. */
async function seen({ bytes }: ConvertedInput): Promise<(x: number, y: number) => number[]> {
  const { format, orientation } = await sharp(bytes).metadata()
  expect({ format, orientation }).toEqual({ format: 'png', orientation: undefined })
  expect(bytes.length).toBeLessThanOrEqual(INPUT_LIMIT)
  const { data, info } = await sharp(bytes)
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return (x, y) => [...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4)]
}

async function expectPixels(
  converted: ConvertedInput,
  pixels: readonly Pixel[],
  only?: 'alpha',
): Promise<void> {
  const at = await seen(converted)
  for (const [x, y, rgba] of pixels) {
    const found = at(x, y)
    // A transparent pixel has no colour.
    const isColourless = only === 'alpha' || rgba[3] === 0
    const isNear = found.every(
      (value, channel) => (isColourless && channel < 3) || Math.abs(value - (rgba[channel] ?? 0)) <= 24,
    )
    expect(isNear, `${x}, ${y}: ${found.join(' ')} in place of ${rgba.join(' ')}`).toBe(true)
  }
}

const RED = [255, 0, 0, 255]
const GREEN = [0, 255, 0, 255]
const BLUE = [0, 0, 255, 255]
const WHITE = [255, 255, 255, 255]
const QUARTERS: Pixel[] = [
  [5, 5, RED],
  [34, 5, GREEN],
  [5, 24, BLUE],
  [34, 24, WHITE],
]
const NEEDS_NOTHING = undefined

async function animation(format: 'gif' | 'webp'): Promise<Buffer> {
  const frames = [await quarters(40, 30).raw().toBuffer(), await flat(40, 30, '#000').raw().toBuffer()]
  const raw = { width: 40, height: 60, channels: 3, pageHeight: 30 } as const
  return sharp(Buffer.concat(frames), { raw })
    .toFormat(format, { loop: 0, delay: [50, 50] })
    .toBuffer()
}

describe('an image', () => {
  it.each<[string, () => Promise<Buffer>, string | undefined, Pixel[]]>([
    [
      '16 bits a channel',
      () => quarters(40, 30).toColourspace('rgb16').png().toBuffer(),
      NEEDS_NOTHING,
      QUARTERS,
    ],
    [
      'a palette with transparency',
      () => hole(40, 30).png({ palette: true }).toBuffer(),
      NEEDS_NOTHING,
      [
        [2, 2, [200, 80, 40, 255]],
        [20, 15, [0, 0, 0, 0]],
      ],
    ],
    [
      'grey with transparency, in a WebP',
      () => flat(40, 30, '#808080').ensureAlpha(0.5).webp({ lossless: true }).toBuffer(),
      'WebP, converted to PNG',
      [[3, 3, [128, 128, 128, 128]]],
    ],
    [
      'CMYK',
      () => quarters(40, 30).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
      'JPEG, converted to PNG',
      // What ink can show of these colours.
      [
        [5, 5, [232, 0, 0, 255]],
        [34, 24, WHITE],
      ],
    ],
    [
      'a camera that was held on its side',
      () => quarters(30, 40).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
      'JPEG, converted to PNG',
      [
        [5, 5, BLUE],
        [34, 5, RED],
        [5, 24, WHITE],
        [34, 24, GREEN],
      ],
    ],
    [
      'a PNG with EXIF orientation, upside down',
      () => quarters(40, 30).withMetadata({ orientation: 3 }).png().toBuffer(),
      'PNG, turned upright, as its EXIF data ask',
      [
        [5, 5, WHITE],
        [34, 24, RED],
      ],
    ],
    [
      'an animated GIF',
      () => animation('gif'),
      'GIF, converted to PNG, only the first of its 2 frames is used',
      QUARTERS,
    ],
    [
      'an animated WebP',
      () => animation('webp'),
      'WebP, converted to PNG, only the first of its 2 frames is used',
      QUARTERS,
    ],
    ['a pixel', () => flat(1, 1, '#f00').jpeg().toBuffer(), 'JPEG, converted to PNG', [[0, 0, RED]]],
    ['a pixel as a PNG', () => flat(1, 1, '#f00').png().toBuffer(), NEEDS_NOTHING, [[0, 0, RED]]],
    [
      'a line',
      () => flat(5000, 1, '#00f').webp({ lossless: true }).toBuffer(),
      'WebP, converted to PNG',
      [[4999, 0, BLUE]],
    ],
    [
      'Display P3',
      () => flat(40, 30, '#808080').withIccProfile('p3').png().toBuffer(),
      NEEDS_NOTHING,
      [[3, 3, [128, 128, 128, 255]]],
    ],
  ])('%s', async (_, make, note, pixels) => {
    const bytes = await make()
    const plan = inputPlan(bytes, 'image')
    const converted = await convertInput(bytes)
    expect(converted.note).toBe(note)
    expect({ width: converted.width, height: converted.height }).toEqual({
      width: plan.width,
      height: plan.height,
    })
    await expectPixels(converted, pixels)
  })
})

const READ = 'without transparent parts, read as black and white: white is painted anew, black is kept'
const KEPT = [0, 0, 0, 255]
const OPEN = [0, 0, 0, 0]
/** Black at the left, white at the right. */
const HALVES: Pixel[] = [
  [2, 15, KEPT],
  [18, 15, KEPT],
  [21, 15, OPEN],
  [37, 15, OPEN],
]
const HOLE: Pixel[] = [
  [2, 15, KEPT],
  [20, 15, OPEN],
  [20, 2, KEPT],
]

/** Masks of an image of 40 × 30 pixels that is sent as it is. */
describe('a mask', () => {
  const of = { width: 40, height: 30, before: { width: 40, height: 30, orientation: 1 } }

  it.each<[string, () => Promise<Buffer>, 0 | 2, string | undefined, Pixel[]]>([
    [
      '16 bits, black and white',
      () => halves(40, 30).toColourspace('grey16').png().toBuffer(),
      2,
      `PNG ${READ}`,
      HALVES,
    ],
    [
      '16 bits with transparency',
      () => hole(40, 30).toColourspace('rgb16').png().toBuffer(),
      0,
      NEEDS_NOTHING,
      [
        [20, 15, OPEN],
        [20, 2, KEPT],
      ],
    ],
    [
      'a palette with transparency',
      () => hole(40, 30).png({ palette: true }).toBuffer(),
      0,
      NEEDS_NOTHING,
      HOLE,
    ],
    [
      'a palette without',
      () => halves(40, 30).png({ palette: true, colours: 2 }).toBuffer(),
      2,
      `PNG ${READ}`,
      HALVES,
    ],
    [
      'grey with an opaque alpha channel',
      async () => {
        const grey = await halves(40, 30).toColourspace('b-w').raw().toBuffer()
        const data = Buffer.from([...grey].flatMap((value) => [value, 255]))
        return sharp(data, { raw: { width: 40, height: 30, channels: 2 } })
          .toColourspace('b-w')
          .png()
          .toBuffer()
      },
      0,
      `PNG ${READ}`,
      HALVES,
    ],
    [
      'grey with transparency',
      async () => {
        const alpha = await hole(40, 30).extractChannel('alpha').raw().toBuffer()
        const data = Buffer.from([...alpha].flatMap((value) => [7, value]))
        return sharp(data, { raw: { width: 40, height: 30, channels: 2 } })
          .toColourspace('b-w')
          .png()
          .toBuffer()
      },
      0,
      NEEDS_NOTHING,
      HOLE,
    ],
    [
      'CMYK',
      () => halves(40, 30).toColourspace('srgb').toColourspace('cmyk').jpeg().toBuffer(),
      2,
      `JPEG ${READ}`,
      HALVES,
    ],
    [
      'a JPEG that lies on its side',
      async () => {
        const lying = await sharp(await halves(40, 30).png().toBuffer())
          .rotate(270)
          .toBuffer()
        return sharp(lying).withMetadata({ orientation: 6 }).jpeg().toBuffer()
      },
      2,
      `JPEG ${READ}`,
      HALVES,
    ],
    [
      'a PNG with EXIF orientation',
      async () => {
        const mirrored = await halves(40, 30).flop().png().toBuffer()
        return sharp(mirrored).ensureAlpha().withMetadata({ orientation: 2 }).png().toBuffer()
      },
      0,
      `PNG ${READ}`,
      HALVES,
    ],
    [
      'an animated GIF',
      async () => {
        const white = await flat(40, 30, '#fff').raw().toBuffer()
        const frames = [await halves(40, 30).toColourspace('srgb').raw().toBuffer(), white]
        const raw = { width: 40, height: 60, channels: 3, pageHeight: 30 } as const
        return sharp(Buffer.concat(frames), { raw }).gif({ loop: 0 }).toBuffer()
      },
      2,
      `GIF ${READ}; only the first of its 2 frames is used`,
      HALVES,
    ],
    [
      'a pixel',
      () => flat(1, 1, '#fff').png().toBuffer(),
      2,
      `PNG ${READ}; scaled from 1 × 1 to 40 × 30, the size of its image, which has another shape: is it the mask of another picture?; all of it is white: the whole picture is painted anew`,
      [
        [0, 0, OPEN],
        [39, 29, OPEN],
      ],
    ],
    [
      'twice the size, half transparent at the edges',
      () => hole(80, 60).blur(2).webp().toBuffer(),
      2,
      'WebP, converted to PNG; scaled from 80 × 60 to 40 × 30, the size of its image',
      HOLE,
    ],
  ])('%s', async (_, make, conversion, note, pixels) => {
    const bytes = await make()
    const image = inputPlan(await photo(40, 30).png().toBuffer(), 'image')
    expect(inputPlan(bytes, 'mask', { of: image }).conversion).toBe(conversion)
    const converted = await convertMask(bytes, { image: of })
    expect(converted.note).toBe(note)
    expect(converted).toMatchObject({ width: 40, height: 30 })
    // A channel of its own, which decoders know that know nothing of a palette's transparency.
    expect([4, 6]).toContain(converted.bytes[25])
    await expectPixels(converted, pixels, 'alpha')
  })

  it('of a single pixel beside an image of one', async () => {
    const pixel = { width: 1, height: 1, before: { width: 1, height: 1, orientation: 1 } }
    const converted = await convertMask(await hole(40, 40).png().toBuffer(), { image: pixel })
    await expectPixels(converted, [[0, 0, OPEN]])
  })
})

describe.each(['image', 'mask'] as const)('refused as %s', (role) => {
  /** As it happens for a project: first what the header tells, then all of it. */
  async function use(bytes: Uint8Array): Promise<unknown> {
    const name = `The ${role} "cat.png"`
    inputPlan(bytes, role, { name })
    return role === 'mask' ? convertMask(bytes, { name }) : convertInput(bytes, { name })
  }

  async function huge(format: 'png' | 'webp'): Promise<Buffer> {
    const bytes = await hole(20, 20)[format]({ lossless: true }).toBuffer()
    if (format === 'png') {
      bytes.writeUInt32BE(60_000, 16)
      bytes.writeUInt32BE(60_000, 20)
    } else {
      // 14 bits each, less one.
      bytes.writeUInt32LE((16_383 | (16_383 << 14) | (1 << 28)) >>> 0, 21)
    }
    return bytes
  }

  it.each<[string, () => Promise<Buffer> | Buffer, RegExp]>([
    ['zero bytes', () => Buffer.alloc(0), /is not an image that can be used: it is an empty file/],
    ['HTML', () => Buffer.from('<!doctype html><title>404</title>'), /it is an HTML page/],
    ['SVG', () => Buffer.from('<?xml version="1.0"?><svg width="9" height="9"/>'), /it is an SVG drawing/],
    ['TIFF', () => flat(9, 9).tiff().toBuffer(), /it is a TIFF or a raw photo/],
    ['a huge PNG', () => huge('png'), /cannot be decoded: it has more than 100 million pixels/],
    ['a huge WebP', () => huge('webp'), /cannot be decoded: /],
    ['a signature', () => Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), /is a PNG that is cut short/],
    [
      'a PNG without rows',
      async () => {
        const bytes = await hole(60, 40).png().toBuffer()
        return Buffer.concat([bytes.subarray(0, 33), bytes.subarray(-12)])
      },
      /cannot be decoded: /,
    ],
    [
      'a WebP whose length was made right',
      async () => {
        const bytes = await photo(160, 140).webp().toBuffer()
        const part = bytes.subarray(0, (bytes.length * 0.5) & ~1)
        part.writeUInt32LE(part.length - 8, 4)
        return part
      },
      /cannot be decoded: /,
    ],
  ])('%s', async (_, make, message) => {
    await expect(use(await make())).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(/./) as string,
    })
    await expect(use(await make())).rejects.toThrow(`The ${role} "cat.png" `)
  })
})
