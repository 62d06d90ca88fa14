import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { repack } from './repack.ts'
import { flat, photo, quarters } from './test-pictures.ts'

const XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/">é</x:xmpmeta>'
const pixels = (bytes: Uint8Array) => sharp(bytes).raw().toBuffer()
const clear = () =>
  sharp({ create: { width: 33, height: 21, channels: 4, background: { r: 9, g: 8, b: 7, alpha: 0.4 } } })

/** A picture on its side, without a profile, which would be a reason of its own. */
async function turned(format: 'png' | 'jpeg' | 'webp'): Promise<Buffer> {
  const bytes = await quarters(20, 10).withMetadata({ orientation: 6 })[format]().toBuffer()
  const bare = await sharp(bytes).keepExif()[format]().toBuffer()
  expect(await sharp(bare).metadata()).toMatchObject({ orientation: 6, hasProfile: false })
  return bare
}

describe('repack', () => {
  it.each([
    ['png', () => photo(40, 30).png()],
    ['png', () => clear().png({ palette: true })],
    ['png', () => photo(40, 30).png({ progressive: true })],
    ['jpeg', () => photo(40, 30).jpeg()],
    ['jpeg', () => photo(41, 31).jpeg({ progressive: true, chromaSubsampling: '4:4:4' })],
    ['jpeg', () => photo(40, 30).toColourspace('b-w').jpeg()],
    ['webp', () => photo(40, 30).webp()],
    ['webp', () => photo(41, 31).webp({ lossless: true })],
    ['webp', () => clear().webp()],
    ['webp', () => clear().webp({ lossless: true })],
  ])('keeps the pixels of a %s (%#) and nothing else', async (_, make) => {
    const bytes = await make()
      .withExif({ IFD0: { Artist: 'Ann' } })
      .withXmp('<old/>')
      .toBuffer()
    const own = repack(bytes, XMP)
    if (own === undefined) throw new Error('not repacked')
    expect(await pixels(own)).toEqual(await pixels(bytes))
    const { exif, xmp, format, hasAlpha } = await sharp(own).metadata()
    const before = await sharp(bytes).metadata()
    expect({ exif, xmp: xmp?.toString(), format, hasAlpha }).toEqual({
      xmp: XMP,
      format: before.format,
      hasAlpha: before.hasAlpha,
    })
    expect(own.includes('Ann') || own.includes('<old/>')).toBe(false)
    const bare = repack(bytes, undefined)
    expect(await pixels(bare as Buffer)).toEqual(await pixels(bytes))
    expect((await sharp(bare as Buffer).metadata()).xmp).toBeUndefined()
    expect(repack(own, undefined)).toEqual(bare)
  })

  it('drops what follows the image and every text chunk', async () => {
    const png = await photo(20, 20).png().toBuffer()
    expect(repack(Buffer.concat([png, Buffer.from('trailer')]), undefined)?.includes('trailer')).toBe(false)
    const jpeg = await photo(20, 20).jpeg().toBuffer()
    expect(repack(Buffer.concat([jpeg, Buffer.from('trailer')]), undefined)?.includes('trailer')).toBe(false)
  })

  it.each([
    ['AVIF', () => flat(20, 20).avif({ effort: 0 })],
    ['GIF', () => flat(20, 20).gif()],
    ['PNG with a profile', () => flat(20, 20).withIccProfile('p3').png()],
    ['JPEG with a profile', () => flat(20, 20).withIccProfile('p3').jpeg()],
    ['WebP with a profile', () => flat(20, 20).withIccProfile('p3').webp()],
    ['turned PNG', () => turned('png')],
    ['turned JPEG', () => turned('jpeg')],
    ['turned WebP', () => turned('webp')],
    ['CMYK JPEG', () => flat(20, 20).toColourspace('cmyk').jpeg()],
  ])('leaves a %s to the encoder', async (_, make) => {
    const image = await make()
    expect(repack(Buffer.isBuffer(image) ? image : await image.toBuffer(), XMP)).toBeUndefined()
  })

  it('leaves an animation to the encoder', async () => {
    const raw = { width: 20, height: 40, channels: 3, pageHeight: 20 } as const
    const bytes = await sharp(await quarters(20, 40).raw().toBuffer(), { raw })
      .webp()
      .toBuffer()
    expect(repack(bytes, XMP)).toBeUndefined()
  })

  it('makes nothing of bytes that are cut short', async () => {
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      const bytes = await photo(60, 60)[format]().toBuffer()
      expect(repack(bytes.subarray(0, bytes.length * 0.6), XMP)).toBeUndefined()
    }
  })
})
