import { describe, expect, it } from 'vitest'
import { bundle, type Bundler } from '../helpers/bundlers.ts'
import { digests } from '../helpers/digests.ts'
import { useMock } from '../helpers/mock.ts'
import { seededRandom } from '../helpers/random.ts'
import { apiEnv, createSite, type Site } from '../helpers/site.ts'

const mock = useMock()

const NAMES = ['flipped', 'swapped', 'cut', 'emptied', 'retold', 'well'] as const
const files = {
  'images.yaml': `version: 1\ndefaults: { quality: low, widths: [48] }\nimages:\n${NAMES.map((name) => `  ${name}: { prompt: A ${name} boat }\n`).join('')}`,
  'main.js': `${NAMES.map((name) => `import ${name} from 'virtual:onetoken/${name}'`).join('\n')}\nglobalThis.result = [${NAMES.join()}]`,
}

/** Paths of the record and of the picture of each entry. */
async function treasuresOf(site: Site): Promise<Record<string, { record: string; picture: string }>> {
  const records = (await site.list('onetoken/renders')).map(async (record) => {
    const { name, images } = JSON.parse((await site.read(record)).toString()) as {
      name: string
      images: { sha256: string }[]
    }
    return [name, { record, picture: `onetoken/images/${images[0]?.sha256}.png` }] as const
  })
  return Object.fromEntries(await Promise.all(records))
}

/** Damage the treasures of all entries but `well`, each in the way that its name says. */
async function damage(site: Site): Promise<void> {
  const { below } = seededRandom()
  const of = await treasuresOf(site)
  const paths = (name: string): { record: string; picture: string } => of[name] ?? { record: '', picture: '' }
  const flipped = await site.read(paths('flipped').picture)
  const at = below(flipped.length)
  flipped[at] = (flipped[at] ?? 0) ^ (1 << below(8))
  const cut = await site.read(paths('cut').picture)
  const retold = (await site.read(paths('retold').record)).toString()
  await site.write({
    [paths('flipped').picture]: flipped,
    [paths('swapped').picture]: await site.read(paths('well').picture),
    [paths('cut').picture]: cut.subarray(0, below(cut.length)),
    [paths('emptied').record]: '',
    [paths('retold').record]: retold.replace('A retold boat', 'A cheap boat'),
  })
}

const HELP: [name: string, text: string][] = [
  ['flipped', 'png does not have the bytes that its record says'],
  ['swapped', 'png does not have the bytes that its record says'],
  ['cut', 'png does not have the bytes that its record says'],
  ['emptied', 'json is empty'],
  ['retold', 'json was changed: its digest does not fit what it says'],
]

describe.each<Bundler>(['vite', 'webpack'])('a site whose store was damaged, built by %s', (bundler) => {
  it('is not built, is told what helps, asks for nothing, and is healed by the right bytes', async () => {
    const site = await createSite(files)
    const build = (): ReturnType<typeof bundle> => bundle(site, bundler, apiEnv(mock.url))
    const first = await build()
    expect(first.status, first.output).toBe(0)
    const before = await digests(site)
    const store = await Promise.all(
      [...(await site.list('onetoken/renders')), ...(await site.list('onetoken/images'))].map(
        async (path) => [path, await site.read(path)] as const,
      ),
    )
    const { requests } = mock.stats
    expect(requests).toBe(NAMES.length)

    await damage(site)
    await site.remove('onetoken/.cache', 'dist')
    const damaged = await build()
    expect(damaged.status, damaged.output).toBe(1)
    expect(damaged.output).toContain('5 problems:')
    for (const [name, text] of HELP) {
      const told = damaged.output.split('\n').find((line) => line.includes(`The render of ${name} is`))
      expect(told).toContain(text)
      expect(damaged.output).toContain(
        `To pay for it again: npx --no-install onetoken render ${name} --again`,
      )
    }
    expect(damaged.output).toContain('Restore it, as in: git checkout -- onetoken/')
    expect(damaged.output).not.toContain('The render of well')
    const shipped = (await site.list('dist')).filter((path) => path.endsWith('.webp'))
    for (const path of shipped) expect(before[path], path).toBe((await digests(site))[path])

    await site.write(Object.fromEntries(store))
    const healed = await build()
    expect(healed.status, healed.output).toBe(0)
    expect(await digests(site)).toEqual(before)
    expect(mock.stats.requests).toBe(requests)
  })

  it('is built from the variants that were made before, for they are those of the right bytes', async () => {
    const site = await createSite(files)
    expect((await bundle(site, bundler, apiEnv(mock.url))).status).toBe(0)
    const before = await digests(site)
    const { flipped, well } = await treasuresOf(site)
    await site.write({ [flipped?.picture ?? '']: await site.read(well?.picture ?? '') })
    await site.remove('dist')
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url))
    expect(status, output).toBe(0)
    expect(await digests(site)).toEqual(before)
    expect(mock.stats.requests).toBe(NAMES.length)
  })
})

it('the command tells it as well, with and without --yes, and asks for nothing', async () => {
  const site = await createSite(files)
  expect((await site.onetoken(apiEnv(mock.url), 'render', '--yes')).status).toBe(0)
  await damage(site)
  for (const args of [['plan'], ['render'], ['render', '--yes']]) {
    const { status, output } = await site.onetoken(apiEnv(mock.url), ...args)
    expect(status, output).toBe(1)
    // A picture of the right length is looked at byte by byte when something is made of it.
    for (const name of ['cut', 'emptied', 'retold'])
      expect(output).toContain(`The render of ${name} is in the store`)
    expect(output).toContain('git checkout -- onetoken/')
  }
  expect(mock.stats.requests).toBe(NAMES.length)
  // Who pays for one again gets that one, and nothing else.
  const again = await site.onetoken(apiEnv(mock.url), 'render', 'retold', '--again', '--yes')
  expect(again.status, again.output).toBe(0)
  expect(mock.stats.requests).toBe(NAMES.length + 1)
  expect((await site.onetoken(apiEnv(mock.url), 'plan')).output).toMatch(/retold +cached/)
})
