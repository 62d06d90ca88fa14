import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toldBy } from '../spec/testing.ts'
import { readSettingsFile } from './settings-file.ts'
import { folder } from './testing.ts'

type Files = Record<string, string | Uint8Array>

const settings = async (files: Files, config?: string): Promise<unknown> => {
  return (await readSettingsFile(await folder(files), config))?.settings
}
const said = async (files: Files, config?: string): Promise<string> => {
  const root = await folder(files)
  return (await toldBy(readSettingsFile(root, config))).replaceAll(root, '<root>')
}

describe('a settings file', () => {
  it('need not be there', async () => {
    expect(await readSettingsFile(await folder({ 'vite.config.ts': '' }))).toBeUndefined()
  })

  it.each([
    [
      'onetoken.config.json',
      '{\n\t"$schema": "./node_modules/unplugin-onetoken/schema/settings.json",\n\t"store": "pics"\n}\n',
    ],
    ['onetoken.config.json', '\ufeff{ "store": "pics" }'],
    ['onetoken.config.mjs', `export default { store: 'pics' }`],
    ['onetoken.config.mjs', `export default () => ({ store: 'pics' })`],
    ['onetoken.config.mjs', `export default async () => ({ store: 'pics' })`],
    ['onetoken.config.mjs', `export default Promise.resolve({ store: 'pics' })`],
    ['onetoken.config.js', `module.exports = { store: 'pics' }`],
    [
      'onetoken.config.ts',
      `const store: string = 'pics'\nexport default { store } satisfies { store: string }`,
    ],
    ['onetoken.config.ts', `import { store } from './store'\nexport default () => ({ store } as const)`],
    ['onetoken.config.mts', `enum Store { A = 'pics' }\nexport default { store: Store.A }`],
  ])('%s: %s', async (name, text) => {
    const root = await folder({ [name]: text, 'store.ts': `export const store: string = 'pics'` })
    expect(await readSettingsFile(root)).toEqual({ file: join(root, name), settings: { store: 'pics' } })
  })

  it('may have any name and place when it is named', async () => {
    expect(await settings({ 'build/pictures.json': '{ "store": "x" }' }, 'build/pictures.json')).toEqual({
      store: 'x',
    })
    expect(
      await settings({ 'pictures.cts': `export default { store: 'x' as string }` }, './pictures.cts'),
    ).toEqual({ store: 'x' })
    const named = { 'onetoken.config.json': '{ "store": "a" }', 'other.json': '{ "store": "b" }' }
    expect(await settings(named, 'other.json')).toEqual({ store: 'b' })
  })

  it.each(['onetoken.config.mjs', 'onetoken.config.ts'])('is read anew after a change: %s', async (name) => {
    const root = await folder({ [name]: `export default { store: 'one' }` })
    expect((await readSettingsFile(root))?.settings).toEqual({ store: 'one' })
    await writeFile(join(root, name), `export default { store: 'two' }`)
    await utimes(join(root, name), new Date(), new Date(Date.now() + 5000))
    expect((await readSettingsFile(root))?.settings).toEqual({ store: 'two' })
  })
})

describe('a settings file is refused', () => {
  it('when there are two', async () => {
    expect(await said({ 'onetoken.config.ts': '', 'onetoken.config.json': '{}' })).toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.json
      There are 2 settings files: onetoken.config.ts, onetoken.config.json.
      > Keep one of them."
    `)
  })

  it('when it was named and is not there', async () => {
    expect(await said({}, 'build/onetoken.config.ts')).toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/build/onetoken.config.ts
      The settings file is not there.
      > Correct "config" of the plugin or the script, or --config of the command."
    `)
  })

  it('when it gives no object', async () => {
    expect(await said({ 'onetoken.config.json': '[]' })).toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.json
      The settings file gives no object of settings.
      > Write it as in: { "model": "gpt-image-2" }"
    `)
    const texts = [
      'export const store = 1',
      'export default []',
      'export default () => undefined',
      `export default 'x'`,
    ]
    const all = await Promise.all(texts.map((text) => said({ 'onetoken.config.mjs': text })))
    all.push(
      await said({ 'onetoken.config.ts': 'export const a = 1' }).then((text) => text.replace('.ts', '.mjs')),
    )
    expect(new Set(all).size).toBe(1)
    expect(all[0]).toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.mjs
      The settings file gives no object of settings.
      > Write it as in: import { defineConfig } from 'unplugin-onetoken'; export default defineConfig({ … })"
    `)
  })

  it('when it breaks', async () => {
    expect(await said({ 'onetoken.config.mjs': `throw new Error('no\\u001b[2J luck\\nsecond line')` }))
      .toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.mjs
      The settings file cannot be loaded: no\\u001b[2J luck"
    `)
    expect(await said({ 'onetoken.config.mjs': `export default () => { throw 'words' }` }))
      .toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.mjs
      The settings file cannot be loaded: words"
    `)
    expect(
      await said({
        'onetoken.config.ts': `export default async () => { throw new TypeError('asked too much') }`,
      }),
    ).toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.ts:1:1
      The settings file cannot be loaded: asked too much"
    `)
  })

  it('when it imports what is not there', async () => {
    for (const name of ['onetoken.config.mjs', 'onetoken.config.ts']) {
      expect(await said({ [name]: `import 'no-such-package'\nexport default {}` })).toMatch(
        /^SETTINGS_INVALID <root>\/onetoken\.config\.m?[tj]s(?::1:1)?\nThe settings file cannot be loaded: Cannot find (?:package|module) 'no-such-package'/,
      )
    }
  })

  it('with line and column, where what loads it knows them', async () => {
    const code = 'const size = 1\n\nexport default {\n  store: {{{\n}'
    const broken = 'const size = 1\n\nexport default {\n  store: missing.name,\n}'
    expect(await said({ 'onetoken.config.ts': code })).toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.ts:4:11
      The settings file cannot be loaded: Unexpected token"
    `)
    expect(await said({ 'onetoken.config.ts': broken })).toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.ts:4:1
      The settings file cannot be loaded: missing is not defined"
    `)
    const files = { 'a b/onetoken.config.ts': `export { default } from './other.ts'`, 'a b/other.ts': code }
    expect(await said(files, 'a b/onetoken.config.ts')).toMatch(
      /^SETTINGS_INVALID <root>\/a b\/other\.ts:4:11\n/,
    )
  })

  it('when it is no code', async () => {
    for (const name of ['onetoken.config.mjs', 'onetoken.config.ts']) {
      expect(await said({ [name]: 'export default {{{' })).toMatch(
        /^SETTINGS_INVALID .*\nThe settings file cannot be loaded: .+/,
      )
    }
  })

  it('when it is a folder, or not UTF-8', async () => {
    const root = await folder({})
    await mkdir(join(root, 'onetoken.config.json'))
    expect((await toldBy(readSettingsFile(root))).replaceAll(root, '<root>')).toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.json
      The file cannot be read: it is a folder."
    `)
    expect(await said({ 'onetoken.config.json': Buffer.from('{\n"store": "caf\u00e9" }', 'latin1') }))
      .toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.json:2:1
      The file is not UTF-8 text.
      > Save it as UTF-8."
    `)
  })

  it('for its mistakes, in JSON with line and column', async () => {
    expect(
      await said({ 'onetoken.config.json': '{\n  "$schema": "x",\n  "stor": "x",\n  "concurrency": 0\n}' }),
    ).toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.json
      The settings have 2 mistakes:
      - 3:3 There is no setting "stor"; did you mean "store"?
      - 4:18 "concurrency" cannot be 0: it must be a whole number from 1 to 64."
    `)
    expect(await said({ 'onetoken.config.mjs': 'export default { stor: "x", concurrency: 0 }' }))
      .toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.mjs
      The settings have 2 mistakes:
      - There is no setting "stor"; did you mean "store"?
      - "concurrency" cannot be 0: it must be a whole number from 1 to 64."
    `)
    expect(await said({ 'onetoken.config.json': '{\n  "a": 1,\n}' })).toMatch(
      /^SETTINGS_INVALID <root>\/onetoken\.config\.json:3:1\n/,
    )
  })
})

it.each(['onetoken.config.mjs', 'onetoken.config.ts'])('says what hangs: %s', async (name) => {
  const texts = ['export default await new Promise(() => {})', 'export default () => new Promise(() => {})']
  for (const text of texts) {
    const root = await folder({ [name]: text })
    const reading = readSettingsFile(root)
    const listeners = process.listenerCount('beforeExit')
    // As when a process has nothing else to do.
    await expect.poll(() => process.listenerCount('beforeExit')).toBe(listeners + 1)
    process.emit('beforeExit', 0)
    expect((await toldBy(reading)).replaceAll(root, '<root>')).toContain('awaits something that never comes')
    expect(process.listenerCount('beforeExit')).toBe(listeners)
  }
})
