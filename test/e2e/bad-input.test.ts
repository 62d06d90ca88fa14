import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, CANARY, createSite, type Ran, type Site } from '../helpers/site.ts'

const mock = useMock()
const importing = (query: string): string =>
  `import p from 'virtual:onetoken?${query}'\nglobalThis.result = p`
const FOX = 'prompt=A red fox&quality=low'

/** What the project says of a failed build: without what the bundler prints around it, and without folders. */
function told(site: Site, { output }: Ran): string {
  const lines = output.replaceAll(site.folder, '<site>').split('\n')
  const begin = lines.findIndex((line) => /Build failed with|error during build/.test(line)) + 1
  const rest = lines.slice(begin)
  const end = rest.findIndex((line) => /^\s+at /.test(line))
  return rest
    .slice(0, end < 0 ? undefined : end)
    .filter((line) => !/^Build failed with|^error during build|^\s*$/.test(line))
    .join('\n')
    .trim()
}

/** The message of a build that fails because of the user. */
async function failure(files: Record<string, string | Uint8Array>, env = apiEnv(mock.url)): Promise<string> {
  const site = await createSite({ 'main.js': importing(FOX), ...files })
  return await failureOf(site, env)
}

async function failureOf(site: Site, env = apiEnv(mock.url)): Promise<string> {
  const ran = await site.build(env)
  expect(ran.status, ran.output).toBe(1)
  expect(ran.output).not.toContain(CANARY)
  // No frame of ours: the frames that Vite 8 prints are its own.
  expect(ran.output).not.toMatch(/at .*unplugin-onetoken/)
  return told(site, ran)
}

describe('references', () => {
  it('unknown parameter', async () => {
    expect(await failure({ 'main.js': importing('promt=A red fox') })).toMatchInlineSnapshot()
  })
  it('an ampersand in the words', async () => {
    expect(await failure({ 'main.js': importing('prompt=Tom & Jerry=cat') })).toMatchInlineSnapshot()
  })
  it('bad size', async () => {
    expect(await failure({ 'main.js': importing(`${FOX}&size=1024*1024`) })).toMatchInlineSnapshot()
  })
  it('no prompt', async () => {
    expect(await failure({ 'main.js': importing('w=480') })).toMatchInlineSnapshot()
  })
  it('unknown entry', async () => {
    const files = {
      'main.js': `import 'virtual:onetoken/heros'`,
      'images.yaml': 'version: 1\nimages:\n  hero: { prompt: A fjord }\n',
    }
    expect(await failure(files)).toMatchInlineSnapshot()
  })
  it('no manifest', async () => {
    expect(await failure({ 'main.js': `import 'virtual:onetoken/hero'` })).toMatchInlineSnapshot()
  })
})

describe('manifest and settings', () => {
  const manifest = (text: string): Record<string, string> => ({
    'main.js': `import 'virtual:onetoken/hero'`,
    'images.yaml': text,
  })

  it('syntax error', async () => {
    expect(
      await failure(manifest('version: 1\nimages:\n  hero:\n    prompt: a fox: red\n')),
    ).toMatchInlineSnapshot()
  })
  it('duplicate key', async () => {
    expect(
      await failure(manifest('version: 1\nimages:\n  hero: { prompt: a }\n  hero: { prompt: b }\n')),
    ).toMatchInlineSnapshot()
  })
  it('alias bomb', async () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]']
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh'].map((pair) => [...pair])) {
      lines.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(',')}]`)
    }
    expect(await failure(manifest(`version: 1\n${lines.join('\n')}\n`))).toMatchInlineSnapshot()
  })
  it('several mistakes', async () => {
    const text =
      'version: 1\nimages:\n  hero: { prompt: A fjord, qualty: low }\n  b.c: { prompt: x }\n  d: { alt: none }\n'
    expect(await failure(manifest(text))).toMatchInlineSnapshot()
  })
  it('unknown setting', async () => {
    expect(await failure({ 'onetoken.config.json': '{\n  "concurency": 2\n}' })).toMatchInlineSnapshot()
  })
  it('an envPrefix that would ship the key', async () => {
    const config = `import onetoken from 'unplugin-onetoken/vite'\nexport default { plugins: [onetoken()], envPrefix: ['VITE_', 'ONETOKEN_'] }`
    expect(await failure({ 'vite.config.js': config })).toMatchInlineSnapshot(`
      "[Error [OneTokenError]: "envPrefix" holds "ONETOKEN_", by which Vite gives ONETOKEN_API_KEY to every page.
        Choose a prefix that does not begin the names of secrets, such as VITE_.
      ] {
        code: 'KEY_EXPOSED',
        kind: 'KEY_EXPOSED',
        hint: 'Choose a prefix that does not begin the names of secrets, such as VITE_.',
        loc: undefined
      }"
    `)
  })
  it('a define that would ship the key', async () => {
    const config = `import onetoken from 'unplugin-onetoken/vite'\nexport default { plugins: [onetoken()], define: { KEY: JSON.stringify(process.env.ONETOKEN_API_KEY) } }`
    expect(await failure({ 'vite.config.js': config })).toMatchInlineSnapshot(`
      "[Error [OneTokenError]: "define" holds the value of ONETOKEN_API_KEY, so that it would stand in the page.
        Take it out of "define": the plugin reads the key by itself.
      ] {
        code: 'KEY_EXPOSED',
        kind: 'KEY_EXPOSED',
        hint: 'Take it out of "define": the plugin reads the key by itself.',
        loc: undefined
      }"
    `)
  })
})

describe('what the API answers', () => {
  const answering = (scenario: Parameters<typeof mock.setScenario>[0]): Promise<string> => {
    mock.setScenario(scenario)
    return failure({})
  }

  it('wrong key', async () => {
    const site = await createSite({ 'main.js': importing(FOX) })
    expect(await failureOf(site, { ...apiEnv(mock.url), ONETOKEN_API_KEY: 'wrong' })).toMatchInlineSnapshot()
  })
  it('no credit, asked once for many pictures', async () => {
    mock.setScenario({ name: 'insufficient-user-quota' })
    const all = Array.from(
      { length: 12 },
      (_, n) => `import p${n} from 'virtual:onetoken?prompt=Fox ${n}&quality=low'\nglobalThis.p${n} = p${n}`,
    )
    const message = await failure({ 'main.js': all.join('\n') })
    expect(message).toMatchInlineSnapshot()
    expect(mock.stats.requests).toBeLessThanOrEqual(4)
  })
  it('refused by moderation, and not asked again by the next build', async () => {
    mock.setScenario({ name: 'moderation-blocked' })
    const site = await createSite({ 'main.js': importing(FOX) })
    expect(await failureOf(site)).toMatchInlineSnapshot()
    expect((await failureOf(site)).replace(/\d{4}-\d\d-\d\d/, '<day>')).toMatchInlineSnapshot()
    expect(mock.stats.requests).toBe(1)
  })
  it('a size that the API refuses', async () => {
    expect(await failure({ 'main.js': importing(`${FOX}&size=512x512`) })).toMatchInlineSnapshot()
  })
  it('HTML', async () => {
    expect(await answering({ name: 'dashboard' })).toMatchInlineSnapshot()
  })
  it('a failure that may be billed, and is not sent again', async () => {
    mock.setScenario({ name: 'cloudflare-timeout' })
    const site = await createSite({ 'main.js': importing(FOX) })
    expect(await failureOf(site)).toMatchInlineSnapshot()
    mock.setScenario()
    expect((await failureOf(site)).replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, '<time>')).toMatchInlineSnapshot()
    expect(mock.stats.requests).toBe(1)
  })
  it('keeps the renders that had arrived', async () => {
    mock.setScenario({ name: 'moderation-blocked', when: /bad/ })
    const two = `import a from 'virtual:onetoken?prompt=good&quality=low'\nimport b from 'virtual:onetoken?prompt=bad&quality=low'\nglobalThis.r = [a, b]`
    const site = await createSite({ 'main.js': two })
    await failureOf(site)
    expect((await site.list('onetoken/images')).length).toBe(1)
    await site.write({ 'main.js': importing('prompt=good&quality=low') })
    expect((await site.build()).status).toBe(3 - 3 + 1)
    expect((await site.build(apiEnv(mock.url))).status).toBe(0)
    expect(mock.stats.billed).toBe(1)
  })
})

describe('input images', () => {
  const editing = importing(`${FOX}&image=photo.png`)

  it('missing', async () => {
    expect(await failure({ 'main.js': editing })).toMatchInlineSnapshot()
  })
  it('outside the root', async () => {
    expect(await failure({ 'main.js': importing(`${FOX}&image=../../photo.png`) })).toMatchInlineSnapshot()
  })
  it('outside the root through a symlink', async () => {
    const site = await createSite({ 'main.js': editing })
    const elsewhere = join(site.folder, '..', `elsewhere-${site.folder.slice(-12)}`)
    await mkdir(elsewhere, { recursive: true })
    await writeFile(join(elsewhere, 'secret.png'), 'secret')
    await symlink(join(elsewhere, 'secret.png'), join(site.folder, 'photo.png'))
    expect((await failureOf(site)).replaceAll(elsewhere, '<elsewhere>')).toMatchInlineSnapshot()
  })
  it('not an image', async () => {
    expect(
      await failure({ 'main.js': editing, 'photo.png': '<!doctype html><p>Not found' }),
    ).toMatchInlineSnapshot()
  })
  it('cut short', async () => {
    const whole = await sharp({
      create: {
        width: 256,
        height: 256,
        channels: 3,
        background: '#c63',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    })
      .png()
      .toBuffer()
    const cut = whole.subarray(0, Math.floor(whole.length * 0.6))
    expect(
      (await failure({ 'main.js': editing, 'photo.png': cut })).replace(/\d+ bytes/, '<n> bytes'),
    ).toMatchInlineSnapshot()
    expect(mock.requests).toHaveLength(0)
  })
})

describe('a store that was tampered with', () => {
  async function rendered(): Promise<{ site: Site; image: string; record: string }> {
    const site = await createSite({ 'main.js': importing(FOX) })
    expect((await site.build(apiEnv(mock.url))).status).toBe(0)
    await site.remove('onetoken/.cache')
    const [image = ''] = await site.list('onetoken/images')
    const [record = ''] = await site.list('onetoken/renders')
    return { site, image, record }
  }
  const anonymous = (text: string): string =>
    text.replaceAll(/[0-9a-f]{64}/g, '<hash>').replaceAll(/\d{13}-/g, '<time>-')

  it('a Git LFS pointer in place of an image', async () => {
    const { site, image } = await rendered()
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1\n'
    await site.write({ [image]: pointer })
    expect(anonymous(await failureOf(site))).toMatchInlineSnapshot()
    expect((await site.read(image)).toString()).toBe(pointer)
    expect(mock.stats.billed).toBe(1)
  })
  it('a merge conflict in a record', async () => {
    const { site, record } = await rendered()
    const text = (await site.read(record)).toString()
    await site.write({ [record]: `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> other\n` })
    expect(anonymous(await failureOf(site))).toMatchInlineSnapshot()
    expect(mock.stats.billed).toBe(1)
  })
  it('a flipped byte in an image', async () => {
    const { site, image } = await rendered()
    const bytes = await site.read(image)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    await site.write({ [image]: bytes })
    expect(anonymous(await failureOf(site))).toMatchInlineSnapshot()
    expect((await site.list('onetoken/.cache/quarantine')).length).toBe(1)
    expect(mock.stats.billed).toBe(1)
  })
  it('an image that is gone', async () => {
    const { site, image } = await rendered()
    await site.remove(image)
    expect(anonymous(await failureOf(site))).toMatchInlineSnapshot()
    expect(mock.stats.billed).toBe(1)
  })
})
