import { describe, expect, it } from 'vitest'
import { RUNS_ASTRO } from '../helpers/install.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, type Ran, type Site } from '../helpers/site.ts'

const mock = useMock()

const MANIFEST = `version: 1
images:
  hero: { prompt: A fjord, quality: low, widths: [48, 96], size: 1536x1024, formats: [avif, webp], alt: Fjord }
`
const LEFTOVER = '<h1>Hi</h1>\n<img src="onetoken:hero" alt="">'

/** Files of the site that are not scripts or styles; every file that a script, a style or a page names is there. */
async function shipped(site: Site): Promise<string[]> {
  const dist = await site.list('dist')
  const texts = dist.filter((path) => /\.(?:js|css|html)$/.test(path))
  const all = (await Promise.all(texts.map(async (path) => (await site.read(path)).toString()))).join('\n')
  expect(all).not.toMatch(/onetoken[:/]/)
  for (const [url] of all.matchAll(/\/(?:assets|_astro)\/[\w.-]+\.(?:avif|webp)/g))
    expect(dist).toContain(`dist${url}`)
  return dist.filter((path) => /\.(?:avif|webp)$/.test(path))
}

function expectLeftover({ status, output }: Ran, place: string): void {
  expect(status).toBe(1)
  expect(output).toContain(place)
  expect(output).toContain('Import the picture')
}

describe('React', () => {
  const jsx = (element: string): Parameters<typeof createSite>[0] => ({
    'vite.config.js': `import onetoken from 'unplugin-onetoken/vite'
import react from '@vitejs/plugin-react'
export default { plugins: [onetoken(), react()] }`,
    'main.js': `import './main.jsx'`,
    'main.jsx': `import { createRoot } from 'react-dom/client'
import { hero } from './images.yaml'
createRoot(document.body).render(
  ${element},
)`,
    'images.yaml': MANIFEST,
  })

  it('has pictures by import', async () => {
    const site = await createSite(
      jsx('<picture><source srcSet={hero.sources.avif} /><img {...hero.img} /></picture>'),
    )
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status, output).toBe(0)
    expect(await shipped(site)).toHaveLength(4)
  })

  it('fails on a literal reference, with file and line', async () => {
    const site = await createSite(jsx('<img src="onetoken:hero" alt="" />'))
    expectLeftover(await site.build(apiEnv(mock.url)), 'main.jsx:4:13')
  })
})

describe('Svelte', () => {
  const svelte = (component: string): Parameters<typeof createSite>[0] => ({
    'vite.config.js': `import onetoken from 'unplugin-onetoken/vite'
import { svelte } from '@sveltejs/vite-plugin-svelte'
export default { plugins: [onetoken(), svelte()] }`,
    'main.js': `import { mount } from 'svelte'\nimport App from './App.svelte'\nmount(App, { target: document.body })`,
    'App.svelte': component,
    'images.yaml': MANIFEST,
  })

  it('has pictures by import and in styles', async () => {
    const site = await createSite(
      svelte(`<script>
  import { img } from 'virtual:onetoken/hero'
</script>
<img {...img}>
<style>
  img { background: url('onetoken:hero?w=1000') }
</style>`),
    )
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status, output).toBe(0)
    expect(mock.stats.billed).toBe(1)
    // 48 and 96 in two formats, and the one of the style, which is as wide as the render is.
    expect(await shipped(site)).toHaveLength(5)
  })

  it('has pictures by imports in its markup, which are planned', async () => {
    const site = await createSite(
      svelte(`<p>Don't import</p>
{#await import('virtual:onetoken?prompt=A fox&quality=low&w=48') then { default: src }}<img {src} alt="">{/await}`),
    )
    const rendered = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
    expect(rendered.status, rendered.output).toBe(0)
    expect(mock.stats.billed).toBe(2)
    const { status, output } = await site.build({ ...apiEnv(mock.url), ONETOKEN_FROZEN: '1' })
    expect(status, output).toBe(0)
    expect(await shipped(site)).toHaveLength(1)
  })

  it('fails on a literal reference, with file and line', async () => {
    const site = await createSite(svelte(LEFTOVER))
    expectLeftover(await site.build(apiEnv(mock.url)), 'App.svelte:2:11')
  })
})

if (RUNS_ASTRO) {
  describe('Astro', () => {
    const astro = async (page: string): Promise<Site> => {
      const site = await createSite({
        'astro.config.mjs': `import onetoken from 'unplugin-onetoken/vite'
export default { vite: { plugins: [onetoken()] } }`,
        'src/pages/index.astro': page,
        'images.yaml': MANIFEST,
      })
      await site.remove('vite.config.js', 'index.html')
      return site
    }
    const build = (site: Site): Promise<Ran> =>
      site.run('node_modules/astro/bin/astro.mjs', ['build'], {
        ...apiEnv(mock.url),
        ASTRO_TELEMETRY_DISABLED: '1',
      })

    it('has pictures by import and in styles', async () => {
      const site = await astro(`---
import { img, sources } from 'virtual:onetoken/hero'
---
<html lang="en">
<picture><source srcset={sources.avif} type="image/avif"><img {...img}></picture>
<style>html { background: url('onetoken:hero?w=1000') }</style>
</html>`)
      const { status, output } = await build(site)
      expect(status, output).toBe(0)
      expect(mock.stats.billed).toBe(1)
      expect(await shipped(site)).toHaveLength(5)
      expect((await site.read('dist/index.html')).toString()).toMatch(
        /<img src="\/_astro\/hero-96-[^"]+\.webp"/,
      )
    })

    it('fails on a literal reference, with file and line', async () => {
      expectLeftover(await build(await astro(LEFTOVER)), 'src/pages/index.astro:2:11')
    })
  })
}
