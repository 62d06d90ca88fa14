import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../store/testing.ts'
import { diagnose, type Diagnosis, type DoctorOptions } from './index.ts'
import { fitsRange } from './system.ts'

describe('fitsRange', () => {
  it.each([
    ['20.19.0', true],
    ['20.20.2', true],
    ['20.18.9', false],
    ['21.7.0', false],
    ['22.11.9', false],
    ['22.12.0', true],
    ['24.0.0-nightly', true],
    ['18.0.0', false],
  ])('of the engines of this package and Node %s is %s', (version, fits) => {
    expect(fitsRange(version, '^20.19.0 || >=22.12.0')).toBe(fits)
  })
})

async function look(
  files: Record<string, string>,
  changes: Partial<DoctorOptions> = {},
): Promise<Diagnosis[]> {
  const root = await temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(root, name, '..'), { recursive: true })
    await writeFile(join(root, name), text)
  }
  const options: DoctorOptions = {
    root,
    mode: 'production',
    env: {},
    offline: true,
    package: { version: '1.2.3', engines: { node: '>=20' } },
    ...changes,
  }
  const diagnoses: Diagnosis[] = []
  for await (const one of diagnose(options)) diagnoses.push(one)
  return diagnoses
}

const about = (diagnoses: Diagnosis[], what: string): string[] =>
  diagnoses.filter((one) => one.about === what).map(({ mark, text }) => `${mark}: ${text}`)

describe('the key', () => {
  const origin = async (files: Record<string, string>, env: Record<string, string>): Promise<string[]> =>
    about(await look(files, { env }), 'key')

  it('is told by where it stands, the strongest place first', async () => {
    const files = {
      '.env': 'ONETOKEN_API_KEY=sk-one',
      '.env.local': 'ONETOKEN_API_KEY=sk-two',
      '.env.production': 'OTHER=1',
    }
    expect(await origin(files, {})).toEqual(['ok: set, by .env.local'])
    expect(await origin(files, { ONETOKEN_API_KEY: 'sk-three' })).toEqual(['ok: set, by the environment'])
    expect(await origin(files, { ONETOKEN_API_KEY: '' })).toEqual([
      'note: ONETOKEN_API_KEY is empty in the environment',
    ])
    expect(await origin({}, {})).toEqual(['note: not set'])
  })

  it('is never shown, also when no key looks like it', async () => {
    const found = await look({}, { env: { ONETOKEN_API_KEY: 'sk canary' } })
    expect(found.filter(({ mark }) => mark === 'problem').map((one) => one.about)).toEqual(['key'])
    expect(JSON.stringify(found)).not.toContain('canary')
  })
})

describe('the API', () => {
  it.each([
    [undefined, 'ok: https://api.onetoken.one/'],
    ['https://relay.example/v1', 'note: https://relay.example/v1 (by ONETOKEN_BASE_URL)'],
    ['http://user:secret@relay.example', 'problem: The base URL of the API holds a user name or a password.'],
    [
      'https://relay.example/sk-other-account/v1',
      'note: https://relay.example/sk-…/v1 (by ONETOKEN_BASE_URL)',
    ],
  ])('of the base URL %s', async (url, text) => {
    expect(about(await look({}, { env: { ONETOKEN_BASE_URL: url } }), 'API')).toEqual([text])
  })

  it('is told without the key, wherever that stands in it', async () => {
    const key = 'relay0123456789abcdef'
    const env = { ONETOKEN_API_KEY: key, ONETOKEN_BASE_URL: `http://${key}.localhost:9/${key}/v1` }
    const found = await look({}, { env, offline: false })
    expect(JSON.stringify(found)).not.toContain(key.slice(0, 12))
    expect(about(found, 'API')[0]).toMatch(
      /^note: http:\/\/\[key\]\.localhost:9\/\[key\]\/v1 is on this machine/,
    )
  })

  it('that does not answer is a problem', async () => {
    const found = await look({}, { env: { ONETOKEN_BASE_URL: 'http://127.0.0.1:9' }, offline: false })
    expect(about(found, 'API')[1]).toMatch(/^problem: 127\.0\.0\.1:9 cannot be reached: connection refused/)
  })
})

it('tells all that is wrong with the files of a project, one line each', async () => {
  const found = await look({
    'onetoken.config.json': '{ "modle": "x" }',
    'images.yaml': 'version: 1\nimages: [\n',
    'package.json': '{ "devDependencies": { "webpack": "^5.0.0", "vite": "8" } }',
    'webpack.config.js': 'export default {}',
  })
  expect(about(found, 'settings')).toEqual([
    expect.stringMatching(/^problem: onetoken\.config\.json:1:3 .*modle/),
  ])
  expect(about(found, 'manifest')).toEqual([expect.stringMatching(/^problem: images\.yaml:/)])
  expect(found.filter(({ text }) => text.includes('\n'))).toEqual([])
  expect(about(found, 'bundler')).toEqual([
    'note: vite 8, and no file in this folder uses unplugin-onetoken/vite',
    'note: webpack ^5.0.0, and no file in this folder uses unplugin-onetoken/webpack',
  ])
})

it('does not make a store', async () => {
  const found = await look({ 'images.yaml': 'version: 1\nimages: {}\n' })
  expect(about(found, 'store')).toEqual([expect.stringMatching(/onetoken, which the first render makes$/)])
})

it('says that a store cannot be written', async () => {
  const found = await look({ 'images.yaml': 'version: 1\nstore: images.yaml\nimages: {}\n' })
  expect(about(found, 'store').at(-1)).toMatch(/^problem: The store cannot be (?:read|written)/)
})

it('finds the plugin in the file that builds', async () => {
  const found = await look({
    'package.json': '{ "devDependencies": { "esbuild": "0.25" } }',
    'scripts/build.mjs': `import onetoken from "unplugin-onetoken/esbuild"`,
  })
  expect(about(found, 'bundler')).toEqual([
    'ok: scripts/build.mjs uses unplugin-onetoken/esbuild (esbuild 0.25)',
  ])
})

describe('a build', () => {
  const told = async (files: Record<string, string>): Promise<string[]> =>
    about(await look(files, { env: { ONETOKEN_API_KEY: 'sk-x' } }), 'a build here')
  const NOTHING = ['note: renders nothing: no file in this folder uses a plugin of unplugin-onetoken']
  const RENDERS = ['ok: renders what is missing, for at most $5.00 a run']

  it('renders nothing where no bundler can have the plugin', async () => {
    expect(await told({ 'images.yaml': 'version: 1\n' })).toEqual(NOTHING)
    expect(await told({ 'package.json': '{ "dependencies": { "next": "16" } }' })).toEqual(NOTHING)
    const tools = '{ "dependencies": { "next": "16" }, "devDependencies": { "webpack": "5" } }'
    expect(await told({ 'package.json': tools })).toEqual(NOTHING)
  })

  it('renders where one has it, or may have it', async () => {
    const use = 'import onetoken from "unplugin-onetoken/webpack"'
    expect(await told({ 'config/webpack.config.mjs': use })).toEqual(RENDERS)
    expect(await told({ 'package.json': '{ "devDependencies": { "vite": "8" } }' })).toEqual(RENDERS)
  })
})
