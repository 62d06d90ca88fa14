import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import { openFileStore, type RenderStore } from './file-store.ts'
import { serializeRecord } from './record.ts'
import { failureOf, filesIn, imageOf, KEY, recordOf, temporaryFolder, told } from './testing.ts'

const FOX = Buffer.from('bytes that pass for a picture of a fox')
const HARE = Buffer.from('bytes that pass for a picture of a hare')
const LFS = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(FOX)}\nsize ${FOX.length}\n`
const MERGE = '<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> theirs\n'

async function open(): Promise<{ folder: string; store: RenderStore; picture: string; record: string }> {
  const folder = join(await temporaryFolder(), 'onetoken')
  const store = openFileStore(folder)
  return { folder, store, picture: store.imageFile(imageOf(FOX)), record: store.recordFile(KEY) }
}

/** A store with the render of a fox in it. */
async function filled(): ReturnType<typeof open> {
  const opened = await open()
  await opened.store.putImage(FOX, 'png')
  await opened.store.putRecord(recordOf([FOX]))
  return opened
}

const quarantined = async (folder: string): Promise<string[]> =>
  Promise.all(
    (await filesIn(join(folder, '.cache/quarantine'))).map((name) =>
      readFile(join(folder, '.cache/quarantine', name), 'utf8'),
    ),
  )

describe('a render that is there', () => {
  test('is found, and its picture served', async () => {
    const { folder, store, picture } = await filled()
    expect(await store.find(KEY)).toEqual({ state: 'found', record: recordOf([FOX]) })
    expect(await store.image(imageOf(FOX), 'hero')).toBe(picture)
    expect(await readFile(picture)).toEqual(FOX)
    expect(await filesIn(folder)).toEqual([`images/${sha256(FOX)}.png`, `renders/${KEY}.json`])
  })

  test('is found by a store that is opened anew', async () => {
    const { folder } = await filled()
    const store = openFileStore(folder)
    expect(await store.find(KEY)).toEqual({ state: 'found', record: recordOf([FOX]) })
    await expect(store.image(imageOf(FOX), 'hero')).resolves.toBeTypeOf('string')
  })

  test.each([
    ['png', 'png'],
    ['jpeg', 'jpg'],
    ['webp', 'webp'],
    ['avif', 'avif'],
    ['gif', 'gif'],
  ] as const)('as %s has the extension %s', async (format, extension) => {
    const { folder, store } = await open()
    const { sha256: hash, file } = await store.putImage(FOX, extension)
    expect(file).toBe(join(folder, 'images', `${hash}.${extension}`))
    expect(await store.image({ sha256: hash, format }, 'hero')).toBe(file)
  })

  test('creates nothing by being asked for', async () => {
    const { folder, store } = await open()
    expect(await store.find(KEY)).toEqual({ state: 'missing' })
    expect(await filesIn(folder)).toEqual([])
  })

  test('may be a refusal', async () => {
    const { store } = await open()
    const refusal = recordOf([], { refusal: { message: 'not allowed' }, cost: { usd: 0, from: 'usage' } })
    await store.putRecord(refusal)
    expect(await store.find(KEY)).toEqual({ state: 'found', record: refusal })
  })
})

describe('a picture that is not what its record says', () => {
  test.each([
    ['a flipped bit', Buffer.from(FOX.map((byte, index) => (index === 5 ? byte ^ 1 : byte)))],
    ['cut short', FOX.subarray(0, 10)],
    ['empty', Buffer.alloc(0)],
    ['the bytes of another picture', HARE],
    ['more than it was', Buffer.concat([FOX, Buffer.of(0)])],
  ])('%s: is not served, and moved aside', async (_, bytes) => {
    const { folder, store, picture } = await filled()
    await writeFile(picture, bytes)
    const error = await failureOf(store.image(imageOf(FOX), 'hero'))
    expect(told(error, folder)).toBe(
      [
        'STORE_UNAVAILABLE',
        'The render of hero is in the store, but its picture cannot be used: <folder>/images/<hash>.png does not have the bytes that its record says. It was moved aside, to <folder>/.cache/quarantine/<time>-<hash>.png.',
        'Restore it, as in: git checkout -- <folder>/images/<hash>.png',
        'To pay for it again: npx --no-install onetoken render hero --again',
      ].join('\n'),
    )
    expect(await quarantined(folder)).toEqual([bytes.toString()])
    expect(await readFile(String(error.details?.['moved']))).toEqual(bytes)
    // It was paid for all the same: it is not missing now.
    expect((await store.find(KEY)).state).toBe('found')
    expect((await failureOf(store.image(imageOf(FOX), 'hero'))).code).toBe('STORE_UNAVAILABLE')
  })

  test('stays where it cannot be moved, and is not served either', async () => {
    const { folder, store, picture } = await filled()
    await writeFile(picture, HARE)
    await writeFile(join(folder, '.cache'), 'no folder')
    const error = await failureOf(store.image(imageOf(FOX), 'hero'))
    expect(error.message).not.toContain('moved')
    expect(await readFile(picture)).toEqual(HARE)
  })

  test('stays where the right bytes came in the meantime', async () => {
    const { folder, store, picture } = await filled()
    expect(await store.setAsideImage(imageOf(FOX))).toBeUndefined()
    expect(await readFile(picture)).toEqual(FOX)
    expect(await quarantined(folder)).toEqual([])
    await writeFile(picture, HARE)
    expect(await readFile((await store.setAsideImage(imageOf(FOX))) ?? '')).toEqual(HARE)
  })

  test('several in one millisecond are all kept', async () => {
    const { folder, store } = await filled()
    await Promise.all(['a', 'b', 'c', 'd'].map((text) => store.quarantine('same.bin', Buffer.from(text))))
    expect((await quarantined(folder)).sort()).toEqual(['a', 'b', 'c', 'd'])
  })
})

describe('a picture that can be had', () => {
  test('from Git LFS stays where it is', async () => {
    const { folder, store, picture } = await filled()
    await writeFile(picture, LFS)
    expect(told(await failureOf(store.image(imageOf(FOX), 'hero')), folder)).toMatchInlineSnapshot(`
      "STORE_UNAVAILABLE
      The render of hero is in the store, but its picture cannot be used: <folder>/images/<hash>.png is a Git LFS pointer.
      Fetch what it points to: git lfs pull"
    `)
    expect(await readFile(picture, 'utf8')).toBe(LFS)
  })

  test('from one side of a merge stays where it is', async () => {
    const { folder, store, picture } = await filled()
    await writeFile(picture, MERGE)
    expect(told(await failureOf(store.image(imageOf(FOX), 'hero')), folder)).toMatchInlineSnapshot(`
      "STORE_UNAVAILABLE
      The render of hero is in the store, but its picture cannot be used: <folder>/images/<hash>.png holds an unfinished git merge.
      Choose a side, as in: git checkout --ours <folder>/images/<hash>.png"
    `)
    expect(await readFile(picture, 'utf8')).toBe(MERGE)
  })

  test('from somewhere else, as it is not there', async () => {
    const { folder, store, picture } = await filled()
    await rm(picture)
    expect(told(await failureOf(store.image(imageOf(FOX), '"A red fox in…"')), folder))
      .toMatchInlineSnapshot(`
      "STORE_UNAVAILABLE
      The render of "A red fox in…" is in the store, but its picture cannot be used: <folder>/images/<hash>.png is not there.
      Restore it, as in: git checkout -- <folder>/images/<hash>.png
      To pay for it again: give its import another "take", as in &take=2"
    `)
    expect((await store.find(KEY)).state).toBe('found')
  })

  test('by adding its bytes again', async () => {
    const { folder, store, picture } = await filled()
    for (const bad of [HARE, Buffer.alloc(0), Buffer.from(LFS)]) {
      await writeFile(picture, bad)
      expect(await store.putImage(FOX, 'png')).toEqual({ sha256: sha256(FOX), file: picture })
      expect(await store.image(imageOf(FOX), 'hero')).toBe(picture)
    }
    await rm(picture)
    await store.putImage(FOX, 'png')
    expect(await readFile(picture)).toEqual(FOX)
    expect((await quarantined(folder)).sort()).toEqual(['', HARE.toString(), LFS].sort())
  })

  test('by adding its bytes again, also where nothing can be put aside', async () => {
    const { folder, store, picture } = await filled()
    await writeFile(picture, HARE)
    await writeFile(join(folder, '.cache'), 'no folder')
    await store.putImage(FOX, 'png')
    expect(await readFile(picture)).toEqual(FOX)
  })
})

describe('putImage', () => {
  test('of the same bytes, many times at once, is one file', async () => {
    const { folder, store } = await open()
    const files = await Promise.all(Array.from({ length: 20 }, () => store.putImage(FOX, 'png')))
    expect(new Set(files.map(({ file }) => file)).size).toBe(1)
    expect(await filesIn(folder)).toEqual([`images/${sha256(FOX)}.png`])
  })
})

describe('a record that cannot be used', () => {
  const text = serializeRecord(recordOf([FOX]))

  test.each([
    ['changed by hand', text.replace('"take": 1', '"take": 2')],
    ['empty', ''],
    ['half', text.slice(0, 99)],
    ['null', 'null'],
    ['of another render', serializeRecord(recordOf([FOX], { key: 'e'.repeat(64) }))],
    ['of a newer release', JSON.stringify({ version: 2 })],
    ['in a merge', `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> theirs\n`],
    ['a pointer', LFS],
  ])('%s is unavailable, never missing, and stays where it is', async (name, content) => {
    const { folder, store, record } = await filled()
    await writeFile(record, content)
    const lookup = await store.find(KEY, 'hero')
    expect(lookup.state).toBe('unavailable')
    if (lookup.state === 'unavailable') expect(told(lookup.error, folder)).toMatchSnapshot(name)
    expect(await readFile(record, 'utf8')).toBe(content)
    expect(await quarantined(folder)).toEqual([])
  })

  test('names no picture when nobody says which one it is', async () => {
    const { store, record } = await filled()
    await writeFile(record, '')
    const lookup = await store.find(KEY)
    expect(lookup.state === 'unavailable' && lookup.error.message).toContain('The render of a picture')
    expect(lookup.state === 'unavailable' && lookup.error.hint).toContain('render NAME --again')
  })

  test('because the store is a file', async () => {
    const { folder, store } = await open()
    await writeFile(folder, '../shared/onetoken')
    const lookup = await store.find(KEY, 'hero')
    expect(lookup.state === 'unavailable' && told(lookup.error, folder)).toMatchInlineSnapshot(`
      "STORE_UNAVAILABLE
      The store cannot be read: ENOTDIR: not a directory, open '<folder>/renders/<hash>.json'
      Nothing was rendered. One of the folders of <folder>/renders/<hash>.json is a file (a symbolic link that git wrote as text, perhaps): put it right, or set "store" in the settings."
    `)
    expect((await failureOf(store.image(imageOf(FOX), 'hero'))).code).toBe('STORE_UNAVAILABLE')
  })

  test('because the system does not let us read it', async () => {
    const { folder, store, record } = await open()
    await mkdir(record, { recursive: true })
    const lookup = await store.find(KEY, 'hero')
    expect(lookup.state === 'unavailable' && told(lookup.error, folder)).toMatchInlineSnapshot(`
      "STORE_UNAVAILABLE
      The store cannot be read: EISDIR: illegal operation on a directory, read
      Nothing was rendered. <folder>/renders/<hash>.json is a folder, where a file belongs: put the file back, or move the folder away."
    `)
  })

  test('has a path that can be pasted', async () => {
    const folder = join(await temporaryFolder(), 'my site/onetoken')
    const store = openFileStore(folder)
    const { hint } = await failureOf(store.image(imageOf(FOX), 'hero'))
    expect(hint).toContain(`git checkout -- "${store.imageFile(imageOf(FOX))}"`)
  })

  test('has a short path when it is below the folder where the command runs', async () => {
    const store = openFileStore(join(process.cwd(), 'no-such-store'))
    const { message } = await failureOf(store.image(imageOf(FOX), 'hero'))
    expect(message).toContain(': no-such-store/images/')
  })
})

describe('putRecord', () => {
  test('keeps the first of two', async () => {
    const { store } = await filled()
    expect(await store.putRecord(recordOf([HARE]))).toEqual(recordOf([FOX]))
    expect(await store.find(KEY)).toEqual({ state: 'found', record: recordOf([FOX]) })
  })

  test('keeps one of many at once, and tells all which', async () => {
    const { store } = await open()
    const told = await Promise.all(
      Array.from({ length: 20 }, (_, take) => store.putRecord(recordOf([FOX], { take }))),
    )
    const lookup = await store.find(KEY)
    expect(new Set(told.map(({ take }) => take))).toEqual(
      new Set([lookup.state === 'found' ? lookup.record.take : undefined]),
    )
  })

  test('replaces when it is told to, and keeps a copy of what it replaces', async () => {
    const { folder, store } = await filled()
    await store.putRecord(recordOf([HARE]), { replace: true })
    expect(await store.find(KEY)).toEqual({ state: 'found', record: recordOf([HARE]) })
    expect(await quarantined(folder)).toEqual([serializeRecord(recordOf([FOX]))])
  })

  test('takes the place of what cannot be used, and keeps a copy of that', async () => {
    const { folder, store, record } = await filled()
    await writeFile(record, MERGE)
    expect(await store.putRecord(recordOf([HARE]))).toEqual(recordOf([HARE]))
    expect(await store.find(KEY)).toEqual({ state: 'found', record: recordOf([HARE]) })
    expect(await quarantined(folder)).toEqual([MERGE])
  })

  test('writes also where nothing can be put aside', async () => {
    const { folder, store, record } = await filled()
    await writeFile(record, 'damaged')
    await writeFile(join(folder, '.cache'), 'no folder')
    await store.putRecord(recordOf([HARE]), { replace: true })
    expect((await store.find(KEY)).state).toBe('found')
  })
})

describe('prepare', () => {
  test('writes what git has to know, and leaves it when somebody changed it', async () => {
    const { folder, store } = await open()
    await store.prepare()
    expect(await filesIn(folder)).toEqual(['.gitattributes', '.gitignore'])
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toContain('\n/.cache/\n')
    await writeFile(join(folder, '.gitattributes'), 'images/* filter=lfs diff=lfs merge=lfs -text\n')
    await store.prepare()
    expect(await readFile(join(folder, '.gitattributes'), 'utf8')).toContain('filter=lfs')
  })

  test.each(['', 'renders', 'images', '.cache'])('finds that "%s" cannot be written', async (part) => {
    const { folder, store } = await open()
    if (part !== '') await mkdir(folder)
    await writeFile(join(folder, part), 'no folder')
    const error = await failureOf(store.prepare())
    expect(error.code).toBe('STORE_WRITE')
    expect(error.message).toMatch(/^The store cannot be written: (?:EEXIST|ENOTDIR)/)
    expect(error.hint).toBe(
      `Nothing was sent to the API. Make ${folder} a folder that can be written, or set "store" in the settings.`,
    )
    expect(error.details).toEqual({ stopAll: true })
  })
})
