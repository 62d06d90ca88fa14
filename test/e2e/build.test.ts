import { XMLParser } from 'fast-xml-parser'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { evaluate, type Page } from '../helpers/evaluate.ts'
import { apiEnv, CANARY, createSite, type Site } from '../helpers/site.ts'
import { useMock } from '../helpers/mock.ts'

const PROMPT = 'A red fox in fresh snow'
const MANIFEST = `version: 1
defaults: { size: 1536x1024, quality: low }
images:
  hero:
    prompt: Cabins above a fjord at dusk
    alt: Two cabins above a fjord
    widths: [320, 640]
    formats: [avif, webp, jpg]
  icon:
    prompt: A paper boat
    size: 1024x1024
    formats: [png]
    widths: [64]
`
const MAIN = `import fox, * as all from 'virtual:onetoken?prompt=${PROMPT}&w=480;960;9999&format=avif;webp&size=1536x1024&alt=A fox'
import heroURL from 'virtual:onetoken/hero'
import thumb, { image } from 'virtual:onetoken/hero?w=160&format=avif'
import images, { hero, icon } from './images.yaml'
import everything from 'virtual:onetoken/manifest'
globalThis.result = { fox, all: { ...all }, heroURL, thumb, image, images, hero, icon, everything }
`

const files = { 'main.js': MAIN, 'images.yaml': MANIFEST }

describe.each([8, 7] as const)('vite build, Vite %i', (vite) => {
  const mock = useMock()

  it('emits the files that the module names, in the sizes and formats asked for', async () => {
    const site = await createSite(files, vite)
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(output).toMatch(/onetoken: 3 renders made \(\$0\.\d+\), 0 reused/)
    expect(status, output).toBe(0)
    const { fox, all, heroURL, thumb, image, images, hero, icon, everything } = await evaluate(site)

    expect(fox).toBe(all.src)
    expect(all).toMatchObject({ width: 1536, height: 1024, format: 'webp', alt: 'A fox', default: fox })
    expect(all.img).toEqual({ src: fox, srcset: all.srcset, width: 1536, height: 1024, alt: 'A fox' })
    expect(all.srcset).toMatch(/^\/assets\/\S+ 480w, \/assets\/\S+ 960w, \/assets\/\S+ 1536w$/)
    expect(Object.keys(all.sources)).toEqual(['avif', 'webp'])
    expect(all.picture).toEqual({ sources: all.sources, img: { src: fox, w: 1536, h: 1024 } })
    expect(all.image.picture).toEqual(all.picture)
    expect(all.color).toMatch(/^#[0-9a-f]{6}$/)
    expect(heroURL).toBe(hero.src)
    expect(hero).toMatchObject({ width: 640, height: 427, format: 'jpg', alt: 'Two cabins above a fjord' })
    expect(Object.keys(hero.sources)).toEqual(['avif', 'webp', 'jpeg'])
    expect(Object.keys(icon.sources)).toEqual([])
    expect(icon.img).toEqual({ src: icon.src, width: 64, height: 64 })
    expect(image.src).toBe(thumb)
    expect(images).toEqual({ hero, icon })
    expect(everything).toEqual(images)

    for (const [subtype, srcset] of Object.entries<string>({
      ...all.sources,
      ...hero.sources,
      png: `${icon.src} 64w`,
    })) {
      for (const candidate of srcset.split(', ')) await expectImage(site, candidate, subtype)
    }
  })

  it('ships no prompt, no key and no local path, not even in source maps', async () => {
    const site = await createSite(files, vite)
    await site.build(apiEnv(mock.url), '--sourcemap')
    const shipped = await site.list('dist')
    expect(shipped.filter((path) => path.endsWith('.map'))).toHaveLength(1)
    for (const path of shipped) {
      const content = (await site.read(path)).toString('latin1')
      for (const secret of [CANARY, site.folder]) expect(content.includes(secret), path).toBe(false)
      if (path.endsWith('.map')) {
        const { sources } = JSON.parse(content) as { sources: string[] }
        expect(sources.some((source) => source.includes('.onetoken.mjs'))).toBe(false)
      } else for (const words of [PROMPT, 'Cabins above']) expect(content.includes(words), path).toBe(false)
    }
  })

  it('places URLs as the configuration says', async () => {
    const config = (options: string): string =>
      `import onetoken from 'unplugin-onetoken/vite'\nexport default { plugins: [onetoken()], ${options} }`
    const site = await createSite(files, vite)
    await site.write({ 'vite.config.js': config(`base: '/sub/', build: { assetsDir: 'static/pics' }`) })
    await site.build(apiEnv(mock.url))
    const { fox } = await evaluate(site)
    expect(fox).toMatch(/^\/sub\/static\/pics\/\S+\.webp$/)
    expect(await site.list('dist')).toContain(`dist/${fox.slice('/sub/'.length)}`)

    await site.write({
      'vite.config.js': config(`experimental: { renderBuiltUrl: (name) => 'https://cdn.example/' + name }`),
    })
    await site.build(apiEnv(mock.url))
    expect((await evaluate(site)).fox).toMatch(/^https:\/\/cdn\.example\/assets\/\S+\.webp$/)
  })

  it('gives client and server builds equal URLs', async () => {
    const site = await createSite({ ...files, 'server.js': `${MAIN}export default globalThis.result` }, vite)
    expect((await site.build(apiEnv(mock.url))).status).toBe(0)
    const server = await site.build(apiEnv(mock.url), '--ssr', 'server.js', '--outDir', 'dist-ssr')
    expect(server.output).toContain('0 renders made')
    expect((await site.list('dist-ssr')).map((path) => path.replace('dist-ssr/', ''))).toEqual(['server.js'])
    const { default: onServer } = (await import(`${site.folder}/dist-ssr/server.js`)) as {
      default: Page
    }
    const onClient = await evaluate(site)
    expect(onServer['fox']).toBe(onClient['fox'])
    expect(onServer['hero']).toEqual(onClient['hero'])
  })

  it('emits files beside a library', async () => {
    const site = await createSite(
      {
        'lib.js': `export { default as fox, picture } from 'virtual:onetoken?prompt=${PROMPT}&w=480;960&size=1536x1024'`,
        'vite.config.js': `import onetoken from 'unplugin-onetoken/vite'
export default { plugins: [onetoken()], build: { lib: { entry: 'lib.js', formats: ['es'], fileName: 'lib' } } }`,
      },
      vite,
    )
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status, output).toBe(0)
    const dist = await site.list('dist')
    expect(dist.filter((path) => path.endsWith('.webp'))).toHaveLength(2)
    const { fox } = (await import(`${site.folder}/dist/lib.js`)) as { fox: string }
    expect(dist.some((path) => fox.endsWith(path.split('/').at(-1) ?? '?'))).toBe(true)
  })
})

/** The file of a `srcset` candidate is there and is what it says, with its origin in its XMP. */
async function expectImage(site: Site, candidate: string, subtype: string): Promise<void> {
  const [url = '', width = ''] = candidate.split(' ')
  const bytes = await site.read(`dist${url}`)
  const { data, info } = await sharp(bytes, { failOn: 'truncated' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect(`${info.width}w`).toBe(width)
  expect(data.length).toBeGreaterThan(0)
  const metadata = await sharp(bytes).metadata()
  expect(metadata.format === 'heif' ? 'avif' : metadata.format).toBe(subtype)
  expect(metadata.exif).toBeUndefined()
  const xmp = new XMLParser({ ignoreAttributes: false }).parse(metadata.xmp?.toString() ?? '') as object
  expect(JSON.stringify(xmp)).toContain(
    'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
  )
  expect(JSON.stringify(xmp)).toContain('gpt-image-2')
}
