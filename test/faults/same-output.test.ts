import { describe, expect, it } from 'vitest'
import { bundle, type Bundler } from '../helpers/bundlers.ts'
import { digests } from '../helpers/digests.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, type Site } from '../helpers/site.ts'
import { isLacking } from '../helpers/system.ts'

const mock = useMock({ style: 'scenic' })

const SETTINGS = (concurrency: number): string => `version: 1
concurrency: ${concurrency}
defaults: { quality: low, size: 1024x640 }
images:
`
const ENTRIES = `  hero: { prompt: A fjord at night, widths: [160, 320], formats: [avif, webp, jpg], alt: "İstanbul ışığı" }
  IMAGE-I: { prompt: A paper boat, widths: [120], formats: [avif, png] }
  team/ida: { prompt: Ida in the garden, widths: [96], aspect: "1:1", fit: cover }
`
const files = {
  'images.yaml': SETTINGS(4) + ENTRIES,
  'main.js': `import images from './images.yaml'
import hill from 'virtual:onetoken?prompt=A hill&quality=low&size=1024x640&w=100;200&format=avif;webp'
globalThis.result = [images, hill]`,
}

/** A program that runs another one in its own surroundings. */
type Wrapper = (command: string[]) => string[]
const plain: Wrapper = (command) => command
const umask =
  (mask: string): Wrapper =>
  (command) => ['sh', '-c', `umask ${mask}; exec "$@"`, 'sh', ...command]

interface Surroundings {
  how: string
  env?: Record<string, string>
  wrap?: Wrapper
  concurrency?: number
}
const SURROUNDINGS: Surroundings[] = [
  {
    how: 'Turkish in the east, one request at a time, files for nobody else',
    env: { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', LANGUAGE: 'tr' },
    wrap: umask('077'),
    concurrency: 1,
  },
  {
    how: 'no language in the west, sixteen requests at once, files for all to read',
    env: { TZ: 'America/St_Johns', LANG: 'C', LC_ALL: 'C' },
    wrap: umask('022'),
    concurrency: 16,
  },
  { how: 'Thai, whose years are others', env: { TZ: 'Asia/Bangkok', LANG: 'th_TH', LC_ALL: 'th_TH' } },
]
const CORES: Surroundings[] = ['0', '0,1'].map((list) => ({
  how: `the cores ${list}`,
  wrap: (command) => ['taskset', '-c', list, ...command],
}))

/** Build as before, in other surroundings: with all that was made, and without the variants. */
async function expectSame(
  site: Site,
  { how, env = {}, wrap = plain, concurrency = 4 }: Surroundings,
  before: Record<string, string>,
): Promise<void> {
  await site.write({ 'images.yaml': SETTINGS(concurrency) + ENTRIES })
  const [program = '', ...args] = wrap([process.execPath, 'build.mjs'])
  for (const lost of [[], ['onetoken/.cache']]) {
    await site.remove('dist', ...lost)
    const { status, output } = await site.exec(program, args, { ONETOKEN_BASE_URL: mock.url, ...env })
    expect(status, output).toBe(0)
    expect(await digests(site), `${how}, without ${lost.join()}`).toEqual(before)
  }
}

async function built(bundler: Bundler): Promise<{ site: Site; before: Record<string, string> }> {
  const site = await createSite(files)
  const { status, output } = await bundle(site, bundler, apiEnv(mock.url), { sourceMaps: 'files' })
  expect(status, output).toBe(0)
  const before = await digests(site)
  expect(Object.keys(before).filter((path) => /\.(?:avif|webp|jpg|png)$/.test(path))).toHaveLength(13)
  return { site, before }
}

describe.each<Bundler>(['vite', 'webpack'])('the output of %s', (bundler) => {
  it('is the same in every time zone, language, umask and at every concurrency', async () => {
    const { site, before } = await built(bundler)
    const { requests } = mock.stats
    for (const surroundings of SURROUNDINGS) await expectSame(site, surroundings, before)
    expect(mock.stats.requests).toBe(requests)
  })

  it('is the same when all is rendered anew in other surroundings, and the API gives the same', async () => {
    const { before } = await built(bundler)
    for (const concurrency of [1, 16]) {
      const site = await createSite({ ...files, 'images.yaml': SETTINGS(concurrency) + ENTRIES })
      const env = { ...apiEnv(mock.url), TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8' }
      const { status, output } = await bundle(site, bundler, env, { sourceMaps: 'files' })
      expect(status, output).toBe(0)
      expect(await digests(site)).toEqual(before)
    }
  })
})

describe.skipIf(isLacking('taskset', 'Builds on one core'))('on one core and on two', () => {
  it.each<Bundler>(['vite', 'webpack'])('the output of %s is the same', async (bundler) => {
    const { site, before } = await built(bundler)
    for (const surroundings of CORES) await expectSame(site, surroundings, before)
  })
})
