import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const packageFolder = join(root, 'packages/unplugin-onetoken')

const COMMON = ['vitest@4.1.12', 'typescript@6.0.3']

/** The package `bun` downloads its binary when it is installed; this one is the binary. */
export const BUN_PACKAGE = `@oven/bun-${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch === 'arm64' ? 'aarch64' : 'x64'}`

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

/** Astro 7 does not run on older ones. */
export const RUNS_ASTRO: boolean = major > 22 || (major === 22 && minor >= 12)

/** What is installed beside the package, for each major of Vite; the other bundlers beside the newer one. */
const PACKAGES = {
  8: [
    'vite@8.3.8',
    '@vitejs/plugin-react@6.3.0',
    'react@19.3.1',
    'react-dom@19.3.1',
    '@vitejs/plugin-vue@6.0.11',
    'vue@3.5.45',
    '@sveltejs/vite-plugin-svelte@7.3.1',
    'svelte@5.57.3',
    ...(RUNS_ASTRO ? ['astro@7.3.5'] : []),
    'rollup@4.68.7',
    'rolldown@1.3.2',
    'webpack@5.112.2',
    'webpack-cli@7.3.1',
    'html-webpack-plugin@5.6.8',
    '@rspack/core@2.3.2',
    '@rspack/cli@2.2.8',
    'esbuild@0.28.2',
    '@farmfe/core@1.7.11',
    '@farmfe/cli@1.0.5',
    `${BUN_PACKAGE}@1.4.5`,
    'css-loader@7.1.5',
    'style-loader@4.0.0',
    'mini-css-extract-plugin@2.10.2',
    'sass-embedded@1.108.2',
    'sass-loader@16.0.8',
    'less@4.9.1',
    'next@16.4.6',
    '@types/react@19.3.0',
    '@types/node@20.19.43',
    '@rollup/plugin-yaml@5.0.0',
    'yaml-loader@0.9.0',
    'vite-imagetools@9.0.3',
    '@aws-sdk/client-s3@3.1169.0',
    ...COMMON,
  ],
  7: ['vite@7.3.8', ...COMMON],
} as const

/** A major of Vite. */
export type ViteMajor = keyof typeof PACKAGES

/**
 * Pack the package and install the tarball with each Vite and the bundlers into empty folders outside the workspace, as
 * a user would. Returns the folder of each. What the package depends on is installed once, a folder above the package,
 * and stays there for every tarball that depends on the same.
 */
export async function installPacked(): Promise<Record<ViteMajor, string>> {
  const tarball = await pack()
  const { dependencies } = JSON.parse(
    await readFile(join(packageFolder, 'package.json'), 'utf8'),
  ) as object & {
    dependencies: object
  }
  const base = join(
    tmpdir(),
    `picture-sites-${hashOf(process.version, JSON.stringify([PACKAGES, dependencies]))}`,
  )
  const name = hashOf(await readFile(tarball))
  const install = async (major: ViteMajor): Promise<string> => {
    const modules = join(base, `vite${major}`)
    await once(modules, (folder) => installModules(folder, [tarball, ...PACKAGES[major]]))
    const folder = join(modules, name)
    await once(folder, (building) => unpack(tarball, join(building, 'node_modules')))
    return folder
  }
  const [seven, eight] = await Promise.all([install(7), install(8)])
  return { 7: seven, 8: eight }
}

function hashOf(...parts: (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex').slice(0, 12)
}

/** Make a folder whole or not at all. */
async function once(folder: string, make: (building: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return
  const building = `${folder}.${process.pid}`
  await rm(building, { recursive: true, force: true })
  await mkdir(building, { recursive: true })
  await make(building)
  await rename(building, folder).catch(async (error: unknown) => {
    // Another run was first.
    if (!existsSync(folder)) throw error
    await rm(building, { recursive: true, force: true })
  })
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

async function installModules(folder: string, packages: string[]): Promise<void> {
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'site', private: true, type: 'module' }),
  )
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], {
    cwd: folder,
    env: cleanEnv(),
  })
  // The one that is tested lies nearer to the sites.
  await rm(join(folder, 'node_modules/unplugin-onetoken'), { recursive: true })
}

/** With its command where scripts of a package.json find it. */
async function unpack(tarball: string, modules: string): Promise<void> {
  const folder = join(modules, 'unplugin-onetoken')
  await mkdir(folder, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'])
  await mkdir(join(modules, '.bin'))
  await chmod(join(folder, 'bin/onetoken.mjs'), 0o755)
  await symlink('../unplugin-onetoken/bin/onetoken.mjs', join(modules, '.bin/onetoken'))
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
