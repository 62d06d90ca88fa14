import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import { checkStore, type CheckParts, type Finding } from './check.ts'
import { openFileStore, type RenderStore } from './file-store.ts'
import { openIntents } from './intents.ts'
import { serializeRecord } from './record.ts'
import { filesIn, imageOf, KEY, recordOf, temporaryFolder } from './testing.ts'

const FOX = Buffer.from('PNG of a fox')
const HARE = Buffer.from('PNG of a hare')
const HARE_KEY = sha256('a hare')
const OTHER_KEY = sha256('a fox, once more')
const DAY = 24 * 60 * 60 * 1000
const LFS = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(FOX)}\nsize ${FOX.length}\n`
const MERGE = '<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> theirs\n'

/** A store with the renders of a fox and of a hare. */
async function filled(): Promise<RenderStore> {
  const store = openFileStore(join(await temporaryFolder(), 'onetoken'))
  await store.prepare()
  await store.putImage(FOX, 'png')
  await store.putRecord(recordOf([FOX]))
  await store.putImage(HARE, 'png')
  await store.putRecord(recordOf([HARE], { key: HARE_KEY, name: 'hare' }))
  return store
}

async function check(store: RenderStore, parts: Partial<CheckParts> = {}): Promise<Finding[]> {
  const findings: Finding[] = []
  const format: CheckParts['format'] = (start) =>
    /^(PNG|JPEG)/.exec(Buffer.from(start).toString())?.[1]?.toLowerCase()
  for await (const one of checkStore(store, { format, now: Date.now, ...parts })) findings.push(one)
  return findings
}

/** What people are told, with what differs from run to run made equal. */
function told(findings: readonly Finding[], { folder }: RenderStore): string {
  return findings
    .map(({ severity, kind, message, hint = '' }) => `${severity} ${kind}: ${message}\n${hint}`.trim())
    .join('\n')
    .replaceAll(folder, '<store>')
    .replaceAll(/quarantine\/\d+-[\da-f]{8}-/g, 'quarantine/<time>-')
    .replaceAll(sha256(FOX), '<fox>')
    .replaceAll(sha256(HARE), '<hare>')
    .replaceAll(KEY, '<key>')
    .replaceAll(HARE_KEY, '<hare key>')
}

const picture = (store: RenderStore): string => store.imageFile(imageOf(FOX))

async function age(file: string, ms: number): Promise<void> {
  const then = new Date(Date.now() - ms)
  await utimes(file, then, then)
}

async function write(file: string, text: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

test('a store in which all is well has no findings, and is told how far it is', async () => {
  const store = await filled()
  const seen: unknown[] = []
  const watcher = {
    begin: (files: number) => void seen.push(files),
    record: () => void seen.push('record'),
    picture: (bytes: number) => void seen.push(bytes),
    other: () => undefined,
  }
  expect(await check(store, { watcher })).toEqual([])
  expect(seen.slice(0, 3)).toEqual([4, 'record', 'record'])
  expect(new Set(seen.slice(3))).toEqual(new Set([FOX.length, HARE.length]))
})

test('a store that is not there has no findings either', async () => {
  const folder = join(await temporaryFolder(), 'onetoken')
  expect(await check(openFileStore(folder), { repair: {} })).toEqual([])
  expect(await filesIn(folder)).toEqual([])
})

describe('what a render is to the project now', () => {
  const by = (answer: string | false | undefined): Partial<CheckParts> => ({ wantedBy: async () => answer })

  test('is what messages say how to ask for it again', async () => {
    const store = await filled()
    await writeFile(picture(store), 'x')
    const [found] = await check(store, by('hare:dark'))
    expect(found?.message).toContain('The render of hare:dark is in the store')
    expect(found?.hint).toContain('onetoken render hare:dark --again')
    const [unknown] = await check(store, by(undefined))
    expect(unknown?.hint).toContain('onetoken render hero --again')
  })

  test('is nothing: asked for again, another picture would come', async () => {
    const store = await filled()
    await writeFile(picture(store), 'x')
    await writeFile(store.recordFile(HARE_KEY), '{}')
    expect(told(await check(store, by(false)), store)).toMatchInlineSnapshot(`
      "problem record: The render of a picture is in the store, but its record cannot be used: <store>/renders/<hare key>.json was changed: its digest does not fit what it says.
      Restore it, as in: git checkout -- <store>/renders/<hare key>.json
      It is of a former render, which nothing in the project asks for now: no build needs it. Where there is no copy of it, in git or a backup, remove the file.
      problem picture: The render of hero is in the store, but its picture cannot be used: <store>/images/<fox>.png has 1 bytes, and its record says 12.
      Restore it, as in: git checkout -- <store>/images/<fox>.png
      It is of a former render, which nothing in the project asks for now: no build needs it. To remove it: npx --no-install onetoken prune --renders (with --keep-days 0, when it is younger than 30 days)
      note orphan: <store>/images/<hare>.png is named by none of the records that can be used."
    `)
  })

  test('is that of the record which is asked for, where two have one picture', async () => {
    const store = await filled()
    await store.putRecord(recordOf([FOX], { key: OTHER_KEY, name: 'hare' }))
    await writeFile(picture(store), 'x')
    const [found] = await check(store, {
      wantedBy: async (key) => (key === OTHER_KEY ? 'hare' : false),
    })
    expect(found?.hint).toContain('onetoken render hare --again')
  })
})

describe('a picture that cannot be used', () => {
  const cases: [string, (store: RenderStore) => Promise<void>][] = [
    ['absent', (store) => rm(picture(store))],
    ['damaged', (store) => writeFile(picture(store), 'PNG of a f??')],
    ['cut short', (store) => writeFile(picture(store), FOX.subarray(0, 5))],
    ['a pointer', (store) => writeFile(picture(store), LFS)],
    ['a conflict', (store) => writeFile(picture(store), MERGE)],
    ['a folder', (store) => rm(picture(store)).then(async () => void (await mkdir(picture(store))))],
  ]
  test.each(cases)('%s', async (_, spoil) => {
    const store = await filled()
    await spoil(store)
    const before = await filesIn(store.folder)
    const findings = await check(store)
    expect(told(findings, store)).toMatchSnapshot()
    expect(await filesIn(store.folder)).toEqual(before)
  })

  test('as its record says something else of it', async () => {
    const store = await filled()
    const wrong = { ...imageOf(FOX), format: 'jpeg' as const }
    await write(store.imageFile(wrong), FOX)
    await store.putRecord({ ...recordOf([FOX]), images: [wrong] }, { replace: true })
    expect(told(await check(store, { repair: {} }), store)).toMatchSnapshot()
    expect(await readFile(store.imageFile(wrong))).toEqual(FOX)
  })
})

describe('a record that cannot be used', () => {
  const cases: [string, string][] = [
    ['damaged', '{}'],
    ['empty', ''],
    ['a pointer', LFS],
    ['a conflict', MERGE],
    ['newer', '{ "version": 2 }'],
    ['of another render', serializeRecord(recordOf([HARE], { key: HARE_KEY }))],
  ]
  test.each(cases)('%s stays where it is: without it the render would be bought again', async (_, text) => {
    const store = await filled()
    await writeFile(store.recordFile(KEY), text)
    expect(told(await check(store, { repair: {} }), store)).toMatchSnapshot()
    expect(await readFile(store.recordFile(KEY), 'utf8')).toBe(text)
  })
})

describe('a record under a wrong name', () => {
  test('is told, and gets its name', async () => {
    const store = await filled()
    await rename(store.recordFile(KEY), join(store.folder, 'renders', 'he\u001bro.json'))
    expect(told(await check(store), store)).toMatchSnapshot()
    expect(told(await check(store, { repair: {} }), store)).toContain('It has its right name now.')
    expect(await store.find(KEY)).toMatchObject({ state: 'found' })
    expect((await check(store)).map(({ kind }) => kind)).toEqual(['quarantine'])
  })

  test('is only a note where the right one is there, too', async () => {
    const store = await filled()
    await writeFile(join(store.folder, 'renders', 'copy.json'), serializeRecord(recordOf([FOX])))
    expect(told(await check(store, { repair: {} }), store)).toMatchInlineSnapshot(
      `"note foreign: <store>/renders/copy.json is a copy of the record of hero."`,
    )
  })
})

test('what nothing here has written, and what no record names, is noted', async () => {
  const store = await filled()
  await write(join(store.folder, 'renders', 'notes.txt'), 'x')
  await write(join(store.folder, 'renders', 'list.json'), '[]')
  await write(join(store.folder, 'images', 'Thumbs.db'), 'x')
  await store.putImage(Buffer.from('PNG of an owl'), 'png')
  expect(told(await check(store, { repair: {} }), store)).toMatchSnapshot()
})

test('a picture that a request has brought, and no record names yet, is not to be removed', async () => {
  const store = await filled()
  await rm(store.recordFile(KEY))
  await openIntents(store.cache).write({
    key: KEY,
    attempt: 1,
    label: 'hero',
    sender: { id: 'another', pid: 1, host: 'elsewhere', namespace: '' },
    time: '2026-01-02T03:04:05.678Z',
    arrived: recordOf([FOX]),
  })
  expect(told(await check(store), store)).toMatchInlineSnapshot(`
    "note orphan: <store>/images/<fox>.png is the answer to a request, and has no record yet.
    Leave it there: whoever finishes the request finds it, the next build or: npx --no-install onetoken verify --repair"
  `)
})

describe('what cannot be read', () => {
  test('of the requests is told by others, but then a picture without a record may be wanted', async () => {
    const store = await filled()
    await rm(store.recordFile(KEY))
    await write(join(store.cache, 'intents'), 'no folder')
    expect(told(await check(store), store)).toMatchInlineSnapshot(
      `"note orphan: <store>/images/<fox>.png is named by none of the records that can be used."`,
    )
  })

  test('of the quarantine is a finding beside the others', async () => {
    const store = await filled()
    await rm(picture(store))
    await write(join(store.cache, 'quarantine'), 'no folder')
    const found = await check(store)
    expect(found.map(({ kind, severity, file }) => [kind, severity, file])).toEqual([
      ['picture', 'problem', picture(store)],
      ['quarantine', 'problem', join(store.cache, 'quarantine')],
    ])
    expect(told(found.slice(1), store)).toMatchInlineSnapshot(`
      "problem quarantine: The store cannot be read: ENOTDIR: not a directory, scandir '<store>/.cache/quarantine'
      Nothing was rendered. One of the folders of <store>/.cache/quarantine is a file (a symbolic link that git wrote as text, perhaps): put it right, or set "store" in the settings."
    `)
  })
})

describe('what a process left behind', () => {
  const temporary = (store: RenderStore): string => join(store.folder, 'images', '.12-abc.tmp')

  test('is told after a day', async () => {
    const store = await filled()
    await write(temporary(store), FOX)
    await write(`${picture(store)}.0.claim`, '')
    await write(join(store.cache, 'tmp', 'variants-x', '480.avif'), 'xxxx')
    expect(await check(store)).toEqual([])
    await age(temporary(store), DAY + 1000)
    await age(`${picture(store)}.0.claim`, DAY + 1000)
    await age(join(store.cache, 'tmp', 'variants-x'), DAY + 1000)
    expect(told(await check(store), store)).toMatchSnapshot()
  })

  test('is removed only where the store has the same bytes', async () => {
    const store = await filled()
    await write(temporary(store), FOX)
    await write(`${temporary(store)}.1.tmp`, 'PNG that was paid for')
    await age(temporary(store), DAY + 1000)
    await age(`${temporary(store)}.1.tmp`, DAY + 1000)
    expect(told(await check(store, { repair: {} }), store)).toMatchSnapshot()
    expect((await check(store, { repair: {} })).map(({ kind }) => kind)).toEqual(['quarantine'])
    const [aside = ''] = await filesIn(join(store.cache, 'quarantine'))
    expect(await readFile(join(store.cache, 'quarantine', aside), 'utf8')).toBe('PNG that was paid for')
    expect(await filesIn(join(store.folder, 'images'))).toHaveLength(2)
  })

  test('stays while a request stands', async () => {
    const store = await filled()
    await write(temporary(store), 'PNG that was paid for')
    await age(temporary(store), DAY + 1000)
    await write(join(store.cache, 'intents', `${sha256('an owl')}.1.json`), '{}')
    expect(await check(store, { repair: {} })).toMatchObject([{ severity: 'note', kind: 'leftover' }])
    expect(await readFile(temporary(store), 'utf8')).toBe('PNG that was paid for')
  })
})

test('what git is told is written where it is not there, and noted where it lacks something', async () => {
  const store = await filled()
  await rm(join(store.folder, '.gitignore'))
  await writeFile(join(store.folder, '.gitattributes'), 'images/* filter=lfs -text\n')
  expect(told(await check(store), store)).toMatchSnapshot()
  expect(told(await check(store, { repair: {} }), store)).toContain('It was written anew.')
  expect((await check(store)).map(({ file }) => file)).toEqual([join(store.folder, '.gitattributes')])
})

test('records that were replaced are told apart from bytes that may have been paid for', async () => {
  const store = await filled()
  const created = '2027-01-02T03:04:05.000Z'
  await store.putRecord(recordOf([FOX], { created }), { replace: true })
  expect(told(await check(store), store)).toMatchInlineSnapshot(`
    "note quarantine: <store>/.cache/quarantine has 1 record that was replaced.
    No build needs a record that was replaced, and its picture stays where it is. To remove such records: npx --no-install onetoken prune --replaced"
  `)
  await store.quarantine('lost.bin', Buffer.from('no picture'))
  // Of a render that is not there any more, it is the only record.
  await rm(store.recordFile(KEY))
  const [, note] = (await check(store)).map(({ message }) => message)
  expect(note).toMatch(/quarantine has 2 files that were put aside\.$/)
})

describe('a repair', () => {
  test('puts damaged bytes aside, and has the right ones brought', async () => {
    const store = await filled()
    await writeFile(picture(store), 'damaged')
    expect(told(await check(store, { repair: {} }), store)).toMatchSnapshot()
    expect(await filesIn(join(store.cache, 'quarantine'))).toHaveLength(1)
    const restore = async (): Promise<boolean> => {
      await store.putImage(FOX, 'png')
      return true
    }
    const [finding] = await check(store, { repair: { restore } })
    expect(finding).toMatchObject({ severity: 'repaired', kind: 'picture', state: 'absent' })
    expect((await check(store)).map(({ kind }) => kind)).toEqual(['quarantine'])
  })

  test('does not believe that the right ones were brought', async () => {
    const store = await filled()
    await writeFile(picture(store), LFS)
    await writeFile(store.recordFile(HARE_KEY), '{}')
    const findings = await check(store, { repair: { restore: () => Promise.resolve(true) } })
    expect(findings.filter(({ severity }) => severity === 'problem').map(({ kind }) => kind)).toEqual([
      'record',
      'picture',
    ])
    expect(await readFile(picture(store), 'utf8')).toBe(LFS)
  })

  test('brings a record, whose pictures are looked at then', async () => {
    const store = await filled()
    await writeFile(store.recordFile(KEY), '{}')
    await rm(picture(store))
    const restore: NonNullable<CheckParts['repair']>['restore'] = async ({ what }) => {
      if (what === 'record') await store.putRecord(recordOf([FOX]), { replace: true })
      return what === 'record'
    }
    const findings = await check(store, { repair: { restore } })
    expect(findings.map(({ severity, kind }) => `${severity} ${kind}`)).toEqual([
      'repaired record',
      'problem picture',
      'note quarantine',
    ])
  })
})

test('what is held does not grow with the number of renders', async () => {
  const store = openFileStore(join(await temporaryFolder(), 'onetoken'))
  const bytes = Buffer.alloc(512 * 1024, 'PNG')
  let most = 0
  for (let index = 0; index < 40; index++) {
    bytes.writeUInt32LE(index, 8)
    const key = createHash('sha256').update(String(index)).digest('hex')
    await write(store.imageFile(imageOf(bytes)), bytes)
    await write(store.recordFile(key), serializeRecord(recordOf([bytes], { key })))
  }
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  /** Bytes of what is still wanted. */
  const held = (): number => {
    collectGarbage()
    return process.memoryUsage().arrayBuffers
  }
  const before = held()
  const watcher = {
    begin: () => undefined,
    record: () => undefined,
    other: () => undefined,
    picture: () => void (most = Math.max(most, held())),
  }
  await check(store, { watcher })
  expect(most - before).toBeLessThan(10 * bytes.length)
})
