import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { inject, onTestFinished } from 'vitest'
import { BUN_PACKAGE, cleanEnv, type ViteMajor } from './install.ts'
import { kill } from './kill.ts'

/** What a command left. */
export interface Ran {
  status: number | null
  /** Standard output and error, without colours. */
  output: string
}

/** A small real project beside an installed package. */
export interface Site {
  folder: string
  /** Absolute path of what is installed, such as `node_modules/vite/bin/vite.js`. */
  installed(path: string): string
  write(files: Record<string, string | Uint8Array>): Promise<void>
  read(path: string): Promise<Buffer>
  /** Paths below `folder`, sorted, with `/`. */
  list(path: string): Promise<string[]>
  remove(...paths: string[]): Promise<void>
  /** Run a Node script with arguments in the site's folder. */
  run(script: string, args: string[], env?: Record<string, string>): Promise<Ran>
  /** Run a script of the site itself. */
  runOwn(script: string, env?: Record<string, string>): Promise<Ran>
  /** Run a script of the site itself by Bun. */
  runBun(script: string, env?: Record<string, string>): Promise<Ran>
  /** Run any program in the site's folder, such as one that starts Node in its own way. */
  exec(program: string, args: string[], env?: Record<string, string>): Promise<Ran>
  start(script: string, args: string[], env?: Record<string, string>): ChildProcess
  startOwn(script: string, env?: Record<string, string>): ChildProcess
  /** `vite build` */
  build(env?: Record<string, string>, ...args: string[]): Promise<Ran>
  /** `onetoken …` */
  onetoken(env: Record<string, string>, ...args: string[]): Promise<Ran>
}

export const VITE = 'node_modules/vite/bin/vite.js'
const BUN = `node_modules/${BUN_PACKAGE}/bin/bun${process.platform === 'win32' ? '.exe' : ''}`
export const ONETOKEN = 'node_modules/unplugin-onetoken/bin/onetoken.mjs'

/** A key that is looked for in all that is written and printed. */
export const CANARY = `sk-canary-${randomBytes(12).toString('hex')}`

/** Environment for a mock at `url`. */
export function apiEnv(url: string): Record<string, string> {
  return { ONETOKEN_BASE_URL: url, ONETOKEN_API_KEY: CANARY }
}

const CONFIG = `import onetoken from 'unplugin-onetoken/vite'
export default { plugins: [onetoken()] }
`
const PAGE =
  '<!doctype html><html lang="en"><title>Site</title><body><script type="module" src="/main.js"></script></body></html>'

/**
 * Make a site with a Vite config and a page that loads `main.js`. When the test ends it is removed, and whatever runs in
 * it is killed.
 */
export async function createSite(
  files: Record<string, string | Uint8Array>,
  vite: ViteMajor = 8,
): Promise<Site> {
  const install = inject('installs')[vite]
  const folder = join(install, 'sites', randomBytes(6).toString('hex'))
  await mkdir(folder, { recursive: true })
  const processes = new Set<ChildProcess>()
  onTestFinished(async () => {
    await Promise.all([...processes].map(kill))
    // What these have started ends a moment after them, and may still write.
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  })
  const installed = (path: string): string =>
    [install, dirname(install)].map((above) => resolve(above, path)).find(existsSync) ?? path
  const startProgram = (program: string, args: string[], env: Record<string, string> = {}): ChildProcess => {
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...cleanEnv(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    processes.add(child)
    return child
  }
  const start: Site['start'] = (path, args, env) =>
    startProgram(process.execPath, [installed(path), ...args], env)

  const site: Site = {
    folder,
    start,
    async write(all) {
      for (const [path, content] of Object.entries(all)) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), content)
      }
    },
    read: (path) => readFile(join(folder, path)),
    async list(path) {
      const entries = await readdir(join(folder, path), { recursive: true, withFileTypes: true }).catch(
        () => [],
      )
      const paths = entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
      return paths.map((file) => file.slice(folder.length + 1).replaceAll('\\', '/')).sort()
    },
    async remove(...paths) {
      for (const path of paths) await rm(join(folder, path), { recursive: true, force: true })
    },
    runOwn: (path, env) => ended(site.startOwn(path, env)),
    startOwn: (path, env) => start(join(folder, path), [], env),
    installed,
    run: (path, args, env) => ended(start(path, args, env)),
    exec: (program, args, env) => ended(startProgram(program, args, env)),
    runBun: (path, env) => ended(startProgram(installed(BUN), [path], env)),
    build: (env, ...args) => site.run(VITE, ['build', ...args], env),
    onetoken: (env, ...args) => site.run(ONETOKEN, args, env),
  }
  await site.write({
    'package.json': '{ "type": "module" }',
    'vite.config.js': CONFIG,
    'index.html': PAGE,
    ...files,
  })
  return site
}

async function ended(child: ChildProcess): Promise<Ran> {
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const status = await new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  )
  return { status, output: withoutColours(output) }
}

/** What a terminal shows of a text, in one colour. */
export function withoutColours(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '')
}
