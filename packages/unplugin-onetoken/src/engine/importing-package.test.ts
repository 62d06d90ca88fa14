import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folder } from '../project/testing.ts'
import { importingPackage } from './importing-package.ts'

const workshop = (): Promise<string> =>
  folder({
    'site/package.json': '{ "name": "site" }',
    'site/src/a.js': '',
    'site/node_modules/@me/icons/index.js': '',
    'kit/package.json': '{ "name": "@me/kit" }',
    'kit/index.js': '',
    'kit/dist/esm/package.json': '{ "type": "module" }',
    'kit/dist/esm/index.js': '',
    'broken/package.json': '{ "name": ',
    'broken/index.js': '',
    'node_modules/hoisted/index.js': '',
  })

it.each<[string, string, string | undefined]>([
  ['a source of the project', 'site/src/a.js', undefined],
  ['a file of the project that is not written', 'site/src/made.js', undefined],
  ['a package', 'site/node_modules/@me/icons/index.js', '@me/icons'],
  ['a package of the folder above', 'node_modules/hoisted/index.js', 'hoisted'],
  ['a package beside the project', 'kit/index.js', '@me/kit'],
  ['a part of it that has no name', 'kit/dist/esm/index.js', '@me/kit'],
  ['a file beside the project in no package', 'broken/index.js', ''],
  ['a file outside that is not written', 'elsewhere/made.js', ''],
])('says whose %s is', async (_, path, name) => {
  const above = await workshop()
  expect(importingPackage(join(above, path), join(above, 'site'))).toBe(name)
})

it('follows links, of files and of the project', async () => {
  const above = await workshop()
  const site = join(above, 'site')
  await symlink(join(above, 'kit'), join(site, 'src/kit'))
  await symlink(site, join(above, 'link'))
  expect(importingPackage(join(site, 'src/kit/index.js'), site)).toBe('@me/kit')
  expect(importingPackage(join(site, 'src/a.js'), join(above, 'link'))).toBeUndefined()
  expect(importingPackage(join(above, 'link/src/a.js'), site)).toBeUndefined()
})

it('knows what bundlers make of a file, and what is none', async () => {
  const above = await workshop()
  const site = join(above, 'site')
  expect(importingPackage(`\0${join(above, 'kit/index.js')}`, site)).toBe('@me/kit')
  expect(importingPackage(`\0${join(above, 'node_modules/hoisted/index.js')}`, site)).toBe('hoisted')
  expect(importingPackage('\0virtual:routes', site)).toBeUndefined()
  expect(importingPackage('', site)).toBeUndefined()
})
