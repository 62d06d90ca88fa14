import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { SELF } from '../../store/sender.ts'
import { temporaryFolder } from '../../store/testing.ts'
import { LIST_NAME } from '../../project/exported.ts'
import { publish, type Edition, type EditionFile, type Published } from './publish.ts'

/** It is there as long as an export writes. */
const LOCK = '.onetoken-export.lock'

let root: string
let folder: string
beforeEach(async () => {
  root = await temporaryFolder()
  folder = join(root, 'public')
})

function file(name: string, of: string, content = `the bytes of ${name}`): EditionFile {
  return { name, content: Buffer.from(content), of: [of] }
}

function put(
  files: EditionFile[],
  changes: Partial<Edition> = {},
  between?: () => Promise<void>,
): Promise<Published> {
  return publish(
    folder,
    root,
    { kind: 'pictures', names: undefined, hashed: true, files, ...changes },
    between,
  )
}

const put1 = (): Promise<Published> => put([file('hero-1.webp', 'hero'), file('fox-1.webp', 'fox')])
const there = async (): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name !== LIST_NAME).sort()
const readList = async (): Promise<{ files: Record<string, object> }> =>
  JSON.parse(await readFile(join(folder, LIST_NAME), 'utf8')) as { files: Record<string, object> }

describe('what an edition writes', () => {
  it('writes only what differs, so that other files keep their times', async () => {
    expect((await put1()).files.map(({ changed }) => changed)).toEqual([true, true])
    const old = new Date(2020, 1, 1)
    await utimes(join(folder, 'hero-1.webp'), old, old)
    await utimes(join(folder, LIST_NAME), old, old)
    await writeFile(join(folder, 'fox-1.webp'), 'damaged')
    expect((await put1()).files).toEqual([
      { file: join(folder, 'hero-1.webp'), bytes: 24, changed: false },
      { file: join(folder, 'fox-1.webp'), bytes: 23, changed: true },
    ])
    expect((await stat(join(folder, 'hero-1.webp'))).mtime).toEqual(old)
    expect((await stat(join(folder, LIST_NAME))).mtime).toEqual(old)
    expect(await readFile(join(folder, 'fox-1.webp'), 'utf8')).toBe('the bytes of fox-1.webp')
  })

  it('has all files before what is between, and removes those of earlier ones after it', async () => {
    await put1()
    let seen: string[] = []
    const { removed } = await put([file('hero-2.webp', 'hero')], {}, async () => void (seen = await there()))
    expect(seen).toEqual([LOCK, 'fox-1.webp', 'hero-1.webp', 'hero-2.webp'])
    expect(removed.sort()).toEqual([join(folder, 'fox-1.webp'), join(folder, 'hero-1.webp')])
    expect(await there()).toEqual(['hero-2.webp'])
  })

  it('loses nothing when what is between fails, and clears up the next time', async () => {
    await put1()
    const failing = put([file('hero-2.webp', 'hero')], {}, () => Promise.reject(new Error('no module')))
    await expect(failing).rejects.toThrow('no module')
    expect(await there()).toEqual(['fox-1.webp', 'hero-1.webp', 'hero-2.webp'])
    expect(Object.keys((await readList()).files)).toEqual(['fox-1.webp', 'hero-1.webp', 'hero-2.webp'])
    await put([file('hero-3.webp', 'hero')])
    expect(await there()).toEqual(['hero-3.webp'])
  })

  it('leaves no temporary files, and removes those of processes that died', async () => {
    await put1()
    const [young, old] = ['.a.webp.0a1b.onetoken-tmp', '.b.webp.0a1b.onetoken-tmp']
    for (const name of [young, old]) await writeFile(join(folder, name), '')
    await utimes(join(folder, old), new Date(2020, 1, 1), new Date(2020, 1, 1))
    await put1()
    expect(await there()).toEqual([young, 'fox-1.webp', 'hero-1.webp'])
  })
})

describe('editions at once', () => {
  it('have all of their files in the list, one after the other', async () => {
    let icons: Promise<Published> | undefined
    const pictures = put([file('hero-1.webp', 'hero')], {}, async () => {
      icons = put([file('favicon.ico', 'logo')], { kind: 'icons', hashed: false })
      // Time enough for the other one, if nothing holds it up.
      await Promise.race([icons, new Promise((resolve) => setTimeout(resolve, 200))])
    })
    await pictures
    await icons
    expect(Object.keys((await readList()).files)).toEqual(['favicon.ico', 'hero-1.webp'])
    expect(await there()).toEqual(['favicon.ico', 'hero-1.webp'])
    await put([], { kind: 'icons', hashed: false })
    expect(await there()).toEqual(['hero-1.webp'])
  })

  it('of one kind leave what the last of them has', async () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    await Promise.all(names.map((name) => put([file(`${name}.webp`, 'hero')])))
    expect(await there()).toHaveLength(1)
    expect(Object.keys((await readList()).files)).toEqual(await there())
  })

  it('do not wait for one that has died, and make no folder for nothing', async () => {
    await put([])
    expect(existsSync(folder)).toBe(false)
    await mkdir(folder)
    const { pid } = spawnSync(process.execPath, ['--version'])
    await writeFile(join(folder, LOCK), JSON.stringify({ ...SELF, id: 'x', pid }))
    await put1()
    expect(await there()).toEqual(['fox-1.webp', 'hero-1.webp'])
  })
})

describe('what an edition removes', () => {
  it('is only what an export wrote, and nobody has changed since', async () => {
    await put1()
    await writeFile(join(folder, 'mine.webp'), 'mine')
    await writeFile(join(folder, 'hero-1.webp'), 'mine as well')
    await put([])
    expect(await there()).toEqual(['hero-1.webp', 'mine.webp'])
    expect(existsSync(join(folder, LIST_NAME))).toBe(false)
  })

  it('is nothing when the list was lost or cannot be read', async () => {
    await put1()
    await writeFile(join(folder, LIST_NAME), '<<<<<<< HEAD')
    expect((await put([file('hero-2.webp', 'hero')])).removed).toEqual([])
    expect(await there()).toEqual(['fox-1.webp', 'hero-1.webp', 'hero-2.webp'])
    await rm(join(folder, LIST_NAME))
    expect((await put([])).removed).toEqual([])
  })

  it('is of the named entries alone', async () => {
    await put1()
    await put([file('fox-2.webp', 'fox')], { names: ['fox'] })
    expect(await there()).toEqual(['fox-2.webp', 'hero-1.webp'])
  })

  it('spares a file that another entry has as well', async () => {
    const shared = { ...file('0a1b-480.webp', '狐'), of: ['狐', '狼'] }
    await put([shared])
    await put([file('fox-2.webp', '狐')], { names: ['狐'] })
    expect(await there()).toEqual(['0a1b-480.webp', 'fox-2.webp'])
    await put([file('fox-2.webp', '狐')], { names: ['狼'] })
    expect(await there()).toEqual(['fox-2.webp'])
  })

  it('is of its own kind', async () => {
    await put1()
    await put([file('favicon.ico', 'logo')], { kind: 'icons', hashed: false })
    await put([file('hero-1.webp', 'hero')])
    expect(await there()).toEqual(['favicon.ico', 'hero-1.webp'])
    await put([], { kind: 'icons', hashed: false })
    expect(await there()).toEqual(['hero-1.webp'])
  })

  it.each(['../secret.txt', '/secret.txt', '..', '.hidden', 'sub/secret.txt', '__proto__'])(
    'is nothing elsewhere, whatever the list says: %s',
    async (name) => {
      await put1()
      await writeFile(join(root, 'secret.txt'), 'secret')
      await mkdir(join(folder, 'sub'))
      await writeFile(join(folder, 'sub', 'secret.txt'), 'secret')
      const list = await readList()
      // The sha256 of "secret".
      const digests = ['2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b']
      const files = JSON.stringify({ [name]: { digests, kind: 'pictures', of: ['hero'] } })
      await writeFile(
        join(folder, LIST_NAME),
        JSON.stringify({ ...list, files: JSON.parse(files) as object }),
      )
      expect((await put([])).removed).toEqual([])
      expect(await readFile(join(root, 'secret.txt'), 'utf8')).toBe('secret')
      expect(await readFile(join(folder, 'sub', 'secret.txt'), 'utf8')).toBe('secret')
    },
  )
})

describe('what is not ours', () => {
  const icon = { kind: 'icons', hashed: false } as const

  it('is not overwritten where names do not tell the bytes', async () => {
    await mkdir(folder)
    await writeFile(join(folder, 'favicon.ico'), 'drawn by hand')
    const all = [file('icon-192.png', 'logo'), file('favicon.ico', 'logo')]
    await expect(put(all, icon)).rejects.toMatchObject({ code: 'EXPORT_REFUSED' })
    expect(await there()).toEqual(['favicon.ico'])
    expect(await readFile(join(folder, 'favicon.ico'), 'utf8')).toBe('drawn by hand')
  })

  it('is told from ours also after an export that died', async () => {
    await put([file('favicon.ico', 'logo', 'one')], icon)
    const failing = put([file('favicon.ico', 'logo', 'two')], icon, () => Promise.reject(new Error('died')))
    await expect(failing).rejects.toThrow('died')
    await put([file('favicon.ico', 'logo', 'three')], icon)
    expect(await readFile(join(folder, 'favicon.ico'), 'utf8')).toBe('three')
  })

  it('may be the folder of another project', async () => {
    await put1()
    const other = join(root, 'other')
    const edition: Edition = { kind: 'pictures', names: undefined, hashed: true, files: [] }
    await expect(publish(folder, other, edition)).rejects.toMatchObject({
      code: 'EXPORT_REFUSED',
      message: expect.stringContaining(
        'has what another project exported ("..", seen from there).',
      ) as string,
    })
    expect(await there()).toEqual(['fox-1.webp', 'hero-1.webp'])
  })

  it('is not written through a link', async () => {
    await mkdir(folder)
    await writeFile(join(root, 'precious'), 'precious')
    await symlink(join(root, 'precious'), join(folder, 'hero-1.webp'))
    await put1()
    expect(await readFile(join(root, 'precious'), 'utf8')).toBe('precious')
    expect(await readFile(join(folder, 'hero-1.webp'), 'utf8')).toBe('the bytes of hero-1.webp')
  })
})

it('says why the system lets it not write', async () => {
  await writeFile(folder, 'a file')
  await expect(put1()).rejects.toMatchObject({
    code: 'EXPORT_FAILED',
    message: expect.stringMatching(/hero-1\.webp" cannot be written: ENOTDIR\.$/) as string,
  })
})
