import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tellError, told } from '../spec/testing.ts'
import { picturesIn } from './pictures-in.ts'
import { loadProject, type Project } from './project.ts'
import { darkSpec, entrySpec, inlineSpec } from './specs.ts'
import { folder } from './testing.ts'

type Files = Record<string, string>

const top = 'version: 1\nimages:\n'
const lines = (...entries: string[]): string => `${top}${entries.map((line) => `  ${line}\n`).join('')}`

const load = async (files: Files): Promise<Project> =>
  loadProject({ root: await folder(files), mode: 'production', env: {} })

const said = async (files: Files): Promise<string> => {
  const root = await folder(files)
  try {
    await loadProject({ root, mode: 'production', env: {} })
  } catch (error) {
    return tellError(error).replaceAll(root, '<root>').replaceAll(dirname(root), '<above>')
  }
  throw new Error('Nothing was thrown')
}
const saidOf = async (...entries: string[]): Promise<string> => said({ 'images.yaml': lines(...entries) })

describe('an edit', () => {
  it('is of another entry, wherever that stands', async () => {
    const project = await load({
      'images.yaml': lines('wide: { edit: hero, prompt: extend the sky }', 'hero: { prompt: a fox }'),
    })
    expect(entrySpec(project, 'wide').render).toMatchObject({
      endpoint: 'edits',
      parent: 'hero',
      inputs: [],
      request: { prompt: 'extend the sky' },
    })
    expect(entrySpec(project, 'hero').render).toMatchObject({ endpoint: 'generations', parent: undefined })
  })

  it('is of an entry of its own manifest before one of another', async () => {
    const project = await load({
      'onetoken.config.json': '{ "manifest": ["images.yaml", { "file": "shop.yaml", "prefix": "shop" }] }',
      'images.yaml': lines('hero: { prompt: a fox }', 'logo: { prompt: a paw }'),
      'shop.yaml': lines(
        'hero: { prompt: a shop }',
        'a: { edit: hero, prompt: b }',
        'b: { edit: logo, prompt: c }',
        'c: { edit: shop/a, prompt: d }',
      ),
    })
    const parents = ['shop/a', 'shop/b', 'shop/c'].map((name) => entrySpec(project, name).render.parent)
    expect(parents).toEqual(['shop/hero', 'logo', 'shop/a'])
  })

  it('may have more pictures, and a mask', async () => {
    const project = await load({
      'images.yaml': lines(
        'hero: { prompt: a fox }',
        'b: { edit: hero, prompt: x, image: hat.png, mask: m.png }',
      ),
    })
    expect(entrySpec(project, 'b').render.inputs.map(({ role, path }) => [role, path])).toEqual([
      ['image', 'hat.png'],
      ['mask', 'm.png'],
    ])
  })

  it('stands in an import as well', async () => {
    const project = await load({ 'images.yaml': lines('hero: { prompt: a fox }') })
    expect(inlineSpec(project, { prompt: 'at dusk', edit: 'hero' }, project.root).render.parent).toBe('hero')
    expect(told(() => inlineSpec(project, { prompt: 'at dusk', edit: 'heor' }, project.root)))
      .toMatchInlineSnapshot(`
      "UNKNOWN_ENTRY
      There is no entry "heor" in images.yaml; did you mean "hero"?
      > The only entry is hero."
    `)
  })

  it('of nothing, of itself and in a circle is refused', async () => {
    expect(
      [
        await saidOf('hero: { prompt: a fox }', 'b: { edit: heor, prompt: x }'),
        await saidOf('b: { edit: photo.png, prompt: x }'),
        await saidOf('hero: { prompt: a fox, dark: at night }', 'b: { edit: "hero:dark", prompt: x }'),
        await saidOf('b: { edit: b, prompt: x }'),
        await saidOf(
          'hero: { edit: c, prompt: x }',
          'a: { edit: hero, prompt: x }',
          'b: { edit: a, prompt: x }',
          'c: { edit: a, prompt: x }',
        ),
        await saidOf('b: { edit: [hero], prompt: x }', 'hero: { prompt: x }'),
      ].join('\n\n'),
    ).toMatchInlineSnapshot(`
      "UNKNOWN_ENTRY <root>/images.yaml:4:14
      "edit" of "b" names no entry: "heor"; did you mean "hero"?
      > It names another entry, whose picture is changed.

      UNKNOWN_ENTRY <root>/images.yaml:3:14
      "edit" of "b" names no entry: "photo.png".
      > It names another entry, whose picture is changed. A file goes into "image".

      UNKNOWN_ENTRY <root>/images.yaml:4:14
      "edit" of "b" names the dark version of "hero", which cannot be edited.
      > Make the dark version an entry of its own, with "edit: hero", and name that one here.

      MANIFEST_INVALID <root>/images.yaml:3:14
      The entry "b" is an edit of itself.
      > Name another entry, or take "edit" out.

      MANIFEST_INVALID <root>/images.yaml:3:17
      These entries are edits of each other in a circle: hero → c → a → hero.
      > One of them has to be made from words alone: take its "edit" out.

      BAD_VALUE <root>/images.yaml:3:14
      "edit" cannot be [ 'hero' ]: it must be the name of an entry."
    `)
  })

  it('may stand at the end of a long chain', async () => {
    const chain = Array.from({ length: 2_000 }, (_, at) => `e${at + 1}: { edit: e${at}, prompt: more }`)
    const project = await load({ 'images.yaml': lines(...chain.reverse(), 'e0: { prompt: a fox }') })
    expect(project.entries.size).toBe(2_001)
  })
})

describe('a dark version', () => {
  it('is an edit of its entry, and as large, and cut like it', async () => {
    const project = await load({
      'images.yaml': `version: 1\ndefaults: { quality: low, n: 4 }\nstyles: { ink: "ink, {prompt}" }\nimages:
  hero:
    prompt: a fox
    style: ink
    size: 1536x1024
    n: 3
    pick: 2
    take: 4
    image: hat.png
    widths: [480, 960]
    alt: A fox
    dark: { prompt: the same at night, quality: high }
  boat: { prompt: a boat, dark: at night }
  plain: { prompt: plain }
`,
    })
    expect(darkSpec(project, 'hero')).toMatchObject({
      name: 'hero:dark',
      label: 'hero:dark',
      alt: 'A fox',
      pick: 1,
      output: { widths: [480, 960] },
      render: {
        endpoint: 'edits',
        parent: 'hero',
        take: 1,
        inputs: [],
        request: { prompt: 'the same at night', size: '1536x1024', quality: 'high', n: 1 },
      },
    })
    expect(darkSpec(project, 'hero', { widths: [160], pick: 2 })).toMatchObject({ output: { widths: [160] } })
    expect(darkSpec(project, 'boat')?.render.request.prompt).toBe('at night')
    expect(darkSpec(project, 'plain')).toBeUndefined()
  })

  it('with mistakes is refused', async () => {
    expect(
      [
        await saidOf('hero: { prompt: a, dark: 12 }'),
        await saidOf('hero: { prompt: a, dark: }'),
        await saidOf('hero: { prompt: a, dark: { quality: low } }'),
        await saidOf('hero: { prompt: a, dark: { promt: night, alt: x, edit: y, n: 2 } }'),
        await saidOf('hero: { prompt: a, dark: "" }'),
        await saidOf('hero: { prompt: a, drak: night }'),
      ].join('\n\n'),
    ).toMatchInlineSnapshot(`
      "BAD_VALUE <root>/images.yaml:3:28
      "dark" cannot be 12.
      > Write what is to be changed for dark pages, as in: dark: { prompt: the same scene at night }

      BAD_VALUE <root>/images.yaml:3:28
      "dark" cannot be null.
      > Write what is to be changed for dark pages, as in: dark: { prompt: the same scene at night }

      MISSING_PROMPT <root>/images.yaml:3:22
      The dark version of "hero" has no prompt.
      > Add "prompt:" with what is to be changed, as in: dark: { prompt: the same scene at night }

      UNKNOWN_PARAMETER <root>/images.yaml
      The manifest has 4 mistakes:
      - 3:30 There is no parameter "promt"; did you mean "prompt"?
      - 3:44 The parameter "alt" cannot be used here: the dark version is one edit of its entry, with the same alt text. Here these can be used: prompt, model, size, quality, background, moderation, output_format, output_compression, extra, image, mask, style, variables, take, widths, formats, q, aspect, fit, position, w, format.
      - 3:52 The parameter "edit" cannot be used here: the dark version is one edit of its entry, with the same alt text. Here these can be used: prompt, model, size, quality, background, moderation, output_format, output_compression, extra, image, mask, style, variables, take, widths, formats, q, aspect, fit, position, w, format.
      - 3:61 The parameter "n" cannot be used here: the dark version is one edit of its entry, with the same alt text. Here these can be used: prompt, model, size, quality, background, moderation, output_format, output_compression, extra, image, mask, style, variables, take, widths, formats, q, aspect, fit, position, w, format.

      BAD_VALUE <root>/images.yaml:3:28
      "prompt" cannot be "": it must be text of 1 to 32,000 characters.

      UNKNOWN_PARAMETER <root>/images.yaml:3:22
      There is no parameter "drak"; did you mean "dark"?"
    `)
  })
})

describe('each', () => {
  const photos = { 'photos/mug.png': 'x', 'photos/big lamp.jpg': 'x', 'photos/notes.txt': 'x' }

  it('gives names that one path more in the list leaves as they are', async () => {
    const files = { 'photos/mug.png': 'x', 'photos/in/cup.png': 'x', 'fox.png': 'x' }
    const names = async (each: string): Promise<string[]> => {
      const root = await folder({ ...files, 'images.yaml': lines(`p: { each: ${each}, prompt: "{name}" }`) })
      return [...(await loadProject({ root, mode: 'production', env: {} })).entries.keys()]
    }
    expect(await names('photos/**/*.png')).toEqual(['p/in/cup', 'p/mug'])
    expect(await names('["*.png", photos/**/*.png]')).toEqual(['p/fox', 'p/in/cup', 'p/mug'])
    expect(await names('[photos/**/*.png, "!photos/in/**", "*.png"]')).toEqual(['p/fox', 'p/mug'])
  })

  it('gives no name that a command takes for an option', async () => {
    const files = { '--yes/-a.png': 'x', '--yes.png': 'x' }
    const project = await load({
      ...files,
      'images.yaml': lines('p: { each: "**/*.png", prompt: "{name}" }'),
    })
    expect([...project.entries.keys()]).toEqual(['p/yes', 'p/yes/a'])
  })

  it('is one entry for each picture, in the order of their names', async () => {
    const project = await load({
      ...photos,
      'images.yaml': lines(
        'products: { each: "photos/*.{png,jpg}", prompt: "{name} on white", alt: "Our {name}", image: logo.png, dark: "{name} at night" }',
      ),
    })
    const specs = [...project.entries.keys()].map((name) => entrySpec(project, name))
    expect(specs.map(({ name, alt, render }) => [name, alt, render.request.prompt])).toEqual([
      ['products/big-lamp', 'Our big lamp', 'big lamp on white'],
      ['products/mug', 'Our mug', 'mug on white'],
    ])
    expect(specs[0]?.render.inputs.map(({ path }) => path)).toEqual(['photos/big lamp.jpg', 'logo.png'])
    expect(darkSpec(project, 'products/mug')?.render).toMatchObject({
      parent: 'products/mug',
      request: { prompt: 'mug at night' },
    })
  })

  it('finds pictures beside those of the store, which are none', async () => {
    const files = { 'src/photos/mug.png': 'x', 'src/images/0a.png': 'x', 'src/.cache/tmp/0b.png': 'x' }
    const manifest = { 'images.yaml': lines('products: { each: "src/**/*.png", prompt: "{name}" }') }
    const project = await load({ ...files, ...manifest, 'onetoken.config.json': '{ "store": "src" }' })
    expect([...project.entries.keys()]).toEqual(['products/photos/mug'])
    const within = { 'src/images.yaml': lines('products: { each: "**/*.png", prompt: "{name}" }') }
    const inStore = await load({ ...files, ...within, 'onetoken.config.json': '{ "store": "src" }' })
    expect([...inStore.entries.keys()]).toEqual(['products/photos/mug'])
  })

  it('takes folders into the names', async () => {
    const project = await load({
      'src/photos/kitchen/mug.png': 'x',
      'src/photos/hall/lamp.v2.png': 'x',
      'src/images.yaml': lines('products: { each: "photos/**/*.png", prompt: "{name}" }'),
    })
    expect([...project.entries.keys()]).toEqual(['products/hall/lamp-v2', 'products/kitchen/mug'])
  })

  it('takes several globs, and a path without a star', async () => {
    const project = await load({
      ...photos,
      'more/cup.png': 'x',
      'images.yaml': lines('p: { each: [photos/mug.png, "more/*"], prompt: "{name}" }'),
    })
    expect([...project.entries.keys()]).toEqual(['p/cup', 'p/mug'])
  })

  it('takes names that only an entry by itself cannot have', async () => {
    const project = await load({
      'photos/default.png': 'x',
      'photos/manifest.png': 'x',
      'images.yaml': lines('p: { each: "photos/*", prompt: "{name}" }'),
    })
    expect([...project.entries.keys()]).toEqual(['p/default', 'p/manifest'])
  })

  it('is where a picture is named that it has found', async () => {
    const project = await load({
      ...photos,
      'images.yaml': lines('p: { image: logo.png, prompt: x, each: photos/mug.png }'),
    })
    const places = entrySpec(project, 'p/mug').render.inputs.map(({ path, place }) => [path, place?.column])
    expect(places).toEqual([
      ['photos/mug.png', 42],
      ['logo.png', 15],
    ])
  })

  it('leaves out what an export wrote there', async () => {
    const entry = { digests: [], kind: 'pictures', of: ['p/mug'] }
    const list = { version: 1, project: '..', files: { 'p-mug-64.png': entry, 'p-lamp-64.png': entry } }
    const project = await load({
      ...photos,
      'photos/p-mug-64.png': 'x',
      'photos/.onetoken-export.json': JSON.stringify(list),
      'more/p-mug-64.png': 'x',
      'images.yaml': lines('p: { each: ["photos/*.png", "more/*"], prompt: "{name}" }'),
    })
    expect([...project.entries.keys()]).toEqual(['p/mug', 'p/p-mug-64'])
    // Watchers see the same.
    for (const [path, names] of project.folders) expect(picturesIn(path)).toBe(names)
    expect([...project.folders.values()]).toEqual(['big lamp.jpg\nmug.png', 'p-mug-64.png'])
  })

  it('may be edited, as any entry', async () => {
    const project = await load({
      ...photos,
      'images.yaml': lines(
        'p: { each: "photos/*.png", prompt: "{name}" }',
        'wide: { edit: p/mug, prompt: wider }',
      ),
    })
    expect(entrySpec(project, 'wide').render.parent).toBe('p/mug')
  })

  it('never takes renders, packages, or what lies behind a link', async () => {
    const root = await folder({
      'a/one.png': 'x',
      'onetoken/images/two.png': 'x',
      'node_modules/p/three.png': 'x',
      'images.yaml': lines('p: { each: "**/*.png", prompt: "{name}" }'),
    })
    const elsewhere = await folder({ 'secret.png': 'x' })
    await mkdir(join(root, 'links'))
    await symlink(elsewhere, join(root, 'links/out'))
    const project = await loadProject({ root, mode: 'production', env: {} })
    expect([...project.entries.keys()]).toEqual(['p/a/one'])
    await writeFile(join(root, 'images.yaml'), lines('p: { each: "links/out/*.png", prompt: "{name}" }'))
    const begun = loadProject({ root, mode: 'production', env: {} })
    await expect(begun).rejects.toThrow('"each" leads out of the project, to')
  })

  it('with mistakes is refused', async () => {
    const each = (value: string, files: Files = photos): Promise<string> =>
      said({ ...files, 'images.yaml': lines(`p: { each: ${value}, prompt: "{name}" }`) })
    expect(
      [
        await each('"pictures/*.png"'),
        await each('12'),
        await each('[]'),
        await each('""'),
        await each('"../*/*.png"'),
        await each('"photos/../../*.png"'),
        await each('"{photos,../x}/*.png"'),
        await each('"*/../../x/*.png"'),
        await each('/etc/*.png'),
        await each('"photos/img{1..1500}.png"'),
        await each(`"photos/${'{a,b}'.repeat(20)}*.png"`),
        await each(`["*.jpg", "${'a'.repeat(12_000)}*.png"]`),
        await each('"photos/{(})*.png"'),
        await each('"photos/*"', { 'photos/mug.png': 'x', 'photos/mug.jpg': 'x' }),
        await each('"photos/*"', { 'photos/🦊.png': 'x' }),
        await saidOf('p: { each: "*.png", edit: b, prompt: x }', 'b: { prompt: b }'),
        await said({ 'onetoken.config.json': '{ "defaults": { "each": "*.png", "dark": "x" } }' }),
      ].join('\n\n'),
    ).toMatchInlineSnapshot(`
      "MANIFEST_INVALID <root>/images.yaml:3:14
      "each" of "p" finds no picture.
      > It was looked for as "pictures/*.png" in ".".

      BAD_VALUE <root>/images.yaml:3:14
      "each" cannot be 12: it must be the path of a picture with * in it, or several of them.
      > Write it as in: each: photos/*.png

      BAD_VALUE <root>/images.yaml:3:14
      "each" cannot be []: it must be the path of a picture with * in it, or several of them.
      > Write it as in: each: photos/*.png

      BAD_VALUE <root>/images.yaml:3:14
      "each" cannot be "": it must be the path of a picture with * in it, or several of them.
      > Write it as in: each: photos/*.png

      INPUT_OUTSIDE_ROOT <root>/images.yaml:3:14
      "each" leads out of the project, to "<above>".
      > Put the pictures into the project, and name them relative to the manifest.

      INPUT_OUTSIDE_ROOT <root>/images.yaml:3:14
      "each" leads out of the project, to "<above>".
      > Put the pictures into the project, and name them relative to the manifest.

      INPUT_OUTSIDE_ROOT <root>/images.yaml:3:14
      "each" leads out of the project, to "<above>/x".
      > Put the pictures into the project, and name them relative to the manifest.

      MANIFEST_INVALID <root>/images.yaml:3:14
      "each" of "p" finds no picture.
      > It was looked for as "*/../../x/*.png" in ".".

      INPUT_OUTSIDE_ROOT <root>/images.yaml:3:14
      "each" leads out of the project, to "/etc".
      > Put the pictures into the project, and name them relative to the manifest.

      BAD_VALUE <root>/images.yaml:3:14
      "each" stands for more than 1,000 globs, by what is in braces.
      > Write * for what differs.

      BAD_VALUE <root>/images.yaml:3:14
      "each" stands for more than 1,000 globs, by what is in braces.
      > Write * for what differs.

      BAD_VALUE <root>/images.yaml:3:14
      "each" has a glob of 12,005 characters, and at most 1,000 are allowed.
      > Write several shorter ones.

      BAD_VALUE <root>/images.yaml:3:14
      "each" cannot be "photos/{(})*.png": it cannot be read as a glob.
      > Put a backslash before brackets that belong to a name, as in photos/\\(old\\)/*.png.

      MANIFEST_INVALID <root>/images.yaml:3:14
      Two pictures give one entry its name, "p/mug": "photos/mug.jpg" and "photos/mug.png".
      > Rename one of the files, or make "each" narrower.

      MANIFEST_INVALID <root>/images.yaml:3:14
      "photos/🦊.png" cannot give an entry its name.
      > Name the file with letters and digits, such as mug.png.

      BAD_VALUE <root>/images.yaml:3:23
      "each" and "edit" both say what the first input picture is.
      > Keep one of them.

      UNKNOWN_PARAMETER <root>/onetoken.config.json
      The settings have 2 mistakes:
      - 1:17 The parameter "each" cannot be used here. Only an entry of a manifest has it.
      - 1:34 The parameter "dark" cannot be used here. Only an entry of a manifest has it."
    `)
  })
})
