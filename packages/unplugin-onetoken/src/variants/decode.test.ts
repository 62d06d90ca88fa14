import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { inspectImage } from './decode.ts'
import { flat, photo, quarters, temporaryFolder } from './test-pictures.ts'

describe('inspectImage', () => {
  it.each(['png', 'jpeg', 'webp', 'avif', 'gif'] as const)('gives the facts of a %s', async (format) => {
    const bytes = await photo(60, 40)[format]().toBuffer()
    const facts = { format, width: 60, height: 40, alpha: false }
    expect(await inspectImage(bytes)).toEqual(facts)
    const file = join(await temporaryFolder(), 'picture')
    await writeFile(file, bytes)
    expect(await inspectImage(file)).toEqual(facts)
  })

  it('gives the size of a turned picture as it is seen', async () => {
    const bytes = await quarters(60, 40).withMetadata({ orientation: 8 }).jpeg().toBuffer()
    expect(await inspectImage(bytes)).toMatchObject({ width: 40, height: 60 })
  })

  it.each(['png', 'jpeg', 'webp', 'avif', 'gif'] as const)(
    'refuses a %s that is cut at 60 %%',
    async (format) => {
      const bytes = await photo(160, 140)[format]().toBuffer()
      const part = bytes.subarray(0, bytes.length * 0.6)
      await expect(inspectImage(part)).rejects.toMatchObject({
        code: 'IMAGE_INVALID',
        message: expect.stringMatching(/cut short|header cannot be read/) as string,
      })
    },
  )

  it.each([
    ['', 'an empty file'],
    ['<!doctype html><title>Bad gateway</title>', 'an HTML page'],
    ['{"error":{"message":"no"}}', 'JSON'],
  ])('says what %j is', async (text, what) => {
    await expect(inspectImage(Buffer.from(text))).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      message: `The bytes are not an image, but ${what}.`,
    })
  })

  it('refuses a header without a picture', async () => {
    const bytes = await flat(20, 20).png().toBuffer()
    bytes.fill(0, 40, 60)
    await expect(inspectImage(bytes)).rejects.toMatchObject({ code: 'IMAGE_INVALID' })
    await expect(inspectImage(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))).rejects.toMatchObject({
      message: expect.stringContaining('its header cannot be read') as string,
    })
  })

  it('refuses a picture that would fill the memory, before it is decoded', async () => {
    const bytes = await flat(20, 20).png().toBuffer()
    bytes.writeUInt32BE(60_000, 16)
    bytes.writeUInt32BE(60_000, 20)
    await expect(inspectImage(bytes)).rejects.toMatchObject({
      message: expect.stringContaining('60000 × 60000 pixels are more than 100 million') as string,
    })
  })

  it('looks at the first frame of an animation', async () => {
    const raw = { width: 20, height: 40, channels: 3, pageHeight: 20 } as const
    const animation = sharp(await quarters(20, 40).raw().toBuffer(), { raw })
    expect(await inspectImage(await animation.clone().gif().toBuffer())).toMatchObject({
      width: 20,
      height: 20,
    })
    expect(await inspectImage(await animation.clone().webp().toBuffer())).toMatchObject({
      width: 20,
      height: 20,
    })
  })
})
