import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A bundler, by the entry of this package that is for it. */
export type BundlerEntry = 'vite' | 'webpack' | 'rspack' | 'rollup' | 'rolldown' | 'esbuild' | 'farm' | 'bun'

/** The packages by which a project has a bundler. */
const BUNDLERS: Readonly<Record<BundlerEntry, readonly string[]>> = {
  vite: ['vite', 'astro'],
  webpack: ['webpack'],
  rspack: ['@rspack/core', '@rspack/cli'],
  rollup: ['rollup'],
  rolldown: ['rolldown'],
  esbuild: ['esbuild'],
  farm: ['@farmfe/core', '@farmfe/cli'],
  bun: ['@types/bun', 'bun-types', 'bun'],
}

/** All of them. */
export const BUNDLER_ENTRIES = Object.keys(BUNDLERS) as readonly BundlerEntry[]

/** What a `package.json` says that matters here. */
export interface ProjectPackage {
  /** Whether its `.js` files are modules. */
  isModule: boolean
  /** Whether it says that they are none: Node takes them for what they are where it says nothing. */
  isCommonjs: boolean
  hasWorkspaces: boolean
  /** Ranges of versions, by name. */
  dependencies: Readonly<Record<string, string>>
}

/** Read the `package.json` of a project; undefined where there is none that can be read. */
export async function readPackage(root: string): Promise<ProjectPackage | undefined> {
  try {
    const text = await readFile(join(root, 'package.json'), 'utf8')
    const value = JSON.parse(text.replace(/^\ufeff/, '')) as Record<string, object>
    const all: Record<string, unknown> = { ...value['dependencies'], ...value['devDependencies'] }
    const ranges = Object.entries(all).map(([name, range]) => [name, String(range)] as const)
    return {
      isModule: String(value['type']) === 'module',
      isCommonjs: String(value['type']) === 'commonjs',
      hasWorkspaces: value['workspaces'] !== undefined,
      dependencies: Object.fromEntries(ranges),
    }
  } catch {
    return undefined
  }
}

/** A bundler that a project has, by the package that says so. */
export interface ProjectBundler {
  entry: BundlerEntry
  name: string
  range: string
}

/** The bundlers that a project depends on. */
export function bundlersOf({ dependencies }: ProjectPackage): ProjectBundler[] {
  return BUNDLER_ENTRIES.flatMap((entry) => {
    const name = BUNDLERS[entry].find((one) => Object.hasOwn(dependencies, one))
    return name === undefined ? [] : [{ entry, name, range: dependencies[name] ?? '' }]
  })
}

/** A file that imports one of our plugins. */
export interface PluginUse {
  entry: BundlerEntry
  /** Relative to the root. */
  file: string
}

/** Folders beside the root in which projects keep what builds them. */
const PLACES = ['', 'config', 'scripts']
const LONGEST = 1024 * 1024

/** The files that import one of our plugins; of several with the same one, the first. */
export async function usesOf(root: string): Promise<PluginUse[]> {
  const uses = new Map<BundlerEntry, string>()
  for (const place of PLACES) {
    const names = await readdir(join(root, place)).catch(() => [])
    for (const name of names.sort()) {
      if (!/\.[cm]?[jt]s$|^bunfig\.toml$/.test(name)) continue
      for (const entry of await pluginsIn(name, await readSmall(join(root, place, name)))) {
        if (!uses.has(entry)) uses.set(entry, join(place, name))
      }
    }
  }
  return [...uses].map(([entry, file]) => ({ entry, file }))
}

const PLUGIN = /['"`]unplugin-onetoken\/([a-z]+)['"`]/g

/** The plugins that a file names; what stands in a comment is none. */
async function pluginsIn(name: string, text: string): Promise<BundlerEntry[]> {
  // Few files name one, and only those are taken apart.
  if (text.search(PLUGIN) < 0) return []
  if (name.endsWith('.toml')) return named(text.replaceAll(/^\s*#.*$/gm, ''))
  const { tokensOf } = await import('../sources/tokens.ts')
  const strings = tokensOf({ code: text, offset: 0, jsx: false }).filter(({ text }) => text !== undefined)
  return strings.flatMap(({ value }) => named(value))
}

function named(text: string): BundlerEntry[] {
  return [...text.matchAll(PLUGIN)].flatMap(([, entry = '']) => (isBundler(entry) ? entry : []))
}

/** Whether this package has a plugin for it. */
export function isBundler(entry: string): entry is BundlerEntry {
  return Object.hasOwn(BUNDLERS, entry)
}

async function readSmall(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile() !== true || found.size > LONGEST) return ''
  return await readFile(file, 'utf8').catch(() => '')
}
