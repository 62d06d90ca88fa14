import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { digests } from '../helpers/digests.ts'
import { mountDisk } from '../helpers/disk.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite } from '../helpers/site.ts'
import { isLacking } from '../helpers/system.ts'
import { expectCached } from '../helpers/till.ts'

const mock = useMock()
const files = {
  'images.yaml': 'version: 1\nimages:\n  hero: { prompt: A fjord, quality: low, widths: [48] }\n',
  'main.js': `import hero from 'virtual:onetoken/hero'\nglobalThis.result = hero`,
}

describe('a store that cannot be one', () => {
  it.each([
    ['onetoken', 'ENOTDIR'],
    ['onetoken/renders', 'ENOTDIR'],
    ['onetoken/images', 'EEXIST'],
    ['onetoken/.cache', 'ENOTDIR'],
    ['onetoken/.cache/intents', 'ENOTDIR'],
  ])('because %s is a file: nothing is asked for, and it is said what is wrong', async (path, code) => {
    const site = await createSite({ ...files, [path]: 'a file' })
    const env = apiEnv(mock.url)
    for (const run of [() => site.onetoken(env, 'render', '--yes'), () => site.build(env)]) {
      const { status, output } = await run()
      expect(status, output).toBe(1)
      expect(output).toMatch(/The (?:store|cache) cannot be (?:read|written): /)
      expect(output).toContain(code)
      expect(output).toContain(path.split('/')[0])
      expect(output).not.toMatch(/^\s+at .*unplugin-onetoken/m)
    }
    expect(mock.requests).toHaveLength(0)
    expect((await site.read(path)).toString()).toBe('a file')
    await site.remove(path)
    const { status, output } = await site.onetoken(env, 'render', '--yes')
    expect(status, output).toBe(0)
    await expectCached(site, mock, env)
    expect(mock.stats.requests).toBe(1)
  })
})

describe.skipIf(isLacking('mount', 'Read-only stores'))('a store that can only be read', () => {
  it('is asked for nothing that is not in it', async () => {
    const site = await createSite(files)
    const disk = await mountDisk(join(site.folder, 'onetoken'), 'size=16m')
    await disk.remount('ro')
    const env = apiEnv(mock.url)
    for (const run of [() => site.onetoken(env, 'render', '--yes'), () => site.build(env)]) {
      const { status, output } = await run()
      expect(status, output).toBe(1)
      expect(output).toContain('EROFS')
    }
    expect(mock.requests).toHaveLength(0)
    await disk.remount('rw')
    const { status, output } = await site.onetoken(env, 'render', '--yes')
    expect(status, output).toBe(0)
    await expectCached(site, mock, env)
  })

  it('gives what is in it, to a build as well', async () => {
    const site = await createSite(files)
    const disk = await mountDisk(join(site.folder, 'onetoken'), 'size=16m')
    const env = apiEnv(mock.url)
    expect((await site.build(env)).status).toBe(0)
    const before = await digests(site)
    await disk.remount('ro')
    await site.remove('dist')
    const { status, output } = await site.build({ ONETOKEN_BASE_URL: mock.url })
    expect(status, output).toBe(0)
    expect(await digests(site)).toEqual(before)
    await expectCached(site, mock, env)
    expect(mock.stats.requests).toBe(1)
  })

  it('loses nothing when a damaged picture cannot be moved aside', async () => {
    const site = await createSite(files)
    const disk = await mountDisk(join(site.folder, 'onetoken'), 'size=16m')
    const env = apiEnv(mock.url)
    expect((await site.onetoken(env, 'render', '--yes')).status).toBe(0)
    const [picture = ''] = await site.list('onetoken/images')
    const damaged = Buffer.concat([await site.read(picture), Buffer.from('x')])
    await site.write({ [picture]: damaged })
    await disk.remount('ro')
    for (const command of [['plan'], ['render', '--yes']]) {
      const { status, output } = await site.onetoken(env, ...command)
      expect(status, output).toBe(1)
      expect(output).toContain('does not have the bytes that its record says')
      expect(output).not.toContain('moved aside')
    }
    expect(await site.read(picture)).toEqual(damaged)
    expect(mock.stats.requests).toBe(1)
  })
})
