// Makes a fresh clone ready: installs by the pinned pnpm and builds the package, each only when something changed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const work = join(root, 'test', '.work')
const shell = process.platform === 'win32'

/** Install and build what is missing or out of date. */
export function setup() {
  checkNode()
  step('install', installInputs(), [join(root, 'node_modules')], () =>
    run('npx', ['--yes', pinnedPnpm(), 'install', '--frozen-lockfile', '--prefer-offline']),
  )
  const folder = join(root, 'packages/unplugin-onetoken')
  step('build', buildInputs(), [join(folder, 'dist'), join(folder, 'schema')], () =>
    run('node', [join('node_modules', 'tsdown', 'dist', 'run.mjs'), '--log-level', 'error'], folder),
  )
}

/** Run a command with its output shown; ends this process when it fails. */
export function run(command, args, cwd = root, env = process.env) {
  // npm hands its own settings down as environment variables, which another package manager takes for its own.
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_/i.test(name)))
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit', env: clean, shell })
  if (error) console.error(`${command} cannot be started: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

export function pinnedPnpm() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22) return
  console.error(`Node ${process.versions.node} is too old: this needs 20.19 or later, or 22.12 or later.`)
  process.exit(1)
}

/** Do `work` unless its inputs are those of the last time and its outputs are there. */
function step(name, inputs, outputs, work_) {
  const hash = createHash('sha256').update(process.version)
  for (const file of inputs) hash.update(relative(root, file)).update('\0').update(readFileSync(file))
  const stamp = join(work, `${name}.stamp`)
  const digest = hash.digest('hex')
  if (outputs.every(existsSync) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  work_()
  mkdirSync(work, { recursive: true })
  writeFileSync(stamp, digest)
}

function installInputs() {
  const packages = ['packages', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(root, folder, entry.name, 'package.json')),
  )
  return [
    join(root, 'pnpm-lock.yaml'),
    join(root, 'pnpm-workspace.yaml'),
    join(root, 'package.json'),
    join(root, 'test/package.json'),
    ...packages,
  ].filter(existsSync)
}

function buildInputs() {
  const folder = join(root, 'packages/unplugin-onetoken')
  const sources = readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
  return [
    ...sources.sort(),
    join(folder, 'tsdown.config.ts'),
    join(folder, 'package.json'),
    join(root, 'pnpm-lock.yaml'),
  ]
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) setup()
