import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { headerSize, imageFormat } from './magic.ts'
import { flat, quarters } from './test-pictures.ts'

const clear = () =>
  sharp({ create: { width: 31, height: 17, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0.5 } } })

describe('headerSize', () => {
  it.each([
    ['png', () => flat(31, 17).png().toBuffer(), false],
    ['png', () => clear().png().toBuffer(), true],
    ['png', () => clear().png({ palette: true }).toBuffer(), true],
    ['jpeg', () => flat(31, 17).jpeg().toBuffer(), false],
    ['jpeg', () => flat(31, 17).jpeg({ progressive: true }).withIccProfile('p3').toBuffer(), false],
    ['webp', () => flat(31, 17).webp().toBuffer(), false],
    ['webp', () => clear().webp().toBuffer(), true],
    ['webp', () => flat(31, 17).webp({ lossless: true }).toBuffer(), false],
    ['webp', () => clear().webp({ lossless: true }).toBuffer(), true],
    ['webp', () => flat(31, 17).withXmp('<x/>').webp().toBuffer(), false],
    ['avif', () => flat(31, 17).avif({ effort: 0 }).toBuffer(), false],
    ['avif', () => clear().avif({ effort: 0 }).toBuffer(), true],
    // The encoder declares a transparent colour also where it uses none.
    ['gif', () => flat(31, 17).gif().toBuffer(), true],
    [
      'gif',
      () =>
        sharp({ create: { width: 31, height: 17, channels: 4, background: '#0000' } })
          .gif()
          .toBuffer(),
      true,
    ],
  ] as const)('reads a %s as sharp does (%#)', async (format, make, alpha) => {
    const bytes = await make()
    expect(imageFormat(bytes)).toBe(format)
    expect(headerSize(bytes)).toEqual({ format, width: 31, height: 17, alpha })
    const { width, height, hasAlpha } = await sharp(bytes).metadata()
    expect({ width, height, hasAlpha }).toEqual({ width: 31, height: 17, hasAlpha: alpha })
  })

  it.each(['jpeg', 'png', 'webp', 'avif'] as const)(
    'gives the size of a turned %s as it is seen',
    async (format) => {
      for (const orientation of [1, 3, 6, 8]) {
        const bytes = await quarters(40, 20).withMetadata({ orientation })[format]().toBuffer()
        const { autoOrient } = await sharp(bytes).metadata()
        expect(headerSize(bytes)).toMatchObject(autoOrient)
      }
    },
  )

  it('gives the canvas of an animation', async () => {
    const frames = sharp(Buffer.alloc(20 * 30 * 3), {
      raw: { width: 20, height: 30, channels: 3, pageHeight: 10 },
    })
    expect(headerSize(await frames.clone().webp().toBuffer())).toMatchObject({ width: 20, height: 10 })
    expect(headerSize(await frames.clone().gif().toBuffer())).toMatchObject({ width: 20, height: 10 })
  })

  it('never throws, wherever the bytes end', async () => {
    for (const format of ['png', 'jpeg', 'webp', 'avif', 'gif'] as const) {
      const bytes = await clear()
        .withExif({ IFD0: { Copyright: 'x' } })
        [format]()
        .toBuffer()
      for (let end = 0; end < bytes.length; end++) {
        const facts = headerSize(bytes.subarray(0, end))
        if (facts !== undefined) expect(facts).toMatchObject({ width: 31, height: 17 })
      }
    }
  })

  it('knows nothing of what is no image', () => {
    for (const text of ['', 'GIF', '<svg/>', 'RIFF1234WAVE', '\0\0\0\x18ftypheic\0\0\0\0mif1heic']) {
      expect(imageFormat(Buffer.from(text, 'latin1'))).toBeUndefined()
      expect(headerSize(Buffer.from(text, 'latin1'))).toBeUndefined()
    }
  })
})
