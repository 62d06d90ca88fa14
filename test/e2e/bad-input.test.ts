import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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
  const lines = output
    .replaceAll(site.folder, '<site>')
    .replaceAll(dirname(dirname(site.folder)), '<install>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '<api>')
    .replaceAll(/req_mock_\d+/g, '<request>')
    .replaceAll(/elsewhere-\w+/g, '<elsewhere>')
    .split('\n')
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
  for (const path of await site.list('.')) expect((await site.read(path)).includes(CANARY), path).toBe(false)
  // No frame of ours: the frames that Vite 8 prints are its own.
  expect(ran.output).not.toMatch(/at .*unplugin-onetoken/)
  return told(site, ran)
}

describe('references', () => {
  it('unknown parameter', async () => {
    expect(await failure({ 'main.js': importing('promt=A red fox') })).toMatchInlineSnapshot(
      `"main.js:1:16 There is no parameter "promt"; did you mean "prompt"?"`,
    )
  })
  it('an ampersand in the words', async () => {
    expect(await failure({ 'main.js': importing('prompt=Tom & Jerry=cat') })).toMatchInlineSnapshot(`
      "main.js:1:16 There is no parameter " Jerry".
        A "&" separates parameters; where it is part of a text, write %26. The parameters are prompt, model, size, quality, n, background, moderation, output_format, output_compression, image, mask, edit, style, take, pick, widths, formats, q, aspect, fit, position, alt, w, format."
    `)
  })
  it('bad size', async () => {
    expect(await failure({ 'main.js': importing(`${FOX}&size=1024*1024`) })).toMatchInlineSnapshot(
      `"main.js:1:16 "size" cannot be "1024*1024": it must be WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto."`,
    )
  })
  it('no prompt', async () => {
    expect(await failure({ 'main.js': importing('w=480') })).toMatchInlineSnapshot(`
      "main.js:1:16 The reference has no prompt.
        Write virtual:onetoken?prompt=A red fox, virtual:onetoken/hero for an entry of the manifest, or virtual:onetoken/manifest."
    `)
  })
  it('unknown entry', async () => {
    const files = {
      'main.js': `import 'virtual:onetoken/heros'`,
      'images.yaml': 'version: 1\nimages:\n  hero: { prompt: A fjord }\n',
    }
    expect(await failure(files)).toMatchInlineSnapshot(`
      "main.js:1:9 There is no entry "heros" in images.yaml; did you mean "hero"?
        The only entry is hero."
    `)
  })
  it('no manifest', async () => {
    expect(await failure({ 'main.js': `import 'virtual:onetoken/hero'` })).toMatchInlineSnapshot(`
      "main.js:1:9 There is no entry "hero": the project has no manifest ({,src/}images.{yaml,yml}).
        Create images.yaml with "version: 1", "images:" and an entry "hero:" that has a "prompt"."
    `)
  })
})

describe('manifest and settings', () => {
  const manifest = (text: string): Record<string, string> => ({
    'main.js': `import 'virtual:onetoken/hero'`,
    'images.yaml': text,
  })

  it('syntax error', async () => {
    expect(await failure(manifest('version: 1\nimages:\n  hero:\n    prompt: a fox: red\n')))
      .toMatchInlineSnapshot(`
      "images.yaml:4:13 A second "name: value" begins inside a value.
        Each line is "name: value". Text that holds ": " or " #" goes in quotes; text of several lines goes below "prompt: |"."
    `)
  })
  it('duplicate key', async () => {
    expect(await failure(manifest('version: 1\nimages:\n  hero: { prompt: a }\n  hero: { prompt: b }\n')))
      .toMatchInlineSnapshot(`
      "images.yaml:4:3 "hero" is there twice in one mapping, first in line 3.
        Keep one of the two, or give one another name."
    `)
  })
  it('alias bomb', async () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]']
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh'].map((pair) => [...pair])) {
      lines.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(',')}]`)
    }
    expect(await failure(manifest(`version: 1\n${lines.join('\n')}\n`))).toMatchInlineSnapshot(`
      "images.yaml:7:35 The file has more than 1,000,000 values, with all that its aliases (*name) stand for.
        Write the values out, or share less."
    `)
  })
  it('several mistakes', async () => {
    const text =
      'version: 1\nimages:\n  hero: { prompt: A fjord, qualty: low }\n  b.c: { prompt: x }\n  d: { alt: none }\n'
    expect(await failure(manifest(text))).toMatchInlineSnapshot(`
      "images.yaml The manifest has 3 mistakes:
      - 3:28 There is no parameter "qualty"; did you mean "quality"?
      - 4:3 "b.c" cannot be the name of an entry. Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".
      - 5:3 The entry "d" has no prompt. Add "prompt:" with the words of the picture."
    `)
  })
  it('unknown setting', async () => {
    expect(await failure({ 'onetoken.config.json': '{\n  "concurency": 2\n}' })).toMatchInlineSnapshot(
      `"onetoken.config.json:2:3 There is no setting "concurency"; did you mean "concurrency"?"`,
    )
  })
  it('an envPrefix that would ship the key', async () => {
    const config = `import onetoken from 'unplugin-onetoken/vite'\nexport default { plugins: [onetoken()], envPrefix: ['VITE_', 'ONETOKEN_'] }`
    expect(await failure({ 'vite.config.js': config })).toMatchInlineSnapshot(`
      "[OneTokenError: "envPrefix" holds "ONETOKEN_", by which Vite gives ONETOKEN_API_KEY to every page.
        Choose a prefix that does not begin the names of secrets, such as VITE_.
      ]"
    `)
  })
  it('a define that would ship the key', async () => {
    const config = `import onetoken from 'unplugin-onetoken/vite'\nexport default { plugins: [onetoken()], define: { KEY: JSON.stringify(process.env.ONETOKEN_API_KEY) } }`
    expect(await failure({ 'vite.config.js': config })).toMatchInlineSnapshot(`
      "[OneTokenError: "define" holds the value of ONETOKEN_API_KEY, so that it would stand in the page.
        Take it out of "define": the plugin reads it by itself.
      ]"
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
    expect(await failureOf(site, { ...apiEnv(mock.url), ONETOKEN_API_KEY: 'wrong' })).toMatchInlineSnapshot(`
      "<api> refused the API key (401 invalid_api_key): Invalid token.
        Check ONETOKEN_API_KEY: it must be a valid key of <api>, complete, and not expired."
    `)
  })
  it('no credit, asked once for many pictures', async () => {
    mock.setScenario({ name: 'insufficient-user-quota' })
    const all = Array.from(
      { length: 12 },
      (_, n) => `import p${n} from 'virtual:onetoken?prompt=Fox ${n}&quality=low'\nglobalThis.p${n} = p${n}`,
    )
    const message = await failure({ 'main.js': all.join('\n') })
    expect(message).toMatchInlineSnapshot(`
      "The account or the key has no credit left (403 insufficient_user_quota): 用户额度不足, 剩余额度: $0.000000 (request id: <request>)
        Top up the account, or raise the limit of the key, then run it again. Nothing was billed for this picture."
    `)
    expect(mock.stats.requests).toBeLessThanOrEqual(4)
  })
  it('refused by moderation, and not asked again by the next build', async () => {
    mock.setScenario({ name: 'moderation-blocked' })
    const site = await createSite({ 'main.js': importing(FOX) })
    expect(await failureOf(site)).toMatchInlineSnapshot(`
      "main.js:1:16 "A red fox": The API's moderation refused the prompt or an input image (400 moderation_blocked): The safety system rejected this request. safety_violations=[violence].
        Change the words or the image: the same request is refused again. Nothing was billed for this picture."
    `)
    expect((await failureOf(site)).replace(/\d{4}-\d\d-\d\d/, '<day>')).toMatchInlineSnapshot(`
      "main.js:1:16 "A red fox" was refused on <day>: The API's moderation refused the prompt or an input image (400 moderation_blocked): The safety system rejected this request. safety_violations=[violence].
        It is not asked for again with the same words: change them. To try them once more: give its import another "take", as in &take=2"
    `)
    expect(mock.stats.requests).toBe(1)
  })
  it('a size that the API refuses', async () => {
    expect(await failure({ 'main.js': importing(`${FOX}&size=512x512`) })).toMatchInlineSnapshot(`
      "main.js:1:16 "A red fox": <api> refused the request (400 invalid_value): Invalid size '512x512'. Below the minimum of 655,360 pixels.
        Correct what the API names. Nothing was billed for this picture."
    `)
  })
  it('HTML', async () => {
    expect(await answering({ name: 'dashboard' })).toMatchInlineSnapshot(`
      "<api> answered 200 with a web page ("OneToken") instead of images.
        ONETOKEN_BASE_URL seems to point at a web site, or a proxy stands before the API. Use the address of the API itself, such as https://api.onetoken.one."
    `)
  })
  it('a failure that may be billed, and is not sent again', async () => {
    mock.setScenario({ name: 'cloudflare-timeout' })
    const site = await createSite({ 'main.js': importing(FOX) })
    expect(await failureOf(site)).toMatchInlineSnapshot(`
      "main.js:1:16 "A red fox": <api> answered 524: api.example | 524: A timeout occurred. The picture may have been rendered and billed.
        It is not asked for again by itself. Look at the usage log of the account for request <request> before you ask again. A proxy before the API did not wait for the picture: a lower \`quality\` answers sooner.
        To pay for it (again): give its import another "take", as in &take=2"
    `)
    mock.setScenario()
    expect((await failureOf(site)).replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, '<time>')).toMatchInlineSnapshot(`
      "main.js:1:16 "A red fox" was asked for on <time> UTC, and may have been billed. What happened: <api> answered 524: api.example | 524: A timeout occurred. The picture may have been rendered and billed.
        Look at the usage log of your account first. To pay for it (again): give its import another "take", as in &take=2"
    `)
    expect(mock.stats.requests).toBe(1)
  })
  it('keeps the renders that had arrived', async () => {
    mock.setScenario({ name: 'moderation-blocked', when: /bad/ })
    const two = `import a from 'virtual:onetoken?prompt=good&quality=low'\nimport b from 'virtual:onetoken?prompt=bad&quality=low'\nglobalThis.r = [a, b]`
    const site = await createSite({ 'main.js': two })
    await failureOf(site)
    expect((await site.list('onetoken/images')).length).toBe(1)
    await site.write({ 'main.js': importing('prompt=good&quality=low') })
    expect((await site.build(apiEnv(mock.url))).status).toBe(0)
    expect(mock.stats.billed).toBe(1)
  })
})

describe('input images', () => {
  const editing = importing(`${FOX}&image=photo.png`)

  it('missing', async () => {
    expect(await failure({ 'main.js': editing })).toMatchInlineSnapshot(`
      "main.js:1:16 The image "photo.png" is not there: <site>/photo.png does not exist.
        Paths are relative to <site>."
    `)
  })
  it('outside the root', async () => {
    expect(await failure({ 'main.js': importing(`${FOX}&image=../../photo.png`) })).toMatchInlineSnapshot(`
      "main.js:1:16 The image "../../photo.png" lies outside the project: it is <install>/photo.png.
        Only files inside <site> are sent to the API. Copy it into the project; a link to it does not help."
    `)
  })
  it('outside the root through a symlink', async () => {
    const site = await createSite({ 'main.js': editing })
    const elsewhere = join(site.folder, '..', `elsewhere-${site.folder.slice(-12)}`)
    await mkdir(elsewhere, { recursive: true })
    await writeFile(join(elsewhere, 'secret.png'), 'secret')
    await symlink(join(elsewhere, 'secret.png'), join(site.folder, 'photo.png'))
    expect(await failureOf(site)).toMatchInlineSnapshot(`
      "main.js:1:16 The image "photo.png" lies outside the project: it is <install>/sites/<elsewhere>/secret.png.
        Only files inside <site> are sent to the API. Copy it into the project; a link to it does not help."
    `)
  })
  it('not an image', async () => {
    expect(await failure({ 'main.js': editing, 'photo.png': '<!doctype html><p>Not found' }))
      .toMatchInlineSnapshot(`
      "main.js:1:16 The image "photo.png" is not an image that can be used: it is an HTML page.
        Use a PNG, JPEG, WebP, AVIF or GIF."
    `)
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
    expect((await failure({ 'main.js': editing, 'photo.png': cut })).replace(/\d+ bytes/, '<n> bytes'))
      .toMatchInlineSnapshot(`
      "main.js:1:16 The image "photo.png" is a PNG that is cut short: it ends after <n> bytes, in the middle of the picture.
        Copy or download it again."
    `)
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
    text.replaceAll(/[0-9a-f]{64}/g, '<hash>').replaceAll(/\d{13}-[0-9a-f]{8}/g, '<time>')

  it('a Git LFS pointer in place of an image', async () => {
    const { site, image } = await rendered()
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1\n'
    await site.write({ [image]: pointer })
    expect(anonymous(await failureOf(site))).toMatchInlineSnapshot(`
      "main.js:1:16 The render of "A red fox" is in the store, but its picture cannot be used: onetoken/images/<hash>.png is a Git LFS pointer.
        Fetch what it points to: git lfs pull"
    `)
    expect((await site.read(image)).toString()).toBe(pointer)
    expect(mock.stats.billed).toBe(1)
  })
  it('a merge conflict in a record', async () => {
    const { site, record } = await rendered()
    const text = (await site.read(record)).toString()
    await site.write({ [record]: `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> other\n` })
    expect(anonymous(await failureOf(site))).toMatchInlineSnapshot(`
      "main.js:1:16 The render of "A red fox" is in the store, but its record cannot be used: onetoken/renders/<hash>.json holds an unfinished git merge.
        Choose a side, as in: git checkout --ours onetoken/renders/<hash>.json"
    `)
    expect(mock.stats.billed).toBe(1)
  })
  it('a flipped byte in an image', async () => {
    const { site, image } = await rendered()
    const bytes = await site.read(image)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    await site.write({ [image]: bytes })
    expect(anonymous(await failureOf(site))).toMatchInlineSnapshot(`
      "main.js:1:16 The render of "A red fox" is in the store, but its picture cannot be used: onetoken/images/<hash>.png does not have the bytes that its record says. It was moved aside, to onetoken/.cache/quarantine/<time>-<hash>.png.
        Restore it, as in: git checkout -- onetoken/images/<hash>.png
        To pay for it again: give its import another "take", as in &take=2"
    `)
    expect((await site.list('onetoken/.cache/quarantine')).length).toBe(1)
    expect(mock.stats.billed).toBe(1)
  })
  it('an image that is gone', async () => {
    const { site, image } = await rendered()
    await site.remove(image)
    expect(anonymous(await failureOf(site))).toMatchInlineSnapshot(`
      "main.js:1:16 The render of "A red fox" is in the store, but its picture cannot be used: onetoken/images/<hash>.png is not there.
        Restore it, as in: git checkout -- onetoken/images/<hash>.png
        To pay for it again: give its import another "take", as in &take=2"
    `)
    expect(mock.stats.billed).toBe(1)
  })
})
