import { expect, test } from 'vitest'
import { bundle, createBundledSite } from '../helpers/bundlers.ts'
import { useMock } from '../helpers/mock.ts'
import { outputOf } from '../helpers/output.ts'
import { apiEnv, createSite, ONETOKEN, VITE, type Ran, type Site } from '../helpers/site.ts'

const mock = useMock()

const MANIFEST = 'version: 1\nimages:\n  hero: { prompt: A fjord, quality: low, alt: Fjord }\n'
const PAGE =
  '<!doctype html><html lang="en"><title>Site</title><script type="module" src="/main.js"></script></html>'
const MAIN = `import hero from 'virtual:onetoken/hero?w=64'
import lake from 'virtual:onetoken?prompt=A lake&quality=low&w=64'
globalThis.result = [hero, lake]
`

const config = (options = '', more = ''): string =>
  `import onetoken from 'unplugin-onetoken/vite'\nexport default { root: 'app', plugins: [onetoken(${options})]${more} }\n`

/** A site whose pages lie in a folder of their own, as Vite's `root` names it. */
const site = (files: Record<string, string> = {}, vite: 7 | 8 = 8): Promise<Site> =>
  createSite({ 'app/index.html': PAGE, 'app/main.js': MAIN, 'vite.config.js': config(), ...files }, vite)

test.each([8, 7] as const)('the project is what the command finds, Vite %i', async (vite) => {
  const of = await site(
    { 'images.yaml': MANIFEST, '.env.local': 'ONETOKEN_API_KEY=sk-of-the-project\n' },
    vite,
  )
  const env = { ONETOKEN_BASE_URL: mock.url }
  const rendered = await of.onetoken(env, 'render', '--yes')
  expect(rendered.status, rendered.output).toBe(0)
  expect(mock.requests).toHaveLength(2)
  const built = await of.build(env)
  expect(built.status, built.output).toBe(0)
  expect(mock.requests).toHaveLength(2)
  expect(await of.list('app/onetoken')).toEqual([])
  expect((await of.list('app/dist')).filter((path) => path.endsWith('.webp'))).toHaveLength(2)

  // Its server gives away what lies above its own root.
  const until = outputOf(of.start(VITE, ['--port', '0', '--host', '127.0.0.1'], env))
  const [, origin = ''] =
    /Local:\s+(http:\/\/[\d.]+:\d+)/.exec(await until('Local:').then(() => until('\n'))) ?? []
  const get = (path: string): Promise<Response> => fetch(origin + path)
  const modules = [...(await (await get('/main.js')).text()).matchAll(/from "([^"]*onetoken\.mjs[^"]*)"/g)]
  expect(modules).toHaveLength(2)
  for (const [, path = ''] of modules) {
    const [, picture = ''] = /"(\/[^"]+\.webp)/.exec(await (await get(path)).text()) ?? []
    const response = await get(picture)
    expect(response.status, picture).toBe(200)
    expect(response.headers.get('content-type')).toBe('image/webp')
  }
  const secret = await get(`/@fs${of.folder}/.env.local`)
  expect(secret.status).not.toBe(200)
})

test('the settings above the root of the bundler hold, and so does the key beside the pages', async () => {
  const of = await site({
    'images.yaml': MANIFEST,
    'onetoken.config.json': '{ "frozen": true }',
    'app/.env.local': 'ONETOKEN_API_KEY=sk-beside-the-pages\n',
  })
  const env = { ONETOKEN_BASE_URL: mock.url }
  const frozen = await of.build(env)
  expect(frozen.status).toBe(1)
  expect(frozen.output).toContain('rendering is frozen')
  expect(mock.requests).toHaveLength(0)
  await of.remove('onetoken.config.json')
  const built = await of.build(env)
  expect(built.status, built.output).toBe(0)
  expect(mock.requests).toHaveLength(2)
  // The command has no key there, and needs none any more.
  const planned = await of.onetoken(env, 'plan')
  expect(planned.output).toContain('2 renders, 2 cached, 0 missing')
})

test('commands that a build suggests work where it works', async () => {
  const of = await site({ 'app/images.yaml': MANIFEST })
  const built = await of.build({ CI: 'true', ...apiEnv(mock.url) })
  expect(built.status).toBe(1)
  expect(built.output).toContain('npx --no-install onetoken render --cwd app')
  const rendered = await of.onetoken(apiEnv(mock.url), 'render', '--cwd', 'app', '--yes')
  expect(rendered.status, rendered.output).toBe(0)
  const again = await of.build({ CI: 'true', ...apiEnv(mock.url) })
  expect(again.status, again.output).toBe(0)
  expect(mock.requests).toHaveLength(2)
})

test('settings above that name the manifest make both one project', async () => {
  const of = await site({
    'app/images.yaml': MANIFEST,
    'onetoken.config.mjs': `export default { manifest: 'app/images.yaml' }\n`,
  })
  const built = await of.build(apiEnv(mock.url))
  expect(built.status, built.output).toBe(0)
  const planned = await of.onetoken(apiEnv(mock.url), 'plan')
  expect(planned.output).toContain('2 renders, 2 cached, 0 missing')
})

test('a root that is not there is told, and not made', async () => {
  const of = await site({ 'vite.config.js': config("{ root: 'nope' }") })
  const { status, output } = await of.build(apiEnv(mock.url))
  expect(status).toBe(1)
  expect(output).toContain('The option "root" of the plugin names no folder')
  expect(await of.list('app')).toEqual(['app/index.html', 'app/main.js'])
})

test('what a file of the project asks for is its own, wherever the root of Farm lies', async () => {
  const of = await createBundledSite({
    'app/main.js': `import lake from '../shared/lake.js'\nglobalThis.result = lake`,
    'shared/lake.js': `export { default } from 'virtual:onetoken?prompt=A lake&quality=low&w=64'`,
  })
  const { status, output } = await bundle(of, 'farm', apiEnv(mock.url), { more: `root: 'app'` })
  expect(status, output).toBe(0)
  expect(mock.requests).toHaveLength(1)
})

test('suggests commands that find the settings file of the plugin from a folder of the project', async () => {
  const of = await createSite({
    'package.json': '{ "type": "module" }',
    'images.yaml': MANIFEST,
    'set tings/images.json': '{ "missing": "error" }',
    'app/index.html': PAGE,
    'app/main.js': `import hero from 'virtual:onetoken/hero'\nglobalThis.result = hero`,
    'app/vite.config.js': config("{ config: 'set tings/images.json' }").replace("root: 'app', ", ''),
  })
  const vite = of.installed(VITE)
  const inApp = (command: string): Promise<Ran> => of.exec('sh', ['-c', `cd app && ${command}`])
  const { status, output } = await inApp(`'${process.execPath}' '${vite}' build`)
  expect(status, output).toBe(1)
  const [, flags] = /onetoken render( --config '[^']+')/.exec(output) ?? []
  expect(flags, output).toBe(" --config '../set tings/images.json'")
  const planned = await inApp(`'${process.execPath}' '${of.installed(ONETOKEN)}' plan${flags}`)
  expect(planned.output).toContain('hero')
  expect(planned.status, planned.output).toBe(0)
})
