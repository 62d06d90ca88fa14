import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseManifest } from '../spec/manifest.ts'
import { DEFAULT_MANIFEST } from '../spec/resolve-settings.ts'
import type { ManifestSource } from '../spec/settings-types.ts'
import { growthOf, LINEAR, tellError, toldBy } from '../spec/testing.ts'
import { collectEntries } from './entries.ts'
import type { ManifestCache } from './manifest-cache.ts'
import { readManifests } from './manifest-files.ts'
import { folder } from './testing.ts'

const manifest = (...names: string[]): string =>
  `version: 1\nimages:\n${names.map((name) => `  ${name}: { prompt: ${name} }\n`).join('')}`

type Files = Record<string, string | Uint8Array>

/** Full names of all entries, and where each comes from. */
async function entries(files: Files, ...sources: ManifestSource[]): Promise<string[]> {
  const root = await folder(files)
  const found = await collectEntries(await readManifests(root, sources), {
    root,
    store: join(root, 'onetoken'),
    looked: () => undefined,
  })
  return [...found.values()].map(({ name, place, base }) =>
    `${name} ${place.file} ${base}`.replaceAll(root, '.'),
  )
}

const said = async (files: Files, ...sources: ManifestSource[]): Promise<string> => {
  const root = await folder(files)
  try {
    await collectEntries(await readManifests(root, sources), {
      root,
      store: join(root, 'onetoken'),
      looked: () => undefined,
    })
  } catch (error) {
    return tellError(error).replaceAll(root, '<root>')
  }
  throw new Error('Nothing was thrown')
}

describe('manifests', () => {
  it('are found by name and by glob, sorted, each once', async () => {
    const files = {
      'images.yaml': manifest('a'),
      'src/images.yml': manifest('b'),
      'node_modules/x/images.yaml': manifest('c'),
    }
    expect(await entries(files, { file: '{,src/}images.{yaml,yml}' })).toEqual([
      'a ./images.yaml .',
      'b ./src/images.yml ./src',
    ])
    expect(
      await entries(
        files,
        { file: '**/images.*' },
        { file: 'images.yaml' },
        { file: './src/../images.yaml' },
      ),
    ).toHaveLength(2)
  })

  it('may be none where a glob finds none', async () => {
    expect(await entries({}, { file: '{,src/}images.{yaml,yml}' })).toEqual([])
  })

  it('may lie in folders whose names look like globs', async () => {
    const files = {
      'app/(site)/images.yaml': manifest('a'),
      'app/[lang]/images.yaml': manifest('b'),
      'app/l/images.yaml': manifest('c'),
    }
    expect(
      await entries(files, { file: 'app/(site)/images.yaml' }, { file: 'app/[lang]/images.yaml' }),
    ).toEqual(['a ./app/(site)/images.yaml ./app/(site)', 'b ./app/[lang]/images.yaml ./app/[lang]'])
  })

  it('have a name space of their own by a prefix', async () => {
    const files = { 'images.yaml': manifest('hero'), 'shop.yaml': manifest('hero', 'a/b') }
    expect(await entries(files, { file: 'images.yaml' }, { file: 'shop.yaml', prefix: 'shop' })).toEqual([
      'hero ./images.yaml .',
      'shop/hero ./shop.yaml .',
      'shop/a/b ./shop.yaml .',
    ])
  })

  it('that a wide glob names as well keep their prefix, in either order', async () => {
    const files = { 'images.yaml': manifest('hero'), 'shop.yaml': manifest('hero') }
    const sources: ManifestSource[] = [{ file: '*.yaml' }, { file: 'shop.yaml', prefix: 'shop' }]
    const expected = ['hero ./images.yaml .', 'shop/hero ./shop.yaml .']
    expect(await entries(files, ...sources)).toEqual(expected)
    expect(await entries(files, ...sources.reverse())).toEqual(expected)
  })
})

describe('manifests are refused', () => {
  it('when one that is named is not there', async () => {
    expect(await said({}, { file: 'pictures.yaml' })).toMatchInlineSnapshot(`
      "MANIFEST_INVALID <root>/pictures.yaml
      The manifest that the settings name is not there.
      > Create it, or correct "manifest" in the settings."
    `)
    const root = await folder({})
    await mkdir(join(root, 'images.yaml'))
    await symlink('loop.yaml', join(root, 'loop.yaml'))
    for (const file of ['images.yaml', DEFAULT_MANIFEST]) {
      expect(await toldBy(readManifests(root, [{ file }]))).toMatch(/^MANIFEST_INVALID .*is a folder\./s)
    }
    expect(await toldBy(readManifests(root, [{ file: 'loop.yaml' }]))).toMatch(
      /^MANIFEST_INVALID .*is a link that leads to itself\./s,
    )
    expect(await toldBy(readManifests(root, [{ file: 'site.yaml' }]))).toMatch(
      /^MANIFEST_INVALID .*is not there\./s,
    )
  })

  it('when nothing can be looked for by a glob', async () => {
    expect(await said({}, { file: '{(})*.yaml' })).toMatchInlineSnapshot(`
      "SETTINGS_INVALID
      "manifest" cannot be "{(})*.yaml": it cannot be read as a glob.
      > Put a backslash before brackets that belong to a name, as in photos/\\(old\\)/*.png."
    `)
    expect(await said({}, { file: `${'a'.repeat(300)}/*.yaml` })).toMatch(
      /^SETTINGS_INVALID\n"manifest" cannot be "a+…": the system says ENAMETOOLONG of /,
    )
  })

  it('when names clash, also by a prefix', async () => {
    const files = {
      'a.yaml': manifest('x', 'shop/hero'),
      'b.yaml': manifest('y', 'x'),
      'shop.yaml': manifest('hero'),
    }
    expect(await said(files, { file: 'a.yaml' }, { file: 'b.yaml' })).toMatchInlineSnapshot(`
      "MANIFEST_INVALID <root>/b.yaml:4:3
      The entry "x" is also in a.yaml:3.
      > Rename one, or give a manifest a prefix in the settings: { file, prefix }."
    `)
    expect(await said(files, { file: 'a.yaml' }, { file: 'shop.yaml', prefix: 'shop' }))
      .toMatchInlineSnapshot(`
      "MANIFEST_INVALID <root>/shop.yaml:3:3
      The entry "shop/hero" is also in a.yaml:4.
      > Rename one, or give a manifest a prefix in the settings: { file, prefix }."
    `)
  })

  it('when one has two prefixes', async () => {
    expect(
      await said(
        { 'shop.yaml': manifest('a') },
        { file: '*.yaml', prefix: 'a' },
        { file: 'shop.yaml', prefix: 'b' },
      ),
    ).toMatchInlineSnapshot(`
      "SETTINGS_INVALID
      "manifest" gives "shop.yaml" two prefixes: "a" and "b".
      > Name the file once, or make the globs narrower."
    `)
  })

  it('when there are too many', async () => {
    const files = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`m${index}.yaml`, '']))
    expect(await said(files, { file: '*.yaml' })).toMatchInlineSnapshot(`
      "SETTINGS_INVALID
      "manifest" names 1001 files; at most 1000 are read.
      > Make its glob narrower."
    `)
  })

  it('when they are not UTF-8: other words would be paid for', async () => {
    const latin = Buffer.from('version: 1\nimages:\n  a: { prompt: caf\u00e9 }\n', 'latin1')
    const wide = Buffer.from('\ufeffversion: 1\n', 'utf16le')
    expect(await said({ 'a.yaml': latin }, { file: 'a.yaml' })).toMatchInlineSnapshot(`
      "MANIFEST_INVALID <root>/a.yaml:3:1
      The file is not UTF-8 text.
      > Save it as UTF-8."
    `)
    expect(await said({ 'a.yaml': wide }, { file: 'a.yaml' })).toMatchInlineSnapshot(`
      "MANIFEST_INVALID <root>/a.yaml:1:1
      The file is not UTF-8 text.
      > Save it as UTF-8."
    `)
  })

  it('with the mistakes of the first by name, whichever is read first', async () => {
    const files = {
      'a.yaml': `${manifest('x')}${'# a long comment\n'.repeat(5000)}version: 2\n`,
      'b.yaml': 'version: 2',
    }
    expect(await said(files, { file: '*.yaml' })).toMatch(/^MANIFEST_INVALID <root>\/a\.yaml:5004:1\n/)
  })
})

it.each(['\n', ' \n', '\t\n', ' ', '"', "{,?'", 'stor\n'])(
  'the look whether a manifest names a store grows no faster than many a %j',
  async (unit) => {
    const root = await folder({ 'images.yaml': '' })
    // What was read before is not parsed once more: only the look is left.
    const cache: ManifestCache = { get: () => parseManifest('version: 1\n', ''), put: async () => undefined }
    const look = async (size: number): Promise<void> => {
      await writeFile(join(root, 'images.yaml'), unit.repeat(size))
      await readManifests(root, [{ file: 'images.yaml' }], cache)
    }
    expect(await growthOf(look, 40_000)).toBeLessThan(LINEAR)
  },
)
