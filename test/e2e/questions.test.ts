import { describe, expect, it } from 'vitest'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, type Site } from '../helpers/site.ts'
import { isLacking } from '../helpers/system.ts'
import { openTerminal, type Terminal } from '../helpers/terminal.ts'

const mock = useMock()

const [CTRL_C, CTRL_D, ESCAPE] = ['\u0003', '\u0004', '\u001b']

const manifest = (prompt: string): string =>
  `version: 1\ndefaults: { quality: low }\nimages:\n  hero: { prompt: ${prompt}, alt: Fox }\n`

/** Commands at a question, and what it means not to answer. */
const QUESTIONS: Record<string, { args: string[]; asks: RegExp; otherwise: string; site(): Promise<Site> }> =
  {
    render: {
      args: ['render'],
      asks: /Spend at most/,
      otherwise: 'Nothing was spent.',
      site: () => createSite({ 'images.yaml': manifest('a fox') }),
    },
    accept: {
      args: ['accept', '--all'],
      asks: /stand for the present words\?/,
      otherwise: 'Nothing was accepted.',
      async site() {
        const site = await rendered()
        await site.write({ 'images.yaml': manifest('a red fox') })
        return site
      },
    },
    prune: {
      args: ['prune', '--renders', '--keep-days', '0'],
      asks: /for good\?/,
      otherwise: 'No render was removed.',
      async site() {
        const site = await rendered()
        await site.exec('git', ['init', '--quiet'])
        await site.exec('git', ['add', '--all', '--force'])
        const as = ['-c', 'user.name=a', '-c', 'user.email=a@example.com']
        await site.exec('git', [...as, 'commit', '--quiet', '--message', 'pictures'])
        await site.write({ 'images.yaml': manifest('a red fox') })
        return site
      },
    },
    init: {
      args: ['init'],
      asks: /Where are pictures kept\?/,
      otherwise: 'Nothing was written.',
      site: () => createSite({ 'package.json': '{ "devDependencies": { "vite": "8" } }' }),
    },
  }

async function rendered(): Promise<Site> {
  const site = await createSite({ 'images.yaml': manifest('a fox') })
  await site.onetoken(apiEnv(mock.url), 'render', '--yes')
  return site
}

describe.skipIf(isLacking('terminal', 'Questions'))('a question', () => {
  describe.each(Object.entries(QUESTIONS))('of %s', (_, { args, asks, otherwise, site: newSite }) => {
    it.each([
      ['Ctrl-C is an interrupt', CTRL_C, 130],
      ['Ctrl-D is a no', CTRL_D, 1],
      ['Escape is a no', ESCAPE, 1],
    ])('%s', async (_, key, expected) => {
      const site = await newSite()
      const before = await ownFiles(site)
      const billed = mock.stats.billed
      const terminal = openTerminal(site, args, apiEnv(mock.url))
      await terminal.until(asks)
      terminal.type(key)
      expect(await terminal.ended, terminal.written()).toBe(expected)
      expect(terminal.lines()).toContain(otherwise)
      expect(terminal.written()).not.toMatch(/unsettled|^\s+at /m)
      expect(await ownFiles(site)).toEqual(before)
      expect(mock.stats.billed).toBe(billed)
    })
  })

  it('is asked of nobody who wants JSON', async () => {
    const site = await QUESTIONS['render']?.site()
    if (site === undefined) throw new TypeError('It is there')
    const answer = async (args: string[]): Promise<object> => {
      const terminal: Terminal = openTerminal(site, args, apiEnv(mock.url))
      expect(await terminal.ended, terminal.written()).toBe(2)
      return JSON.parse(terminal.written()) as object
    }
    expect(await answer(['render', '--json'])).toMatchObject({ error: { code: 'USAGE' } })
    expect(await answer(['init', '--json'])).toMatchObject({ error: { code: 'USAGE' } })
    expect(mock.requests).toHaveLength(0)
  })
})

/** All but what can be made again. */
async function ownFiles(site: Site): Promise<string[]> {
  return (await site.list('')).filter((path) => !/^\.git\/|^onetoken\/\.|^onetoken-env/.test(path))
}
