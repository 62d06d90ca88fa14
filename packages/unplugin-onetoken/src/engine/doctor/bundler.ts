import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { visible } from '../../spec/text.ts'
import type { Diagnosis, DoctorCheck } from './types.ts'

/** Bundlers by the entry of this package, with the packages by which a project has them. */
const BUNDLERS: Readonly<Record<string, readonly string[]>> = {
  vite: ['vite', 'astro'],
  webpack: ['webpack'],
  rspack: ['@rspack/core', '@rspack/cli'],
  rollup: ['rollup'],
  rolldown: ['rolldown'],
  esbuild: ['esbuild'],
  farm: ['@farmfe/core', '@farmfe/cli'],
  bun: ['@types/bun', 'bun-types', 'bun'],
}

/** Which bundlers a project has, and whether they have the plugin. */
export const checkBundler: DoctorCheck = async ({ options: { root } }) => {
  const about = 'bundler'
  const dependencies = await readDependencies(root)
  if (dependencies === undefined) {
    return [{ about, mark: 'note', text: 'there is no package.json here that can be read' }]
  }
  const found = Object.entries(BUNDLERS).flatMap(([entry, packages]) => {
    const name = packages.find((one) => Object.hasOwn(dependencies, one))
    return name === undefined ? [] : [{ entry, text: `${name} ${visible(String(dependencies[name]))}` }]
  })
  const uses = await findUses(root)
  if (found.length === 0 && uses.length === 0) {
    return [{ about, mark: 'note', text: 'package.json has none that unplugin-onetoken works with' }]
  }
  return [
    ...uses.map(({ entry, file }): Diagnosis => {
      const bundler = found.find((one) => one.entry === entry)
      const text = `${visible(file)} uses unplugin-onetoken/${entry}${bundler === undefined ? '' : ` (${bundler.text})`}`
      return { about, mark: 'ok', text }
    }),
    // A tool of its own that no build of pictures goes through is fine, as long as another one has the plugin.
    ...(uses.length > 0 ? [] : found.map(({ entry, text }) => withoutPlugin(about, entry, text))),
  ]
}

function withoutPlugin(about: string, entry: string, text: string): Diagnosis {
  return {
    about,
    mark: 'note',
    text: `${text}, and no file in this folder uses unplugin-onetoken/${entry}`,
    hint: `Add the plugin: import onetoken from 'unplugin-onetoken/${entry}', then onetoken() among the plugins.`,
  }
}

async function readDependencies(root: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<string, object>
    return { ...value['dependencies'], ...value['devDependencies'] }
  } catch {
    return undefined
  }
}

/** Folders beside the root in which projects keep what builds them. */
const PLACES = ['', 'config', 'scripts']
const LONGEST = 1024 * 1024

/** The files that import one of our plugins; of several with the same one, the first. */
async function findUses(root: string): Promise<{ entry: string; file: string }[]> {
  const uses = new Map<string, string>()
  for (const place of PLACES) {
    const names = await readdir(join(root, place)).catch(() => [])
    for (const name of names.sort()) {
      if (!/\.[cm]?[jt]s$|^bunfig\.toml$/.test(name)) continue
      const text = await readSmall(join(root, place, name))
      for (const [, entry = ''] of text.matchAll(/['"`]unplugin-onetoken\/([a-z]+)['"`]/g)) {
        if (Object.hasOwn(BUNDLERS, entry) && !uses.has(entry)) uses.set(entry, join(place, name))
      }
    }
  }
  return [...uses].map(([entry, file]) => ({ entry, file }))
}

async function readSmall(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile() !== true || found.size > LONGEST) return ''
  return await readFile(file, 'utf8').catch(() => '')
}
