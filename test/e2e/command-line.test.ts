import { existsSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { commandIn } from '../helpers/command.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, ONETOKEN, type Ran, type Site } from '../helpers/site.ts'

const mock = useMock()

const MANIFEST = `version: 1
defaults: { quality: low }
images:
  hero: { prompt: A fjord, alt: Fjord, dark: at night }
  boat: { prompt: A paper boat, alt: Boat }
`

const newSite = (files: Record<string, string | Uint8Array> = {}): Promise<Site> =>
  createSite({ 'src/images.yaml': MANIFEST, 'src/parts/deep/x.txt': '', 'other/x.txt': '', ...files })

const png = (width: number): Promise<Buffer> =>
  sharp({ create: { width, height: 64, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()

/** The error that a command told a machine. */
function errorOf(out: string): { code: string; message: string; hint?: string } {
  return (JSON.parse(out) as { error: { code: string; message: string; hint?: string } }).error
}

describe('the names of a command', () => {
  it('may stand behind "--": nothing else is paid for', async () => {
    const site = await newSite()
    const { status, err } = await commandIn(site, '.', ['render', '--yes', '--', 'boat'], apiEnv(mock.url))
    expect(status, err).toBe(0)
    expect(mock.requests.map(({ prompt }) => prompt)).toEqual(['A paper boat'])
  })

  it('are those that plan shows', async () => {
    const site = await newSite()
    const { out } = await commandIn(site, '.', ['plan'])
    const names = [...out.matchAll(/^(\S+) +missing/gm)].map(([, name = '']) => name)
    expect(names).toEqual(['hero', 'hero:dark', 'boat'])
    for (const name of names) {
      const { status, err } = await commandIn(site, '.', ['render', '--yes', name], apiEnv(mock.url))
      expect(status, err).toBe(0)
    }
    expect(mock.stats.billed).toBe(3)
  })
})

describe('a picture that is asked for once more', () => {
  it('is not said to be missing where rendering is frozen', async () => {
    const site = await newSite()
    await commandIn(site, '.', ['render', '--yes', 'boat'], apiEnv(mock.url))
    const env = { ...apiEnv(mock.url), ONETOKEN_FROZEN: '1' }
    const { status, err } = await commandIn(site, '.', ['render', '--yes', '--again', 'boat'], env)
    expect(status, err).toBe(3)
    expect(err).toContain('1 render is there, and not made anew, as rendering is frozen:\n')
    expect(mock.stats.billed).toBe(1)
  })
})

describe('the folder of a project', () => {
  it('is found from within it, and said', async () => {
    const site = await newSite()
    const { out: expected } = await commandIn(site, '.', ['plan'])
    expect(expected).toContain('3 renders, 0 cached, 3 missing')
    for (const folder of ['src', 'src/parts/deep', 'other']) {
      const { status, out, err } = await commandIn(site, folder, ['plan'])
      expect([status, out]).toEqual([0, expected])
      expect(err).toBe(
        `The project is ${folder.replaceAll(/[a-z]+/g, '..')} (${site.folder}), as src/images.yaml is there.\n`,
      )
      const json = await commandIn(site, folder, ['plan', '--json'])
      expect([json.status, json.err]).toEqual([0, ''])
      expect((JSON.parse(json.out) as { renders: [] }).renders).toHaveLength(3)
    }
    expect((await commandIn(site, '.', ['plan'])).err).toBe('')
  })

  it('is that of the settings that name the manifest of a folder: nothing is paid for twice', async () => {
    const site = await createSite({
      'onetoken.config.json':
        '{ "manifest": ["images.yaml", { "file": "cat/images.yaml", "prefix": "cat" }] }',
      'images.yaml': 'version: 1\nimages: {}\n',
      'cat/images.yaml': MANIFEST,
    })
    await commandIn(site, '.', ['render', '--yes'], apiEnv(mock.url))
    expect(mock.stats.billed).toBe(3)
    const { status, err } = await commandIn(site, 'cat', ['render', '--yes'], apiEnv(mock.url))
    expect(status, err).toBe(0)
    expect(err).toContain(
      `The project is .. (${site.folder}), as onetoken.config.json there names cat/images.yaml.\n`,
    )
    expect(mock.stats.billed).toBe(3)
    expect(existsSync(join(site.folder, 'cat/onetoken'))).toBe(false)
  })

  it('is taken as --cwd says', async () => {
    const site = await newSite()
    const { status, out, err } = await commandIn(site, 'src', ['plan', '--cwd', '../other'])
    expect([status, err]).toEqual([0, ''])
    expect(out).toContain('No pictures')
    expect((await commandIn(site, 'other', ['plan', '--cwd', '..'])).out).toContain('3 missing')
  })

  it.each([
    ['nowhere', 'is not there'],
    ['src/images.yaml', 'is no folder'],
    ['src/images.yaml/x', 'is no folder'],
  ])('cannot be %s', async (folder, why) => {
    const site = await newSite()
    for (const command of [['plan'], ['render', '--yes'], ['doctor', '--offline'], ['init', '--yes']]) {
      const { status, err } = await commandIn(site, '.', [...command, '--cwd', folder])
      expect(status, err).toBe(2)
      expect(err).toContain(`--cwd "${join(site.folder, folder)}" ${why}.`)
    }
    const { status, out } = await commandIn(site, '.', ['plan', '--json', '--cwd', folder])
    expect([status, errorOf(out).code]).toEqual([2, 'USAGE'])
  })

  it('is not where files of flags are: those are relative to where one stands', async () => {
    const site = await newSite({
      'photo.png': await png(64),
      'other/photo.png': await png(80),
      'other/pictures.json': '{ "manifest": "src/images.yaml" }',
    })
    const imported = await commandIn(site, 'other', ['import', 'hero', 'photo.png', '--json'])
    expect(JSON.parse(imported.out)).toMatchObject({ name: 'hero', image: { width: 80 } })
    await commandIn(site, '.', ['render', '--yes'], apiEnv(mock.url))
    const at = ['export', 'boat', '--out', 'public', '--module', 'boat.json', '--config', 'pictures.json']
    const env = { ONETOKEN_BASE_URL: mock.url }
    const exported = await commandIn(site, 'other', at, env)
    expect(exported.status, exported.err).toBe(0)
    expect(await site.list('other/public')).not.toEqual([])
    expect(existsSync(join(site.folder, 'other/boat.json'))).toBe(true)
    const shown = await commandIn(site, 'other', ['gallery', '--out', 'page.html'], env)
    expect(shown.status, shown.err).toBe(0)
    expect(existsSync(join(site.folder, 'other/page.html'))).toBe(true)
    const there = ['export', 'boat', '--out', 'public', '--cwd', '..']
    const elsewhere = await commandIn(site, 'src', there, env)
    expect(elsewhere.status, elsewhere.err).toBe(0)
    expect(await site.list('public')).not.toEqual([])
  })

  it('is in the commands that are suggested', async () => {
    const site = await createSite({ "it's/images.yaml": MANIFEST, "it's/package.json": '{}' })
    const { err, out } = await commandIn(site, '.', ['pick', 'hero', '1', '--cwd', "it's"])
    expect(out + err).toContain("npx --no-install onetoken render --cwd 'it'\\''s' hero")
    const json = await commandIn(site, '.', ['pick', 'hero', '1', "--cwd=./it's", '--json'])
    expect(errorOf(json.out).hint).toContain("onetoken render --cwd './it'\\''s' hero")
    const init = await commandIn(site, '.', ['init', '--yes', '--cwd', "it's"])
    expect(init.out).toContain("npx --no-install onetoken plan --cwd 'it'\\''s' ")
  })
})

describe('mistakes at the command line', () => {
  it.each<[string[], string]>([
    [['plan', '--cwd', 'a', '--cwd', 'b'], '--cwd is given 2 times.'],
    [['plan', '--cwd=0'], 'is not there.'],
    [['plan', '--config', 'a', '--config', 'b'], '--config is given 2 times.'],
    [['render', '--yes=0'], '--yes takes no value, and "0" is given.'],
    [['render', '--yes', '--max-cost', ''], 'The value of --max-cost is empty.'],
    [['render', '--yes', '--max-cost', '0x10'], '--max-cost cannot be "0x10"'],
    [['render', '--yes', '--max-cost', '-1'], '--max-cost cannot be "-1"'],
    [['prune', '--days', '-1'], '--days cannot be "-1"'],
    [['accept', 'hero', '-v words'], 'The command accept has no option "-v words".'],
    [['pick', 'logo', '-1'], 'The number of a picture cannot be "-1".'],
    [['plan', '--json=0'], '--json takes no value, and "0" is given.'],
  ])('%j', async (args, message) => {
    const site = await newSite()
    const isJson = args.includes('--json=0')
    if (!isJson) {
      const { status, out, err } = await commandIn(site, '.', args, apiEnv(mock.url))
      expect([status, out]).toEqual([2, ''])
      expect(err).toContain(message)
      expect(err).not.toMatch(/^\s+at /m)
    }
    const json = await commandIn(site, '.', isJson ? args : [...args, '--json'], apiEnv(mock.url))
    expect([json.status, json.err]).toEqual([2, ''])
    expect(errorOf(json.out)).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(message) as string,
    })
    expect(mock.requests).toHaveLength(0)
  })

  it('end with the settings file that --config names', async () => {
    const site = await newSite()
    const { status, err } = await commandIn(site, '.', ['plan', '--config=5'])
    expect([status, err.split('\n')[0]]).toEqual([1, '5 The settings file is not there.'])
  })

  it('are none where a switch is given twice', async () => {
    const site = await newSite()
    expect((await commandIn(site, '.', ['render', '--yes', '--yes'], apiEnv(mock.url))).status).toBe(0)
  })
})

describe('what a command prints', () => {
  it('is help, by three ways', async () => {
    const site = await newSite()
    const [one, other, third] = await Promise.all(
      [
        ['help', 'pick'],
        ['pick', '--help'],
        ['--help', 'pick'],
      ].map((args) => commandIn(site, '.', args)),
    )
    expect(one).toMatchObject({
      status: 0,
      err: '',
      out: expect.stringContaining('onetoken pick <name> <number>') as string,
    })
    expect([other, third]).toEqual([one, one])
    const all = await commandIn(site, '.', ['help'])
    expect(all).toEqual(await commandIn(site, '.', ['--help']))
    expect(all.out).not.toContain('default: true')
  })

  it('is JSON with --json, also of help and version', async () => {
    const site = await newSite()
    const [help, version] = await Promise.all(
      [
        ['plan', '--help', '--json'],
        ['--version', '--json'],
      ].map((args) => commandIn(site, '.', args)),
    )
    expect(JSON.parse(help?.out ?? '')).toEqual({
      help: expect.stringContaining('onetoken plan') as string,
    })
    expect(JSON.parse(version?.out ?? '')).toMatchObject({
      platform: process.platform,
      node: process.version,
    })
  })

  it('is a mistake, and no stack, where the working directory is gone', async () => {
    const site = await newSite()
    const command = `'${process.execPath}' '${site.installed(ONETOKEN)}'`
    const run = (args: string): Promise<Ran> =>
      site.exec('sh', ['-c', `mkdir gone; cd gone; rmdir ../gone; ${command} ${args}`])
    expect((await run('--version')).status).toBe(0)
    const { status, output } = await run('plan')
    expect(status).toBe(2)
    expect(output).toBe(
      'The working directory was removed.\n  Go to one that is there: cd "$PWD", or another.\n',
    )
    expect(errorOf((await run('plan --json')).output).code).toBe('USAGE')
  })

  it.each(['plan', 'plan --json', 'help'])('cannot be written to a full disk: %s', async (command) => {
    const site = await newSite()
    const line = `'${process.execPath}' '${site.installed(ONETOKEN)}' ${command} > /dev/full`
    const { status, output } = await site.exec('sh', ['-c', line])
    expect([status, output]).toEqual([1, 'The result cannot be written to standard output: ENOSPC.\n'])
  })

  it('is the result alone, whatever settings print', async () => {
    const settings = `console.log('loaded')\nprocess.stdout.write('as well')\nexport default () => (console.info('called'), {})\n`
    const site = await newSite({ 'onetoken.config.mjs': settings })
    const { status, out, err } = await commandIn(site, '.', ['plan', '--json'])
    expect(status, err).toBe(0)
    expect((JSON.parse(out) as { renders: [] }).renders).toHaveLength(3)
    expect(err).toBe('loaded\nas wellcalled\n')
  })

  it.each(['onetoken.config.mjs', 'onetoken.config.ts'])('says what hangs: %s', async (name) => {
    const site = await newSite({ [name]: 'export default await new Promise(() => {})\n' })
    const { status, err } = await commandIn(site, '.', ['plan'])
    expect(status, err).toBe(1)
    expect(err).toContain(`${name} The settings file awaits something that never comes.`)
    const json = await commandIn(site, '.', ['plan', '--json'])
    expect([json.status, errorOf(json.out).code]).toEqual([1, 'SETTINGS_INVALID'])
  })
})
