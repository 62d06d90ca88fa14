import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { bundle, createBundledSite, resultOf, type BundleOptions, type Bundler } from '../helpers/bundlers.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv } from '../helpers/site.ts'

const mock = useMock()

const files = {
  'images.yaml':
    'version: 1\nimages:\n  hero: { prompt: A fjord, quality: low, widths: [48], formats: [webp, png] }\n',
  'data.yaml': 'title: Their own\nlist: [1, 2]\n',
  'main.js': `import images, { hero } from './images.yaml'
import data from './data.yaml'
import again from '@/images.yaml'
globalThis.result = { images, hero, data, again }
`,
}

interface Result {
  images: Record<string, { src: string; sources: Record<string, string> }>
  hero: { src: string }
  data: unknown
  again: unknown
}

const YAML = `import yaml from '@rollup/plugin-yaml'`
const alias = (name: string): string => `${name}: { '@': import.meta.dirname }`
const rule = (name: string): string => `{ test: /\\.ya?ml$/, use: '${name}' }`
/** What other configurations do with pictures: make text of them, or give them names of their own. */
const PICTURES = `{ test: /\\.(?:png|webp|avif|svg)$/, type: 'asset/inline' }`

/** Builds with another plugin for YAML, with an alias, and with other rules for pictures. */
const WAYS: [name: string, bundler: Bundler, options: BundleOptions][] = [
  ['Vite', 'vite', { imports: YAML, plugins: 'yaml()', more: `resolve: { ${alias('alias')} }` }],
  [
    'Vite, after the other plugin',
    'vite',
    { imports: YAML, before: 'yaml()', more: `resolve: { ${alias('alias')} }` },
  ],
  [
    'Rollup',
    'rollup',
    {
      imports: `${YAML}\nconst at = { name: 'at', resolveId: (id) => id.startsWith('@/') ? import.meta.dirname + id.slice(1) : null }`,
      before: 'at, yaml()',
    },
  ],
  ['Rolldown', 'rolldown', { imports: YAML, before: 'yaml()', more: `resolve: { ${alias('alias')} }` }],
  [
    'webpack',
    'webpack',
    { more: `resolve: { ${alias('alias')} }, module: { rules: [${rule('yaml-loader')}, ${PICTURES}] }` },
  ],
  [
    'Rspack',
    'rspack',
    { more: `resolve: { ${alias('alias')} }, module: { rules: [${rule('yaml-loader')}, ${PICTURES}] }` },
  ],
  [
    'esbuild',
    'esbuild',
    {
      imports: `import { parse } from 'yaml'
import { readFileSync } from 'node:fs'
const yaml = { name: 'yaml', setup(build) { build.onLoad({ filter: /\\.yaml$/ }, ({ path }) => ({ contents: JSON.stringify(parse(readFileSync(path, 'utf8'))), loader: 'json' })) } }`,
      before: 'yaml',
      more: `${alias('alias')}, loader: { '.webp': 'dataurl', '.png': 'dataurl' }`,
    },
  ],
  // Bun reads YAML by itself.
  ['Bun', 'bun', { before: '', more: '' }],
]

describe.each(WAYS)('other plugins beside ours, %s', (_, bundler, options) => {
  it('have their files, and we have ours', async () => {
    const main = bundler === 'bun' ? files['main.js'].replace('@/', './') : files['main.js']
    const site = await createBundledSite({ ...files, 'main.js': main })
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url), options)
    expect(status, output).toBe(0)
    const { images, hero, data, again } = await resultOf<Result>(site)
    expect(data).toEqual({ title: 'Their own', list: [1, 2] })
    expect(images['hero']).toEqual(hero)
    expect(again).toEqual(images)
    expect(hero.src).toMatch(/^\/[\w/.-]+\.png$/)
    const webp = images['hero']?.sources['webp']?.split(' ')[0] ?? ''
    expect((await sharp(await site.read(`dist${webp}`)).metadata()).width).toBe(48)
  })
})

it('imagetools makes its pictures and we make ours, in one build', async () => {
  const photo = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#345' } })
    .png()
    .toBuffer()
  const site = await createBundledSite({
    'images.yaml': files['images.yaml'],
    'photo.png': photo,
    'main.js': `import photo from './photo.png?w=20&format=webp&as=picture'
import hero, { picture } from 'virtual:onetoken/hero?w=20&format=avif;webp'
globalThis.result = { photo, hero, picture }`,
  })
  const { status, output } = await bundle(site, 'vite', apiEnv(mock.url), {
    imports: `import { imagetools } from 'vite-imagetools'`,
    plugins: 'imagetools()',
    more: 'build: { assetsInlineLimit: 0 }',
  })
  expect(status, output).toBe(0)
  const { photo: theirs, picture } = await resultOf<{ photo: object; picture: object }>(site)
  const shape = (value: object): string =>
    JSON.stringify(value)
      .replace(/\/assets\/[^" ]+/g, 'url')
      .replace(/"avif":"[^"]*",?/, '')
  expect(shape(picture)).toBe(shape(theirs))
  expect((await site.list('dist')).filter((path) => /\.(?:webp|avif)$/.test(path))).toHaveLength(3)
})
