import { readFile, readdir } from 'node:fs/promises'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { encodePicture } from './encode.ts'
import { planRecipe } from './recipe.ts'
import { flat, photo, pixel, quarters, spec, stored, temporaryFolder } from './test-pictures.ts'
import type { EncodedFile, EncodedPicture, OutputSpec, Provenance } from './types.ts'

const versions = { sharp: '', libvips: '' }

async function encode(
  bytes: Uint8Array,
  output: Partial<OutputSpec>,
  provenance?: Provenance,
): Promise<EncodedPicture & { files: [EncodedFile, ...EncodedFile[]] }> {
  const folder = await temporaryFolder()
  const source = await stored(folder, bytes)
  const recipe = planRecipe(source, spec(output), { provenance, versions })
  const picture = await encodePicture({ source, ...recipe, folder, preview: true })
  return picture as EncodedPicture & { files: [EncodedFile, ...EncodedFile[]] }
}

function near(actual: number[], expected: number[], distance = 12): void {
  expect(actual).toHaveLength(expected.length)
  for (const [at, value] of expected.entries())
    expect(Math.abs((actual[at] ?? -999) - value)).toBeLessThanOrEqual(distance)
}

describe('sizes and formats', () => {
  it('makes what the recipe says, and says what it made', async () => {
    const { files } = await encode(await photo(300, 200).png().toBuffer(), {
      widths: [100, 900],
      formats: ['avif', 'webp', 'jpg', 'png'],
    })
    expect(files.map(({ format, width, height }) => `${format} ${width}x${height}`)).toEqual([
      'avif 100x67',
      'avif 300x200',
      'webp 100x67',
      'webp 300x200',
      'jpg 100x67',
      'jpg 300x200',
      'png 100x67',
      'png 300x200',
    ])
    for (const { file, format, width, height, bytes } of files) {
      const metadata = await sharp(file).metadata()
      const name = metadata.compression === 'av1' ? 'avif' : metadata.format.replace('jpeg', 'jpg')
      expect({ name, width: metadata.width, height: metadata.height }).toEqual({
        name: format,
        width,
        height,
      })
      expect((await readFile(file)).length).toBe(bytes)
    }
  })

  it('has the same colours in every format', async () => {
    const { files } = await encode(await quarters(160, 120).png().toBuffer(), {
      widths: [80],
      formats: ['avif', 'webp', 'jpg', 'png'],
    })
    for (const { file } of files) {
      near(await pixel(file, 10, 10), [255, 0, 0])
      near(await pixel(file, 70, 10), [0, 255, 0])
      near(await pixel(file, 10, 50), [0, 0, 255])
      near(await pixel(file, 70, 50), [255, 255, 255])
    }
  })

  it('uses the quality that is asked for', async () => {
    const bytes = await photo(300, 200).png().toBuffer()
    for (const format of ['avif', 'webp', 'jpg'] as const) {
      const [low] = (await encode(bytes, { formats: [format], quality: { [format]: 10 } })).files
      const [high] = (await encode(bytes, { formats: [format], quality: { [format]: 90 } })).files
      expect(low.bytes * 2).toBeLessThan(high.bytes)
    }
  })

  it('makes a PNG in full colour', async () => {
    const { files } = await encode(await photo(90, 60).webp({ lossless: true }).toBuffer(), {
      formats: ['png'],
    })
    const { isPalette, depth } = await sharp(files[0].file).metadata()
    expect({ isPalette, depth }).toEqual({ isPalette: false, depth: 'uchar' })
    expect(await sharp(files[0].file).raw().toBuffer()).toEqual(await photo(90, 60).raw().toBuffer())
  })
})

describe('cutting', () => {
  const source = () => quarters(160, 80).png().toBuffer()
  const square = { aspect: [1, 1], widths: [40], formats: ['png'] } satisfies Partial<OutputSpec>

  it('cuts to the aspect at the position', async () => {
    const [left] = (await encode(await source(), { ...square, position: 'left' })).files
    expect(left).toMatchObject({ width: 40, height: 40 })
    near(await pixel(left.file, 38, 2), [255, 0, 0])
    const [right] = (await encode(await source(), { ...square, position: 'right' })).files
    near(await pixel(right.file, 2, 2), [0, 255, 0])
    const [centre] = (await encode(await source(), square)).files
    near(await pixel(centre.file, 2, 2), [255, 0, 0])
    near(await pixel(centre.file, 38, 2), [0, 255, 0])
  })

  it('finds the part with something in it', async () => {
    const dot = await flat(30, 30, '#ff0000').png().toBuffer()
    const bytes = await flat(300, 100, '#888888')
      .composite([{ input: dot, left: 260, top: 30 }])
      .png()
      .toBuffer()
    const [cut] = (await encode(bytes, { aspect: [1, 1], formats: ['png'], position: 'attention' })).files
    expect(cut).toMatchObject({ width: 100, height: 100 })
    const { channels } = await sharp(cut.file).stats()
    expect(channels[0]?.max).toBe(255)
  })

  it('squeezes with fill', async () => {
    const [file] = (await encode(await source(), { ...square, fit: 'fill' })).files
    near(await pixel(file.file, 2, 2), [255, 0, 0])
    near(await pixel(file.file, 38, 38), [255, 255, 255])
  })

  it.each(['cover', 'contain', 'fill', 'inside'] as const)(
    'previews the shape of its files with %s',
    async (fit) => {
      const { files, preview } = await encode(await source(), { aspect: [1, 2], widths: [96], fit })
      const [file] = files
      const blur = Buffer.from(preview?.blurDataURL.split(',')[1] ?? '', 'base64')
      const { width, height } = await sharp(blur).metadata()
      expect(preview).toMatchObject({ blurWidth: width, blurHeight: height })
      expect((width ?? 0) / (height ?? 1)).toBeCloseTo((file?.width ?? 0) / (file?.height ?? 1), 1)
    },
  )

  it('frames with contain: clear, and white in a JPEG', async () => {
    const { files } = await encode(await source(), {
      ...square,
      fit: 'contain',
      formats: ['png', 'webp', 'jpg'],
    })
    const [png, webp, jpg] = files
    expect(await pixel(png.file, 2, 2)).toEqual([255, 255, 255, 0])
    near(await pixel(png.file, 2, 14), [255, 0, 0, 255])
    expect((await pixel(webp?.file ?? '', 2, 2))[3]).toBe(0)
    near(await pixel(jpg?.file ?? '', 2, 2), [255, 255, 255])
    near(await pixel(jpg?.file ?? '', 10, 16), [255, 0, 0], 40)
  })
})

describe('pictures of every kind', () => {
  it('turns a photograph upright', async () => {
    const bytes = await quarters(80, 40).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer()
    const [file] = (await encode(bytes, { formats: ['webp'] })).files
    expect(file).toMatchObject({ width: 40, height: 80 })
    near(await pixel(file.file, 5, 5), [0, 0, 255], 30)
    near(await pixel(file.file, 35, 5), [255, 0, 0], 30)
    expect((await sharp(file.file).metadata()).orientation).toBeUndefined()
  })

  it('makes 8 bits of 16', async () => {
    const bytes = await quarters(40, 40).toColourspace('rgb16').png().toBuffer()
    expect((await sharp(bytes).metadata()).depth).toBe('ushort')
    const [file] = (await encode(bytes, { formats: ['png'], widths: [20] })).files
    expect((await sharp(file.file).metadata()).depth).toBe('uchar')
    near(await pixel(file.file, 2, 2), [255, 0, 0], 2)
  })

  it.each(['srgb', 'rgb16'])('brings Display P3 of %s to sRGB', async (space) => {
    const red = flat(20, 20, '#ff0000').toColourspace(space).withIccProfile('p3')
    const [file] = (await encode(await red.png().toBuffer(), { formats: ['png'] })).files
    near(await pixel(file.file, 2, 2), [255, 0, 0], 2)
    expect((await sharp(file.file).metadata()).icc).toBeUndefined()
  })

  it('brings CMYK to sRGB', async () => {
    const bytes = await flat(40, 40, '#ff0000').toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()
    expect((await sharp(bytes).metadata()).space).toBe('cmyk')
    const [file] = (await encode(bytes, { formats: ['jpg'] })).files
    expect((await sharp(file.file).metadata()).space).toBe('srgb')
    const [red = 0, green = 255, blue = 255] = await pixel(file.file, 5, 5)
    expect(red).toBeGreaterThan(200)
    expect(Math.max(green, blue)).toBeLessThan(80)
  })

  it('makes colour of grey', async () => {
    const bytes = await flat(20, 20, '#808080').toColourspace('b-w').png().toBuffer()
    const [file] = (await encode(bytes, { formats: ['webp'] })).files
    near(await pixel(file.file, 2, 2), [128, 128, 128], 3)
  })

  it('takes the first frame of an animation', async () => {
    const frames = await quarters(20, 40).raw().toBuffer()
    const animation = sharp(frames, { raw: { width: 20, height: 40, channels: 3, pageHeight: 20 } })
    for (const format of ['gif', 'webp'] as const) {
      const bytes = await animation.clone()[format]({ delay: 100 }).toBuffer()
      expect((await sharp(bytes).metadata()).pages).toBe(2)
      const [file] = (await encode(bytes, { formats: ['webp'] })).files
      expect(file).toMatchObject({ width: 20, height: 20 })
      expect((await sharp(file.file).metadata()).pages).toBeUndefined()
      near(await pixel(file.file, 2, 15), [255, 0, 0], 30)
    }
  })

  it('keeps transparency, and puts white behind it in a JPEG', async () => {
    const background = { r: 200, g: 0, b: 0, alpha: 0.5 }
    const bytes = await sharp({ create: { width: 30, height: 30, channels: 4, background } })
      .png()
      .toBuffer()
    const { files } = await encode(bytes, { widths: [15], formats: ['avif', 'webp', 'png', 'jpg'] })
    for (const { file, format } of files) {
      near(await pixel(file, 5, 5), format === 'jpg' ? [227, 127, 127] : [200, 0, 0, 128], 4)
    }
  })

  it('drops an alpha channel in which everything is opaque', async () => {
    const bytes = await photo(30, 30).ensureAlpha().png().toBuffer()
    expect((await sharp(bytes).metadata()).hasAlpha).toBe(true)
    const [file] = (await encode(bytes, { formats: ['png'] })).files
    expect((await sharp(file.file).metadata()).hasAlpha).toBe(false)
  })

  it.each([
    [1, 1],
    [1, 3000],
    [3000, 1],
  ])('takes a picture of %i × %i', async (width, height) => {
    const { files, preview } = await encode(await flat(width, height).png().toBuffer(), {
      widths: [1, 480],
      formats: ['avif', 'webp', 'jpg', 'png'],
    })
    for (const file of files)
      expect(await sharp(file.file).metadata()).toMatchObject({ width: file.width, height: file.height })
    expect(preview?.color).toBe('#3366cc')
  })
})

describe('a source that is smaller than its encoding', () => {
  it.each(['png', 'jpeg', 'webp'] as const)('is kept as %s, without its metadata', async (format) => {
    const options = {
      png: { compressionLevel: 9, adaptiveFiltering: true },
      jpeg: { quality: 20 },
      webp: { quality: 5 },
    }
    const picture = photo(200, 150).withExif({ IFD0: { Artist: 'Ann' } })
    const bytes = await picture[format](options[format]).toBuffer()
    const jpg = format === 'jpeg' ? 'jpg' : format
    const provenance = { composite: false, model: 'gpt-image-2' }
    const [file] = (await encode(bytes, { formats: [jpg] }, provenance)).files
    const { exif, xmp } = await sharp(file.file).metadata()
    expect(exif).toBeUndefined()
    expect(xmp?.toString()).toContain('gpt-image-2')
    expect(file.bytes).toBeLessThan(bytes.length + 800)
    expect(await sharp(file.file).raw().toBuffer()).toEqual(await sharp(bytes).raw().toBuffer())
  })

  it('is not kept in another size, format or cut', async () => {
    const bytes = await photo(200, 150).jpeg({ quality: 5 }).toBuffer()
    const { files } = await encode(bytes, { widths: [199], formats: ['jpg', 'webp'] })
    for (const { file } of files) expect(await readFile(file)).not.toEqual(bytes)
    const [cut] = (await encode(bytes, { aspect: [1, 1], formats: ['jpg'] })).files
    expect(await sharp(cut.file).metadata()).toMatchObject({ width: 150, height: 150 })
  })
})

describe('what cannot be encoded', () => {
  it.each(['png', 'jpeg', 'webp', 'avif'] as const)('is a %s that is cut short', async (format) => {
    const bytes = await photo(200, 150)[format]().toBuffer()
    const part = bytes.subarray(0, bytes.length * 0.6)
    await expect(encode(part, { formats: ['webp'] })).rejects.toMatchObject({ code: 'ENCODE_FAILED' })
  })

  it('is a file that has changed since', async () => {
    const folder = await temporaryFolder()
    const source = await stored(folder, await photo(20, 20).png().toBuffer())
    const recipe = planRecipe(source, spec(), { versions })
    const job = { ...recipe, folder, preview: true }
    await expect(
      encodePicture({ source: { ...source, sha256: 'f'.repeat(64) }, ...job }),
    ).rejects.toMatchObject({
      code: 'ENCODE_FAILED',
      message: expect.stringContaining('not those that were rendered') as string,
    })
    await expect(encodePicture({ source: { ...source, width: 21 }, ...job })).rejects.toMatchObject({
      message: expect.stringContaining('20 × 20 pixels, not 21 × 20') as string,
    })
    expect(await readdir(folder)).toHaveLength(1)
  })
})
