import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bundle, type Bundler } from '../helpers/bundlers.ts'
import { mountDisk, type Disk } from '../helpers/disk.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, type Site } from '../helpers/site.ts'
import { isLacking } from '../helpers/system.ts'
import { copySalvaged, expectCached, expectWhole, picturesSent, salvagedIn } from '../helpers/till.ts'

const HERO = { prompt: 'A fjord', size: '1024x1024', quality: 'low' }
const MANIFEST = `version: 1\nimages:\n  hero: ${JSON.stringify(HERO)}\n`

/** More than the picture may need, so that it is asked for. */
const ROOMY = 'size=16m'
/** Time in which a disk is filled. */
const LATENCY = 1500

/** Render, and see that what was paid for lies whole where the message says; then mend the disk and go on for free. */
async function expectSalvaged(
  site: Site,
  mock: ReturnType<typeof useMock>,
  { env, sent, into, disk }: { env: Record<string, string>; sent: string[]; into: string; disk: Disk },
): Promise<void> {
  const [{ status, output }] = await Promise.all([
    site.onetoken(env, 'render', '--yes'),
    disk.leaveWhenAsked(mock, 4),
  ])
  expect(mock.stats.billed).toBe(1)
  expect(output).toContain('hero is rendered and paid for, but the store could not keep it: ENOSPC')
  expect(status).toBe(1)
  const folder = salvagedIn(output)
  expect(folder.startsWith(join(into, 'onetoken-salvage-'))).toBe(true)
  expect((await expectWhole(folder)).pictures).toEqual(sent)
  await expectWhole(join(site.folder, 'onetoken'))
  await disk.empty()
  await copySalvaged(folder, join(site.folder, 'onetoken'))
  await expectCached(site, mock, env)
}

describe.skipIf(isLacking('mount', 'Full disks'))('a disk that fills up while the API renders', () => {
  const mock = useMock({ style: 'scenic', latency: LATENCY })

  it('of the store alone: the picture is kept beside it', async () => {
    const sent = await picturesSent(mock, HERO)
    const site = await createSite({ 'images.yaml': MANIFEST })
    const disk = await mountDisk(join(site.folder, 'onetoken'), ROOMY)
    await expectSalvaged(site, mock, { env: apiEnv(mock.url), sent, into: site.folder, disk })
  })

  it.each(['TMPDIR', 'HOME'])('of the project: the picture is kept in %s', async (where) => {
    const sent = await picturesSent(mock, HERO)
    const [site, other] = await Promise.all([createSite({}), createSite({})])
    const disk = await mountDisk(site.folder, ROOMY)
    await site.write({ 'images.yaml': MANIFEST })
    // Without one to go on to, each is the last that can take it.
    const env = { ...apiEnv(mock.url), TMPDIR: site.folder, HOME: site.folder, [where]: other.folder }
    await expectSalvaged(site, mock, { env, sent, into: other.folder, disk })
  })

  it('anywhere: that is said, and the next run does not pay once more', async () => {
    const site = await createSite({})
    const disk = await mountDisk(site.folder, ROOMY)
    await site.write({ 'images.yaml': MANIFEST })
    const env = { ...apiEnv(mock.url), TMPDIR: site.folder, HOME: site.folder }
    const [{ status, output }] = await Promise.all([
      site.onetoken(env, 'render', '--yes'),
      disk.leaveWhenAsked(mock, 4),
    ])
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

  it.each<Bundler>(['vite', 'webpack', 'esbuild'])(
    'in a build of %s, to the last page: it fails, and says where the picture is',
    async (bundler) => {
      const sent = await picturesSent(mock, HERO)
      const site = await createSite({
        'images.yaml': MANIFEST,
        'main.js': `import hero from 'virtual:onetoken/hero?w=48'\nglobalThis.result = hero`,
      })
      const store = join(site.folder, 'onetoken')
      const disk = await mountDisk(store, ROOMY)
      const [{ status, output }] = await Promise.all([
        bundle(site, bundler, apiEnv(mock.url)),
        disk.leaveWhenAsked(mock, 0),
      ])
      expect(status, output).toBe(1)
      const folder = salvagedIn(output)
      expect((await expectWhole(folder)).pictures).toEqual(sent)
      await disk.empty()
      await copySalvaged(folder, store)
      await expectCached(site, mock, apiEnv(mock.url))
    },
  )
})

describe.skipIf(isLacking('mount', 'Disks that are almost full'))('a disk that is almost full', () => {
  const mock = useMock({ latency: LATENCY })
  const TWO = { ...HERO, n: 2 }
  const TWO_MANIFEST = `version: 1\nimages:\n  hero: ${JSON.stringify(TWO)}\n`

  it('at first: nothing is asked for', async () => {
    const site = await createSite({ 'images.yaml': TWO_MANIFEST })
    const disk = await mountDisk(join(site.folder, 'onetoken'), 'size=4m')
    const { status, output } = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
    expect(output).toMatch(
      /The disk of the store is nearly full: it has \d\.\d MB left, and the next answer may be 6\.3 MB\./,
    )
    expect(output).toContain('Nothing was sent to the API.')
    expect(status).toBe(1)
    expect(mock.stats.requests).toBe(0)
    await disk.remount(ROOMY)
    expect((await site.onetoken(apiEnv(mock.url), 'render', '--yes')).status).toBe(0)
  })

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'with %i pages left when the answer comes: nothing is lost',
    async (pages) => {
      const sent = await picturesSent(mock, TWO)
      const site = await createSite({ 'images.yaml': TWO_MANIFEST })
      const store = join(site.folder, 'onetoken')
      const disk = await mountDisk(store, ROOMY)
      const env = apiEnv(mock.url)
      const [{ status, output }] = await Promise.all([
        site.onetoken(env, 'render', '--yes'),
        disk.leaveWhenAsked(mock, pages),
      ])
      await expectWhole(store)
      await disk.empty()
      if (status !== 0) await copySalvaged(salvagedIn(output), store)
      expect((await expectWhole(store)).pictures).toEqual(sent)
      expect(mock.stats.requests).toBe(1)
      await expectCached(site, mock, env)
    },
  )
})
