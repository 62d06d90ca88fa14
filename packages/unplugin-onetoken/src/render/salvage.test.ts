import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import type * as OS from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import { openFileStore } from '../store/file-store.ts'
import { failureOf, filesIn, KEY, temporaryFolder, told } from '../store/testing.ts'
import { salvage } from './salvage.ts'
import { answerOf, bench, jobOf, picture, type Bench } from './testing.ts'

/** As of a user whom the system does not know: `docker run --user 12345`, for one. */
const noHome = vi.hoisted(() => ({ is: false }))
vi.mock('node:os', async (original) => {
  const os = await original<typeof OS>()
  const homedir = (): string => {
    if (noHome.is) throw new Error('A system error occurred: uv_os_homedir returned ENOENT')
    return os.homedir()
  }
  return { ...os, homedir }
})
afterEach(() => {
  noHome.is = false
})

const FOX = picture('fox')
const HARE = picture('hare')
const PAGE = Buffer.from('<html>')

describe('a store that fails with a paid answer in hand', () => {
  /** A bench whose `images` turn into a file while the API renders. */
  async function failing(answer = [FOX, HARE]): Promise<Bench> {
    const made: Bench = await bench({
      answer: async () => {
        const images = join(made.folder, 'images')
        await rm(images, { recursive: true })
        await writeFile(images, 'no folder')
        return answerOf(answer)
      },
    })
    return made
  }

  test('keeps it beside the store, in a store of its own', async () => {
    const made = await failing()
    const { folder } = made
    const error = await failureOf(made.renderer.render(jobOf({}, { n: 2 })))
    expect(told(error, dirname(folder))).toMatchInlineSnapshot(`
      "STORE_WRITE
      hero is rendered and paid for, but the store could not keep it: EEXIST: file already exists, mkdir '<folder>/onetoken/images'
      It is kept in <folder>/onetoken-salvage-<random>. Make <folder>/onetoken a folder that can be written, then copy the folders "images" and "renders" from there into it: the next run finds it."
    `)
    const spare = String(error.details?.['salvaged'])
    expect(dirname(spare)).toBe(dirname(folder))
    expect((await filesIn(spare)).map((name) => name.replaceAll(/[\da-f]{64}/g, '<hash>'))).toEqual([
      'images/<hash>.png',
      'images/<hash>.png',
      'renders/<hash>.json',
    ])

    // Nobody buys it again, and whoever comes next is told where it is.
    const next = await failureOf(made.renderer.render(jobOf()))
    expect(next.code).toBe('POSSIBLY_BILLED')
    expect(next.message).toContain(`It is kept in ${spare}.`)
    expect(made.posts).toHaveLength(1)
    expect(made.budget.spent.renders).toBe(1)

    // Doing as the hint says puts everything right.
    await rm(join(folder, 'images'))
    for (const part of ['images', 'renders']) {
      await cp(join(spare, part), join(folder, part), { recursive: true })
    }
    const lookup = await openFileStore(folder).find(KEY)
    expect(lookup).toMatchObject({ state: 'found', record: { images: [{}, {}] } })
    if (lookup.state !== 'found') return
    for (const image of lookup.record.images) await made.store.image(image, 'hero')
  })

  test('also when only the record cannot be kept', async () => {
    const { store, folder } = await bench()
    const made = await bench({
      folder,
      parts: { store: { ...store, putRecord: () => Promise.reject(new Error('no room')) } },
    })
    const error = await failureOf(made.renderer.render(jobOf()))
    expect(error.message).toBe('hero is rendered and paid for, but the store could not keep it: no room')
    const spare = openFileStore(String(error.details?.['salvaged']))
    expect(await spare.find(KEY)).toMatchObject({ state: 'found' })
  })

  test('also when only what is no image cannot be put aside', async () => {
    const { store, folder } = await bench()
    const made = await bench({
      folder,
      answer: () => answerOf([PAGE]),
      parts: { store: { ...store, quarantine: () => Promise.reject(new Error('no room')) } },
    })
    const error = await failureOf(made.renderer.render(jobOf()))
    expect(error.code).toBe('IMAGE_INVALID')
    const [, file = ''] = / are in (\S+)\.$/.exec(error.message) ?? []
    expect(file).toContain('onetoken-salvage-')
    expect(await readFile(file)).toEqual(PAGE)
  })

  test('keeps it in the folder for temporary files when there is no place beside the store', async () => {
    const [root, temporary] = [await temporaryFolder(), await temporaryFolder()]
    vi.stubEnv('TMPDIR', temporary)
    const made: Bench = await bench({
      folder: join(root, 'project/onetoken'),
      answer: async () => {
        await rm(dirname(made.folder), { recursive: true })
        await writeFile(dirname(made.folder), 'no folder')
        return answerOf([FOX])
      },
    })
    const error = await failureOf(made.renderer.render(jobOf()))
    vi.unstubAllEnvs()
    expect(await readdir(temporary)).toHaveLength(1)
    expect(String(error.details?.['salvaged'])).toContain(temporary)
    expect(await filesIn(String(error.details?.['salvaged']))).toContain(`images/${sha256(FOX)}.png`)
  })

  test('also for a user without a home', async () => {
    noHome.is = true
    const made = await failing()
    const error = await failureOf(made.renderer.render(jobOf({}, { n: 2 })))
    expect(dirname(String(error.details?.['salvaged']))).toBe(dirname(made.folder))
  })

  test('says so when nothing at all can be written', async () => {
    const root = await temporaryFolder()
    const made: Bench = await bench({
      folder: join(root, 'project/onetoken'),
      answer: async () => {
        await rm(dirname(made.folder), { recursive: true })
        await writeFile(dirname(made.folder), 'no folder')
        vi.stubEnv('TMPDIR', join(root, 'nowhere'))
        vi.stubEnv('HOME', join(root, 'nowhere'))
        return answerOf([FOX])
      },
    })
    const error = await failureOf(made.renderer.render(jobOf()))
    vi.unstubAllEnvs()
    expect(error.code).toBe('STORE_WRITE')
    expect(error.message).toMatch(
      /^hero is rendered and paid for, but could be kept neither in the store nor elsewhere: /,
    )
    expect(error.message.match(/E[A-Z]{4,}: /g)?.length).toBeGreaterThanOrEqual(3)
  })

  test('says so for a user without a home as well', async () => {
    noHome.is = true
    const keepIn = (): Promise<never> => Promise.reject(new Error('no room'))
    const error = await salvage('hero', await bench(), new Error('read-only'), keepIn)
    expect(error.message).toMatch(/: read-only; no room; no room; A system error occurred: uv_os_homedir/)
  })

  test('leaves no empty folders behind', async () => {
    const root = await temporaryFolder()
    const { store } = await bench({ folder: join(root, 'onetoken') })
    vi.stubEnv('TMPDIR', root)
    vi.stubEnv('HOME', root)
    const keepIn = (): Promise<never> => Promise.reject(new Error('no room'))
    const error = await salvage('hero', store, new Error('read-only'), keepIn)
    vi.unstubAllEnvs()
    expect(error.message).toContain(': read-only; no room')
    expect(await readdir(root)).toEqual([])
  })
})
