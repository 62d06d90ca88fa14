import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { serializeRecord, type RenderRecord } from '../../packages/unplugin-onetoken/src/store/record.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, type Site } from '../helpers/site.ts'

const mock = useMock()

/** What would be seen of these in a terminal, or be obeyed by a CI system. */
const EVIL =
  'a\u001b]0;title\u0007\u009b2J\n::error::b\r\n##[error]c ##vso[task.setvariable]d\u202e\u2028::warning::e'

/** What of it is left in what was printed. */
function foundIn(output: string): string[] {
  const steering = /(?!\n)[\u0000-\u001f\u007f-\u009f\u202e\u2028]|^\s*::|##(?:vso)?\[/gmu
  return [...output.matchAll(steering)].map(([found]) => JSON.stringify(found))
}

const MANIFEST = `version: 1
defaults: { quality: low }
images:
  hero: { prompt: A fjord, alt: Fjord }
  wide: { edit: hero, prompt: wider, alt: Wide }
`
const MAIN = `import hero from 'virtual:onetoken/hero'
import wide from 'virtual:onetoken/wide'
globalThis.result = [hero, wide]`

/** A site whose only record is what `forge` makes of that of a refusal, with a digest that fits. */
async function forged(forge: (record: RenderRecord) => object): Promise<Site> {
  mock.setScenario({ name: 'moderation-blocked' })
  const site = await createSite({ 'images.yaml': MANIFEST, 'main.js': MAIN })
  expect((await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--yes')).status).toBe(1)
  mock.setScenario()
  const [path = ''] = await site.list('onetoken/renders')
  const file = join(site.folder, path)
  const { digest: _, ...record } = JSON.parse(await readFile(file, 'utf8')) as RenderRecord & {
    digest: string
  }
  await writeFile(file, serializeRecord({ ...record, ...forge(record) }))
  return site
}

const COMMANDS = [
  ['plan'],
  ['plan', '--json'],
  ['render', '--yes'],
  ['render', '--yes', '--json'],
  ['export', '--out', 'public/pictures'],
  ['verify'],
  ['verify', '--json'],
  ['prune', '--renders', '--keep-days', '0', '--dry-run'],
  ['prune', '--renders', '--keep-days', '0', '--dry-run', '--json'],
  ['accept', 'hero', '--from', 'hero'],
  ['gallery', '--json'],
]

/** Those that look at every record. */
const LOOKS = [['plan'], ['verify'], ['prune', '--renders', '--keep-days', '0', '--dry-run']]

/** What is printed is safe; returns it. */
async function expectSafe(site: Site, commands: readonly string[][] = COMMANDS): Promise<string> {
  let all = ''
  for (const command of commands) {
    const { output } = await site.onetoken(apiEnv(mock.url), ...command)
    expect(foundIn(output), `${command.join(' ')}: ${output}`).toEqual([])
    expect(output, command.join(' ')).not.toMatch(/TypeError|\n\s+at /)
    all += output
  }
  const { output } = await site.build(apiEnv(mock.url))
  expect(foundIn(output), output).toEqual([])
  return all
}

describe('a record that somebody made up steers no terminal and no log of CI', () => {
  it('by the words of a refusal', async () => {
    const site = await forged(() => ({ refusal: { message: EVIL } }))
    const told = await expectSafe(site)
    expect(told).toContain('hero was refused on ')
    expect(told).toContain(String.raw`a\u001b]0;title\u0007\u009b2J\n::error::b\r\n#\u0023[error]c`)
  })

  it('by its prompt and its name', async () => {
    const site = await forged(({ request, key }) => ({
      request: { ...request, prompt: EVIL },
      name: EVIL,
      key,
    }))
    // Nothing asks for it now, so that prune tells of it.
    await site.write({ 'images.yaml': MANIFEST.replace('A fjord', 'A lake') })
    expect(await expectSafe(site)).toContain(String.raw`a\u001b]0;title\u0007\u009b2J`)
  })

  it.each<[string, object]>([
    ['a name that is no text', { name: { x: 1 } }],
    ['a prompt that cannot be text', { request: { toString: 1, prompt: { toString: 1 } } }],
    ['a time that is none', { created: EVIL }],
    ['the number of a request that is no text', { requestId: [EVIL] }],
  ])('by %s: it is told as damaged', async (_, changes) => {
    const site = await forged(() => changes)
    expect(await expectSafe(site, LOOKS)).toContain('is not a record')
  })
})

it('what the API says steers no terminal and no log of CI, also when it is told again', async () => {
  const site = await createSite({ 'images.yaml': MANIFEST, 'main.js': MAIN })
  for (const name of ['moderation-blocked', 'bad-gateway', 'invalid-key'] as const) {
    mock.setScenario({ name, message: EVIL, code: `##[error]${EVIL}` })
    for (const again of [[], ['--again']]) {
      const { output } = await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--yes', ...again)
      expect(foundIn(output), output).toEqual([])
    }
    await expectSafe(site, LOOKS)
  }
})
