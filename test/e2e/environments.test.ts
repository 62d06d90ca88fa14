import { describe, expect, it } from 'vitest'
import { bundle, createBundledSite, resultOf, type BundleOptions } from '../helpers/bundlers.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, VITE } from '../helpers/site.ts'

const mock = useMock()

const MAIN = `import fox, { srcset } from 'virtual:onetoken?prompt=A red fox&quality=low&w=48;96'
import { hero } from './images.yaml'
globalThis.result = { fox, srcset, hero }
export default globalThis.result
`
const files = {
  'main.js': MAIN,
  'images.yaml': 'version: 1\nimages:\n  hero: { prompt: A fjord, quality: low, widths: [64] }\n',
}

interface Result {
  fox: string
}

describe.each(['webpack', 'rspack'] as const)('%s for client and server', (bundler) => {
  /** Two configurations in one run, as frameworks have them. */
  const script = (publicPath: string): string => `import onetoken from 'unplugin-onetoken/${bundler}'
import bundler from '${bundler === 'webpack' ? 'webpack' : '@rspack/core'}'
import { resolve } from 'node:path'
const one = (target, folder) => ({ mode: 'production', context: import.meta.dirname, entry: './main.js', target, plugins: [onetoken()],
  infrastructureLogging: { level: 'info' }, output: { path: resolve(folder), publicPath: ${JSON.stringify(publicPath)}, filename: 'main.js' } })
bundler([one('web', 'dist'), one('node', 'dist-server')]).run((error, stats) => {
  console.log(error ?? stats.toString({ all: false, errors: true, warnings: true }))
  process.exitCode = error || stats.hasErrors() ? 1 : 0
})`

  it('renders once, and gives both the same URLs', async () => {
    const site = await createBundledSite({ ...files, 'both.mjs': script('/static/') })
    const { status, output } = await site.runOwn('both.mjs', apiEnv(mock.url))
    expect(status, output).toBe(0)
    expect(mock.stats.billed).toBe(2)
    expect(output).not.toMatch(/warning/i)
    const client = await resultOf<Result>(site)
    expect(client.fox).toMatch(/^\/static\/[\w-]+\.webp$/)
    expect(await resultOf<Result>(site, 'dist-server/main.js')).toEqual(client)
    const pictures = async (folder: string): Promise<string[]> =>
      (await site.list(folder))
        .filter((path) => path.endsWith('.webp'))
        .map((path) => path.slice(folder.length))
    expect(await pictures('dist-server')).toEqual(await pictures('dist'))
  })

  it('warns where both cannot have the same URLs', async () => {
    const site = await createBundledSite({ ...files, 'both.mjs': script('auto') })
    const { status, output } = await site.runOwn('both.mjs', apiEnv(mock.url))
    expect(status, output).toBe(0)
    expect(output).toContain('output.publicPath')
  })
})

describe.each([8, 7] as const)('environments of Vite %i', (vite) => {
  const config = (more: string): string => `import onetoken from 'unplugin-onetoken/vite'
export default { plugins: [onetoken()], ${more} }`
  const environments = `builder: {}, environments: {
  client: { build: { outDir: 'dist/client', rollupOptions: { input: 'main.js', output: { entryFileNames: 'main.js' } } } },
  ssr: { build: { outDir: 'dist/server', rollupOptions: { input: 'main.js', output: { entryFileNames: 'main.js' } } } },
  edge: { consumer: 'server', build: { outDir: 'dist/edge', rollupOptions: { input: 'main.js', output: { entryFileNames: 'main.js' } } } },
}`

  it.each(['', ', builder: { sharedPlugins: true }', ', builder: { sharedConfigBuild: true }'])(
    'an app build renders once, emits once, and tells it once%s',
    async (more) => {
      const site = await createSite(
        { ...files, 'vite.config.js': config(environments.replace('builder: {}', `a: 0${more}`)) },
        vite,
      )
      const { status, output } = await site.run(VITE, ['build', '--app'], apiEnv(mock.url))
      expect(status, output).toBe(0)
      expect(mock.stats.billed).toBe(2)
      const client = await resultOf<Result>(site, 'dist/client/main.js')
      expect(client.fox).toMatch(/^\/assets\/\S+\.webp$/)
      for (const other of ['server', 'edge']) {
        expect(await resultOf<Result>(site, `dist/${other}/main.js`)).toEqual(client)
        expect(await site.list(`dist/${other}`)).toEqual([`dist/${other}/main.js`])
      }
      expect(output.match(/onetoken: .*renders? made/g)?.length).toBeGreaterThan(0)
      expect(output.match(/2 renders made/g)).toHaveLength(1)
    },
  )

  it('warns that a relative base gives client and server different URLs', async () => {
    const site = await createSite({ ...files, 'vite.config.js': config(`base: './', ${environments}`) }, vite)
    const { status, output } = await site.run(VITE, ['build', '--app'], apiEnv(mock.url))
    expect(status, output).toBe(0)
    expect(output.match(/onetoken: .*"base"/g), output).toHaveLength(1)
  })
})

describe('a server build', () => {
  const ways: ['rollup' | 'rolldown' | 'esbuild' | 'bun', BundleOptions][] = [
    ['rollup', {}],
    ['rolldown', {}],
    ['esbuild', { more: `platform: 'node'` }],
    ['bun', { more: `target: 'node'` }],
  ]
  it.each(ways)('has the URLs of the client, %s', async (bundler, options) => {
    const site = await createBundledSite(files)
    const client = await bundle(site, bundler, apiEnv(mock.url))
    expect(client.status, client.output).toBe(0)
    const server = await bundle(site, bundler, apiEnv(mock.url), { ...options, outDir: 'dist-server' })
    expect(server.status, server.output).toBe(0)
    expect(mock.stats.billed).toBe(2)
    expect(await resultOf<Result>(site, 'dist-server/main.js')).toEqual(await resultOf<Result>(site))
  })
})
