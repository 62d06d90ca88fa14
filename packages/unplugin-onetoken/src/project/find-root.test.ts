import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findRoot } from './find-root.ts'
import { folder } from './testing.ts'

type Files = Record<string, string>
type Found = [root: string, by: string | undefined, names?: string]

/** The first of its files is not there, which is another matter. */
const SETTINGS = JSON.stringify({ manifest: ['images.yaml', { file: 'cat/images.yaml', prefix: 'cat' }] })

/** Where the project of a folder is, seen from the uppermost one. */
async function found(files: Files, from: string): Promise<Found> {
  // Nothing above it counts.
  const top = await folder({ '.git/HEAD': '', [join(from, '.keep')]: '', ...files })
  const { root, by, names } = await findRoot(join(top, from))
  const path = root.slice(top.length + 1).replaceAll('\\', '/')
  return names === undefined ? [path, by] : [path, by, names]
}

it.each<[string, Files, string, Found]>([
  ['settings', { 'a/onetoken.config.json': '{}' }, 'a/b/c', ['a', 'onetoken.config.json']],
  ['a manifest', { 'a/images.yml': '' }, 'a/b', ['a', 'images.yml']],
  ['a manifest in its source', { 'a/src/images.yaml': '' }, 'a/b', ['a', 'src/images.yaml']],
  ['a package', { 'a/package.json': '{}', 'images.yaml': '' }, 'a/b', ['a', 'package.json']],
  ['itself', { 'a/package.json': '{}', 'package.json': '{}' }, 'a', ['a', 'package.json']],
  ['the nearest', { 'images.yaml': '', 'a/images.yaml': '' }, 'a/b', ['a', 'images.yaml']],
  ['nothing', {}, 'a/b', ['a/b', undefined]],
  ['another work tree', { 'a/.git': 'gitdir: x', 'images.yaml': '' }, 'a/b', ['a/b', undefined]],
  ['the top of its work tree', { 'a/.git': '', 'a/images.yaml': '' }, 'a/b', ['a', 'images.yaml']],
  // From within `src`, too, pictures are those of the project, or all of them would be missing.
  ['the source', { 'package.json': '{}', 'src/images.yaml': '' }, 'src/pages', ['', 'src/images.yaml']],
  [
    'settings above the source',
    { 'onetoken.config.mjs': '', 'src/images.yaml': '' },
    'src',
    ['', 'src/images.yaml'],
  ],
  [
    'a source of its own',
    { 'package.json': '{}', 'src/package.json': '{}', 'src/images.yaml': '' },
    'src',
    ['src', 'images.yaml'],
  ],
  [
    'settings above that name a manifest',
    { 'onetoken.config.json': SETTINGS, 'cat/images.yaml': '' },
    'cat/photos',
    ['', 'onetoken.config.json', 'cat/images.yaml'],
  ],
  [
    'settings above with a glob that names it',
    { 'a/onetoken.config.mjs': 'export default { manifest: "b/**/images.yml" }', 'a/b/c/src/images.yml': '' },
    'a/b/c/src',
    ['a', 'onetoken.config.mjs', 'b/c/src/images.yml'],
  ],
  [
    'settings beyond others',
    {
      'onetoken.config.json': '{"manifest": "cat/*/images.yaml"}',
      'cat/onetoken.config.json': '{}',
      'cat/a/images.yaml': '',
    },
    'cat/a',
    ['', 'onetoken.config.json', 'cat/a/images.yaml'],
  ],
  [
    'a manifest that settings above do not name',
    { 'onetoken.config.json': SETTINGS, 'dog/images.yaml': '' },
    'dog',
    ['dog', 'images.yaml'],
  ],
  [
    'a manifest that settings above another work tree name',
    { 'onetoken.config.json': SETTINGS, 'cat/images.yaml': '', 'cat/.git': '' },
    'cat',
    ['cat', 'images.yaml'],
  ],
  [
    'a package whose manifest settings above name',
    { 'onetoken.config.json': SETTINGS, 'cat/images.yaml': '', 'cat/package.json': '{}' },
    'cat',
    ['cat', 'images.yaml'],
  ],
  ['a source below nothing', { 'src/images.yaml': '' }, 'src/pages', ['src', 'images.yaml']],
])('finds %s', async (_, files, from, expected) => {
  expect(await found(files, from)).toEqual(expected)
})

it('tells what is wrong with settings above, as they may name the manifest', async () => {
  const files = { 'onetoken.config.json': '{"manifest": 1}', 'cat/images.yaml': '' }
  await expect(found(files, 'cat')).rejects.toThrow(/"manifest"/)
})
