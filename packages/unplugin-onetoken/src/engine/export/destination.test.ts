import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Project } from '../../project/project.ts'
import { temporaryFolder } from '../../store/testing.ts'
import { exportFolder, moduleFile, publicPathOf } from './destination.ts'

let base: string
let project: Project
beforeEach(async () => {
  base = await temporaryFolder()
  const root = join(base, 'site')
  await mkdir(join(root, 'onetoken', 'images'), { recursive: true })
  await mkdir(join(root, 'src'))
  await writeFile(join(root, 'file'), '')
  await symlink(join(root, 'onetoken'), join(root, 'link'))
  // Only where things are is looked at.
  project = { root, store: join(root, 'onetoken') } as Project
})

describe('exportFolder', () => {
  it.each(['public', 'public/pictures', 'src', '../elsewhere', 'onetoken-pictures'])(
    'takes %s',
    async (out) => {
      expect(await exportFolder(out, project)).toBe(join(project.root, out))
    },
  )

  it.each<[string, string, RegExp]>([
    ['.', 'EXPORT_REFUSED', /holds the whole project/],
    ['..', 'EXPORT_REFUSED', /holds the whole project/],
    ['onetoken', 'EXPORT_REFUSED', /is where renders are kept/],
    ['onetoken/images', 'EXPORT_REFUSED', /is where renders are kept/],
    ['link/new', 'EXPORT_REFUSED', /is where renders are kept/],
    ['node_modules/.cache/pictures', 'EXPORT_REFUSED', /lies in node_modules/],
    ['.git/pictures', 'EXPORT_REFUSED', /lies in \.git/],
    ['file', 'EXPORT_REFUSED', /is a file/],
    ['', 'EXPORT_REFUSED', /holds the whole project/],
  ])('refuses %j', async (out, code, message) => {
    await expect(exportFolder(out, project)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    })
  })
})

describe('moduleFile', () => {
  it.each([
    ['src/pictures.ts', 'typescript'],
    ['src/new/pictures.mts', 'typescript'],
    ['pictures.js', 'javascript'],
    ['../pictures.mjs', 'javascript'],
    ['_data/pictures.json', 'json'],
  ])('takes %s', async (path, language) => {
    expect(await moduleFile(path, project)).toEqual({ file: join(project.root, path), language })
  })

  it.each([
    ['pictures', 'USAGE'],
    ['pictures.d.ts', 'USAGE'],
    ['pictures.yaml', 'USAGE'],
    ['onetoken/pictures.ts', 'EXPORT_REFUSED'],
    ['link/pictures.ts', 'EXPORT_REFUSED'],
    ['node_modules/pictures/index.js', 'EXPORT_REFUSED'],
    ['public/pictures/.onetoken-export.json', 'EXPORT_REFUSED'],
  ])('refuses %s', async (path, code) => {
    await expect(moduleFile(path, project)).rejects.toMatchObject({ code })
  })
})

describe('publicPathOf', () => {
  it.each<[string, string, string | undefined]>([
    ['public', '/', 'public'],
    ['public/pictures', '/pictures/', 'public'],
    ['public/static/pictures', '/static/pictures/', 'public'],
    ['static/img', '/img/', 'static'],
    ['apps/web/public/my pictures', '/my%20pictures/', 'apps/web/public'],
    ['assets/img', '/assets/img/', undefined],
    ['publicity', '/publicity/', undefined],
    ['../web/public/img', '/img/', '../web/public'],
  ])('knows where %s is served', (out, path, from) => {
    expect(publicPathOf(join(project.root, out), project.root, undefined)).toEqual({ path, from })
  })

  it('knows it not of a folder outside', () => {
    expect(publicPathOf(join(base, 'elsewhere'), project.root, undefined)).toBeUndefined()
  })

  it.each([
    ['/img', '/img/'],
    ['https://cdn.example.com/a,b/', 'https://cdn.example.com/a,b/'],
    ['../', '../'],
    ['', ''],
  ])('takes %j as it is given', (given, path) => {
    expect(publicPathOf(join(base, 'elsewhere'), project.root, given)).toEqual({ path, from: undefined })
  })

  it.each(['/my pictures/', '/"', '/<b>', '\\img', ',img', '/\u0000'])('refuses %j', (given) => {
    expect(() => publicPathOf(join(project.root, 'public'), project.root, given)).toThrow(
      'cannot be the beginning of addresses.',
    )
  })
})
