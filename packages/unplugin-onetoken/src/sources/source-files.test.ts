import fs from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { expect, it } from 'vitest'
import { folder } from '../project/testing.ts'
import { tellError } from '../spec/testing.ts'
import { NO_SOURCES, readSources, SOURCES, type SourceSystem } from './source-files.ts'

/** What is read where files and folders of these names cannot be, and what is told of them. */
async function read(
  files: Record<string, string>,
  failures: Record<string, string>,
): Promise<{ files: string[]; told: string[] }> {
  const root = await folder(files)
  const failing = (path: string): NodeJS.ErrnoException | undefined => {
    const code = failures[basename(path)]
    return code === undefined ? undefined : Object.assign(new Error(code), { code })
  }
  const system: SourceSystem = {
    readdir(path, options, done) {
      const error = failing(path)
      if (error === undefined) fs.readdir(path, options, done)
      else done(error, [])
    },
    async readFile(file) {
      const error = failing(file)
      if (error !== undefined) throw error
      return await readFile(file, 'utf8')
    },
  }
  const found: string[] = []
  const told: string[] = []
  const unread = (problem: unknown): void => void told.push(tellError(problem).replaceAll(root, '<root>'))
  const sources = { folder: root, glob: SOURCES, ignore: NO_SOURCES, unread }
  for await (const { file, text } of readSources(sources, system)) {
    found.push(`${file.slice(root.length + 1)} ${text}`)
  }
  return { files: found, told: told.sort() }
}

const FILES = {
  'a.js': 'a',
  'pgdata/base/b.js': 'b',
  'src/c.js': 'c',
  'src/d.css': 'd',
  'node_modules/e.js': 'e',
}

it('reads all else where a file or a folder cannot be read, and tells it', async () => {
  const { files, told } = await read(FILES, { pgdata: 'EACCES', 'c.js': 'EIO', node_modules: 'EACCES' })
  expect(files).toEqual(['a.js a', 'src/d.css d'])
  expect(told.join('\n\n')).toMatchInlineSnapshot(`
    "PROJECT_WRITE <root>/pgdata
    The folder cannot be looked into: EACCES.
    > Make it readable, as sources in it may ask for pictures. Where it holds no sources, such as the data of a server, move it out of the project, or give it a name that begins with a dot.

    PROJECT_WRITE <root>/src/c.js
    The file cannot be read: EIO.
    > Make it readable: it may ask for pictures."
  `)
})

it('takes no notice of what is gone meanwhile', async () => {
  expect(await read(FILES, { pgdata: 'ENOENT', 'c.js': 'ENOENT' })).toEqual({
    files: ['a.js a', 'src/d.css d'],
    told: [],
  })
})
