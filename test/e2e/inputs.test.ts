import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import type { MockFile } from 'unplugin-onetoken/mock'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite } from '../helpers/site.ts'

const mock = useMock()

/** A picture of noise: a PNG of it has nearly its raw size. */
const noise = (width: number, height: number): Sharp =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })

const flat = (width: number, height: number, background: string): Sharp =>
  sharp({ create: { width, height, channels: 3, background } })

/** A mask in black, with its right half white. */
const blackAndWhite = async (width: number, height: number): Promise<Sharp> =>
  flat(width, height, '#000').composite([
    {
      input: await flat(width / 2, height, '#fff')
        .png()
        .toBuffer(),
      left: width / 2,
      top: 0,
    },
  ])

async function arrived({ bytes }: MockFile): Promise<object> {
  const { format, width, height, hasAlpha } = await sharp(bytes).metadata()
  return { format, width, height, hasAlpha }
}

/** The alpha in the middle of a mask's left and right half. */
async function alphas({ bytes }: MockFile): Promise<number[]> {
  const { data, info } = await sharp(bytes)
    .extractChannel('alpha')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const at = (share: number): number =>
    Math.floor(info.height / 2) * info.width + Math.floor(info.width * share)
  return [0.02, 0.25, 0.49, 0.51, 0.75, 0.98].map((share) => data[at(share)] ?? -1)
}

const images = `version: 1
defaults: { quality: low }
images:
  webp: { prompt: At night, image: photos/house.webp }
  big: { prompt: At dawn, image: photos/big.png }
  masked: { prompt: A red door, image: photos/house.png, mask: photos/door.jpg }
  shrunk: { prompt: A blue door, image: photos/big.png, mask: photos/door.jpg }
`

const main = `import * as all from './images.yaml'
globalThis.result = all`

describe('input pictures', () => {
  it('arrive as PNGs below 4 MB, masks in the size of their image, and the build says what was done', async () => {
    const house = await flat(320, 240, '#446688').png().toBuffer()
    const big = await noise(1400, 1050).png().toBuffer()
    expect(big.length).toBeGreaterThan(4_000_000)
    const site = await createSite({
      'main.js': main,
      'images.yaml': images,
      'photos/house.png': house,
      'photos/house.webp': await sharp(house).webp().toBuffer(),
      'photos/big.png': big,
      'photos/door.jpg': await (await blackAndWhite(160, 120)).jpeg({ quality: 75 }).toBuffer(),
    })
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status, output).toBe(0)
    expect(mock.requests.map(({ endpoint }) => endpoint)).toEqual(['edits', 'edits', 'edits', 'edits'])
    expect(mock.stats.billed).toBe(4)
    const filesOf = (words: string): MockFile[] => {
      const request = mock.requests.find(({ prompt }) => prompt === words)
      for (const { name, type, bytes } of request?.files ?? []) {
        expect({ name: name.slice(-4), type }).toEqual({ name: '.png', type: 'image/png' })
        expect(bytes.length).toBeLessThan(4_000_000)
      }
      return request?.files ?? []
    }

    const [webp, ...noMore] = filesOf('At night')
    expect(noMore).toEqual([])
    expect(await arrived(webp!)).toEqual({ format: 'png', width: 320, height: 240, hasAlpha: false })
    expect(output).toContain('webp: the image "photos/house.webp": WebP, converted to PNG.')

    const [dawn] = filesOf('At dawn')
    const { width, height } = await sharp(dawn!.bytes).metadata()
    expect(width).toBeLessThan(1400)
    expect(width / height).toBeCloseTo(4 / 3, 2)
    expect(output).toContain(
      `big: the image "photos/big.png": PNG of ${(big.length / 1e6).toFixed(1)} MB, scaled from 1400 × 1050 to ${width} × ${height}.`,
    )

    const [door, doorMask] = filesOf('A red door')
    expect(Buffer.from(door!.bytes).equals(house)).toBe(true)
    expect(doorMask).toMatchObject({ field: 'mask', name: 'door.png' })
    expect(await arrived(doorMask!)).toEqual({ format: 'png', width: 320, height: 240, hasAlpha: true })
    expect(await alphas(doorMask!)).toEqual([255, 255, 255, 0, 0, 0])
    expect(output).toContain(
      'masked: the mask "photos/door.jpg": JPEG without transparent parts, read as black and white: white is painted anew, black is kept; scaled from 160 × 120 to 320 × 240, the size of its image.',
    )

    const [shrunk, shrunkMask] = filesOf('A blue door')
    expect(Buffer.from(shrunk!.bytes).equals(Buffer.from(dawn!.bytes))).toBe(true)
    expect(await arrived(shrunkMask!)).toEqual({ format: 'png', width, height, hasAlpha: true })
    expect(await alphas(shrunkMask!)).toEqual([255, 255, 255, 0, 0, 0])

    // The key is over the files and their headers: it is found again without looking at a pixel.
    await site.remove('dist')
    const again = await site.build(apiEnv(mock.url))
    expect(again.status, again.output).toBe(0)
    expect(again.output).not.toContain('door.jpg')
    expect(mock.requests).toHaveLength(4)
  })

  it('are looked at before anything is sent: a mask that replaces nothing is an error', async () => {
    const site = await createSite({
      'main.js': `import p from 'virtual:onetoken/hero'\nglobalThis.result = p`,
      'images.yaml': 'version: 1\nimages:\n  hero: { prompt: A door, image: house.png, mask: door.png }\n',
      'house.png': await flat(320, 240, '#446688').png().toBuffer(),
      'door.png': await flat(320, 240, '#000').ensureAlpha().png().toBuffer(),
    })
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status).toBe(1)
    expect(mock.requests).toHaveLength(0)
    expect(output).toContain(
      'The mask "door.png" replaces nothing: it is black everywhere, without transparency.',
    )
    expect(output).toContain('images.yaml:3:3')
    await site.write({ 'door.png': await hole() })
    const right = await site.build(apiEnv(mock.url))
    expect(right.status, right.output).toBe(0)
    expect(mock.stats.billed).toBe(1)
  })
})

/** A mask as the API takes it: sent as it is. */
async function hole(): Promise<Buffer> {
  const open = await flat(160, 120, '#fff').ensureAlpha().png().toBuffer()
  return flat(320, 240, '#000')
    .ensureAlpha()
    .composite([{ input: open, blend: 'dest-out' }])
    .png()
    .toBuffer()
}
