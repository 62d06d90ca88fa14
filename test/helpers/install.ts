import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const packageFolder = join(root, 'packages/unplugin-onetoken')

/** Versions of Vite that the tests run, from the workspace's lockfile. */
const VITES = { 8: 'vite@8.3.8', 7: 'vite@7.3.8' } as const

/** A major of Vite. */
export type ViteMajor = keyof typeof VITES

/**
 * Pack the package and install the tarball with each Vite into empty folders outside the workspace, as a user
 * would. Returns the folder of each. Folders are reused while the tarball's content is the same.
 */
export async function installPacked(): Promise<Record<ViteMajor, string>> {
  const tarball = await pack()
  const hash = createHash('sha256')
    .update(await readFile(tarball))
    .update(process.version)
    .digest('hex')
    .slice(0, 12)
  const base = join(tmpdir(), `picture-sites-${hash}`)
  const folders = { 7: join(base, 'vite7'), 8: join(base, 'vite8') }
  await Promise.all(([7, 8] as const).map((major) => install(folders[major], tarball, VITES[major])))
  return folders
}

async function pack(): Promise<string> {
  const to = join(root, 'test/.work')
  await mkdir(to, { recursive: true })
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', to], {
    cwd: packageFolder,
    env: cleanEnv(),
  })
  return join(to, stdout.trim().split('\n').at(-1) ?? '')
}

async function install(folder: string, tarball: string, vite: string): Promise<void> {
  if (existsSync(join(folder, 'node_modules/unplugin-onetoken/package.json'))) return
  const building = `${folder}.${process.pid}`
  await rm(building, { recursive: true, force: true })
  await mkdir(building, { recursive: true })
  await writeFile(
    join(building, 'package.json'),
    JSON.stringify({ name: 'site', private: true, type: 'module' }),
  )
  const packages = [tarball, vite, 'vitest@4.1.12', 'typescript@6.0.3']
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], {
    cwd: building,
    env: cleanEnv(),
  })
  await rm(folder, { recursive: true, force: true })
  await rename(building, folder)
}

/** Without the settings that a package manager hands down, and without what would change a build. */
export function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(?:npm_|pnpm_|VITEST|ONETOKEN_|NODE_ENV$|CI$|TEST$|VITE_|MODE$|DEV$|PROD$|SSR$|BASE_URL$)/i.test(
          name,
        ),
    ),
  )
}
