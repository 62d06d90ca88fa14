import { describe, expect, it } from 'vitest'
import { folder } from '../../project/testing.ts'
import { toldBy } from '../../spec/testing.ts'
import { findBundlers, planInit, type InitOptions } from './index.ts'
import { optionsOf, plan, told, type Files } from './testing.ts'

describe('the plugin', () => {
  const left = async (files: Files, more: Partial<InitOptions>): Promise<string> =>
    (await plan(files, more)).todo.map(({ text, code }) => `${text}\n${code}`).join('\n')
  it('is left to a person where it cannot be put in surely', async () => {
    const cjs = '{ "devDependencies": { "webpack": "5", "unplugin-onetoken": "1" } }'
    const astro = '{ "type": "module", "devDependencies": { "astro": "7", "unplugin-onetoken": "1" } }'
    const next = '{ "dependencies": { "next": "16" }, "devDependencies": { "unplugin-onetoken": "1" } }'
    expect(
      [
        await left({}, { bundlers: ['esbuild'] }),
        await left({}, { bundlers: ['bun'] }),
        await left({}, { bundlers: ['rollup'] }),
        told(await planInit(optionsOf(await folder({ 'package.json': '{}' })))),
        await left({}, { bundlers: [] }),
        await left({}, { bundlers: ['webpack', 'esbuild'] }),
        await left({ 'package.json': astro }, {}),
        await left({ 'package.json': next, 'tsconfig.json': '{}' }, { bundlers: [] }),
        await left({ 'vite.config.js': 'export default ({ mode }) => ({})\n' }, {}),
        await left(
          { 'package.json': cjs, 'webpack.config.js': 'module.exports = (env) => ({})\n' },
          { bundlers: ['webpack'] },
        ),
        await left({ 'vite.config.js': 'export default {}\n', 'vite.config.ts': 'export default {}\n' }, {}),
      ].join('\n\n'),
    ).toMatchInlineSnapshot(`
      "Add the plugin where your script calls build({ … }):
      import onetoken from 'unplugin-onetoken/esbuild'
      plugins: [onetoken()],

      Add the plugin where your script calls Bun.build({ … }):
      import onetoken from 'unplugin-onetoken/bun'
      plugins: [onetoken()],

      There is no rollup.config.js yet: make one, with the plugin in it:
      import onetoken from 'unplugin-onetoken/rollup'
      plugins: [onetoken()],

      create images.yaml
      create onetoken.config.mjs
      create .gitignore
      Add the package to your project: npm install --save-dev unplugin-onetoken
      There is no vite.config.mjs yet: make one, with the plugin in it: import onetoken from 'unplugin-onetoken/vite' | plugins: [onetoken()],

      No bundler was found. For a site without one, this writes the rendered pictures as files:
      npx --no-install onetoken export --out public/pictures --module src/pictures.js
      If there is one, add the plugin to it (this is for Vite; others are in the README):
      import onetoken from 'unplugin-onetoken/vite'
      plugins: [onetoken()],

      There are several bundlers. Say which one makes the site, as in --bundler webpack:
      webpack
      esbuild

      Add the plugin to astro.config.mjs:
      import onetoken from 'unplugin-onetoken/vite'
      vite: { plugins: [onetoken()] },

      Next.js takes pictures as files, and a module of them for next/image. Before each build, as in "build" of the package.json (more is in the README, at "Sites without a supported bundler", and in its examples/next):
      npx --no-install onetoken export --out public/pictures --module src/pictures.ts && next build

      Add the plugin to vite.config.js:
      import onetoken from 'unplugin-onetoken/vite'
      plugins: [onetoken()],

      Add the plugin to webpack.config.js:
      const { default: onetoken } = require('unplugin-onetoken/webpack')
      plugins: [onetoken()],

      Add the plugin to vite.config.js:
      import onetoken from 'unplugin-onetoken/vite'
      plugins: [onetoken()],"
    `)
  })

  it('is told with files that Node reads as modules', async () => {
    const of = async (type: string, more: Partial<InitOptions>, dependencies = '{}'): Promise<string> =>
      left({ 'package.json': `{ ${type} "dependencies": ${dependencies} }` }, more)
    for (const type of ['', '"type": "commonjs",']) {
      expect(await of(type, { bundlers: ['webpack'] })).toContain(
        "There is no webpack.config.mjs yet: make one, with the plugin in it:\nimport onetoken from 'unplugin-onetoken/webpack'",
      )
      expect(await of(type, { bundlers: [] })).toContain('--module src/pictures.mjs\n')
      expect(await of(type, { bundlers: [] }, '{ "next": "16" }')).toContain('pictures.mjs && next build')
    }
    expect(await of('"type": "module",', { bundlers: ['rspack'] })).toContain('no rspack.config.js yet')
    expect(await of('"type": "module",', { bundlers: [] })).toContain('--module src/pictures.js\n')
    expect(await of('', { bundlers: [] }, '{ "typescript": "6" }')).toContain('--module src/pictures.ts\n')
  })

  it('is in a new configuration of Vite, that Node reads as a module', async () => {
    const names = async (more: string, files: Files = {}): Promise<string[]> => {
      const text = `{ ${more} "devDependencies": { "vite": "8", "unplugin-onetoken": "1" } }`
      return (await plan({ 'package.json': text, ...files })).files.map(({ file }) => file)
    }
    expect(await names('"type": "module",')).toContain('vite.config.js')
    expect(await names('')).toContain('vite.config.mjs')
    expect(await names('"type": "module",', { 'tsconfig.json': '{}' })).toContain('vite.config.ts')
    expect(await names('', { 'tsconfig.json': '{}' })).toContain('vite.config.mts')
  })
})

it('finds the bundler that a project means', async () => {
  const of = async (dependencies: string[], ...names: string[]): Promise<string[]> => {
    const all = Object.fromEntries(dependencies.map((name) => [name, '*']))
    const files = Object.fromEntries(names.map((name) => [name, "import 'x'"]))
    return findBundlers(await folder({ 'package.json': JSON.stringify({ devDependencies: all }), ...files }))
  }
  expect(await of(['vite', 'esbuild', 'rollup'])).toEqual(['vite'])
  expect(await of(['webpack', 'esbuild'], 'webpack.config.js')).toEqual(['webpack'])
  expect(await of(['rollup', 'vite'], 'rollup.config.mjs')).toEqual(['rollup'])
  expect(await of(['esbuild', 'webpack'])).toEqual(['webpack', 'esbuild'])
  expect(await of(['vite', 'webpack'], 'vite.config.ts', 'webpack.config.js')).toEqual(['vite', 'webpack'])
  expect(await of(['react'])).toEqual([])
  // None is taken where the project does not say which.
  expect(await of(['vite', 'webpack', 'rollup', '@types/bun'])).toEqual(['vite', 'webpack'])
  expect(await of(['next', 'webpack'])).toEqual([])
  expect(await of(['next', 'vite'], 'vite.config.js')).toEqual(['vite'])
})

it('is told which package of a workspace is meant', async () => {
  const workspace = { 'package.json': '{ "workspaces": ["packages/*"], "devDependencies": { "vite": "8" } }' }
  expect(await toldBy(findBundlers(await folder(workspace)))).toMatchInlineSnapshot(`
    "USAGE
    This is the root of a workspace, and nothing here makes a site.
    > Name the package that does, as in --cwd packages/site. If it is this one, say what builds it, as in --bundler vite."
  `)
  const ofPnpm = { 'package.json': '{}', 'pnpm-workspace.yaml': 'packages:\n  - site\n' }
  expect(await toldBy(findBundlers(await folder(ofPnpm)))).toContain('This is the root of a workspace')
  const settings = { ...ofPnpm, 'pnpm-workspace.yaml': 'minimumReleaseAge: 1\n' }
  expect(await findBundlers(await folder(settings))).toEqual([])
  expect(await findBundlers(await folder({ ...workspace, 'index.html': '' }))).toEqual(['vite'])
  expect(await findBundlers(await folder({ ...workspace, 'rollup.config.js': '' }))).toEqual(['rollup'])
})

describe('a plugin that is there', () => {
  const HEAD = '// import onetoken from "unplugin-onetoken/vite"\n/* require("unplugin-onetoken/vite") */\n'
  const planned = async (name: string, text: string): Promise<string> => told(await plan({ [name]: text }))

  it('is imported or required', async () => {
    for (const text of [
      'import onetoken from "unplugin-onetoken/vite"\nexport default { plugins: [onetoken()] }\n',
      'const vite = require(`unplugin-onetoken/vite`)\n',
    ]) {
      expect(await planned('vite.config.js', text)).toContain('keep vite.config.js')
    }
    expect(await planned('bunfig.toml', 'plugins = ["unplugin-onetoken/vite"]\n')).toContain(
      'keep bunfig.toml',
    )
  })

  it('is not what a comment says', async () => {
    const files = await plan({ 'vite.config.ts': `${HEAD}export default { plugins: [] }\n` })
    const change = files.files.find(({ file }) => file === 'vite.config.ts')
    expect(change?.action).toBe('change')
    expect(change?.text).toContain("\nimport onetoken from 'unplugin-onetoken/vite'\n")
    expect(change?.text).toContain('\nexport default { plugins: [onetoken()] }\n')
    const toml = await planned('bunfig.toml', '# plugins = ["unplugin-onetoken/vite"]\n')
    expect(toml).not.toContain('keep bunfig.toml')
  })
})
