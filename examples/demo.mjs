// npm run demo: builds examples/vite twice. The first build renders its pictures, on a look-alike of the API on
// this machine or, when ONETOKEN_API_KEY is set, on the real one; the second has no key and no API, and must give
// the same files.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { root, setup } from '../test/tools/setup.mjs'

const site = join(root, 'examples', 'vite')
const store = join(site, 'onetoken')
const dist = join(site, 'dist')
const started = Date.now()
const realKey = process.env.ONETOKEN_API_KEY

setup()
const ready = Date.now()
if (realKey) await announceCost()
else if (isPretend()) rmSync(store, { recursive: true, force: true })

const mock = realKey
  ? undefined
  : await (await import('../packages/unplugin-onetoken/dist/mock.mjs')).startMock()
if (mock)
  console.log(`\nNo ONETOKEN_API_KEY: a look-alike of the API paints pretend pictures on ${mock.url}.`)

console.log('\nFirst build: renders what is missing')
const online = mock ? { ONETOKEN_BASE_URL: mock.url, ONETOKEN_API_KEY: 'sk-pretend' } : {}
const first = await build({ ...online, ONETOKEN_FROZEN: '0' })
await mock?.close()

console.log('\nSecond build: without a key, and with the API down')
rmSync(dist, { recursive: true })
const second = await build({ ...(mock ? { ONETOKEN_BASE_URL: mock.url } : {}), ONETOKEN_API_KEY: '' })
if (first.digest !== second.digest) fail('The two builds differ.')

const here = (path) => relative(process.cwd(), path) || '.'
console.log(`
First build:  ${first.summary}  [${first.seconds} s]
Second build: ${second.summary}  [${second.seconds} s]
Both gave the same ${first.files} files. Set-up took ${seconds(ready - started)} s, everything ${seconds(Date.now() - started)} s.

The renders as they came: ${here(join(store, 'images'))}
The pictures of the page: ${here(join(dist, 'assets'))}
Look at the page:         npm run preview --prefix ${here(site)}`)

/** Build the site, show what the build says, and keep its closing line. */
async function build(env) {
  const from = Date.now()
  const child = spawn(process.execPath, [join(site, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'], {
    cwd: site,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  for await (const chunk of child.stdout) {
    output += chunk
    process.stdout.write(chunk)
  }
  const status = child.exitCode ?? (await new Promise((resolve) => child.once('close', resolve)))
  if (status !== 0) fail('The build failed.')
  const [, summary = ''] = /onetoken: (\d+ renders? made.*)/.exec(output) ?? []
  return { summary, seconds: seconds(Date.now() - from), ...digestOf(dist) }
}

function digestOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(relative(folder, file)).update(readFileSync(file))
  return { digest: hash.digest('hex'), files: files.length }
}

/** Pretend pictures may be thrown away; bought ones never, nor pictures of which no record tells what they are. */
function isPretend() {
  const records = existsSync(join(store, 'renders')) ? readdirSync(join(store, 'renders')) : []
  const providers = records
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(store, 'renders', name), 'utf8')).provider)
  return providers.length > 0 && providers.every((provider) => provider === 'mock')
}

async function announceCost() {
  console.log('\nONETOKEN_API_KEY is set: the pictures come from the real API. What that may cost:\n')
  const plan = spawn(process.execPath, [join(root, 'packages/unplugin-onetoken/bin/onetoken.mjs'), 'plan'], {
    cwd: site,
    stdio: 'inherit',
  })
  await new Promise((resolve) => plan.once('close', resolve))
  console.log('\nThe budget of the example is $1. It begins in 5 seconds; Ctrl-C stops it.')
  await wait(5000)
}

function seconds(milliseconds) {
  return (milliseconds / 1000).toFixed(1)
}

function fail(message) {
  console.error(`\n${message}`)
  process.exit(1)
}
