import { chmod, lstat, mkdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { failureOf, filesIn, temporaryFolder, told } from '../store/testing.ts'
import { planChange } from './manifest-change.ts'

const TEXT = '\ufeffversion: 1 # Füchse\r\nimages:\r\n  hero:\r\n    prompt: a fox\r\n    n: 2\r\n'
const PICK = { kind: 'set', entry: 'hero', parameter: 'pick', value: 2 } as const

let root = ''
let file = ''

beforeEach(async () => {
  root = await temporaryFolder()
  file = join(root, 'images.yaml')
  await writeFile(file, TEXT)
})

test('nothing is written before it is said', async () => {
  const { line, write } = await planChange(file, PICK)
  expect(await readFile(file, 'utf8')).toBe(TEXT)
  await write()
  expect(await readFile(file, 'utf8')).toBe(`${TEXT}    pick: 2\r\n`)
  expect(line).toBe(6)
  expect(await filesIn(root)).toEqual(['images.yaml'])
})

test('the rights of the file stay', async () => {
  await chmod(file, 0o640)
  await (await planChange(file, PICK)).write()
  expect((await stat(file)).mode & 0o777).toBe(0o640)
})

test('a link stays one, and what it leads to is changed', async () => {
  const link = join(root, 'site', 'images.yaml')
  await mkdir(join(root, 'site'))
  await symlink('../images.yaml', link)
  const { file: named, write } = await planChange(link, PICK)
  await write()
  expect(named).toBe(link)
  expect((await lstat(link)).isSymbolicLink()).toBe(true)
  expect(await readlink(link)).toBe('../images.yaml')
  expect(await readFile(file, 'utf8')).toContain('pick: 2')
  expect(await filesIn(join(root, 'site'))).toEqual([])
})

test('what somebody else writes meanwhile is not lost', async () => {
  const { write } = await planChange(file, PICK)
  await writeFile(file, 'version: 1\n')
  expect(told(await failureOf(write()), root)).toMatchInlineSnapshot(`
    "MANIFEST_EDIT
    The manifest was changed by somebody else meanwhile.
    It is as they left it. Run the command again."
  `)
  expect(await readFile(file, 'utf8')).toBe('version: 1\n')
  expect(await filesIn(root)).toEqual(['images.yaml'])
})

test('a file that is read-only is told before anything is done', async () => {
  await chmod(file, 0o444)
  expect(told(await failureOf(planChange(file, PICK)), root)).toMatchInlineSnapshot(`
    "MANIFEST_EDIT
    The manifest cannot be written: it is read-only.
    Nothing in it was changed. Make the file and its folder writable."
  `)
})

test('a file that is not UTF-8 is told', async () => {
  await writeFile(file, Buffer.from('version: 1\nimages: { a: { prompt: \xe4 } }\n', 'latin1'))
  expect((await failureOf(planChange(file, PICK))).code).toBe('MANIFEST_INVALID')
})

test('of several who write at once, none undoes what another did', async () => {
  const workers = Array.from({ length: 4 }, async (_, worker) => {
    let written = 0
    for (let n = 0; n < 15; n += 1) {
      const change = { kind: 'add', entry: `e${worker}-${n}`, parameters: { prompt: 'x' } } as const
      const isWritten = await planChange(file, change)
        .then(({ write }) => write())
        .then(
          () => true,
          () => false,
        )
      if (isWritten) written += 1
    }
    return written
  })
  const written = (await Promise.all(workers)).reduce((sum, one) => sum + one, 0)
  const there = (await readFile(file, 'utf8')).match(/^ {2}e\d+-\d+:/gm) ?? []
  expect(there).toHaveLength(written)
  expect(written).toBeGreaterThan(0)
  expect(await filesIn(root)).toEqual(['images.yaml'])
})
