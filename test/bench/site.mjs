// Small sites below test/.work/bench, and what a build of them gave.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { root } from '../tools/setup.mjs'
import { measure } from './measure.mjs'

const VITE = join(root, 'test', 'node_modules', 'vite', 'bin', 'vite.js')
const PAGE =
  '<!doctype html><html lang="en"><title>Site</title><body><script type="module" src="/main.js"></script></body></html>\n'

export const work = join(root, 'test', '.work', 'bench')

/** Write the files of a site with a page that loads `main.js`; what else is in its folder stays. */
export function writeSite(folder, files) {
  const all = { 'package.json': '{ "type": "module" }\n', 'index.html': PAGE, ...files }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** A Vite configuration with one plugin. Without Vite's preload helper the page's script runs anywhere. */
export function viteConfig(imports, plugin) {
  return `${imports}\nexport default { plugins: [${plugin}], build: { modulePreload: false } }\n`
}

/** `vite build` into an empty folder, measured. */
export async function build(node, folder, { env, args = [] } = {}) {
  rmSync(join(folder, 'dist'), { recursive: true, force: true })
  return await measure(node, [VITE, 'build', ...args], { cwd: folder, env })
}

/** Picture files that the last build emitted: absolute path, extension and length. */
export function emitted(folder) {
  const assets = join(folder, 'dist', 'assets')
  return readdirSync(assets)
    .map((name) => ({
      file: join(assets, name),
      format: extname(name).slice(1),
      bytes: statSync(join(assets, name)).size,
    }))
    .filter(({ format }) => ['avif', 'webp', 'jpg', 'jpeg'].includes(format))
}

/** What the page's script put into `globalThis.result`. */
export function resultOf(folder) {
  const context = {}
  runInNewContext(readFileSync(script(folder), 'utf8'), context)
  return context.result
}

/** Length of the page's script in bytes. */
export function scriptBytes(folder) {
  return statSync(script(folder)).size
}

function script(folder) {
  const assets = join(folder, 'dist', 'assets')
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'))
  if (scripts.length !== 1) throw new Error(`The build in ${folder} has ${scripts.length} scripts, not 1.`)
  return join(assets, scripts[0])
}

/** Remove folders of a site. */
export function remove(folder, ...paths) {
  for (const path of paths) rmSync(join(folder, path), { recursive: true, force: true })
}

/** Remove a folder that was made for another `stamp`. */
export function freshFor(folder, stamp) {
  const file = join(folder, 'bench.stamp')
  if (existsSync(file) && readFileSync(file, 'utf8') === stamp) return
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, stamp)
}

export function expect(what, found, wanted) {
  if (found !== wanted) throw new Error(`${what}: ${found}, not ${wanted}. The figures would mean nothing.`)
}
