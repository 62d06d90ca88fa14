import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tellError, told } from '../spec/testing.ts'
import type { OutputParameters } from '../spec/types.ts'
import { loadProject, type Project } from './project.ts'
import { entrySpec, inlineSpec } from './specs.ts'
import { folder } from './testing.ts'

type Files = Record<string, string>

const load = async (files: Files, env: Record<string, string> = {}): Promise<Project> =>
  loadProject({ root: await folder(files), mode: 'production', env })

const said = async (files: Files, env: Record<string, string> = {}): Promise<string> => {
  const root = await folder(files)
  try {
    await loadProject({ root, mode: 'production', env })
  } catch (error) {
    return tellError(error).replaceAll(root, '<root>')
  }
  throw new Error('Nothing was thrown')
}

const HERO = 'images:\n  hero: { prompt: a fox, style: ink }\n'

describe('a project', () => {
  it('may be empty', async () => {
    const project = await load({})
    expect(project).toMatchObject({
      provider: 'onetoken',
      files: [],
      manifests: [],
      store: join(project.root, 'onetoken'),
    })
    expect(project.entries.size).toBe(0)
  })

  it('may keep its settings at the top of its only manifest', async () => {
    const project = await load({
      'src/images.yaml': `version: 1\nstore: pics\nmodel: m2\nstyles: { ink: "ink, {prompt}" }\ndefaults: { quality: low }\n${HERO}`,
    })
    expect(project.store).toBe(join(project.root, 'pics'))
    expect(project.files).toEqual([join(project.root, 'src/images.yaml')])
    const expected = { model: 'm2', prompt: 'ink, a fox', n: 1, size: '1024x1024', quality: 'low' }
    expect(entrySpec(project, 'hero').render.request).toEqual(expected)
    // The settings are the project's: an inline import has them too.
    expect(inlineSpec(project, { prompt: 'a fox', style: 'ink' }, project.root).render.request).toEqual(
      expected,
    )
  })

  it('beside a settings file, a manifest has defaults and styles of its own entries', async () => {
    const project = await load({
      'onetoken.config.json':
        '{ "model": "m1", "defaults": { "quality": "low", "n": 2 }, "styles": { "ink": "1 {prompt}", "wash": "2 {prompt}" } }',
      'images.yaml': `version: 1\nstyles: { ink: "3 {prompt}" }\ndefaults: { n: 3 }\n${HERO}  b: { prompt: b, style: wash, n: 4 }\n`,
    })
    expect(entrySpec(project, 'hero').render.request).toMatchObject({
      model: 'm1',
      prompt: '3 a fox',
      n: 3,
      quality: 'low',
    })
    expect(entrySpec(project, 'b').render.request).toMatchObject({ prompt: '2 b', n: 4 })
    expect(inlineSpec(project, { prompt: 'a', style: 'ink' }, project.root).render.request).toMatchObject({
      prompt: '1 a',
      n: 2,
    })
  })

  it.each<[string, string, string]>([
    ['http://localhost:8787', '{}', 'mock'],
    ['https://relay.example', '{}', 'onetoken'],
    ['https://relay.example', '{ "provider": "relay" }', 'relay'],
    ['http://127.0.0.1:1', '{ "provider": "relay" }', 'mock'],
  ])('with the API at %s and %s has the provider %s', async (ONETOKEN_BASE_URL, config, provider) => {
    expect((await load({ 'onetoken.config.json': config }, { ONETOKEN_BASE_URL })).provider).toBe(provider)
  })
})

describe('a project is refused', () => {
  const manifest = `version: 1\n${HERO}`

  it('when there are two manifests and nothing says how they go together', async () => {
    expect(await said({ 'images.yaml': manifest, 'src/images.yml': manifest })).toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/src/images.yml
      There are 2 manifests, images.yaml and src/images.yml, and no settings file that says how they go together.
      > Keep one manifest, or name them in onetoken.config.ts: manifest: ["images.yaml", { file: "shop.yaml", prefix: "shop" }]."
    `)
  })

  it('when a setting has two places', async () => {
    const config = { 'onetoken.config.json': '{}' }
    expect(await said({ ...config, 'images.yaml': `version: 1\nbudget: { cost: 1 }\n${HERO}` }))
      .toMatchInlineSnapshot(`
      "MANIFEST_INVALID <root>/images.yaml:2:1
      "budget" stands in the manifest, but the project has a settings file.
      > Move "budget" to onetoken.config.json; beside it a manifest holds only "defaults" and "styles" of its own entries."
    `)
    expect(await said({ ...config, 'src/images.yaml': `version: 1\ndefaults: { n: 1 }\n\nmodel: m2\n` }))
      .toMatchInlineSnapshot(`
      "MANIFEST_INVALID <root>/src/images.yaml:4:1
      "model" stands in the manifest, but the project has a settings file.
      > Move "model" to onetoken.config.json; beside it a manifest holds only "defaults" and "styles" of its own entries."
    `)
  })

  it('when its store is a folder that holds it', async () => {
    const stores = ['.', 'src/..', '..', '/', './']
    const texts = await Promise.all(
      stores.map((store) => said({ 'onetoken.config.json': JSON.stringify({ store }) })),
    )
    for (const text of texts)
      expect(text).toMatch(/^SETTINGS_INVALID <root>\/onetoken.config.json\n"store" cannot be /)
    expect(`${texts[0]}\n\n${await said({ 'images.yaml': 'version: 1\nstore: ..\n' })}`)
      .toMatchInlineSnapshot(`
        "SETTINGS_INVALID <root>/onetoken.config.json
        "store" cannot be ".": it is the folder of the project, and renders have one of their own.
        > Name a folder in the project, such as "onetoken". If there are renders already, move the folders "renders" and "images" into it: then nothing is rendered again.

        SETTINGS_INVALID <root>/images.yaml:2:1
        "store" cannot be "..": it holds the project, and renders have one of their own.
        > Name a folder in the project, such as "onetoken". If there are renders already, move the folders "renders" and "images" into it: then nothing is rendered again."
      `)
    expect((await load({ 'onetoken.config.json': '{ "store": "../pics" }' })).store).toMatch(/[^.]\/pics$/)
    expect((await load({ 'onetoken.config.json': '{ "store": "..pics" }' })).store).toMatch(/\/\.\.pics$/)
  })

  it('when names clash, unless a prefix tells them apart', async () => {
    const files = { 'images.yaml': manifest, 'shop.yaml': manifest }
    expect(await said({ ...files, 'onetoken.config.json': '{ "manifest": "*.yaml" }' }))
      .toMatchInlineSnapshot(`
      "MANIFEST_INVALID <root>/shop.yaml:3:3
      The entry "hero" is also in images.yaml:3.
      > Rename one, or give a manifest a prefix in the settings: { file, prefix }."
    `)
    const prefixed = '{ "manifest": ["images.yaml", { "file": "shop.yaml", "prefix": "shop" }] }'
    const project = await load({ ...files, 'onetoken.config.json': prefixed })
    expect([...project.entries.keys()]).toEqual(['hero', 'shop/hero'])
  })

  it('for what is wrong with its prefixes, in the settings file', async () => {
    const twice =
      '{ "manifest": [{ "file": "images.yaml", "prefix": "a" }, { "file": "*.yaml", "prefix": "b" }] }'
    expect(await said({ 'images.yaml': manifest, 'onetoken.config.json': twice })).toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.json
      "manifest" gives "images.yaml" two prefixes: "a" and "b".
      > Name the file once, or make the globs narrower."
    `)
    const bad = '{ "manifest": { "file": "images.yaml",\n  "prefix": "shop.eu" } }'
    expect(await said({ 'images.yaml': manifest, 'onetoken.config.json': bad })).toMatchInlineSnapshot(`
      "SETTINGS_INVALID <root>/onetoken.config.json:2:13
      "prefix" cannot be "shop.eu".
      > It is a name such as shop. Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__"."
    `)
  })
})

describe('entries', () => {
  const place = { file: 'app.ts', line: 3, column: 9 }
  const saidOf = async (text: string, name: string, output?: OutputParameters): Promise<string> => {
    const project = await load({ 'images.yaml': text })
    return told(() => entrySpec(project, name, output, place)).replaceAll(project.root, '<root>')
  }

  it('that do not exist are told where they are asked for, with the nearest name', async () => {
    const many = `version: 1\nimages:\n${Array.from({ length: 20 }, (_, index) => `  e${index}: { prompt: a }\n`).join('')}`
    expect(await saidOf(`version: 1\n${HERO}  team/ada: { prompt: a }\n`, 'heros')).toMatchInlineSnapshot(`
      "UNKNOWN_ENTRY app.ts:3:9
      There is no entry "heros" in images.yaml; did you mean "hero"?
      > The entries are hero, team/ada."
    `)
    expect(await saidOf(many, 'zebra')).toMatchInlineSnapshot(`
      "UNKNOWN_ENTRY app.ts:3:9
      There is no entry "zebra" in images.yaml.
      > The entries are e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11 and 8 more."
    `)
    const group = `version: 1\n${HERO}  team/ada: { prompt: a }\n  team/bob: { prompt: b }\n`
    expect(await saidOf(group, 'team')).toMatchInlineSnapshot(`
      "UNKNOWN_ENTRY app.ts:3:9
      "team" is no entry: it is a group of 2 entries.
      > Name one of them: team/ada, team/bob."
    `)
    expect(await saidOf(`version: 1\n${HERO}  team/ada: { prompt: a }\n`, 'team/*')).toContain(
      'a group of 1 entry.',
    )
    expect(await saidOf('version: 1\n', 'hero')).toMatchInlineSnapshot(`
      "UNKNOWN_ENTRY app.ts:3:9
      There is no entry "hero" in images.yaml.
      > There are no entries yet."
    `)
    expect(await saidOf(many, '\u001b[2J')).toMatch(
      /^UNKNOWN_ENTRY app\.ts:3:9\nThere is no entry "\\u001b\[2J" in images\.yaml/,
    )
  })

  it('that do not exist in several manifests, or without one', async () => {
    const project = await load({
      'onetoken.config.json': '{ "manifest": "*.yaml" }',
      'a.yaml': 'version: 1',
      'b.yaml': `version: 1\n${HERO}`,
    })
    expect(told(() => entrySpec(project, 'hreo', {}, place))).toMatchInlineSnapshot(`
      "UNKNOWN_ENTRY app.ts:3:9
      There is no entry "hreo" in the 2 manifests; did you mean "hero"?
      > The only entry is hero."
    `)
    const empty = await load({})
    expect(told(() => entrySpec(empty, 'hero', {}, place))).toMatchInlineSnapshot(`
      "UNKNOWN_ENTRY app.ts:3:9
      There is no entry "hero": the project has no manifest ({,src/}images.{yaml,yml}).
      > Create images.yaml with "version: 1", "images:" and an entry "hero:" that has a "prompt"."
    `)
    const elsewhere = await load({ 'onetoken.config.json': '{ "manifest": "pictures/*.yaml" }' })
    expect(told(() => entrySpec(elsewhere, 'hero', {}, place))).toMatchInlineSnapshot(`
      "UNKNOWN_ENTRY app.ts:3:9
      There is no entry "hero": the project has no manifest (pictures/*.yaml).
      > Correct "manifest" in the settings, or create such a file with "version: 1", "images:" and an entry "hero:" that has a "prompt"."
    `)
  })

  it('tell their own mistakes in the manifest, those of an import where it stands', async () => {
    expect(await saidOf(`version: 1\n${HERO}`, 'hero')).toMatchInlineSnapshot(`
      "UNKNOWN_STYLE <root>/images.yaml:3:33
      There is no style "ink".
      > Declare it under "styles" in the settings, or for the entries of a manifest at its top."
    `)
    expect(await saidOf('version: 1\nimages:\n  hero: { prompt: a, pick: 2 }\n', 'hero', { pick: 1 }))
      .toMatchInlineSnapshot(`
        "PICK_BEYOND <root>/images.yaml:3:28
        "pick" is 2, but only one image is asked for.
        > Make "pick" at most 1, or raise "n" (another "n" is another render)."
      `)
    expect(await saidOf('version: 1\nimages:\n  hero: { prompt: a }\n', 'hero', { pick: 2 }))
      .toMatchInlineSnapshot(`
      "PICK_BEYOND app.ts:3:9
      "pick" is 2, but only one image is asked for.
      > Make "pick" at most 1, or raise "n" (another "n" is another render)."
    `)
  })

  it('have their inputs beside the manifest', async () => {
    const project = await load({
      'src/images.yaml': 'version: 1\nimages:\n  hero: { prompt: a, image: fox.png }\n',
    })
    expect(entrySpec(project, 'hero').render.inputs).toEqual([
      {
        role: 'image',
        path: 'fox.png',
        base: join(project.root, 'src'),
        place: { file: join(project.root, 'src/images.yaml'), line: 3, column: 29 },
      },
    ])
  })

  it('are cut as an import asks, and are the same render', async () => {
    const project = await load({
      'images.yaml': 'version: 1\nimages:\n  hero: { prompt: a, widths: 480, alt: Fox }\n',
    })
    const cut = entrySpec(project, 'hero', { widths: [160], formats: ['avif'] }, place)
    expect(cut.render).toEqual(entrySpec(project, 'hero').render)
    expect(cut).toMatchObject({
      name: 'hero',
      label: 'hero',
      alt: 'Fox',
      output: { widths: [160], formats: ['avif'] },
    })
  })
})

describe('inline pictures', () => {
  it('tell their mistakes where they stand', async () => {
    const project = await load({})
    const place = { file: 'app.ts', line: 1, column: 2 }
    expect(told(() => inlineSpec(project, { prompt: 'a', style: 'ink' }, project.root, place))).toMatch(
      /^UNKNOWN_STYLE app\.ts:1:2\n/,
    )
  })

  it('are told where a style has to stand that a manifest has for its own entries', async () => {
    const project = await load({
      'onetoken.config.json': '{ "styles": { "wash": "{prompt}, washed" } }',
      'src/images.yaml': `version: 1\nstyles: { ink: "ink, {prompt}" }\n${HERO}`,
    })
    const place = { file: 'app.ts', line: 1, column: 2 }
    expect(told(() => inlineSpec(project, { prompt: 'a', style: 'ink' }, project.root, place)))
      .toMatchInlineSnapshot(`
        "UNKNOWN_STYLE app.ts:1:2
        There is no style "ink".
        > src/images.yaml has it for its own entries alone, as the settings stand elsewhere: declare it under "styles" there."
      `)
  })
})
