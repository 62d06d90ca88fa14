import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asOneTokenError, OneTokenError } from '../../errors.ts'
import { loadProject } from '../../project/project.ts'
import { checkRemote } from '../../spec/remote-setting.ts'
import { quotePath } from '../../spec/text.ts'
import {
  BUNDLER_ENTRIES,
  bundlersOf,
  readPackage,
  usesOf,
  type BundlerEntry,
  type ProjectPackage,
} from '../project-bundlers.ts'
import { planIgnored, planKeeping } from './git.ts'
import { exists, nearestInstalled } from './installed.ts'
import { placeOfManifest, planManifest } from './manifest.ts'
import { planPlugin } from './plugin.ts'
import { planSettings } from './settings.ts'
import { planTypes } from './types-seen.ts'
import type { HandWork, InitFacts, InitOptions, InitPart, InitPlan, InitStep } from './types.ts'

export { BUNDLER_ENTRIES } from '../project-bundlers.ts'
export type { BundlerEntry } from '../project-bundlers.ts'
export type { FileStep, HandWork, InitOptions, InitPlan, Keeping } from './types.ts'
export { writePlan } from './write.ts'

const STEPS: readonly InitStep[] = [
  planManifest,
  planSettings,
  planPlugin,
  planTypes,
  planKeeping,
  planIgnored,
]

/**
 * What it takes to use pictures in a project; nothing is written. Throws what is wrong with the settings and manifests
 * that are there, and `USAGE` where there is no project.
 */
export async function planInit(options: InitOptions): Promise<InitPlan> {
  const { root, keeping, bundlers } = options
  const found = await packageOf(root)
  const project = await loadProject(options)
  const facts: InitFacts = {
    options,
    project,
    package: found,
    isTyped: await isTyped(root, found),
    newManifest: await placeOfManifest(project),
    uses: await usesOf(root),
  }
  const parts: InitPart[] = []
  for (const step of STEPS) parts.push(await step(facts))
  return {
    root,
    keeping,
    bundler: bundlers.length === 1 ? bundlers[0] : undefined,
    files: parts.flatMap(({ files }) => files),
    todo: [...(await installing(facts)), ...parts.flatMap(({ todo }) => todo), ...settingKey(facts)],
  }
}

/**
 * The bundlers that a project may mean: those that have the plugin, or else a configuration, or else all on which it
 * depends; none for Next.js. Throws `USAGE` where there is no project, or several of which none is here.
 */
export async function findBundlers(root: string): Promise<BundlerEntry[]> {
  const found = bundlersOf(await packageOf(root)).map(({ entry }) => entry)
  const uses = (await usesOf(root)).map(({ entry }) => entry)
  if (uses.length > 0) return uses
  const configured: BundlerEntry[] = []
  for (const entry of BUNDLER_ENTRIES) {
    const names = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `${entry}.config.${extension}`)
    const there = await Promise.all(names.map((name) => exists(join(root, name))))
    if (there.includes(true)) configured.push(entry)
  }
  if (configured.length > 0) return configured
  // It brings bundlers of its own, in which there is no place for the plugin.
  if (Object.hasOwn((await packageOf(root)).dependencies, 'next')) return []
  if ((await isWorkspace(root)) && !(await exists(join(root, 'index.html')))) {
    throw new OneTokenError('USAGE', 'This is the root of a workspace, and nothing here makes a site.', {
      hint: 'Name the package that does, as in --cwd packages/site. If it is this one, say what builds it, as in --bundler vite.',
    })
  }
  return found.includes('vite') ? found.filter((entry) => !WITH_VITE.has(entry)) : found
}

/** What comes with Vite, and what a project may name to have a version or the types of it. */
const WITH_VITE: ReadonlySet<BundlerEntry> = new Set(['rollup', 'rolldown', 'esbuild', 'bun'] as const)

/** Whether a folder holds packages of a workspace, each of which is a project. */
async function isWorkspace(root: string): Promise<boolean> {
  const ofPnpm = await readFile(join(root, 'pnpm-workspace.yaml'), 'utf8').catch(() => '')
  return (await packageOf(root)).hasWorkspaces || /^packages:/m.test(ofPnpm)
}

/** What is wrong with the address of a remote store, in one line; undefined when nothing is. */
export function remoteMistake(address: string): string | undefined {
  try {
    checkRemote(
      address,
      () => ({ file: '' }),
      (check) => check(),
    )
    return undefined
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    return `${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}`
  }
}

async function packageOf(root: string): Promise<ProjectPackage> {
  const found = await readPackage(root)
  if (found !== undefined) return found
  const isFile = await exists(join(root, 'package.json'))
  const what = isFile
    ? 'The package.json cannot be read as JSON'
    : 'There is no package.json, so this is no project'
  throw new OneTokenError('USAGE', `${what}: ${quotePath(root)}.`, {
    hint: isFile
      ? 'Put it right first.'
      : 'Go to the folder of your project, or name it with --cwd. A new one begins with: npm init',
  })
}

async function isTyped(root: string, { dependencies }: ProjectPackage): Promise<boolean> {
  return Object.hasOwn(dependencies, 'typescript') || (await exists(join(root, 'tsconfig.json')))
}

async function installing({ project: { root }, package: { dependencies } }: InitFacts): Promise<HandWork[]> {
  const isThere =
    Object.hasOwn(dependencies, 'unplugin-onetoken') || (await nearestInstalled(root)) !== undefined
  if (isThere) return []
  return [{ text: 'Add the package to your project:', code: 'npm install --save-dev unplugin-onetoken' }]
}

function settingKey({ project: { environment } }: InitFacts): HandWork[] {
  if (environment.apiKey !== undefined) return []
  return [{ text: 'Put your key into .env.local:', code: 'ONETOKEN_API_KEY=sk-…' }]
}
