import { execFile } from 'node:child_process'
import { cp } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { BUN_PACKAGE, cleanEnv } from './install.ts'
import { createSite, type Site } from './site.ts'

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))

/** What is made in a folder of an example, and what a workspace puts there. */
const MADE = ['dist', 'node_modules', 'onetoken', '.next', 'next-env.d.ts', 'pictures', 'pictures.ts']

/** Examples whose build renders nothing: that is a step of its own. */
const RENDERED_BEFORE = ['next', 'static']

/**
 * A copy of an example beside the packed package, built as its users do: by `npm run build`. The folder `store` has
 * the pictures of examples that were built before: most of them show the same, and to encode it takes seconds.
 */
export async function buildExample(name: string, env: Record<string, string>, store: string): Promise<Site> {
  const site = await createSite({})
  await site.remove('vite.config.js', 'index.html')
  await cp(join(examples, name), site.folder, {
    recursive: true,
    filter: (source) => !MADE.includes(basename(source)),
  })
  await cp(store, join(site.folder, 'onetoken'), { recursive: true })
  if (RENDERED_BEFORE.includes(name)) await site.onetoken(env, 'render', '--yes')
  const bun = site.installed(`node_modules/${BUN_PACKAGE}/bin`)
  const { PATH = '', ...rest } = cleanEnv()
  await promisify(execFile)('npm', ['run', 'build'], {
    cwd: site.folder,
    env: { ...rest, ...env, PATH: `${bun}${delimiter}${PATH}` },
    shell: process.platform === 'win32',
  }).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
    throw new Error(`The example for ${name} cannot be built:\n${stdout}${stderr}`)
  })
  await cp(join(site.folder, 'onetoken'), store, { recursive: true })
  return site
}
