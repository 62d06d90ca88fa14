import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadProject } from '../project/project.ts'
import { folder } from '../project/testing.ts'
import { refreshTypes, typesOf } from './write-types.ts'

const MANIFEST = 'version: 1\nimages:\n  hero: { prompt: a red fox }\n'
const FILE = 'onetoken-env.d.ts'

it('declares manifests of one file name once, with the entries of all', async () => {
  const root = await folder({
    'x/images.yaml': MANIFEST,
    'y/images.yaml': MANIFEST.replace('hero', 'owl'),
    'onetoken.config.json': JSON.stringify({
      manifest: [
        { file: 'x/images.yaml', prefix: 'x' },
        { file: 'y/images.yaml', prefix: 'y' },
      ],
    }),
  })
  const types = typesOf(await loadProject({ root, mode: 'production', env: {} }))
  const [, module = '', ...others] = types.split("declare module '*/images.yaml'")
  expect(others).toEqual([])
  for (const name of ['hero', 'owl']) expect(module).toContain(`readonly ${name}: OneTokenImage`)
})

it('brings types up to date where builds have written them, and nowhere else', async () => {
  const root = await folder({ 'images.yaml': MANIFEST, 'tsconfig.json': '{}' })
  const file = join(root, FILE)
  const log = { info: expect.unreachable, warn: expect.unreachable }
  const load = (): ReturnType<typeof loadProject> => loadProject({ root, mode: 'production', env: {} })
  const refresh = (): Promise<void> => refreshTypes({ project: load, log })

  await refresh()
  await expect(readFile(file)).rejects.toThrow('ENOENT')
  await writeFile(file, '// mine\n')
  await refresh()
  expect(await readFile(file, 'utf8')).toBe('// mine\n')
  const before = typesOf(await load())
  await writeFile(file, before)
  await writeFile(join(root, 'images.yaml'), `${MANIFEST}  owl: { prompt: an owl }\n`)
  await refresh()
  const after = await readFile(file, 'utf8')
  expect(after).toContain("declare module 'virtual:onetoken/owl'")
  expect(before).not.toContain('owl')
})
