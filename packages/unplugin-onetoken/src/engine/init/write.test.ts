import { chmod, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder } from '../../project/testing.ts'
import { toldBy } from '../../spec/testing.ts'
import type { FileStep } from './types.ts'
import { writePlan } from './write.ts'

const create = (file: string, text: string): FileStep => ({ file, action: 'create', about: '', text })
const change = (file: string, before: string, text: string): FileStep => ({
  file,
  action: 'change',
  about: '',
  before,
  text,
})

const write = (root: string, ...files: FileStep[]): Promise<void> =>
  writePlan({ root, files, todo: [], keeping: 'git', bundler: undefined })
const told = async (root: string, ...files: FileStep[]): Promise<string> =>
  (await toldBy(write(root, ...files))).replaceAll(root, '<root>')
const read = (root: string, file: string): Promise<string> => readFile(join(root, file), 'utf8')

describe('files', () => {
  it('are created and changed, and nothing else is left', async () => {
    const root = await folder({ 'a.txt': 'old' })
    await write(root, create('b.txt', 'new'), change('a.txt', 'old', 'newer'))
    expect(await read(root, 'a.txt')).toBe('newer')
    expect(await read(root, 'b.txt')).toBe('new')
    expect((await readdir(root)).sort()).toEqual(['a.txt', 'b.txt'])
  })

  it('are never overwritten, whatever comes between', async () => {
    const root = await folder({ 'images.yaml': 'mine' })
    expect(await told(root, create('images.yaml', 'ours'))).toMatchInlineSnapshot(`
      "PROJECT_WRITE <root>/images.yaml
      The file cannot be written: something else is there.
      > Put that right, and run the command again: it goes on where it stopped."
    `)
    expect(await read(root, 'images.yaml')).toBe('mine')
    expect(await readdir(root)).toEqual(['images.yaml'])
  })

  it('are not written where a link goes that leads nowhere', async () => {
    const root = await folder({})
    await symlink('../elsewhere/images.yaml', join(root, 'images.yaml'))
    expect(await told(root, create('images.yaml', 'ours'))).toContain('something else is there')
  })

  it('are not changed when somebody else did', async () => {
    const root = await folder({ '.gitignore': 'b\n' })
    expect(await told(root, change('.gitignore', 'a\n', 'a\nc\n'))).toMatchInlineSnapshot(`
      "PROJECT_WRITE <root>/.gitignore
      The file cannot be written: it was changed meanwhile.
      > Put that right, and run the command again: it goes on where it stopped."
    `)
    expect(await read(root, '.gitignore')).toBe('b\n')
    expect(await readdir(root)).toEqual(['.gitignore'])
  })

  it('are not begun when one of them may not be written', async () => {
    const root = await folder({ 'vite.config.js': 'old' })
    await chmod(join(root, 'vite.config.js'), 0o444)
    expect(await told(root, create('images.yaml', 'ours'), change('vite.config.js', 'old', 'new')))
      .toMatchInlineSnapshot(`
      "PROJECT_WRITE <root>/vite.config.js
      The file cannot be written: it is read-only.
      > Put that right, and run the command again: it goes on where it stopped."
    `)
    expect(await readdir(root)).toEqual(['vite.config.js'])
  })

  it('stay links, and readable by those who could read them', async () => {
    const root = await folder({ 'shared/ignored': 'a\r\n' })
    const target = join(root, 'shared/ignored')
    await chmod(target, 0o640)
    await symlink('shared/ignored', join(root, '.gitignore'))
    await write(root, change('.gitignore', 'a\r\n', 'a\r\nb\r\n'))
    expect(await readFile(target, 'utf8')).toBe('a\r\nb\r\n')
    expect((await stat(target)).mode & 0o777).toBe(0o640)
  })

  it('keep the byte order mark that they have', async () => {
    const root = await folder({ a: '' })
    await writeFile(join(root, 'a'), '\ufeffx')
    await write(root, change('a', '\ufeffx', '\ufeffx\n'))
    expect(await read(root, 'a')).toBe('\ufeffx\n')
  })
})
