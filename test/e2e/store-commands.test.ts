import { execFileSync } from 'node:child_process'
import { chmod, stat, utimes } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, CANARY, createSite, ONETOKEN, type Ran, type Site } from '../helpers/site.ts'
import { isLacking, PERMITTED } from '../helpers/system.ts'

const mock = useMock()

const MANIFEST = `version: 1
defaults: { quality: low }
images:
  hero: { prompt: A fjord, size: 1536x1024, alt: Fjord }
  boat: { prompt: A paper boat, alt: Boat }
`
const MAIN = `import fox from 'virtual:onetoken?prompt=A red fox&quality=low'
globalThis.result = fox`

/** A site with three renders, all of them there. */
async function rendered(): Promise<Site> {
  const site = await createSite({ 'images.yaml': MANIFEST, 'main.js': MAIN })
  const { status, output } = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
  expect(status, output).toBe(0)
  mock.reset()
  return site
}

/** Words with what differs from run to run made equal. */
function told(output: string): string {
  return output
    .replaceAll(/[\da-f]{64}/g, '<hash>')
    .replaceAll(/quarantine\/\d+-[\da-f]{8}-/g, 'quarantine/<time>-')
    .replaceAll(/\d{4}-\d\d-\d\d/g, '<date>')
    .replaceAll(/[\d.]+ k?B/g, '<size>')
}

const json = (output: string): Record<string, unknown> => JSON.parse(output) as Record<string, unknown>

async function recordOf(site: Site, name: string): Promise<{ file: string; picture: string }> {
  for (const file of await site.list('onetoken/renders')) {
    const record = JSON.parse((await site.read(file)).toString()) as {
      name?: string
      images: { sha256: string }[]
    }
    if (record.name === name) return { file, picture: `onetoken/images/${record.images[0]?.sha256}.png` }
  }
  throw new Error(`There is no record of ${name}`)
}

function git(site: Site, ...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], { cwd: site.folder })
}

describe('onetoken verify', () => {
  it('says that all is well, and asks nobody', async () => {
    const site = await rendered()
    const { status, output } = await site.onetoken({}, 'verify')
    expect([status, told(output)]).toEqual([0, '3 renders and 3 pictures (<size>) checked: no problem.\n'])
    expect(mock.requests).toHaveLength(0)
  })

  it('tells what is wrong and what to do, and puts right what it can', async () => {
    const site = await rendered()
    const hero = await recordOf(site, 'hero')
    const boat = await recordOf(site, 'boat')
    await site.write({
      [hero.picture]: 'damaged',
      [boat.file]: '<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> other\n',
      'onetoken/images/a\u001b[31m.png': 'x',
    })
    const { status, output } = await site.onetoken({}, 'verify')
    expect(status).toBe(1)
    expect(told(output)).toMatchInlineSnapshot(`
      "problem: The render of boat is in the store, but its record cannot be used: onetoken/renders/<hash>.json holds an unfinished git merge.
        Choose a side, as in: git checkout --ours onetoken/renders/<hash>.json

      problem: The render of hero is in the store, but its picture cannot be used: onetoken/images/<hash>.png has 7 bytes, and its record says 7976.
        Restore it, as in: git checkout -- onetoken/images/<hash>.png
        To pay for it again: npx --no-install onetoken render hero --again

      note: onetoken/images/a\\u001b[31m.png is no picture of a render.
        Nothing here has written it.

      note: onetoken/images/<hash>.png is named by none of the records that can be used. (<size>)

      3 renders and 2 pictures (<size>) checked: 2 problems, 2 notes.
      "
    `)
    const repair = await site.onetoken({}, 'verify', '--repair')
    expect(repair.status).toBe(1)
    expect(told(repair.output)).toContain(
      'It was moved aside, to onetoken/.cache/quarantine/<time>-<hash>.png.',
    )
    expect((await site.onetoken(apiEnv(mock.url), 'plan')).output).toMatch(/hero +unavailable/)
    const machine = await site.onetoken({}, 'verify', '--json')
    expect(machine.status).toBe(1)
    const { renders, findings } = json(machine.output) as {
      renders: number
      findings: { kind: string; state?: string }[]
    }
    expect(renders).toBe(3)
    expect(findings.map(({ kind, state }) => [kind, state])).toEqual([
      ['record', 'conflict'],
      ['picture', 'absent'],
      ['foreign', undefined],
      ['orphan', undefined],
      ['quarantine', undefined],
    ])
    expect(mock.requests).toHaveLength(0)
  })

  it('advises to buy nothing in the place of a former render', async () => {
    const site = await rendered()
    const hero = await recordOf(site, 'hero')
    await site.write({ 'images.yaml': MANIFEST.replace('A fjord', 'A wolf').replace('boat:', 'ship:') })
    expect((await site.onetoken(apiEnv(mock.url), 'render', '--yes')).status).toBe(0)
    const boat = await recordOf(site, 'boat')
    await site.write({ [hero.picture]: 'damaged', [boat.picture]: 'damaged' })
    const { status, output } = await site.onetoken({}, 'verify')
    expect(status).toBe(1)
    expect(told(output)).toMatchInlineSnapshot(`
      "problem: The render of ship is in the store, but its picture cannot be used: onetoken/images/<hash>.png has 7 bytes, and its record says 5194.
        Restore it, as in: git checkout -- onetoken/images/<hash>.png
        To pay for it again: npx --no-install onetoken render ship --again
      problem: The render of hero is in the store, but its picture cannot be used: onetoken/images/<hash>.png has 7 bytes, and its record says 7976.
        Restore it, as in: git checkout -- onetoken/images/<hash>.png
        It is of a former render, which nothing in the project asks for now: no build needs it. To remove it: npx --no-install onetoken prune --renders (with --keep-days 0, when it is younger than 30 days)

      4 renders and 4 pictures (<size>) checked: 2 problems.
      "
    `)
    const pruned = await site.onetoken({}, 'prune', '--renders', '--keep-days', '0', '--yes')
    expect(pruned.status, pruned.output).toBe(0)
    expect(told((await site.onetoken({}, 'verify')).output)).not.toContain('former')
  })

  it('names requests that may have been billed', async () => {
    mock.setScenario({ name: 'bad-gateway' })
    const site = await createSite({ 'images.yaml': MANIFEST })
    await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--yes')
    const { status, output } = await site.onetoken({}, 'verify')
    expect(status).toBe(1)
    expect(output).toMatch(/^problem: hero was asked for on .* may have been billed/)
    expect(output).toContain('npx --no-install onetoken render hero --again')
  })
})

describe('onetoken prune', () => {
  it('removes variants that nothing has used, which the next build makes anew', async () => {
    const site = await rendered()
    expect((await site.build(apiEnv(mock.url))).status).toBe(0)
    const variants = await site.list('onetoken/.cache/variants')
    expect((await site.onetoken({}, 'prune')).output).toBe(
      'Variants that nothing used for 30 days: 0 files (0 B) removed.\n',
    )
    const then = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000)
    for (const file of variants) await utimes(join(site.folder, file), then, then)
    const dry = await site.onetoken({}, 'prune', '--dry-run')
    expect(told(dry.output)).toBe(
      'Variants that nothing used for 30 days: 2 files (<size>) would be removed.\n',
    )
    expect(await site.list('onetoken/.cache/variants')).toEqual(variants)
    expect((await site.onetoken({}, 'prune')).status).toBe(0)
    expect(await site.list('onetoken/.cache/variants')).toEqual([])
    expect(await site.list('onetoken/renders')).toHaveLength(3)
    expect((await site.build(apiEnv(mock.url))).status).toBe(0)
    expect(await site.list('onetoken/.cache/variants')).toEqual(variants)
    expect(mock.requests).toHaveLength(0)
  })

  it('removes records that were replaced, when that was said, and no picture', async () => {
    const site = await rendered()
    const again = await site.onetoken(apiEnv(mock.url), 'render', 'boat', '--again', '--yes')
    expect(again.status, again.output).toBe(0)
    const kept = await site.list('onetoken/images')
    const note = '1 record that was replaced'
    expect((await site.onetoken({}, 'verify')).output).toContain(note)
    expect((await site.onetoken({}, 'prune', '--replaced', '--dry-run')).output).toContain('would be removed')
    expect((await site.onetoken({}, 'prune')).output).toContain('kept (--replaced removes them)')
    expect((await site.onetoken({}, 'verify')).output).toContain(note)
    const { output } = await site.onetoken({}, 'prune', '--replaced')
    expect(output).toMatch(/Records that others have taken the place of: 1 file \(.*\) removed\./)
    expect((await site.onetoken({}, 'verify')).output).not.toContain('quarantine')
    expect(await site.list('onetoken/images')).toEqual(kept)
  })

  it('removes renders that nothing asks for, when that was said', async () => {
    const site = await rendered()
    git(site, 'init', '--quiet')
    const boat = await recordOf(site, 'boat')
    git(site, 'add', boat.file, boat.picture)
    git(site, 'commit', '--quiet', '--message=boat')
    git(site, 'add', 'onetoken')
    await site.write({ 'images.yaml': MANIFEST.replace('A paper boat', 'A paper ship'), 'main.js': '' })
    const prune = (...args: string[]) => site.onetoken({}, 'prune', '--renders', '--keep-days', '0', ...args)
    const young = await site.onetoken({}, 'prune', '--renders')
    expect(young.output).toContain('Every render is asked for, or too young to be removed.')
    const dry = await prune('--dry-run')
    expect(dry.status).toBe(0)
    expect(told(dry.output).split('\n').sort().join('\n')).toMatchInlineSnapshot(`
      "
      "A red fox"           <date>  <size>  pretend  the only copy
      Variants that nothing used for 30 days: 0 files (<size>) would be removed.
      boat: "A paper boat"  <date>  <size>  pretend  in git as well"
    `)
    const asked = await prune()
    expect(asked.status).toBe(2)
    expect(asked.output).toContain('2 renders would be removed for good, and there is nobody to ask.')
    expect(await site.list('onetoken/renders')).toHaveLength(3)
    const { status, output } = await prune('--yes', '--json')
    expect(status).toBe(0)
    const { renders } = json(output) as { renders: { label: string; copy?: string; removed: boolean }[] }
    expect(renders.map(({ label, copy, removed }) => [label, copy, removed]).sort()).toEqual([
      ['"A red fox"', undefined, true],
      ['boat', 'git', true],
    ])
    expect(await site.list('onetoken/images')).toEqual([(await recordOf(site, 'hero')).picture])
    expect((await site.onetoken({}, 'verify')).status).toBe(0)
    expect(mock.requests).toHaveLength(0)
  })

  it.each<[string, Record<string, string>, string]>([
    ['words are put together at run time', { 'main.js': 'import(`virtual:onetoken/${name}`)' }, 'main.js:1:'],
    ['the manifest cannot be read', { 'images.yaml': 'version: 1\nimages: [' }, 'images.yaml:'],
    [
      'packages may ask',
      { 'images.yaml': MANIFEST.replace('defaults', 'allowPackages: [x]\ndefaults') },
      'allowPackages',
    ],
    [
      'nothing asks for pictures at all',
      { 'images.yaml': 'version: 1\nimages: {}\n', 'main.js': '' },
      'may not be the project',
    ],
  ])('refuses to remove renders when %s', async (_, files, why) => {
    const site = await rendered()
    await site.write(files)
    const { status, output } = await site.onetoken({}, 'prune', '--renders', '--keep-days', '0', '--yes')
    expect(status, output).toBe(1)
    expect(output).toContain(why)
    expect(await site.list('onetoken/renders')).toHaveLength(3)
  })

  describe.skipIf(isLacking('permissions', 'Sources that cannot be read'))('and what may not be read', () => {
    const permitted = (site: Site, ...args: string[]): Promise<Ran> => {
      const [program, ...before] = [...PERMITTED, process.execPath, site.installed(ONETOKEN)]
      return site.exec(program, [...before, ...args], { ONETOKEN_BASE_URL: mock.url })
    }

    it.each<[string, string, string]>([
      ['a source', 'main.js', 'main.js The file cannot be read: EACCES.'],
      ['a folder', 'pgdata', 'pgdata The folder cannot be looked into: EACCES.'],
    ])('keeps all renders where %s may ask for them', async (_, path, told) => {
      const site = await rendered()
      await site.write({ 'pgdata/x': '' })
      const { mode } = await stat(join(site.folder, path))
      await chmod(join(site.folder, path), 0)
      try {
        const plan = await permitted(site, 'plan')
        expect([plan.status, plan.output]).toEqual([1, expect.stringContaining(told)])
        expect(plan.output).toMatch(/^boat +cached/m)
        const pruned = await permitted(site, 'prune', '--renders', '--keep-days', '0', '--yes')
        expect([pruned.status, pruned.output]).toEqual([1, expect.stringContaining(told)])
        expect(await site.list('onetoken/renders')).toHaveLength(3)
      } finally {
        await chmod(join(site.folder, path), mode)
      }
    })
  })

  it('refuses to remove renders while a record cannot be read', async () => {
    const site = await rendered()
    const { file } = await recordOf(site, 'boat')
    await site.write({ [file]: '{}', 'main.js': '' })
    const { status, output } = await site.onetoken({}, 'prune', '--renders', '--keep-days', '0', '--yes')
    expect([status, output]).toEqual([1, expect.stringContaining('A record cannot be used')])
    expect(await site.list('onetoken/renders')).toHaveLength(3)
  })
})

/** A server that keeps what is put there, as WebDAV does. Returns its address, and the methods it was asked with. */
async function keepingServer(): Promise<{ url: string; methods: string[] }> {
  const files = new Map<string, Buffer>()
  const methods: string[] = []
  const server = createHttpServer((request, response) => {
    const { method = '', url = '' } = request
    methods.push(method)
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const there = files.get(url)
      if (method === 'PUT') files.set(url, Buffer.concat(parts))
      response.statusCode = method === 'PUT' || there !== undefined ? 200 : 404
      response.end(method === 'GET' ? there : undefined)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, methods }
}

const withRemote = (url: string): string => JSON.stringify({ remote: { url, write: true } })

describe('onetoken sync', () => {
  it('says of what it checks only what it wrote', async () => {
    const site = await rendered()
    const { url, methods } = await keepingServer()
    await site.write({ 'onetoken.config.json': withRemote(url) })
    const sync = async (...args: string[]): Promise<string> =>
      (await site.onetoken(apiEnv(mock.url), 'sync', ...args)).output
    expect(await sync('--check')).toBe(`${url}: 3 pushed, 0 there already, 0 pulled.\n`)
    methods.length = 0
    expect(await sync()).toBe(`${url}: 0 pushed, 3 there already, 0 pulled.\n`)
    expect(await sync('--check')).toBe(`${url}: 0 pushed, 3 there already, 0 pulled.\n`)
    expect(new Set(methods)).toEqual(new Set(['GET', 'HEAD']))
  })

  it('tells git what to ignore where it fills a fresh checkout', async () => {
    const site = await rendered()
    const { url } = await keepingServer()
    await site.write({ 'onetoken.config.json': withRemote(url) })
    expect((await site.onetoken(apiEnv(mock.url), 'sync')).status).toBe(0)
    const fresh = await createSite({
      'images.yaml': MANIFEST,
      'main.js': MAIN,
      'onetoken.config.json': withRemote(url),
    })
    git(fresh, 'init', '--quiet')
    const args = ['export', '--out', 'public/pictures']
    expect((await fresh.onetoken({ ONETOKEN_BASE_URL: mock.url }, ...args)).status).toBe(0)
    expect(await fresh.list('onetoken/.cache')).not.toEqual([])
    git(fresh, 'add', 'onetoken')
    const added = execFileSync('git', ['diff', '--cached', '--name-only'], { cwd: fresh.folder }).toString()
    expect(added).toContain('onetoken/.gitattributes')
    expect(added).not.toContain('.cache')
  })

  it('counts the problems that it lists', async () => {
    const site = await rendered()
    const more = `${MANIFEST}  fox: { prompt: A grey fox, alt: Fox }\n  owl: { prompt: An owl, alt: Owl }\n`
    await site.write({ 'onetoken.config.json': withRemote('http://127.0.0.1:1'), 'images.yaml': more })
    const { status, output } = await site.onetoken(apiEnv(mock.url), 'sync')
    expect(status).toBe(1)
    const [, summed, listed] = /(\d+) problems?\.\n[^]*?^.*?(\d+) problems:$/m.exec(output) ?? []
    expect(summed, output).toBe(listed)
    expect(output.match(/^ *- /gm), output).toHaveLength(Number(listed))
  })
})

describe('onetoken doctor', () => {
  it('tells what works, without showing the key, and asks for no picture', async () => {
    const site = await createSite({ 'images.yaml': MANIFEST, '.env.local': `ONETOKEN_API_KEY=${CANARY}\n` })
    const { status, output } = await site.onetoken({ ONETOKEN_BASE_URL: mock.url }, 'doctor')
    expect(status, output).toBe(0)
    expect(output).not.toContain(CANARY)
    expect(output).toMatch(/^ok +manifest +images\.yaml \(2 entries\)$/m)
    expect(output).toMatch(/^ok +key +set, by \.env\.local$/m)
    expect(output).toMatch(/^note +API .* pretend pictures/m)
    expect(output).toMatch(/^ok +API +127\.0\.0\.1:\d+ answers$/m)
    expect(output).toMatch(/^ok +bundler +vite\.config\.js uses unplugin-onetoken\/vite/m)
    expect(output).toMatch(/^ok +sharp .* encodes avif, webp, jpg, png$/m)
    expect(output).toContain('No problem was found.')
    expect(mock.requests.filter(({ path }) => path.includes('images'))).toEqual([])
    expect(mock.stats.billed).toBe(0)
    expect(await site.list('onetoken')).toEqual([])
  })

  it('sends no key where it asks', async () => {
    let heard = ''
    const server = createServer((socket) =>
      socket.on('data', (data) => {
        heard += data.toString()
        socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n')
      }),
    )
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const { port } = server.address() as { port: number }
    const site = await createSite({ 'images.yaml': MANIFEST })
    const { output } = await site.onetoken(apiEnv(`http://127.0.0.1:${port}/v1`), 'doctor')
    server.close()
    expect(output).toContain('answers')
    expect(heard).toMatch(/^HEAD \/ HTTP/)
    expect(heard.toLowerCase()).not.toContain('authorization')
    expect(heard).not.toContain(CANARY)
  })

  it('names each problem with what to do', async () => {
    const site = await createSite({
      'images.yaml': 'version: 1\nimages: { hero: { promt: A fjord } }\n',
      '.gitignore': 'onetoken/\n',
      '.env': `ONETOKEN_API_KEY=${CANARY}\n`,
      '.gitattributes': 'onetoken/images/** filter=lfs\n',
      [`onetoken/images/${'a'.repeat(64)}.png`]: 'version https://git-lfs.github.com/spec/v1\n',
    })
    git(site, 'init', '--quiet')
    const { status, output } = await site.onetoken(
      { ONETOKEN_BASE_URL: 'ftp://example.org' },
      'doctor',
      '--offline',
      '--json',
    )
    expect(status).toBe(1)
    expect(output).not.toContain(CANARY)
    const { diagnoses } = json(output) as {
      diagnoses: { mark: string; about: string; text: string; hint?: string }[]
    }
    const problems = diagnoses.filter(({ mark }) => mark === 'problem')
    expect(problems.filter(({ hint }) => hint === undefined).map(({ about }) => about)).toEqual(['manifest'])
    expect(problems.map(({ about, text }) => `${about}: ${text}`)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^manifest: images\.yaml:2:\d+ .*promt/),
        expect.stringMatching(/^key: git does not ignore \.env/),
        expect.stringMatching(/^API: .* does not start with https/),
        expect.stringMatching(/^git: ignores renders/),
        expect.stringMatching(/^Git LFS: 1 picture is a pointer/),
      ]) as string[],
    )
  })

  it('says why a build would not render', async () => {
    const site = await createSite({ 'images.yaml': MANIFEST })
    const { status, output } = await site.onetoken(
      { CI: 'true', ONETOKEN_API_KEY: '' },
      'doctor',
      '--offline',
    )
    expect(status, output).toBe(0)
    expect(output).toMatch(/^note +key +ONETOKEN_API_KEY is empty in the environment$/m)
    expect(output).toMatch(/^note +a build here +fails when a render is missing: a CI build renders nothing/m)
  })
})

it.each([
  ['prune', '--keep-days', '3'],
  ['prune', '--days', 'x'],
  ['verify', '--repare'],
])('onetoken %s %s %s is a usage error', async (...args) => {
  const site = await createSite({ 'images.yaml': MANIFEST })
  const { status } = await site.onetoken({}, ...args.filter((arg) => arg !== undefined))
  expect(status).toBe(2)
})
