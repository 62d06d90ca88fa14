import { readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createVariantMaker, type VariantMaker } from './cache.ts'
import { encodePicture } from './encode.ts'
import { shelfNameOf } from './index-file.ts'
import { photo, spec, stored, temporaryFolder } from './test-pictures.ts'
import type { SourceImage } from './types.ts'
import { removeVariants, unusedVariants } from './unused.ts'

const DAY = 24 * 60 * 60 * 1000

interface Bench {
  cache: string
  folder: string
  maker: VariantMaker
  source: SourceImage
}

async function bench(): Promise<Bench> {
  const folder = await temporaryFolder()
  const cache = join(folder, 'cache')
  const versions = { sharp: '1', libvips: '2' }
  return {
    cache,
    folder: join(cache, 'variants'),
    maker: createVariantMaker({ cacheDir: cache, encode: encodePicture, versions }),
    source: await stored(folder, await photo(60, 40).png().toBuffer()),
  }
}

async function age(folder: string, ms: number): Promise<void> {
  const then = new Date(Date.now() - ms)
  for (const name of await readdir(folder)) await utimes(join(folder, name), then, then)
}

async function unused(cache: string, days: number): Promise<string[][]> {
  const found: string[][] = []
  for await (const { files } of unusedVariants(cache, Date.now() - days * DAY)) {
    found.push(files.map((file) => basename(file).replaceAll(/[\da-f]{12}/g, '#')))
  }
  return found
}

describe('variants that were not used for a while', () => {
  it('are found by recipe, the index first', async () => {
    const { cache, folder, maker, source } = await bench()
    await maker.make(source, spec({ widths: [20, 60] }), { name: 'hero' })
    expect(await unused(cache, 30)).toEqual([])
    await age(folder, 31 * DAY)
    expect(await unused(cache, 30)).toEqual([['hero-#.json', 'hero-20-#.webp', 'hero-60-#.webp']])
  })

  it('are used again when somebody asks for them, also where the file system does not tell', async () => {
    const { cache, folder, maker, source } = await bench()
    await maker.make(source, spec({}), { name: 'hero' })
    await maker.make(source, spec({}), {})
    await age(folder, 31 * DAY)
    const ask = async (): Promise<boolean> => (await maker.make(source, spec({}), { name: 'hero' })).cached
    // The first one finds other times of the files, and writes the index anew.
    expect(await ask()).toBe(true)
    const index = (await readdir(folder)).find((name) => /^hero-.*json$/.test(name)) ?? ''
    const then = new Date(Date.now() - 31 * DAY)
    await utimes(join(folder, index), then, then)
    expect(await ask()).toBe(true)
    expect(await unused(cache, 30)).toEqual([['#.json', '#-60.webp']])
    const { atimeMs, mtimeMs } = await stat(join(folder, index))
    expect([Math.round(mtimeMs), atimeMs > then.getTime()]).toEqual([then.getTime(), true])
  })

  it('are made anew after they were removed', async () => {
    const { cache, folder, maker, source } = await bench()
    await maker.make(source, spec({}), { name: 'hero' })
    await age(folder, 31 * DAY)
    await writeFile(join(folder, 'notes.txt'), 'not ours')
    for await (const found of unusedVariants(cache, Date.now())) await removeVariants(found)
    expect(await readdir(folder)).toEqual(['notes.txt'])
    expect(await maker.make(source, spec({}), { name: 'hero' })).toMatchObject({ cached: false })
  })

  it('stay while one of them is young: its index may not be written yet', async () => {
    const { cache, folder, maker, source } = await bench()
    await maker.make(source, spec({}), { name: 'hero' })
    await age(folder, 31 * DAY)
    const picture = (await readdir(folder)).find((name) => name.endsWith('.webp')) ?? ''
    await utimes(join(folder, picture), new Date(), new Date())
    expect(await unused(cache, 30)).toEqual([])
  })

  it('are none where there is no cache', async () => {
    expect(await unused(join(await temporaryFolder(), 'none'), 0)).toEqual([])
  })
})

it.each([
  ['1a2b3c4d5e6f.json', '1a2b3c4d5e6f'],
  ['1a2b3c4d5e6f-480.webp', '1a2b3c4d5e6f'],
  ['hero-1a2b3c4d5e6f.json', 'hero-1a2b3c4d5e6f'],
  ['hero-480-1a2b3c4d5e6f.avif', 'hero-1a2b3c4d5e6f'],
  ['aaaaaaaaaaaa-480-1a2b3c4d5e6f.jpg', 'aaaaaaaaaaaa-1a2b3c4d5e6f'],
  ['hero-480-960-1a2b3c4d5e6f.png', 'hero-480-1a2b3c4d5e6f'],
  ['hero-1a2b3c4d5e6f.json.12-abc.tmp', undefined],
  ['hero.webp', undefined],
])('the shelf of %s is %s', (file, shelf) => {
  expect(shelfNameOf(file)).toBe(shelf)
})
