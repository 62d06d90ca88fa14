import { describe, expect, it } from 'vitest'
import { entryTypes } from '../../output/types-file.ts'
import type { InitOptions, InitPlan } from './index.ts'
import { plan, textOf, told, type Files } from './testing.ts'

describe('TypeScript', () => {
  const TYPES = 'onetoken-env.d.ts'
  const planned = (files: Files, more: Partial<InitOptions> = {}): Promise<InitPlan> =>
    plan({ 'vite.config.ts': 'export default { base: "/" }', ...files }, more)
  const APP = '{ "include": ["src/**/*.ts"] }'

  it('sees the types of the entries before the first build', async () => {
    const made = await planned({
      'src/images.yaml': 'version: 1\nimages: { hero: { prompt: a fox } }\n',
      'tsconfig.json': APP,
    })
    expect(textOf(made, TYPES)).toContain("declare module 'virtual:onetoken/hero'")
    expect(textOf(made, 'tsconfig.json')).toBe('{ "include": ["src/**/*.ts", "onetoken-env.d.ts"] }')
    const created = await planned({ 'tsconfig.json': '{}', 'src/a.ts': '' })
    expect(textOf(created, TYPES)).toBe(entryTypes([], [{ path: 'src/images.yaml', entries: [] }]))
    expect(created.files.map(({ file }) => file)).not.toContain('tsconfig.json')
  })

  it('sees them where its configuration has several files', async () => {
    const root = '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }'
    expect(told(await planned({ 'tsconfig.json': root, 'tsconfig.app.json': APP }))).toMatchInlineSnapshot(`
      "create images.yaml
      create onetoken.config.ts
      change vite.config.ts
      create onetoken-env.d.ts
      change tsconfig.app.json
      create .gitignore"
    `)
    expect(told(await planned({ 'tsconfig.json': root }))).toMatchInlineSnapshot(`
      "create images.yaml
      create onetoken.config.ts
      change vite.config.ts
      create onetoken-env.d.ts
      create .gitignore
      Add the types of the entries to "include" in the tsconfig file of your sources: "onetoken-env.d.ts""
    `)
    expect(told(await planned({ 'tsconfig.json': root, 'tsconfig.app.json': '[]' }))).toMatchInlineSnapshot(`
      "create images.yaml
      create onetoken.config.ts
      change vite.config.ts
      create onetoken-env.d.ts
      create .gitignore
      Add the types of the entries to "include" in tsconfig.app.json: "onetoken-env.d.ts""
    `)
  })

  it('is left alone where nobody writes types, or where they may be elsewhere', async () => {
    const files = async (more: Files, options: Partial<InitOptions> = {}): Promise<string[]> =>
      (await planned({ 'tsconfig.json': APP, ...more }, options)).files.map(({ file }) => file)
    const withPlugin = { 'vite.config.ts': "import onetoken from 'unplugin-onetoken/vite'" }
    const elsewhere = { 'onetoken.config.json': '{ "manifest": "pics/*.yaml" }' }
    for (const found of [
      await files({}, { bundlers: [] }),
      await files(withPlugin),
      await files(elsewhere),
    ]) {
      expect(found).not.toContain(TYPES)
      expect(found).not.toContain('tsconfig.json')
    }
    expect(await files({ ...withPlugin, [TYPES]: '' })).toEqual(
      expect.arrayContaining([TYPES, 'tsconfig.json']),
    )
  })
})
