import type { ChildProcess } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { createSite, type Ran, type Site } from './site.ts'

/** Every bundler that the package has a plugin for. */
export const BUNDLERS = ['vite', 'rollup', 'rolldown', 'webpack', 'rspack', 'esbuild', 'farm', 'bun'] as const

/** Name of a bundler, and of its entry point of the package. */
export type Bundler = (typeof BUNDLERS)[number]

/** What a test asks of a bundler, in words that all of them have. */
export interface BundleOptions {
  /** Where files are served from. @default '/' */
  publicPath?: string
  outDir?: string
  /** As files of their own, or at the end of what they are for. */
  sourceMaps?: 'files' | 'inline' | undefined
  /** Development mode. */
  development?: boolean
  /** JavaScript of more plugins, such as `yaml()`, and statements that import them. */
  plugins?: string
  /** Plugins that come before ours. */
  before?: string
  imports?: string
  /** JavaScript of options for our plugin. */
  onetoken?: string
  /** Further members of the bundler's configuration. */
  more?: string
}

/** How the scripts of a bundler begin, and what they configure. */
function partsOf(bundler: Bundler, options: BundleOptions): { head: string; config: string; output: string } {
  const {
    publicPath = '/',
    outDir = 'dist',
    development = false,
    plugins = '',
    before = '',
    imports = '',
    more = '',
    sourceMaps,
  } = options
  const mode = JSON.stringify(development ? 'development' : 'production')
  const url = JSON.stringify(publicPath)
  const out = JSON.stringify(outDir)
  const environment = development ? `process.env.NODE_ENV = 'development'` : ''
  const head = `import onetoken from 'unplugin-onetoken/${bundler}'\n${imports}\n`
  const given = options.onetoken ?? ''
  const maps = sourceMaps === undefined ? '' : mapsOf(bundler, sourceMaps)
  const rest = more === '' ? '' : `${more},`
  const all = `[${before === '' ? '' : `${before},`} onetoken({ ${given} }), ${plugins}]`
  const allWithURL = `[${before === '' ? '' : `${before},`} onetoken({ publicPath: ${url}, ${given} }), ${plugins}]`
  switch (bundler) {
    case 'vite':
      return {
        head,
        config: `configFile: false, mode: ${mode}, base: ${url}, plugins: ${all}, ${rest}`,
        output: `outDir: ${out}, emptyOutDir: true, modulePreload: false, ${maps} rollupOptions: { input: 'main.js', output: { entryFileNames: 'main.js' } }`,
      }
    case 'rollup':
    case 'rolldown':
      return {
        head: head + environment,
        config: `input: 'main.js', plugins: ${allWithURL}, ${rest}`,
        output: `dir: ${out}, ${maps} entryFileNames: 'main.js'`,
      }
    case 'esbuild':
      return {
        head: head + environment,
        config: `entryPoints: ['main.js'], bundle: true, format: 'esm', outdir: ${out}, publicPath: ${url}, ${maps} plugins: ${all}, ${rest}`,
        output: '',
      }
    case 'bun':
      return {
        head: head + environment,
        config: `entrypoints: ['./main.js'], outdir: ${out}, publicPath: ${url}, ${maps} plugins: ${all}, ${rest}`,
        output: '',
      }
    case 'farm':
      return {
        head: head + environment,
        config: `plugins: ${all}, mode: ${mode}, ${rest}`,
        output: `mode: ${mode}, ${maps} input: { main: './main.js' }, presetEnv: false, progress: false, lazyCompilation: false, output: { path: ${out}, publicPath: ${url}, targetEnv: 'browser-esnext', entryFilename: 'main.js' }`,
      }
    default:
      return {
        head: `${head}import bundler from '${bundler === 'webpack' ? 'webpack' : '@rspack/core'}'\nimport { resolve } from 'node:path'\n`,
        config: `mode: ${mode}, context: import.meta.dirname, entry: './main.js', ${maps} plugins: ${all}, infrastructureLogging: { level: 'info' }, ${rest}`,
        output: `path: resolve(${out}), publicPath: ${url}, filename: 'main.js'`,
      }
  }
}

function mapsOf(bundler: Bundler, maps: 'files' | 'inline'): string {
  const inline = maps === 'inline'
  switch (bundler) {
    case 'webpack':
    case 'rspack':
      return `devtool: '${inline ? 'inline-' : ''}source-map',`
    case 'esbuild':
    case 'bun':
      return `sourcemap: '${inline ? 'inline' : 'linked'}',`
    default:
      return `sourcemap: ${inline ? `'inline'` : 'true'},`
  }
}

/** The build script that a user of the bundler would write: it builds `main.js`, and fails with what went wrong. */
function buildScript(bundler: Bundler, options: BundleOptions): string {
  const { head, config, output } = partsOf(bundler, options)
  const failed =
    'function failed(error) { console.error(error.errors?.[0]?.message ?? error.message); process.exit(1) }'
  switch (bundler) {
    case 'vite':
      return `${head}${failed}
import { build } from 'vite'
const config = { ${config} }
await build({ ...config, build: { ${output}, ...config.build } }).catch(failed)`
    case 'rollup':
    case 'rolldown':
      return `${head}
${failed}
import { ${bundler} } from '${bundler}'
try {
  const bundle = await ${bundler}({ ${config} })
  await bundle.write({ ${output} })
  await bundle.close()
} catch (error) { failed(error) }`
    case 'esbuild':
      return `${head}\nimport { build } from 'esbuild'
await build({ ${config} }).catch(() => process.exit(1))`
    case 'bun':
      return `${head}
${failed}
await Bun.build({ ${config} }).catch(failed)`
    case 'farm':
      return `${head}\nimport { build } from '@farmfe/core'
await build({ ${config} compilation: { ${output} } })`
    default:
      return `${head}
const compiler = bundler({ ${config} output: { ${output} } })
compiler.run((error, stats) => compiler.close(() => {
  if (error) console.error(error)
  else if (stats.hasErrors() || stats.hasWarnings()) console.error(stats.toString({ colors: false, all: false, errors: true, warnings: true }))
  process.exitCode = error || stats.hasErrors() ? 1 : 0
}))`
  }
}

/** A script that watches, and prints BUILT after each build. */
function watchScript(bundler: Exclude<Bundler, 'bun'>, options: BundleOptions): string {
  const { head, config, output } = partsOf(bundler, options)
  const onEnd = `(event) => { if (event.code === 'END') console.log('BUILT'); if (event.code === 'ERROR') console.log(event.error); event.result?.close() }`
  switch (bundler) {
    case 'vite':
      return `${head}import { build } from 'vite'
const watcher = await build({ ${config} build: { watch: {}, ${output} } })
watcher.on('event', ${onEnd})`
    case 'rollup':
    case 'rolldown':
      return `${head}\nimport { watch } from '${bundler}'
watch({ ${config} output: { ${output} } }).on('event', ${onEnd})`
    case 'esbuild':
      return `${head}\nimport { context } from 'esbuild'
const { plugins, ...config } = { ${config} }
const told = { name: 'told', setup: (build) => build.onEnd(() => console.log('BUILT')) }
await (await context({ ...config, plugins: [...plugins, told] })).watch()`
    case 'farm':
      return `${head}\nimport { watch } from '@farmfe/core'
const { plugins, ...config } = { ${config} }
const told = { name: 'told', finish: { executor: () => setTimeout(() => console.log('BUILT'), 300) }, updateFinished: { executor: () => setTimeout(() => console.log('BUILT'), 300) } }
await watch({ ...config, plugins: [...plugins, told], compilation: { ${output} } })`
    default:
      return `${head}
bundler({ ${config} output: { ${output} } }).watch({}, (error, stats) => console.log(error ?? (stats.hasErrors() ? stats.toString({ all: false, errors: true }) : ''), '\\nBUILT'))`
  }
}

/** Build the site's `main.js` into `dist`. */
export async function bundle(
  site: Site,
  bundler: Bundler,
  env: Record<string, string>,
  options: BundleOptions = {},
): Promise<Ran> {
  await site.write({ 'build.mjs': buildScript(bundler, options) })
  return bundler === 'bun' ? await site.runBun('build.mjs', env) : await site.runOwn('build.mjs', env)
}

/** Watch the site's `main.js`. The process prints BUILT after each build. */
export async function watchBundle(
  site: Site,
  bundler: Exclude<Bundler, 'bun'>,
  env: Record<string, string>,
  options: BundleOptions = {},
): Promise<ChildProcess> {
  await site.write({ 'watch.mjs': watchScript(bundler, options) })
  return site.startOwn('watch.mjs', env)
}

/** A site without a configuration of any bundler. */
export async function createBundledSite(files: Record<string, string | Uint8Array>): Promise<Site> {
  const site = await createSite(files)
  await site.remove('vite.config.js', 'index.html')
  return site
}

/** What the built script leaves in `globalThis.result`. */
export async function resultOf<T>(site: Site, path = 'dist/main.js'): Promise<T> {
  const target = globalThis as { result?: unknown; document?: unknown; window?: unknown; location?: unknown }
  delete target.result
  target.document = { baseURI: 'http://site.test/', currentScript: null }
  target.window = globalThis
  try {
    await import(`${pathToFileURL(`${site.folder}/${path}`).href}?${Math.random()}`)
    return target.result as T
  } finally {
    delete target.document
    delete target.window
  }
}
