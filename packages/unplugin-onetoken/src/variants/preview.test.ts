import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decode } from './decode.ts'
import { dominantColor, previewOf } from './preview.ts'
import { flat, photo, quarters } from './test-pictures.ts'

describe('previewOf', () => {
  it.each([
    ['a photograph', () => photo(400, 300), 16, 12],
    ['a tall one', () => photo(50, 400), 2, 16],
    ['a line', () => flat(1, 3000), 1, 16],
    ['a point', () => flat(1, 1), 1, 1],
  ])('gives a tiny picture of %s', async (_, make, width, height) => {
    const { blurDataURL, blurWidth, blurHeight } = await previewOf(
      await decode(await make().png().toBuffer()),
    )
    expect(blurDataURL.length).toBeLessThanOrEqual(400)
    expect({ blurWidth, blurHeight }).toEqual({ blurWidth: width, blurHeight: height })
    const bytes = Buffer.from(blurDataURL.replace('data:image/webp;base64,', ''), 'base64')
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width, height })
  })

  it('is small even for noise with holes', async () => {
    const noise = Buffer.alloc(64 * 64 * 4)
    for (let at = 0, state = 7; at < noise.length; at++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      noise[at] = state >>> 24
    }
    const pixels = { data: noise, width: 64, height: 64, channels: 4 } as const
    expect((await previewOf(pixels)).blurDataURL.length).toBeLessThanOrEqual(400)
  })

  it('looks like the picture', async () => {
    const { blurDataURL } = await previewOf(await decode(await quarters(200, 200).png().toBuffer()))
    const { data } = await sharp(Buffer.from(blurDataURL.split(',')[1] ?? '', 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(data[0]).toBeGreaterThan(180)
    expect(data[1]).toBeLessThan(80)
  })
})

describe('dominantColor', () => {
  it('is the colour of most of the pixels', () => {
    const red = Array.from({ length: 3 }, () => [200, 16, 32]).flat()
    expect(dominantColor(Uint8Array.from([...red, 0, 0, 255]), 3)).toBe('#c81020')
  })

  it('does not count what cannot be seen', () => {
    expect(dominantColor(Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 0, 0, 255, 255]), 4)).toBe('#0000ff')
    expect(dominantColor(Uint8Array.from([1, 2, 3, 0]), 4)).toBe('#ffffff')
    expect(dominantColor(new Uint8Array(), 3)).toBe('#ffffff')
  })

  it('takes grey', () => {
    expect(dominantColor(Uint8Array.from([17, 17, 17]), 1)).toBe('#111111')
    expect(dominantColor(Uint8Array.from([17, 255, 90, 0]), 2)).toBe('#111111')
  })
})
