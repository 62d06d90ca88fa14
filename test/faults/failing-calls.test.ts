import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, ONETOKEN, type Ran, type Site } from '../helpers/site.ts'
import { isLacking } from '../helpers/system.ts'
import { copySalvaged, expectWhole, picturesSent, salvagedIn } from '../helpers/till.ts'

const HERO = { prompt: 'A fjord', size: '1024x1024', quality: 'low' }
const files = { 'images.yaml': `version: 1\nimages:\n  hero: ${JSON.stringify(HERO)}\n` }
const mock = useMock()

/** Whatever went wrong: what was asked for is kept, or lies where it is said, or is said to be lost and waits. */
async function expectKeptOrTold(site: Site, { status, output }: Ran, sent: string[]): Promise<void> {
  const env = apiEnv(mock.url)
  const store = join(site.folder, 'onetoken')
  const whole = await expectWhole(store)
  const { requests } = mock.stats
  const next = (): Promise<Ran> => site.onetoken(env, 'render', '--yes')
  expect(requests).toBeLessThanOrEqual(1)
  if (requests === 0) {
    expect(output).toContain('Nothing was sent to the API.')
    expect(status).toBe(1)
    expect((await next()).status).toBe(0)
    return expect(mock.stats.requests).toBe(1)
  }
  if (status === 0) return expect(whole).toMatchObject({ pictures: sent, records: [expect.any(String)] })
  if (output.includes('could be kept neither')) {
    const told = await next()
    // Its bytes may have been written all the same, under a temporary name.
    const isFound = told.output.includes('was paid for by a run that ended before it was kept')
    if (!isFound) expect(told.output).toContain('onetoken render hero --again')
    expect(told.status, told.output).toBe(isFound ? 0 : 4)
    return expect(mock.stats.requests).toBe(1)
  }
  await copySalvaged(salvagedIn(output), store)
  const cached = await next()
  expect(cached.output).toContain('Nothing is missing, 1 cached.')
  expect(cached.status).toBe(0)
  expect((await expectWhole(store)).pictures).toEqual(sent)
  expect(mock.stats.requests).toBe(1)
}

describe.skipIf(isLacking('strace', 'Disks that fail'))('a disk that fails', () => {
  it.each([
    ['once, when it is to sync', 'fsync:error=EIO', ''],
    ['when it is to sync, from then on', 'fsync:error=EIO', '+'],
    ['once, when it is to name a file', '/^link:error=EIO', ''],
    ['when it is to name a file by a link or a rename, from then on', '/^(link|rename):error=ENOSPC', '+'],
  ])('%s, at each time that it may happen', async (_, fault, on) => {
    const sent = await picturesSent(mock, HERO)
    for (let turn = 1; ; turn += on === '' ? 1 : 3) {
      mock.reset()
      const site = await createSite(files)
      const calls = join(site.folder, 'calls')
      // One thread for all calls of the file system, so that they are counted in their order.
      const env = { ...apiEnv(mock.url), UV_THREADPOOL_SIZE: '1', TMPDIR: site.folder, HOME: site.folder }
      const inject = [
        '-f',
        '--seccomp-bpf',
        '-o',
        calls,
        '-e',
        'trace=/^(fsync|link|rename)',
        '-e',
        `inject=${fault}:when=${turn}${on}`,
      ]
      const command = [process.execPath, site.installed(ONETOKEN), 'render', '--yes']
      const ran = await site.exec('strace', [...inject, ...command], env)
      const isHit = (await site.read('calls')).includes('INJECTED')
      if (!isHit) {
        expect(ran.status, ran.output).toBe(0)
        // It was hit before the request, during it and after it.
        return expect(turn).toBeGreaterThan(4)
      }
      await expectKeptOrTold(site, ran, sent)
    }
  })
})

describe.skipIf(isLacking('prlimit', 'Limits of files'))(
  'a system that lets no file grow as large as the picture',
  () => {
    it('loses a paid picture, says so, and does not pay once more', async () => {
      const site = await createSite(files)
      const node = [process.execPath, site.installed(ONETOKEN), 'render', '--yes']
      const ran = await site.exec('prlimit', ['--fsize=4096', ...node], apiEnv(mock.url))
      expect(ran.output).toContain('could be kept neither in the store nor elsewhere: EFBIG')
      expect(mock.stats.requests).toBe(1)
      await expectKeptOrTold(site, ran, [])
    })
  },
)
