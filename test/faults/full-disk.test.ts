import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bundle, type Bundler } from '../helpers/bundlers.ts'
import { mountDisk } from '../helpers/disk.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, type Site } from '../helpers/site.ts'
import { isLacking } from '../helpers/system.ts'
import { copySalvaged, expectCached, expectWhole, picturesSent, salvagedIn } from '../helpers/till.ts'

const HERO = { prompt: 'A fjord', size: '1024x1024', quality: 'low' }
const MANIFEST = `version: 1\nimages:\n  hero: ${JSON.stringify(HERO)}\n`

/** Render, and see that what was paid for lies whole where the message says; then mend the disk and go on for free. */
async function expectSalvaged(
  site: Site,
  mock: ReturnType<typeof useMock>,
  {
    env,
    sent,
    into,
    mend,
  }: { env: Record<string, string>; sent: string[]; into: string; mend(): Promise<void> },
): Promise<void> {
  const { status, output } = await site.onetoken(env, 'render', '--yes')
  expect(mock.stats.billed).toBe(1)
  expect(output).toContain('hero is rendered and paid for, but the store could not keep it: ENOSPC')
  expect(status).toBe(1)
  const folder = salvagedIn(output)
  expect(folder.startsWith(join(into, 'onetoken-salvage-'))).toBe(true)
  expect((await expectWhole(folder)).pictures).toEqual(sent)
  await expectWhole(join(site.folder, 'onetoken'))
  await mend()
  await copySalvaged(folder, join(site.folder, 'onetoken'))
  await expectCached(site, mock, env)
}

describe.skipIf(isLacking('mount', 'Full disks'))('a disk that has no room for a paid picture', () => {
  const mock = useMock({ style: 'scenic' })

  it('of the store alone: the picture is kept beside it', async () => {
    const sent = await picturesSent(mock, HERO)
    const site = await createSite({ 'images.yaml': MANIFEST })
    const disk = await mountDisk(join(site.folder, 'onetoken'), 'size=64k')
    const mend = (): Promise<void> => disk.remount('size=16m')
    await expectSalvaged(site, mock, { env: apiEnv(mock.url), sent, into: site.folder, mend })
  })

  it.each(['TMPDIR', 'HOME'])('of the project: the picture is kept in %s', async (where) => {
    const sent = await picturesSent(mock, HERO)
    const [site, other] = await Promise.all([createSite({}), createSite({})])
    const disk = await mountDisk(site.folder, 'size=64k')
    await site.write({ 'images.yaml': MANIFEST })
    // Without one to go on to, each is the last that can take it.
    const env = { ...apiEnv(mock.url), TMPDIR: site.folder, HOME: site.folder, [where]: other.folder }
    const mend = (): Promise<void> => disk.remount('size=16m')
    await expectSalvaged(site, mock, { env, sent, into: other.folder, mend })
  })

  it('anywhere: that is said, and the next run does not pay once more', async () => {
    const site = await createSite({})
    await mountDisk(site.folder, 'size=64k')
    await site.write({ 'images.yaml': MANIFEST })
    const env = { ...apiEnv(mock.url), TMPDIR: site.folder, HOME: site.folder }
    const { status, output } = await site.onetoken(env, 'render', '--yes')
    expect(output).toContain(
      'hero is rendered and paid for, but could be kept neither in the store nor elsewhere: ENOSPC',
    )
    expect(status).toBe(1)
    expect(await expectWhole(join(site.folder, 'onetoken'))).toEqual({ pictures: [], records: [] })
    for (let run = 0; run < 2; run++) {
      const next = await site.onetoken(env, 'render', '--yes')
      expect(next.output).toContain('onetoken render hero --again')
      expect(next.status, next.output).toBe(4)
    }
    expect(mock.stats.requests).toBe(1)
  })

  it('in a build: it fails, and says where the picture is', async () => {
    const sent = await picturesSent(mock, HERO)
    const site = await createSite({
      'images.yaml': MANIFEST,
      'main.js': `import 'virtual:onetoken/hero?w=48'`,
    })
    const disk = await mountDisk(join(site.folder, 'onetoken'), 'size=64k')
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status).toBe(1)
    const folder = salvagedIn(output)
    expect((await expectWhole(folder)).pictures).toEqual(sent)
    await disk.remount('size=16m')
    await copySalvaged(folder, join(site.folder, 'onetoken'))
    const next = await site.build(apiEnv(mock.url))
    expect(next.status, next.output).toBe(0)
    expect(mock.stats.requests).toBe(1)
  })
})

describe.skipIf(isLacking('mount', 'Disks without room for a stand-in'))(
  'a disk with room for nothing',
  () => {
    const mock = useMock()

    it.each<Bundler>(['vite', 'webpack', 'esbuild'])(
      'is no reason for %s not to tell where the picture is',
      async (bundler) => {
        const two = { ...HERO, n: 2 }
        const sent = await picturesSent(mock, two)
        // The least with which it is asked for: all of it is used up by then, and nothing more can be written.
        for (let pages = 3; ; pages++) {
          const site = await createSite({
            'images.yaml': `version: 1\nimages:\n  hero: ${JSON.stringify(two)}\n`,
            'main.js': `import hero from 'virtual:onetoken/hero?w=48'\nglobalThis.result = hero`,
          })
          const store = join(site.folder, 'onetoken')
          const disk = await mountDisk(store, 'size=128k')
          for (const folder of ['renders', 'images', '.cache/intents', '.cache/req']) {
            await mkdir(join(store, folder), { recursive: true })
          }
          await disk.leave(pages)
          const { status, output } = await bundle(site, bundler, apiEnv(mock.url))
          expect(status, output).toBe(1)
          if (mock.stats.requests === 0) continue
          const folder = salvagedIn(output)
          expect((await expectWhole(folder)).pictures).toEqual(sent)
          await disk.empty()
          await copySalvaged(folder, store)
          return expectCached(site, mock, apiEnv(mock.url))
        }
      },
    )
  },
)

describe.skipIf(isLacking('mount', 'Disks that are almost full'))('a disk that is almost full', () => {
  const mock = useMock()
  const TWO = { ...HERO, n: 2 }

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'with %i pages free: paid for and kept, or never asked for',
    async (pages) => {
      const sent = await picturesSent(mock, TWO)
      const site = await createSite({
        'images.yaml': `version: 1\nimages:\n  hero: ${JSON.stringify(TWO)}\n`,
      })
      const store = join(site.folder, 'onetoken')
      const disk = await mountDisk(store, 'size=128k')
      for (const folder of ['renders', 'images', '.cache/intents'])
        await mkdir(join(store, folder), { recursive: true })
      await disk.leave(pages)
      const env = apiEnv(mock.url)
      const { status, output } = await site.onetoken(env, 'render', '--yes')
      await expectWhole(store)
      await disk.empty()
      if (mock.stats.requests === 0) {
        expect(output).toContain('The store cannot be written: ENOSPC')
        expect(output).toContain('Nothing was sent to the API.')
        expect(status).toBe(1)
        expect((await site.onetoken(env, 'render', '--yes')).status).toBe(0)
      } else {
        if (status !== 0) await copySalvaged(salvagedIn(output), store)
        expect((await expectWhole(store)).pictures).toEqual(sent)
      }
      expect(mock.stats.requests).toBe(1)
      await expectCached(site, mock, env)
    },
  )
})
