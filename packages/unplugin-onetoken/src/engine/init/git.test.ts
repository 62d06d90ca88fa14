import { execFileSync, spawnSync } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder } from '../../project/testing.ts'
import { planInit, writePlan } from './index.ts'
import { INSTALLED } from './testing.ts'
import type { FileStep, InitPlan, Keeping } from './types.ts'

type Files = Record<string, string>

const PICTURE = `images/${'0'.repeat(64)}`

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
/** 1 is git's no. */
const isIgnored = (root: string, path: string): boolean =>
  spawnSync('git', ['check-ignore', '--quiet', '--', path], { cwd: root }).status === 0

/** A project that is a git repository. */
async function repository(files: Files): Promise<string> {
  const root = await folder({ ...INSTALLED, ...files })
  git(root, 'init', '--quiet')
  return root
}

const plan = (root: string, keeping: Keeping, remote?: string): Promise<InitPlan> =>
  planInit({ root, mode: 'production', env: {}, bundlers: ['esbuild'], keeping, remote })

const steps = async (root: string, keeping: Keeping, remote?: string): Promise<FileStep[]> => {
  const made = await plan(root, keeping, remote)
  await writePlan(made)
  return made.files.filter(({ file }) => file.startsWith('.git'))
}
const told = (files: FileStep[]): string[] =>
  files.map(
    ({ file, action, text }) => `${action} ${file}${text === undefined ? '' : `: ${JSON.stringify(text)}`}`,
  )

/** The second run finds nothing to do, whatever the first one did. */
async function twice(root: string, keeping: Keeping, remote?: string): Promise<string[]> {
  const first = await steps(root, keeping, remote)
  const second = await steps(root, keeping, remote)
  expect(second.filter(({ action }) => action !== 'keep')).toEqual([])
  return told(first)
}

describe('.gitignore', () => {
  it('names the file with the key, in the style of the file', async () => {
    expect(await twice(await repository({}), 'git')).toEqual(['create .gitignore: ".env.local\\n"'])
    expect(await twice(await repository({ '.gitignore': 'dist' }), 'git')).toEqual([
      'change .gitignore: "dist\\n.env.local\\n"',
    ])
    expect(await twice(await repository({ '.gitignore': 'dist\r\n' }), 'git')).toEqual([
      'change .gitignore: "dist\\r\\n.env.local\\r\\n"',
    ])
  })

  it.each(['.env*.local\n', '*.local', '.env.*\r\n', '/.env.local'])('stays as it is: %j', async (text) => {
    expect(await twice(await repository({ '.gitignore': text }), 'git')).toEqual(['keep .gitignore'])
    // Where there is no repository.
    expect(await twice(await folder({ ...INSTALLED, '.gitignore': text }), 'git')).toEqual([
      'keep .gitignore',
    ])
  })

  it('is told again what a later line takes back', async () => {
    const root = await repository({ '.gitignore': '.env.local\n!.env.local\n' })
    expect(await twice(root, 'git')).toEqual([
      'change .gitignore: ".env.local\\n!.env.local\\n.env.local\\n"',
    ])
    expect(git(root, 'check-ignore', '.env.local')).toBe('.env.local')
  })

  it('may be that of a folder above', async () => {
    const root = await repository({ '.gitignore': '.env.local\n', 'site/package.json': '{}' })
    expect(await twice(join(root, 'site'), 'git')).toEqual([])
  })

  it('of a key that is committed already is written once', async () => {
    const root = await repository({ '.env.local': 'A=1' })
    git(root, 'add', '.env.local')
    expect(await twice(root, 'git')).toEqual(['create .gitignore: ".env.local\\n"'])
  })

  it('that is a link, which git does not follow, is written once', async () => {
    const root = await repository({ 'shared/ignored': 'dist\n' })
    await symlink('shared/ignored', join(root, '.gitignore'))
    expect(await twice(root, 'git')).toEqual(['change .gitignore: "dist\\n.env.local\\n"'])
  })

  it('names pictures only where they go into a remote store from here', async () => {
    const bucket = await repository({})
    expect(await twice(bucket, 'remote', 's3://pictures/site')).toEqual([
      'create .gitignore: ".env.local\\n/onetoken/images/\\n"',
    ])
    expect(isIgnored(bucket, `onetoken/${PICTURE}.png`)).toBe(true)
    expect(isIgnored(bucket, `onetoken/renders/x.json`)).toBe(false)
    const onlyRead = ['create .gitignore: ".env.local\\n"']
    expect(await twice(await repository({}), 'remote', 'https://cdn.example.com/a')).toEqual(onlyRead)
    // What was asked for is left to a person to write into these settings: until then the pictures are only here.
    const settings = { 'onetoken.config.json': '{ "model": "gpt-image-2" }' }
    expect(await twice(await repository(settings), 'remote', 's3://pictures/site')).toEqual(onlyRead)
    const writing = {
      'onetoken.config.json': '{ "remote": { "url": "s3://a/b", "write": true }, "store": "a [b]#" }',
    }
    const odd = await repository(writing)
    expect(await twice(odd, 'remote', 's3://a/b')).toEqual([
      'create .gitignore: ".env.local\\n/a \\\\[b]#/images/\\n"',
    ])
    expect(isIgnored(odd, `a [b]#/${PICTURE}.png`)).toBe(true)
  })
})

describe('.gitattributes', () => {
  const LARGE = 'filter=lfs diff=lfs merge=lfs -text'
  const filterOf = (root: string, path: string): string => git(root, 'check-attr', 'filter', '--', path)

  it.each([
    ['none', {}, 'create'],
    ['one without an end of line', { '.gitattributes': '* text=auto' }, 'change'],
    ['one for some pictures', { '.gitattributes': '*.png filter=lfs\n' }, 'change'],
  ])('has pictures kept by Git LFS, where there was %s', async (_, files: Files, action) => {
    const root = await repository({ '.gitignore': '*.local\n', ...files })
    const before = Object.values(files).map((text) => (text.endsWith('\n') ? text : `${text}\n`))
    const text = JSON.stringify(`${before.join('')}onetoken/images/** ${LARGE}\n`)
    expect(await twice(root, 'lfs')).toEqual([`${action} .gitattributes: ${text}`, 'keep .gitignore'])
    for (const extension of ['png', 'webp', 'jpg'])
      expect(filterOf(root, `onetoken/${PICTURE}.${extension}`)).toMatch(/filter: lfs$/)
  })

  it('stays as it is where Git LFS keeps them already', async () => {
    const text = '*.png filter=lfs\n*.webp filter=lfs\n*.jpg filter=lfs\n'
    const root = await repository({ '.gitignore': '*.local\n', '.gitattributes': text })
    expect(await twice(root, 'lfs')).toEqual(['keep .gitattributes', 'keep .gitignore'])
  })

  it('is right for a folder with spaces, and one with signs', async () => {
    for (const store of ['my pictures', '#a [b]?']) {
      const settings = { 'onetoken.config.json': JSON.stringify({ store }) }
      const root = await repository({ '.gitignore': '*.local\n', ...settings })
      await twice(root, 'lfs')
      expect(filterOf(root, `${store}/${PICTURE}.png`)).toMatch(/filter: lfs$/)
      expect(filterOf(root, `my/${PICTURE}.png`)).toMatch(/filter: unspecified$/)
    }
  })

  it('is written without a repository, too', async () => {
    const root = await folder({ ...INSTALLED, '.gitignore': '*.local\n' })
    expect(await twice(root, 'lfs')).toEqual([
      `create .gitattributes: ${JSON.stringify(`onetoken/images/** ${LARGE}\n`)}`,
      'keep .gitignore',
    ])
  })

  it('is left to a person where the store is elsewhere', async () => {
    const settings = '{ "store": "../pictures" }'
    const root = await repository({ 'site/package.json': '{}', 'site/onetoken.config.json': settings })
    const { files, todo } = await plan(join(root, 'site'), 'lfs')
    expect(files.map(({ file }) => file)).not.toContain('.gitattributes')
    expect(todo.map(({ code }) => code)).toContain(`images/** ${LARGE}`)
  })
})

it('tells that git ignores what was paid for', async () => {
  const tells = async (keeping: Keeping, ignored: string): Promise<(string | undefined)[]> => {
    const root = await repository({ '.gitignore': ignored })
    const { todo } = await plan(root, keeping)
    return todo.map(({ code }) => code).filter((code) => code?.startsWith('git check-ignore'))
  }
  expect(await tells('git', '*.local\n')).toEqual([])
  expect(await tells('git', 'images/\n')).toEqual([
    `git check-ignore --verbose --no-index onetoken/${PICTURE}.png`,
  ])
  expect(await tells('lfs', '*.webp\n')).toHaveLength(1)
  expect(await tells('remote', 'images/\n')).toEqual([])
  expect(await tells('remote', '*.json\n')).toHaveLength(1)
})
