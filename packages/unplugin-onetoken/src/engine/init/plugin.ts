import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { visible } from '../../spec/text.ts'
import type { BundlerEntry } from '../project-bundlers.ts'
import { toPosix } from '../references.ts'
import { pluginLines, withPlugin } from './configuration.ts'
import { exists } from './installed.ts'
import { readLines } from './lines.ts'
import type { InitFacts, InitPart, InitStep } from './types.ts'

/** Bundlers whose plugins stand in a script, with the call that takes them. */
const SCRIPTED: Partial<Record<BundlerEntry, string>> = { esbuild: 'build({ … })', bun: 'Bun.build({ … })' }

/** The plugin in the bundler's configuration, where it can be put there surely; else what is to be written there. */
export const planPlugin: InitStep = async (facts) => {
  const { bundlers } = facts.options
  const [bundler, ...others] = bundlers
  if (bundler === undefined) return withoutBundler(facts)
  if (others.length > 0) {
    const text = `There are several bundlers. Say which one makes the site, as in --bundler ${bundler}:`
    return { files: [], todo: [{ text, code: bundlers.join('\n') }] }
  }
  const use = facts.uses.find(({ entry }) => entry === bundler)
  if (use !== undefined) {
    return { files: [{ file: toPosix(use.file), action: 'keep', about: 'the plugin is there' }], todo: [] }
  }
  const call = SCRIPTED[bundler]
  if (call !== undefined) return byHand(bundler, `Add the plugin where your script calls ${call}:`)
  if (bundler === 'vite' && Object.hasOwn(facts.package.dependencies, 'astro')) {
    return byHand(bundler, 'Add the plugin to astro.config.mjs:', {
      member: 'vite: { plugins: [onetoken()] },',
    })
  }
  return await configured(bundler, facts)
}

function withoutBundler({ package: { dependencies, isModule }, isTyped }: InitFacts): InitPart {
  const module = `src/pictures.${isTyped ? 'ts' : isModule ? 'js' : 'mjs'}`
  const exported = `npx --no-install onetoken export --out public/pictures --module ${module}`
  if (Object.hasOwn(dependencies, 'next')) {
    const text =
      'Next.js takes pictures as files, and a module of them for next/image. Before each build, as in "build" of the package.json (more is in the README, at "Sites without a supported bundler", and in its examples/next):'
    return { files: [], todo: [{ text, code: `${exported} && next build` }] }
  }
  const text = 'No bundler was found. For a site without one, this writes the rendered pictures as files:'
  const plugin = byHand(
    'vite',
    'If there is one, add the plugin to it (this is for Vite; others are in the README):',
  )
  return { files: [], todo: [{ text, code: exported }, ...plugin.todo] }
}

async function configured(bundler: BundlerEntry, facts: InitFacts): Promise<InitPart> {
  const { root } = facts.project
  const [file, ...others] = await configurations(root, bundler)
  if (file === undefined) {
    // Without a configuration, Vite makes a site of this page, and of nothing else.
    return bundler === 'vite' && (await exists(join(root, 'index.html')))
      ? newViteConfiguration(facts)
      : byHand(bundler, `There is no ${newName(bundler, facts)} yet: make one, with the plugin in it:`)
  }
  const before = (await readLines(join(root, file))) ?? ''
  const isModule = isModuleFile(file, before, facts)
  const text = others.length > 0 ? undefined : withPlugin(before, bundler)
  if (text === undefined) return byHand(bundler, `Add the plugin to ${visible(file)}:`, { isModule })
  const { statement, member } = pluginLines(bundler, isModule)
  const added = `${statement}\n${member}\n`
  return { files: [{ file, action: 'change', about: 'the plugin', text, before, added }], todo: [] }
}

/** The name of a new configuration, which is a module. */
function newName(bundler: BundlerEntry, { package: { isModule } }: InitFacts): string {
  return `${bundler}.config.${isModule ? 'js' : 'mjs'}`
}

/** Names of a bundler's configuration in a folder, sorted. */
async function configurations(root: string, bundler: BundlerEntry): Promise<string[]> {
  const pattern = new RegExp(`^${bundler}\\.config\\.[cm]?[jt]s$`)
  return (await readdir(root)).filter((name) => pattern.test(name)).sort()
}

function isModuleFile(file: string, text: string, facts: InitFacts): boolean {
  if (/\.m[jt]s$|\.c?ts$/.test(file)) return true
  if (file.endsWith('.cjs')) return false
  return facts.package.isModule || /^(?:import|export)\b/m.test(text)
}

function byHand(
  bundler: BundlerEntry,
  text: string,
  { member, isModule }: { member?: string; isModule?: boolean } = {},
): InitPart {
  const lines = pluginLines(bundler, isModule)
  return { files: [], todo: [{ text, code: `${lines.statement}\n${member ?? lines.member}` }] }
}

function newViteConfiguration({ package: { isModule }, isTyped }: InitFacts): InitPart {
  const extension = isTyped ? (isModule ? 'ts' : 'mts') : isModule ? 'js' : 'mjs'
  const { statement, member } = pluginLines('vite')
  const text = `${statement}
import { defineConfig } from 'vite'

export default defineConfig({
  ${member}
})
`
  const file = `vite.config.${extension}`
  return { files: [{ file, action: 'create', about: 'Vite with the plugin', text }], todo: [] }
}
