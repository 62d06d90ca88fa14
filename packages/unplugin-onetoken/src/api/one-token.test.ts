import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { OneTokenError } from '../errors.ts'
import { createOneToken } from './one-token.ts'
import type { OneToken, OneTokenOptions } from './types.ts'

const MANIFEST = `version: 1
images:
  hero: { prompt: A fjord, dark: { prompt: At night } }
  owl: { prompt: An owl }
`

/** A project that has no key, so that nothing could be rendered. */
async function project(): Promise<{ root: string; onetoken: OneToken }> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'onetoken-')))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  await writeFile(join(root, 'images.yaml'), MANIFEST)
  return { root, onetoken: createOneToken({ root, env: {} }) }
}

/** What is told of a mistake. A call that throws at once, or something else, fails the test. */
async function told(work: Promise<unknown>): Promise<string> {
  return await work.then(() => 'nothing', textOf)
}

function textOf(error: unknown): string {
  if (!(error instanceof OneTokenError)) throw error
  expect(inspect(error, { depth: 20 })).not.toContain('sk-secret')
  return `${error.code}: ${error.message}${error.hint === undefined ? '' : `\n> ${error.hint}`}`
}

/** What `createOneToken` says of options that no types have checked. */
function refused(options: unknown): string {
  try {
    createOneToken(options as OneTokenOptions)
    return 'nothing'
  } catch (error) {
    return textOf(error)
  }
}

/** A call as a script without types may make it. */
type Untyped = Record<'render' | 'image' | 'export' | 'icons', (...given: unknown[]) => Promise<unknown>>

/** What is told of each call, in a project on which it would fail later in another way. */
async function toldOf(calls: (onetoken: Untyped) => Promise<unknown>[]): Promise<string> {
  const { onetoken } = await project()
  const texts = await Promise.all(calls(onetoken as unknown as Untyped).map(told))
  return texts.join('\n')
}

const thrower = {
  get names(): never {
    throw new Error('not now')
  },
}

it('names the command that renders in its own project, and none for settings of its own', async () => {
  const { root, onetoken } = await project()
  const where = relative(process.cwd(), root)
  expect(await told(onetoken.image('owl'))).toContain(`npx --no-install onetoken render --cwd ${where} owl`)
  expect(await told(onetoken.export({ out: 'public' }))).toContain(`onetoken render --cwd ${where}`)
  const own = createOneToken({ root, env: {}, settings: { model: 'gpt-image-2' } })
  expect(await told(own.image('owl'))).toContain('Render what is missing with render() of the same')
})

describe('names', () => {
  it('are all when they are left out, and none when none is listed', async () => {
    const { root, onetoken } = await project()
    expect((await onetoken.render({ names: undefined })).renders).toHaveLength(3)
    const none = { renders: [], failed: [], made: 0, cost: 0, problem: undefined }
    expect(await onetoken.render({ names: [] })).toMatchObject(none)
    expect(await onetoken.render({ names: [], again: true })).toMatchObject(none)
    expect(await onetoken.export({ names: [], out: 'public' })).toMatchObject({ files: [], images: {} })
    expect(await readdir(root)).not.toContain('public')
  })

  it('are those of the moment of the call', async () => {
    const { onetoken } = await project()
    const names = ['owl']
    const rendering = onetoken.render({ names })
    names[0] = 'hero'
    expect((await rendering).renders.map((render) => render.names)).toEqual([['owl']])
  })

  it('of dark versions are told as what they are', async () => {
    const { onetoken } = await project()
    expect((await onetoken.plan()).renders.map(({ names }) => names[0])).toContain('hero:dark')
    const messages = await Promise.all([
      told(onetoken.image('hero:dark')),
      told(onetoken.export({ names: ['hero:dark'], out: 'public' })),
      told(onetoken.icons({ name: 'hero:dark', out: 'public' })),
      told(onetoken.image('owl:dark')),
      told(onetoken.render({ names: ['hero\u001b[2J'] })),
    ])
    expect(messages.join('\n')).toMatchInlineSnapshot(`
      "UNKNOWN_ENTRY: "hero:dark" is the dark version of the entry "hero".
      > It is (await image('hero')).dark
      UNKNOWN_ENTRY: "hero:dark" is no entry: it is the dark version of the entry "hero".
      > Name hero: its image object has the dark version as "dark".
      UNKNOWN_ENTRY: "hero:dark" is no entry: it is the dark version of the entry "hero".
      > Name hero: its image object has the dark version as "dark".
      UNKNOWN_ENTRY: There is no entry "owl:dark" in images.yaml.
      > The entries are hero, owl.
      UNKNOWN_ENTRY: The manifest has no entry "hero\\u001b[2J".
      > It has hero, hero:dark, owl."
    `)
  })
})

describe('options that are not known', () => {
  it('are refused by every call', async () => {
    expect(
      await toldOf((onetoken) => [
        onetoken.render({ maxcost: 0 }),
        onetoken.render({ nmaes: ['hero'] }),
        onetoken.render(JSON.parse('{ "__proto__": { "maxCost": 0 } }')),
        onetoken.image('hero', { ouput: {} }),
        onetoken.image('hero', { widths: [480] }),
        onetoken.export({ out: 'public', modul: 'a.ts' }),
        onetoken.icons({ name: 'hero', out: 'public', names: ['hero'] }),
      ]),
    ).toMatchInlineSnapshot(`
      "USAGE: render() has no option "maxcost"; did you mean "maxCost"?
      > Its options are names, again, stale, maxCost, onProgress, signal.
      USAGE: render() has no option "nmaes"; did you mean "names"?
      > Its options are names, again, stale, maxCost, onProgress, signal.
      USAGE: render() has no option "__proto__".
      > Its options are names, again, stale, maxCost, onProgress, signal.
      USAGE: image() has no option "ouput"; did you mean "output"?
      > Its options are output, url.
      USAGE: image() has no option "widths".
      > It is a parameter of the picture: output: { widths: … }
      USAGE: export() has no option "modul"; did you mean "module"?
      > Its options are out, module, publicPath, names.
      USAGE: icons() has no option "names"; did you mean "name"?
      > Its options are name, out, publicPath."
    `)
  })

  it('are refused by createOneToken, which says where they belong', () => {
    const all = [{ rooot: 'site' }, { frozen: true }, { apiKey: 'sk-secret' }, { 'a\u001b[2Jb': 1 }]
    expect(all.map(refused).join('\n')).toMatchInlineSnapshot(`
      "USAGE: createOneToken() has no option "rooot"; did you mean "root"?
      > Its options are root, mode, env, config, settings, remote, log.
      USAGE: createOneToken() has no option "frozen".
      > It is a setting: settings: { frozen: … }
      USAGE: createOneToken() has no option "apiKey".
      > The API key is ONETOKEN_API_KEY of the environment, of an .env file, or of "env".
      USAGE: createOneToken() has no option "a\\u001b[2Jb".
      > Its options are root, mode, env, config, settings, remote, log."
    `)
  })
})

describe('values that cannot be', () => {
  it('are refused by render, before anything is read', async () => {
    const values = ['0.01', null, -1, Number.NaN, Infinity, 1n]
    expect(
      await toldOf((onetoken) => [
        ...values.map((maxCost) => onetoken.render({ maxCost })),
        onetoken.render({ names: 'hero' }),
        onetoken.render({ names: ['hero', 5] }),
        onetoken.render({ names: new Set(['hero']) }),
        onetoken.render({ again: 'no' }),
        onetoken.render({ again: true }),
        onetoken.render({ stale: 1 }),
        onetoken.render({ onProgress: 'log' }),
        onetoken.render({ signal: new AbortController() }),
        onetoken.render({ signal: true }),
      ]),
    ).toMatchInlineSnapshot(`
      "USAGE: "maxCost" of render() cannot be "0.01": it must be a number of dollars from 0 up.
      USAGE: "maxCost" of render() cannot be null: it must be a number of dollars from 0 up.
      USAGE: "maxCost" of render() cannot be -1: it must be a number of dollars from 0 up.
      USAGE: "maxCost" of render() cannot be NaN: it must be a number of dollars from 0 up.
      USAGE: "maxCost" of render() cannot be Infinity: it must be a number of dollars from 0 up.
      USAGE: "maxCost" of render() cannot be 1n: it must be a number of dollars from 0 up.
      USAGE: "names" of render() cannot be "hero": it must be a list of names of entries, such as ['hero'].
      USAGE: "names[1]" of render() cannot be 5: it must be the name of an entry.
      USAGE: "names" of render() cannot be an object of the class Set: it must be a list of names of entries, such as ['hero'].
      USAGE: "again" of render() cannot be "no": it must be true or false.
      USAGE: "again" needs the names of the entries that are to be rendered anew.
      > As in: render({ names: ['hero'], again: true })
      USAGE: "stale" of render() cannot be 1: it must be true or false.
      USAGE: "onProgress" of render() cannot be "log": it must be a function.
      USAGE: "signal" of render() cannot be an object of the class AbortController: it must be an AbortSignal, such as controller.signal.
      USAGE: "signal" of render() cannot be true: it must be an AbortSignal, such as controller.signal."
    `)
  })

  it('are refused by what reads pictures', async () => {
    expect(
      await toldOf((onetoken) => [
        onetoken.image(),
        onetoken.image(5),
        onetoken.image({ name: 'hero' }),
        onetoken.image('hero', { output: 'w=480' }),
        onetoken.image('hero', { url: '/pictures/' }),
        onetoken.export(),
        onetoken.export({ out: '' }),
        onetoken.export({ out: 'a\u0000b' }),
        onetoken.export({ out: 'public', module: true }),
        onetoken.export({ out: 'public', publicPath: 5 }),
        onetoken.icons({ out: 'public' }),
        onetoken.icons({ name: 'hero' }),
        onetoken.icons({ name: 5, out: 'public' }),
      ]),
    ).toMatchInlineSnapshot(`
      "USAGE: image() needs the name of an entry.
      > As in: image('hero', { output: { widths: [480, 960] } })
      USAGE: The name for image() cannot be 5: it must be the name of an entry.
      > As in: image('hero', { output: { widths: [480, 960] } })
      USAGE: The name for image() cannot be this object: it must be the name of an entry.
      > As in: image('hero', { output: { widths: [480, 960] } })
      USAGE: "output" of image() cannot be "w=480": it must be an object of parameters, such as { widths: [480, 960] }.
      USAGE: "url" of image() cannot be "/pictures/": it must be a function that gives the address of a file.
      USAGE: export() needs "out": the path of a folder.
      > As in: export({ out: 'public/pictures' })
      USAGE: "out" of export() cannot be "": it must be the path of a folder.
      USAGE: "out" of export() cannot be "a\\u0000b": it must be the path of a folder.
      USAGE: "module" of export() cannot be true: it must be the path of a module.
      USAGE: "publicPath" of export() cannot be 5: it must be the beginning of addresses, such as '/pictures/'.
      USAGE: icons() needs "name": the name of an entry.
      > As in: icons({ name: 'logo', out: 'public' })
      USAGE: icons() needs "out": the path of a folder.
      > As in: icons({ name: 'logo', out: 'public' })
      USAGE: "name" of icons() cannot be 5: it must be the name of an entry."
    `)
  })

  it('are refused by createOneToken, which tells no secrets', () => {
    const all = [
      { root: 5 },
      { root: new URL('file:///site') },
      { root: '' },
      { mode: true },
      { config: ['a.json'] },
      { env: 'sk-secret' },
      { env: ['sk-secret'] },
      { env: { ONETOKEN_API_KEY: ['sk-secret'] } },
      { env: { ONETOKEN_FROZEN: true } },
      { settings: ['sk-secret'] },
      { settings: Promise.resolve({}) },
      { remote: 'no' },
      { log: { info() {} } },
      { log: console.log },
    ]
    expect(all.map(refused).join('\n')).toMatchInlineSnapshot(`
      "USAGE: "root" of createOneToken() cannot be 5: it must be the path of a folder, which fileURLToPath() makes of a URL.
      USAGE: "root" of createOneToken() cannot be an object of the class URL: it must be the path of a folder, which fileURLToPath() makes of a URL.
      USAGE: "root" of createOneToken() cannot be "": it must be the path of a folder, which fileURLToPath() makes of a URL.
      USAGE: "mode" of createOneToken() cannot be true: it must be the name of a mode, such as 'production'.
      USAGE: "config" of createOneToken() cannot be [ 'a.json' ]: it must be the path of a settings file, relative to the root.
      USAGE: "env" of createOneToken() cannot be text: it must be an object of texts, such as process.env.
      USAGE: "env" of createOneToken() cannot be a list: it must be an object of texts, such as process.env.
      USAGE: "env.ONETOKEN_API_KEY" of createOneToken() cannot be a list: it must be text.
      USAGE: "env.ONETOKEN_FROZEN" of createOneToken() cannot be a boolean: it must be text.
      USAGE: "settings" of createOneToken() cannot be a list: it must be an object of settings.
      USAGE: "settings" of createOneToken() cannot be an object of the class Promise: it must be an object of settings.
      USAGE: "remote" of createOneToken() cannot be "no": it must be true or false.
      USAGE: "log" of createOneToken() cannot be this object: it must be an object with the functions info and warn, such as console.
      USAGE: "log" of createOneToken() cannot be [Function: log]: it must be an object with the functions info and warn, such as console."
    `)
  })
})

describe('what is no object of options', () => {
  it('is refused, as it would be one that says nothing', async () => {
    class Wish {
      maxCost = 0
    }
    const all = [null, 'hero', 5, ['hero'], Promise.resolve({ maxCost: 0 }), new Map(), new Wish(), thrower]
    expect(await toldOf((onetoken) => all.map((one) => onetoken.render(one)))).toMatchInlineSnapshot(`
      "USAGE: The options of render() cannot be null: they must be a plain object.
      > As in: render({ names: ['hero'], maxCost: 1 })
      USAGE: The options of render() cannot be text: they must be a plain object.
      > As in: render({ names: ['hero'], maxCost: 1 })
      USAGE: The options of render() cannot be a number: they must be a plain object.
      > As in: render({ names: ['hero'], maxCost: 1 })
      USAGE: The options of render() cannot be a list: they must be a plain object.
      > As in: render({ names: ['hero'], maxCost: 1 })
      USAGE: The options of render() cannot be an object of the class Promise: they must be a plain object.
      > As in: render({ names: ['hero'], maxCost: 1 })
      USAGE: The options of render() cannot be an object of the class Map: they must be a plain object.
      > As in: render({ names: ['hero'], maxCost: 1 })
      USAGE: The options of render() cannot be an instance of a class: they must be a plain object.
      > As in: render({ names: ['hero'], maxCost: 1 })
      USAGE: The options of render() cannot be read: not now"
    `)
    expect(['sk-secret', null, () => {}].map(refused).join('\n')).toMatchInlineSnapshot(`
      "USAGE: The options of createOneToken() cannot be text: they must be a plain object.
      > As in: createOneToken({ root: 'site' })
      USAGE: The options of createOneToken() cannot be null: they must be a plain object.
      > As in: createOneToken({ root: 'site' })
      USAGE: The options of createOneToken() cannot be a function: they must be a plain object.
      > As in: createOneToken({ root: 'site' })"
    `)
  })

  it('is one in any other form that objects have', async () => {
    const { onetoken } = await project()
    const frozen = Object.freeze({ names: Object.freeze(['owl']) })
    const bare = Object.assign(Object.create(null) as object, { names: ['owl'] })
    const foreign = runInNewContext(`({ names: ['owl'], signal: undefined })`) as object
    for (const options of [frozen, bare, foreign]) {
      expect((await onetoken.render(options)).renders).toHaveLength(1)
    }
    expect(refused({ env: process.env, log: console, settings: {} })).toBe('nothing')
  })
})

describe('a root', () => {
  it('that is no folder is refused by each call', async () => {
    const { root } = await project()
    const lost = createOneToken({ root: join(root, 'lost'), env: {} })
    const file = createOneToken({ root: join(root, 'images.yaml'), env: {} })
    const texts = await Promise.all(
      [
        lost.plan(),
        lost.render(),
        lost.image('hero'),
        lost.export({ out: 'public' }),
        lost.icons({ name: 'hero', out: 'public' }),
        file.plan(),
      ].map(told),
    )
    expect([...new Set(texts)].join('\n').replaceAll(root, '<root>')).toMatchInlineSnapshot(`
      "USAGE: The folder of the project, "<root>/lost", is not there.
      > Correct "root" of createOneToken().
      USAGE: The folder of the project, "<root>/images.yaml", is a file.
      > Correct "root" of createOneToken()."
    `)
    await mkdir(join(root, 'lost'))
    expect((await lost.plan()).renders).toEqual([])
    await Promise.all([lost.close(), file.close()])
  })
})
