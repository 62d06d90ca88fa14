import { once } from 'node:events'
import { chmod, lstat, symlink, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { digests } from '../helpers/digests.ts'
import { evaluate } from '../helpers/evaluate.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, CANARY, createSite, ONETOKEN, type Ran, type Site } from '../helpers/site.ts'
import { openIntents, type Intent } from '../../packages/unplugin-onetoken/src/store/intents.ts'
import { parseRecord, type RenderRecord } from '../../packages/unplugin-onetoken/src/store/record.ts'

// The same words bring another picture each time, as with the real API.
const mock = useMock({ vary: true })

const MANIFEST = `# Pictures of the site
version: 1
defaults: { quality: low, size: 1024x1024 }

images:
  hero:   # above the fold
    prompt: a red fox   # in winter
    # three, to choose from
    n: 3
    alt: 'A fox'

  boat: { prompt: a paper boat, alt: Boat } # inline
`
const MAIN = `import hero from 'virtual:onetoken/hero?w=64'
import boat from 'virtual:onetoken/boat?w=64'
globalThis.result = { hero, boat }
`

/** Without a key: who asks the API for anything fails. */
const keyless = (): Record<string, string> => ({ ONETOKEN_BASE_URL: mock.url })

/** A site with two renders, both of them there. */
async function rendered(files: Record<string, string | Uint8Array> = {}): Promise<Site> {
  const site = await createSite({ 'images.yaml': MANIFEST, 'main.js': MAIN, ...files })
  const { status, output } = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
  expect(status, output).toBe(0)
  mock.reset()
  return site
}

async function done(site: Site, ...args: string[]): Promise<string> {
  const { status, output } = await site.onetoken(keyless(), ...args)
  expect(status, output).toBe(0)
  return output
}

/** Words with what differs from run to run made equal. */
const told = (output: string): string =>
  output
    .replaceAll(/[\da-f]{64}/g, '<key>')
    .replaceAll(/\d{4}-\d\d-\d\d/g, '<date>')
    .replaceAll(/[\d.]+ [kM]?B/g, '<size>')

const text = async (site: Site, path = 'images.yaml'): Promise<string> => (await site.read(path)).toString()

async function edit(site: Site, from: string, to: string): Promise<void> {
  const before = await text(site)
  expect(before).toContain(from)
  await site.write({ 'images.yaml': before.replace(from, to) })
}

/** The lines of the manifest that are other than before. */
async function diff(site: Site, before: string = MANIFEST): Promise<string> {
  const [old, now] = [before.split('\n'), (await text(site)).split('\n')]
  const gone = old.filter((line) => !now.includes(line)).map((line) => `-${line}`)
  return [...gone, ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`)].join('\n')
}

/** The files that a build ships, by the names that its page has for them. */
async function shipped(site: Site): Promise<Record<string, string>> {
  const { status, output } = await site.build(keyless())
  expect(status, output).toBe(0)
  const files = await digests(site)
  const page = await evaluate(site)
  return Object.fromEntries(
    Object.entries(page).map(([name, url]) => [name, files[`dist${String(url)}`] ?? '']),
  )
}

interface Planned {
  name: string
  key: string
  state: string
  origin: { kind: string; file?: string; until?: string; key?: string } | null
}

async function planned(site: Site, name: string): Promise<Planned> {
  const { output } = await site.onetoken(keyless(), 'plan', '--json')
  const { renders } = JSON.parse(output) as { renders: Planned[] }
  return renders.find((one) => one.name === name) ?? { name, key: '', state: 'unknown', origin: null }
}

async function recordOf(site: Site, key: string): Promise<{ images: { sha256: string }[]; cost: object }> {
  return JSON.parse(await text(site, `onetoken/renders/${key}.json`)) as {
    images: { sha256: string }[]
    cost: object
  }
}

const photo = (width = 640, height = 480): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#c63' } })
    .jpeg()
    .toBuffer()

describe('onetoken accept', () => {
  it('lets the picture stand for words that were edited, and nothing is rendered', async () => {
    const site = await rendered()
    const before = await shipped(site)
    await edit(site, 'a red fox', 'a red fox, looking back')
    expect(await planned(site, 'hero')).toMatchObject({ state: 'missing' })
    const manifest = await text(site)
    expect(told(await done(site, 'accept', 'hero'))).toMatchInlineSnapshot(`
      "hero has the 3 pictures of <date> ("a red fox"). Nothing was rendered.
      "
    `)
    expect(await text(site)).toBe(manifest)
    expect(await planned(site, 'hero')).toMatchObject({ state: 'cached', origin: { kind: 'accepted' } })
    expect((await site.onetoken(keyless(), 'plan')).output).toMatch(/hero +accepted +images\.yaml/)
    expect(await shipped(site)).toEqual(before)
    expect(await done(site, 'verify')).toContain('no problem')
    expect(mock.requests).toHaveLength(0)
    expect(told(await done(site, 'accept', 'hero'))).toMatchInlineSnapshot(`
      "These words of hero have the 3 pictures of <date> ("a red fox, looking back") already: nothing was changed.
      "
    `)
  })

  it('keeps the picture that is there, and the answer to a request for another one beside it', async () => {
    const site = await rendered()
    const { key } = await planned(site, 'boat')
    const record = parseRecord(await text(site, `onetoken/renders/${key}.json`), key)
    const hero = await recordOf(site, (await planned(site, 'hero')).key)
    const before = await shipped(site)
    // As of a run that died with the answer in hand.
    const now = Date.now()
    await openIntents(join(site.folder, 'onetoken/.cache')).write({
      key,
      attempt: 1,
      label: 'boat',
      sender: { id: 'dead', pid: 4_000_000, host: hostname(), namespace: '' },
      time: new Date(now).toISOString(),
      replaces: true,
      arrived: {
        ...(record as { record: RenderRecord }).record,
        images: hero.images.slice(0, 1),
        created: new Date(now + 1).toISOString(),
      },
    } as Intent)
    const file = join(site.folder, `onetoken/.cache/intents/${key}.1.json`)
    await utimes(file, 0, 0)
    const accepted = await done(site, 'accept', 'boat')
    expect(told(accepted)).toMatchInlineSnapshot(`
      "boat was paid for by a run that ended before it was kept: another one stands, and its picture stays in the store.
      These words of boat have the picture of <date> ("a paper boat") already: nothing was changed. What had come for a request for another one is kept as well. To use that:
        npx --no-install onetoken accept boat --from <key> --replace
      "
    `)
    expect(await shipped(site)).toEqual(before)
    const [, command = ''] = /onetoken (accept boat .*)$/m.exec(accepted) ?? []
    await done(site, ...command.split(' '))
    expect((await shipped(site))['boat']).not.toBe(before['boat'])
    expect(await done(site, 'verify')).toContain('no problem')
  })

  it('ships who made the picture, not who would make it by now', async () => {
    const site = await rendered({ 'photo.png': await photo() })
    const madeBy = async (): Promise<(string | undefined)[]> => {
      expect((await site.build(keyless())).status).toBe(0)
      const { boat } = await evaluate(site)
      const xmp = (await site.read(`dist${String(boat)}`)).toString('latin1')
      return [/AISystemUsed>([^<]*)/.exec(xmp)?.[1], /digitalsourcetype\/(\w+)/.exec(xmp)?.[1]]
    }
    const before = await madeBy()
    expect(before).toEqual(['gpt-image-2', 'trainedAlgorithmicMedia'])
    await edit(site, 'prompt: a paper boat', 'prompt: a boat, model: newer, image: photo.png')
    await done(site, 'accept', 'boat')
    expect(await madeBy()).toEqual(before)
    // As often as it is accepted.
    await edit(site, 'a boat, model: newer', 'a ship, model: newest')
    await done(site, 'accept', 'boat')
    expect(await madeBy()).toEqual(before)
  })

  it('sets the words first, and changes no other line', async () => {
    const site = await rendered()
    const before = await shipped(site)
    await done(site, 'accept', 'hero', 'a red fox: looking back')
    await done(site, 'accept', 'boat', 'a paper boat, from above')
    expect(await diff(site)).toMatchInlineSnapshot(`
      "-    prompt: a red fox   # in winter
      -  boat: { prompt: a paper boat, alt: Boat } # inline
      +    prompt: "a red fox: looking back"   # in winter
      +  boat: { prompt: "a paper boat, from above", alt: Boat } # inline"
    `)
    expect(await shipped(site)).toEqual(before)
    expect(mock.requests).toHaveLength(0)
    const record = await recordOf(site, (await planned(site, 'hero')).key)
    expect(record.cost).toEqual({ usd: 0, from: 'origin' })
    expect(record.images).toHaveLength(3)
  })

  it('takes the newest of several, and that of another entry or of an older name when told to', async () => {
    const site = await rendered()
    const first = await planned(site, 'hero')
    await edit(site, 'a red fox', 'a blue fox')
    await site.onetoken(apiEnv(mock.url), 'render', '--yes')
    const second = await planned(site, 'hero')
    await edit(site, 'a blue fox', 'a green fox')
    await done(site, 'accept', 'hero')
    expect((await planned(site, 'hero')).origin).toEqual({ kind: 'accepted', key: second.key })
    await edit(site, 'a green fox', 'a fox')
    await done(site, 'accept', 'hero', '--from', first.key)
    expect((await planned(site, 'hero')).origin).toEqual({ kind: 'accepted', key: first.key })
    await edit(site, '  hero:', '  banner:')
    await edit(site, 'prompt: a fox', 'prompt: a hare')
    const { status, output } = await site.onetoken(keyless(), 'accept', 'banner')
    expect([status, output]).toMatchInlineSnapshot(`
      [
        1,
        "images.yaml:6:3 There is no picture of banner yet that could stand for its words.
        To render it: npx --no-install onetoken render banner
        To bring a picture of your own: npx --no-install onetoken import banner FILE
        To take that of another entry, or of the name that it had: npx --no-install onetoken accept banner --from NAME
      ",
      ]
    `)
    await done(site, 'accept', 'banner', '--from', 'hero')
    await done(site, 'accept', 'boat', '--from', 'banner', '--replace')
    const images = async (name: string): Promise<object[]> =>
      (await recordOf(site, (await planned(site, name)).key)).images
    // It shows one of them, and has asked for one.
    expect(await images('boat')).toEqual((await images('banner')).slice(0, 1))
  })

  it('accepts what is missing of a group', async () => {
    const manifest = `version: 1
defaults: { quality: low }
images:
  shop/mug: { prompt: a mug, dark: at night }
  shop/hat: { prompt: a hat }
  hero: { prompt: a fox }
`
    const site = await rendered({ 'images.yaml': manifest, 'main.js': '' })
    await site.write({
      'images.yaml': manifest
        .replace('a mug', 'one mug')
        .replace('at night', 'at midnight')
        .replace('a fox', 'one fox'),
    })
    expect(told(await done(site, 'accept', 'shop'))).toMatchInlineSnapshot(`
      "shop/mug  the picture of <date> ("a mug")
      shop/mug:dark  the picture of <date> ("at night")
      shop/mug has the picture of <date> ("a mug"). Nothing was rendered.
      shop/mug:dark has the picture of <date> ("at night"). Nothing was rendered.
      "
    `)
    expect(await planned(site, 'hero')).toMatchObject({ state: 'missing' })
    expect(told(await done(site, 'accept', 'shop/', 'hero'))).toMatchInlineSnapshot(`
      "hero has the picture of <date> ("a fox"). Nothing was rendered.
      "
    `)
  })

  it('fails where it was asked for something and did nothing, and tells two pictures of the same words apart', async () => {
    const site = await rendered({
      'images.yaml': `version: 1
defaults: { quality: low }
images:
  hero: { prompt: a fox }
  wide: { edit: hero, prompt: extend the sky }
`,
      'main.js': '',
    })
    const former = await planned(site, 'wide')
    await edit(site, 'a fox', 'a hare')
    expect((await site.onetoken(apiEnv(mock.url), 'render', '--stale', '--yes')).status).toBe(0)
    const now = await planned(site, 'wide')
    const plain = await done(site, 'accept', 'wide')
    expect(plain).toContain(`, key ${now.key}, already`)
    expect(plain).toContain(`, key ${former.key}, all the same, add --replace`)
    const refused = await site.onetoken(keyless(), 'accept', 'wide', '--from', former.key, '--json')
    expect(refused.status).toBe(1)
    expect(JSON.parse(refused.output)).toMatchObject({ accepted: [], present: [{ isRefused: true }] })
    const words = await site.onetoken(keyless(), 'accept', 'hero', 'a fox')
    expect([words.status, words.output]).toEqual([1, expect.stringContaining('write the words into')])
    // The words that it has, or the very picture: that is so already.
    await done(site, 'accept', 'hero', 'a hare')
    await done(site, 'accept', 'wide', '--from', former.key, '--replace')
    expect(await done(site, 'accept', 'wide', '--from', former.key)).toContain('nothing was changed')
  })

  it('takes the picture that another entry shows, and a "pick" that it does not reach goes', async () => {
    const before = MANIFEST.replace('n: 3', 'n: 3\n    pick: 3')
    const site = await rendered({ 'images.yaml': before })
    const paid = await shipped(site)
    await done(site, 'accept', 'boat', '--from', 'hero', '--replace')
    expect((await shipped(site))['boat']).toBe(paid['hero'])
    const output = await done(site, 'accept', 'hero', '--from', 'boat', '--replace')
    expect(told(output)).toMatchInlineSnapshot(`
      "hero has the picture of boat of <date> ("a paper boat"). Nothing was rendered.
      "pick" was changed, as there is one picture: images.yaml:10.
      The picture that was there is kept. To bring it back:
        npx --no-install onetoken accept hero --from <key> --replace
        npx --no-install onetoken pick hero 3
      "
    `)
    expect(await text(site)).toBe(MANIFEST)
    expect(await shipped(site)).toEqual({ hero: paid['hero'], boat: paid['hero'] })
    for (const [, command = ''] of output.matchAll(/npx --no-install onetoken (.*)/g)) {
      await done(site, ...command.split(' '))
    }
    expect((await shipped(site))['hero']).toBe(paid['hero'])
    expect(await diff(site, before)).toBe('')
  })

  it('accepts all that is missing and had a picture, after a list', async () => {
    const site = await rendered()
    const before = await shipped(site)
    await edit(site, 'a red fox', 'a fox')
    await edit(site, 'a paper boat', 'a boat')
    await site.write({ 'images.yaml': `${await text(site)}  new: { prompt: a hen }\n` })
    expect(told(await done(site, 'accept', '--all'))).toMatchInlineSnapshot(`
      "hero  the 3 pictures of <date> ("a red fox")
      boat  the picture of <date> ("a paper boat")
      hero has the 3 pictures of <date> ("a red fox"). Nothing was rendered.
      boat has the picture of <date> ("a paper boat"). Nothing was rendered.
      "
    `)
    expect(await planned(site, 'new')).toMatchObject({ state: 'missing' })
    expect(await shipped(site)).toEqual(before)
    expect(mock.requests).toHaveLength(0)
  })

  it('fails for nothing that it has done: not for the same words, nor for several "pick" that go', async () => {
    const manifest = (words: string, more = ''): string => `version: 1
defaults: { quality: low }
images:
  fox: { prompt: ${words === '' ? 'a fox' : words} }
  twin: { prompt: ${words === '' ? 'a twin' : words} }
  owl: { prompt: ${words} an owl${more} }
  hen: { prompt: ${words} a hen${more} }
`
    const site = await rendered({ 'images.yaml': manifest(''), 'main.js': '' })
    await site.write({ 'images.yaml': manifest('new', ', n: 2, pick: 2') })
    expect(told(await done(site, 'accept', '--all'))).toMatchInlineSnapshot(`
      "fox, twin  the picture of <date> ("a fox")
      owl        the picture of <date> ("an owl")
      hen        the picture of <date> ("a hen")
      fox has the picture of <date> ("a fox"). Nothing was rendered.
      It is the picture of twin as well, with the same words.
      owl has the picture of <date> ("an owl"). Nothing was rendered.
      "pick" was changed, as there is one picture: images.yaml:6.
      hen has the picture of <date> ("a hen"). Nothing was rendered.
      "pick" was changed, as there is one picture: images.yaml:7.
      "
    `)
    expect(await text(site)).toBe(manifest('new', ', n: 2'))
    expect((await site.onetoken(keyless(), 'plan')).status).toBe(0)
    expect(await done(site, 'accept', '--all')).toContain('Nothing else is missing')
  })

  it('keeps a paid render that it replaces, and says how to bring it back', async () => {
    const site = await rendered()
    const paid = await shipped(site)
    const output = await done(site, 'accept', 'boat', '--from', 'hero', '--replace')
    expect(told(output)).toMatchInlineSnapshot(`
      "boat has the picture of hero of <date> ("a red fox"). Nothing was rendered.
      The picture that was there is kept. To bring it back:
        npx --no-install onetoken accept boat --from <key> --replace
      "
    `)
    expect((await shipped(site))['boat']).toBe(paid['hero'])
    const [, command = ''] = /npx --no-install onetoken (accept boat .*)/.exec(output) ?? []
    await done(site, ...command.split(' '))
    expect(await shipped(site)).toEqual(paid)
    expect(await done(site, 'verify')).toContain('no problem')
  })

  it('tells pictures that cannot be used, and changes nothing', async () => {
    const site = await rendered()
    const { images } = await recordOf(site, (await planned(site, 'boat')).key)
    await site.write({
      [`onetoken/images/${images[0]?.sha256}.png`]:
        'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
    })
    const { status, output } = await site.onetoken(keyless(), 'accept', 'boat', 'a boat at sea')
    expect([status, told(output)]).toMatchInlineSnapshot(`
      [
        1,
        "The render of boat is in the store, but its picture cannot be used: onetoken/images/<key>.png is a Git LFS pointer.
        Fetch what it points to: git lfs pull
      ",
      ]
    `)
    expect(await text(site)).toBe(MANIFEST)
    expect(await site.list('onetoken/renders')).toHaveLength(2)
  })

  it('keeps edits of a picture, which has not changed, and its dark version', async () => {
    const site = await rendered({
      'images.yaml': `version: 1
images:
  hero: { prompt: a fox, quality: low, dark: at night }
  wide: { edit: hero, prompt: extend the sky, quality: low }
`,
      'main.js': `import { image } from 'virtual:onetoken/hero?w=64'
import wide from 'virtual:onetoken/wide?w=64'
globalThis.result = { hero: image.src, dark: image.dark.src, wide }
`,
    })
    const before = await shipped(site)
    await edit(site, 'a fox', 'a red fox')
    await edit(site, 'at night', 'at midnight')
    expect((await site.onetoken(keyless(), 'accept', 'hero:dark')).output).toContain('Begin with hero.')
    expect(told(await done(site, 'accept', '--all'))).toMatchInlineSnapshot(`
      "hero  the picture of <date> ("a fox")
      hero:dark  the picture of <date> ("at night")
      hero has the picture of <date> ("a fox"). Nothing was rendered.
      hero:dark has the picture of <date> ("at night"). Nothing was rendered.
      "
    `)
    expect(await shipped(site)).toEqual(before)
    expect(mock.requests).toHaveLength(0)
  })

  it('settles an edit whose parent was rendered anew', async () => {
    const site = await rendered({
      'images.yaml': `version: 1
images:
  hero: { prompt: a fox, quality: low }
  wide: { edit: hero, prompt: extend the sky, quality: low }
`,
      'main.js': `import wide from 'virtual:onetoken/wide?w=64'
globalThis.result = { wide }
`,
    })
    const before = await shipped(site)
    await edit(site, 'a fox', 'a hare')
    await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--yes')
    mock.reset()
    expect(await planned(site, 'wide')).toMatchObject({ state: 'stale' })
    await done(site, 'accept', 'wide')
    expect(await planned(site, 'wide')).toMatchObject({ state: 'cached', origin: { kind: 'accepted' } })
    expect(await shipped(site)).toEqual(before)
    expect(mock.requests).toHaveLength(0)
  })

  it('settles a request for another picture whose answer is lost, and keeps the one that is there', async () => {
    const site = await rendered()
    mock.setScenario({ name: 'slow', latency: 60_000 })
    const child = site.start(ONETOKEN, ['render', 'boat', '--again', '--yes'], apiEnv(mock.url))
    await expect.poll(() => mock.requests.length, { timeout: 60_000 }).toBe(1)
    child.kill('SIGKILL')
    await once(child, 'close')
    mock.setScenario()
    const verified = await site.onetoken(keyless(), 'verify')
    expect(verified.status).toBe(1)
    expect(verified.output).toContain('npx --no-install onetoken accept boat')
    expect(told(await done(site, 'accept', 'boat'))).toMatchInlineSnapshot(`
      "These words of boat have the picture of <date> ("a paper boat") already: nothing was changed. A request for another one, whose answer is lost, is settled with that.
      "
    `)
    expect((await site.onetoken(keyless(), 'verify')).status).toBe(0)
    expect(await planned(site, 'boat')).toMatchObject({ state: 'cached', origin: null })
    expect(mock.requests).toHaveLength(1)
  })

  it('says which other entries have the same words, and so the same picture', async () => {
    const manifest =
      'version: 1\ndefaults: { quality: low }\nimages: { fox: { prompt: fox }, twin: { prompt: fox }, owl: { prompt: owl } }\n'
    const site = await createSite({ 'images.yaml': manifest, 'fox.jpg': await photo() })
    expect((await site.onetoken(apiEnv(mock.url), 'render', 'owl', '--yes')).status).toBe(0)
    expect(told(await done(site, 'accept', 'twin', '--from', 'owl'))).toMatchInlineSnapshot(`
      "twin has the picture of owl of <date> ("owl"). Nothing was rendered.
      It is the picture of fox as well, with the same words.
      "
    `)
    expect(told(await done(site, 'import', 'fox', 'fox.jpg', '--replace'))).toMatchInlineSnapshot(`
      "fox is fox.jpg for good (640 × 480, <size>).
      It is the picture of twin as well, with the same words.
      The picture that was there is kept. To bring it back:
        npx --no-install onetoken accept fox --from <key> --replace
      "
    `)
    expect(await planned(site, 'fox')).toMatchObject({ origin: { kind: 'imported' } })
  })

  it('looks at what --from names, also where nothing is to be done', async () => {
    const site = await rendered()
    for (const [from, status] of [
      ['deadbeef', 1],
      ['boat', 1],
      ['hero', 0],
    ] as const) {
      const ran = await site.onetoken(keyless(), 'accept', 'hero', '--from', from)
      expect(ran.status, ran.output).toBe(status)
      expect(told(ran.output)).toMatchSnapshot(from)
    }
    expect(told(await done(site, 'accept', 'hero', '--from', 'hero', '--replace'))).toMatchInlineSnapshot(`
      "These words of hero have the 3 pictures of <date> ("a red fox") already: nothing was changed.
      "
    `)
  })
})

describe('onetoken render --again', () => {
  it('keeps the picture that was there, and says how to bring it back', async () => {
    const site = await rendered()
    // The API varies what it paints since its last reset.
    await site.onetoken(apiEnv(mock.url), 'render', 'boat', '--again', '--yes')
    const before = await shipped(site)
    const again = await site.onetoken(apiEnv(mock.url), 'render', 'boat', '--again', '--yes')
    expect(told(again.output)).toMatchInlineSnapshot(`
      "rendered boat ($0.006)
      1 of 1 renders made ($0.006), 0 cached.
      The picture that was there is kept. To bring it back:
        npx --no-install onetoken accept boat --from <key> --replace
      "
    `)
    expect((await shipped(site))['boat']).not.toBe(before['boat'])
    const [command = ''] = /onetoken accept .*$/m.exec(again.output) ?? []
    await done(site, ...command.split(' ').slice(1))
    expect(await shipped(site)).toEqual(before)
    const verified = await site.onetoken(keyless(), 'verify')
    expect(verified.status, verified.output).toBe(0)
  })

  it('tells whose picture it replaces as well, where an entry has shown one of its own', async () => {
    const site = await rendered({ 'fox.jpg': await photo() })
    await done(site, 'import', 'hero', 'fox.jpg', '--replace')
    await edit(site, 'a red fox   # in winter\n    # three, to choose from\n    n: 3', 'a paper boat')
    const before = await shipped(site)
    const again = await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--again', '--yes')
    expect(told(again.output)).toMatchInlineSnapshot(`
      "rendered hero ($0.006)
      1 of 1 renders made ($0.006), 0 cached.
      The picture that was there is kept. To bring it back:
        npx --no-install onetoken accept hero --from <key> --replace
      The new picture of hero is the picture of boat as well, with the same words.
      The picture of boat that was there is kept. To bring it back:
        npx --no-install onetoken accept boat --from <key> --replace
      "
    `)
    const [, command = ''] = /onetoken (accept boat .*)$/m.exec(again.output) ?? []
    await done(site, ...command.split(' '))
    expect((await shipped(site))['boat']).toBe(before['boat'])
    const anew = await site.onetoken(apiEnv(mock.url), 'render', 'boat', '--again', '--yes', '--json')
    expect(JSON.parse(anew.output.slice(anew.output.indexOf('{\n')))).toMatchObject({
      rendered: [{ name: 'hero', sharers: ['boat'], sharersFormer: null }],
    })
  })
})

describe('onetoken pick', () => {
  it('ships another one of the pictures, without a key', async () => {
    const site = await rendered()
    const first = await shipped(site)
    expect(await done(site, 'pick', 'hero', '2')).toBe(
      'hero uses picture 2 of 3 now: images.yaml:11 was changed.\n',
    )
    expect(await diff(site)).toBe('+    pick: 2')
    const second = await shipped(site)
    expect(second['hero']).not.toBe(first['hero'])
    expect(second['boat']).toBe(first['boat'])
    expect(JSON.parse(await done(site, 'pick', 'hero', '3', '--json'))).toEqual({
      name: 'hero',
      pick: 3,
      pictures: 3,
      change: { file: join(site.folder, 'images.yaml'), line: 11 },
      stale: [],
    })
    expect(await done(site, 'pick', 'hero', '3')).toBe('hero uses picture 3 of 3 already.\n')
    await done(site, 'pick', 'hero', '1')
    expect(await diff(site)).toBe('+    pick: 1')
    expect(await shipped(site)).toEqual(first)
    expect(mock.requests).toHaveLength(0)
  })

  it('keeps a line that says the default, with what stands beside it', async () => {
    const before = MANIFEST.replace('    n: 3', '    n: 3\n    pick: 2 # my favourite')
    const site = await rendered({ 'images.yaml': before })
    await done(site, 'pick', 'hero', '1')
    expect(await diff(site, before)).toBe('-    pick: 2 # my favourite\n+    pick: 1 # my favourite')
  })

  it('changes the manifest that has the entry, by the name that it has there', async () => {
    const site = await rendered({
      'onetoken.config.json': '{ "manifest": ["images.yaml", { "file": "shop.yaml", "prefix": "shop" }] }',
      'shop.yaml': 'version: 1\r\nimages:\r\n  hero: { prompt: a mug, n: 2, quality: low }\r\n',
    })
    expect(await done(site, 'pick', 'shop/hero', '2')).toContain('shop.yaml:3 was changed')
    expect(await text(site, 'shop.yaml')).toContain('n: 2, quality: low, pick: 2 }\r\n')
    expect(await text(site)).toBe(MANIFEST)
  })

  it('says which edits are of the former picture now, as import and accept do', async () => {
    const site = await rendered({
      'images.yaml': `version: 1
defaults: { quality: low }
images:
  hero: { prompt: a fox, n: 2, dark: at night }
  wide: { edit: hero, prompt: extend the sky }
  wider: { edit: wide, prompt: extend the sky further }
  boat: { prompt: a boat }
`,
      'main.js': '',
      'fox.jpg': await photo(),
    })
    expect(await done(site, 'pick', 'hero', '2')).toMatchInlineSnapshot(`
      "hero uses picture 2 of 2 now: images.yaml:4 was changed.
      hero:dark, wide, wider are edits of the former picture, and builds go on using them. For new ones, at most $0.179:
        npx --no-install onetoken render hero:dark wide wider --stale
      "
    `)
    // The edits are of the picture that is back.
    expect(JSON.parse(await done(site, 'pick', 'hero', '1', '--json'))).toMatchObject({ stale: [] })
    expect(told(await done(site, 'import', 'wide', 'fox.jpg', '--replace'))).toMatchInlineSnapshot(`
      "wide is fox.jpg for good (640 × 480, <size>).
      The picture that was there is kept. To bring it back:
        npx --no-install onetoken accept wide --from <key> --replace
      wider is an edit of the former picture, and builds go on using it. For a new one, at most $0.060:
        npx --no-install onetoken render wider --stale
      "
    `)
    const accepting = await done(site, 'accept', 'hero', '--from', 'boat', '--replace', '--json')
    // What was imported for good stays.
    expect(JSON.parse(accepting)).toMatchObject({ stale: ['hero:dark'] })
  })

  it('puts right a number that is beyond', async () => {
    const site = await rendered()
    await edit(site, '    n: 3', '    n: 3\n    pick: 7')
    expect((await site.onetoken(keyless(), 'plan')).status).toBe(1)
    await done(site, 'pick', 'hero', '2')
    expect(await diff(site)).toBe('+    pick: 2')
  })
})

describe('a "pick" beyond the pictures that came', () => {
  it('is told by whatever looks at it, never paid for once more unasked, and put right by pick', async () => {
    const site = await createSite({
      'images.yaml': MANIFEST.replace('n: 3', 'n: 3\n    pick: 3'),
      'main.js': MAIN,
    })
    mock.setScenario({ name: 'fewer-results', when: 'fox' })
    const problem = `images.yaml:6:3 hero has 2 pictures, though 3 were asked for: there is no number 3.
  Choose one from 1 to 2.`
    const first = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
    expect([first.status, first.output]).toEqual([1, expect.stringContaining('2 of 2 renders made')])
    const billed = mock.stats.billed
    for (const args of [['plan'], ['render', '--yes'], ['export', '--out', 'public']]) {
      const { status, output } = await site.onetoken(apiEnv(mock.url), ...args)
      expect(status, output).toBe(1)
      expect(output.replaceAll('\n  ', '\n')).toContain(problem.replaceAll('\n  ', '\n'))
      expect(output).not.toContain('Nothing is missing')
    }
    const built = await site.build(apiEnv(mock.url))
    expect(built.status).toBe(1)
    expect(built.output).toContain(problem)
    await done(site, 'pick', 'hero', '2')
    expect((await site.onetoken(keyless(), 'plan')).status).toBe(0)
    expect(await done(site, 'render', '--yes')).toContain('Nothing is missing')
    await shipped(site)
    expect(mock.stats.billed).toBe(billed)
  })
})

describe('onetoken import', () => {
  it('makes a picture of the user the one of an entry, for good', async () => {
    const site = await createSite({
      'images.yaml': MANIFEST,
      'main.js': MAIN,
      'photos/fox.jpg': await photo(),
    })
    await site.onetoken(apiEnv(mock.url), 'render', 'boat', '--yes')
    expect(told(await done(site, 'import', 'hero', 'photos/fox.jpg'))).toMatchInlineSnapshot(`
      "hero is photos/fox.jpg for good (640 × 480, <size>).
      "
    `)
    expect(await planned(site, 'hero')).toMatchObject({
      state: 'cached',
      origin: { kind: 'imported', file: 'fox.jpg' },
    })
    expect((await site.onetoken(keyless(), 'plan')).output).toMatch(/hero +imported +images\.yaml/)
    await site.remove('photos')
    await shipped(site)
    // No model has made it: its files do not say so.
    const says = async (name: string): Promise<boolean> =>
      (await site.read(`dist${String((await evaluate(site))[name])}`)).includes('trainedAlgorithmicMedia')
    expect([await says('hero'), await says('boat')]).toEqual([false, true])
    mock.reset()
    expect(await done(site, 'render', '--yes')).toContain('Nothing is missing')
    expect(mock.requests).toHaveLength(0)
    // Words that are edited later keep it, as a picture of the user.
    await edit(site, 'a red fox', 'a fox')
    await done(site, 'accept', 'hero')
    expect((await planned(site, 'hero')).origin).toEqual({ kind: 'imported', file: 'fox.jpg' })
  })

  it('stays when the words become others, until a render is asked for by name', async () => {
    const site = await createSite({ 'images.yaml': MANIFEST, 'main.js': MAIN, 'fox.jpg': await photo() })
    await site.onetoken(apiEnv(mock.url), 'render', 'boat', '--yes')
    await done(site, 'import', 'hero', 'fox.jpg')
    const before = await shipped(site)
    await edit(site, 'a red fox', 'a fox')
    mock.reset()
    expect((await site.onetoken(keyless(), 'plan')).output).toMatch(/hero +imported +images\.yaml/)
    const built = await site.build(apiEnv(mock.url))
    expect(built.status, built.output).toBe(0)
    expect((await site.onetoken(apiEnv(mock.url), 'render', '--stale', '--yes')).output).toContain(
      'Nothing is missing',
    )
    expect(mock.requests).toHaveLength(0)
    expect(await shipped(site)).toEqual(before)
    const again = await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--again', '--yes')
    expect(again.status, again.output).toBe(0)
    expect(mock.requests).toHaveLength(1)
    expect(await planned(site, 'hero')).toMatchObject({ state: 'cached', origin: null })
  })

  it('stands in until it is rendered', async () => {
    const site = await createSite({ 'images.yaml': MANIFEST, 'main.js': MAIN, 'fox.jpg': await photo() })
    await site.onetoken(apiEnv(mock.url), 'render', 'boat', '--yes')
    await done(site, 'import', 'hero', 'fox.jpg', '--until-rendered')
    const plan = (await site.onetoken(keyless(), 'plan')).output
    expect(plan.replace(/\(\S+ [kM]?B\)/, '(<size>)')).toMatchInlineSnapshot(`
      "hero  imported until rendered  at most $0.018  images.yaml:6:3
      boat  cached                                   images.yaml:12:3

      2 renders, 1 cached, 0 missing, 1 imported until rendered, at most $0.018.
      The store has 2 renders with 2 pictures (<size>).
      "
    `)
    mock.reset()
    const before = await shipped(site)
    const withKey = await site.build(apiEnv(mock.url))
    expect(withKey.status, withKey.output).toBe(0)
    expect(mock.requests).toHaveLength(0)
    expect((await site.onetoken(keyless(), 'render', '--yes')).status).toBe(3)
    const { status, output } = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
    expect([status, output]).toEqual([0, expect.stringContaining('1 of 1 renders made')])
    expect(mock.requests).toHaveLength(1)
    expect(await planned(site, 'hero')).toMatchObject({ state: 'cached', origin: null })
    expect((await shipped(site))['hero']).not.toBe(before['hero'])
  })

  it('adds an entry that is not there yet', async () => {
    const site = await createSite({ 'images.yaml': MANIFEST, 'main.js': MAIN, 'ada.jpg': await photo() })
    const file = join(site.folder, 'ada.jpg')
    const output = await done(site, 'import', 'team/ada', file, '--prompt', '007', '--alt', '')
    expect(output).toContain('The entry was added: images.yaml:14.')
    expect(await diff(site)).toMatchInlineSnapshot(`"+  team/ada: { prompt: "007", alt: "" }"`)
    expect(await planned(site, 'team/ada')).toMatchObject({ state: 'cached', origin: { file: 'ada.jpg' } })
    const again = await site.onetoken(keyless(), 'import', 'team/ada', file, '--prompt', 'an owl')
    expect([again.status, again.output]).toMatchInlineSnapshot(`
      [
        2,
        "images.yaml:14:3 --prompt is for an entry that is not there yet, and "team/ada" is there.
        Leave it out, or change "prompt" in the manifest first.
      ",
      ]
    `)
  })

  it('tells TypeScript of an entry that it adds, where a build has told it of the others', async () => {
    const TYPES = 'onetoken-env.d.ts'
    const site = await rendered({ 'tsconfig.json': '{}', 'ada.png': await photo() })
    await shipped(site)
    expect(await text(site, TYPES)).not.toContain('team/ada')
    await done(site, 'import', 'team/ada', join(site.folder, 'ada.png'), '--prompt', 'an owl')
    expect(await text(site, TYPES)).toContain('team/ada')
  })

  it('is one picture, so that another "pick" goes', async () => {
    const site = await createSite({
      'images.yaml': MANIFEST.replace('n: 3', 'n: 3\n    pick: 2'),
      'main.js': MAIN,
      'fox.jpg': await photo(),
    })
    expect(told(await done(site, 'import', 'hero', 'fox.jpg'))).toMatchInlineSnapshot(`
      "hero is fox.jpg for good (640 × 480, <size>).
      "pick" was changed, as there is one picture: images.yaml:10.
      "
    `)
    expect(await text(site)).toBe(MANIFEST)
  })

  it('is not exchanged unasked where another entry has it as well', async () => {
    const manifest = 'version: 1\ndefaults: { quality: low }\nimages: {}\n'
    const site = await createSite({
      'images.yaml': manifest,
      'own.jpg': await photo(),
      'other.jpg': await photo(320, 240),
    })
    await done(site, 'import', 'a', 'own.jpg', '--prompt', 'same')
    await done(site, 'import', 'b', 'own.jpg', '--prompt', 'same')
    const own = await planned(site, 'a')
    const refused = await site.onetoken(keyless(), 'import', 'c', 'other.jpg', '--prompt', 'same')
    expect([refused.status, told(refused.output)]).toMatchInlineSnapshot(`
      [
        1,
        "images.yaml c has the same words as a, b, and so the same picture: own.jpg, imported on <date>.
        To have a picture of its own, c needs other words, or "take: 2" in the manifest.
        To use other.jpg for a, b as well, add --replace: own.jpg stays in the store, and can be brought back.
      ",
      ]
    `)
    expect(await text(site)).not.toContain('c:')
    expect(await planned(site, 'a')).toEqual(own)
    const output = await done(site, 'import', 'b', 'other.jpg', '--replace')
    expect(told(output)).toMatchInlineSnapshot(`
      "b is other.jpg for good (320 × 240, <size>).
      It is the picture of a as well, with the same words.
      The picture that was there is kept. To bring it back:
        npx --no-install onetoken accept b --from <key> --replace
      "
    `)
    expect((await planned(site, 'a')).origin).toEqual({ kind: 'imported', file: 'other.jpg' })
    const [, command = ''] = /npx --no-install onetoken (accept b .*)/.exec(output) ?? []
    await done(site, ...command.split(' '))
    expect(await planned(site, 'a')).toEqual(own)
  })

  it('stands in for no render that is there, and tells of one that was put aside', async () => {
    const site = await rendered({ 'fox.jpg': await photo(), 'hare.jpg': await photo(320, 240) })
    const paid = await shipped(site)
    for (const more of [[], ['--replace']]) {
      const refused = await site.onetoken(
        keyless(),
        ...['import', 'boat', 'fox.jpg', '--until-rendered', ...more],
      )
      expect([refused.status, told(refused.output)]).toMatchSnapshot(more.join(''))
    }
    expect(await shipped(site)).toEqual(paid)
    await done(site, 'import', 'boat', 'fox.jpg', '--replace')
    const output = await done(site, 'import', 'boat', 'hare.jpg', '--until-rendered')
    expect(told(output)).toMatchInlineSnapshot(`
      "boat is hare.jpg until it is rendered (320 × 240, <size>).
      These words were rendered and paid for before: the next render pays for them once more. To use that picture instead:
        npx --no-install onetoken accept boat --from <key> --replace
      "
    `)
    const [, command = ''] = /npx --no-install onetoken (accept boat .*)/.exec(output) ?? []
    await done(site, ...command.split(' '))
    expect(await shipped(site)).toEqual(paid)
    expect(await done(site, 'render', '--yes')).toContain('Nothing is missing')
  })

  it('says the whole way back to a picture that was picked', async () => {
    const before = MANIFEST.replace('n: 3', 'n: 3\n    pick: 3')
    const site = await rendered({ 'images.yaml': before, 'fox.jpg': await photo() })
    const paid = await shipped(site)
    const output = await done(site, 'import', 'hero', 'fox.jpg', '--replace')
    expect(told(output)).toMatchInlineSnapshot(`
      "hero is fox.jpg for good (640 × 480, <size>).
      "pick" was changed, as there is one picture: images.yaml:10.
      The picture that was there is kept. To bring it back:
        npx --no-install onetoken accept hero --from <key> --replace
        npx --no-install onetoken pick hero 3
      "
    `)
    for (const [, command = ''] of output.matchAll(/npx --no-install onetoken (.*)/g)) {
      await done(site, ...command.split(' '))
    }
    expect(await shipped(site)).toEqual(paid)
    expect(await diff(site, before)).toBe('')
    const again = JSON.parse(await done(site, 'import', 'hero', 'fox.jpg', '--replace', '--json')) as object
    expect(again).toMatchObject({ formerPick: 3, aside: expect.stringMatching(/^[\da-f]{64}$/) as string })
  })

  it('replaces a paid render only when told to, and that can be brought back', async () => {
    const site = await rendered({
      'boat.png': await sharp(await photo())
        .png()
        .toBuffer(),
    })
    const paid = await shipped(site)
    const refused = await site.onetoken(keyless(), 'import', 'boat', 'boat.png')
    expect([refused.status, told(refused.output)]).toMatchInlineSnapshot(`
      [
        1,
        "images.yaml:12:3 boat has a render, which was paid for on <date> ($0.006).
        To use boat.png in its place, add --replace: the picture stays in the store, and can be brought back.
      ",
      ]
    `)
    expect(await shipped(site)).toEqual(paid)
    const output = await done(site, 'import', 'boat', 'boat.png', '--replace')
    expect((await shipped(site))['boat']).not.toBe(paid['boat'])
    expect(await done(site, 'verify')).toContain('no problem')
    const [, command = ''] = /npx --no-install onetoken (accept boat .*)/.exec(output) ?? []
    await done(site, ...command.split(' '))
    expect(await shipped(site)).toEqual(paid)
    expect(mock.requests).toHaveLength(0)
  })
})

describe('what cannot be done', () => {
  let site: Site

  const failed = async (...args: string[]): Promise<[number | null, string]> => {
    const ran: Ran = await site.onetoken({ ...keyless(), ONETOKEN_API_KEY: CANARY }, ...args)
    expect(ran.output).not.toMatch(/^\s+at /m)
    expect(ran.output).not.toContain(CANARY)
    return [ran.status, told(ran.output).replaceAll(site.folder, '<site>')]
  }

  const kept = async (): Promise<object> => [
    await digests(site, 'onetoken/renders'),
    await digests(site, 'onetoken/images'),
    await site.list('onetoken/.cache/quarantine'),
  ]

  it('is told, and changes nothing', async () => {
    const jpeg = await photo()
    const png = await sharp(jpeg).png().toBuffer()
    // Its header says that it is whole.
    const hollow = (await sharp(jpeg).webp().toBuffer()).subarray(0, 60)
    hollow.writeUInt32LE(hollow.length - 8, 4)
    site = await rendered({
      'notes.png': 'A text that has the name of a picture.\n',
      'cut.png': png.subarray(0, 600),
      'hollow.webp': hollow,
      'photos/fox.jpg': jpeg,
    })
    const before = await kept()
    expect(await failed('pick', 'heroo', '1')).toMatchInlineSnapshot(`
      [
        1,
        "There is no entry "heroo" in images.yaml; did you mean "hero"?
        The entries are hero, boat.
      ",
      ]
    `)
    expect(await failed('accept', 'heroo')).toMatchInlineSnapshot(`
      [
        1,
        "There is no entry "heroo" in images.yaml; did you mean "hero"?
        The entries are hero, boat.
      ",
      ]
    `)
    expect(await failed('accept', 'hero', 'baot')).toMatchInlineSnapshot(`
      [
        1,
        "There is no entry "baot"; did you mean "boat"?
        New words of "hero" go in quotes, all in one pair of them; a single word goes behind --prompt.
      ",
      ]
    `)
    expect(await failed('accept', 'hero', 'boat', '--prompt', 'a fox')).toMatchInlineSnapshot(`
      [
        2,
        "--prompt and --from are for one entry, and several are named.
        As in: npx --no-install onetoken accept hero, or: npx --no-install onetoken accept hero "a red fox", or: npx --no-install onetoken accept --all
      ",
      ]
    `)
    expect(await failed('import', 'heroo', 'photos/fox.jpg')).toMatchInlineSnapshot(`
      [
        1,
        "There is no entry "heroo" in images.yaml; did you mean "hero"?
        The entries are hero, boat.
        To add it: npx --no-install onetoken import heroo FILE --prompt "…"
      ",
      ]
    `)
    expect(await failed('import', 'hero:dark', 'photos/fox.jpg')).toMatchInlineSnapshot(`
      [
        1,
        "images.yaml:6:3 The entry "hero" has no dark version.
        First write "dark:" with its words below "hero" in the manifest.
      ",
      ]
    `)
    expect(await failed('import', 'hero:dark', 'photos/fox.jpg', '--prompt', 'x')).toMatchInlineSnapshot(`
      [
        1,
        "images.yaml:6:3 The entry "hero" has no dark version.
        First write "dark:" with its words below "hero" in the manifest.
      ",
      ]
    `)
    expect(await failed('pick', 'hero', '0')).toMatchInlineSnapshot(`
      [
        2,
        "The number of a picture cannot be "0".
        They are counted from 1, as in: npx --no-install onetoken pick hero 2
      ",
      ]
    `)
    expect(await failed('pick', 'hero', '9')).toMatchInlineSnapshot(`
      [
        1,
        "images.yaml:6:3 hero has 3 pictures: there is no number 9.
        Choose one from 1 to 3.
      ",
      ]
    `)
    expect(await failed('pick', 'boat', '2')).toMatchInlineSnapshot(`
      [
        1,
        "images.yaml:12:3 boat has 1 picture: there is no number 2.
        Choose number 1, or raise "n" to have several to choose from: that is another render.
      ",
      ]
    `)
    expect(await failed('import', 'hero', 'notes.png', '--replace')).toMatchInlineSnapshot(`
      [
        1,
        "The picture notes.png is not an image that can be used: it is text.
        Use a PNG, JPEG, WebP, AVIF or GIF.
      ",
      ]
    `)
    expect(await failed('import', 'hero', 'cut.png', '--replace')).toMatchInlineSnapshot(`
      [
        1,
        "The picture cut.png is a PNG that is cut short: it ends after 600 bytes, in the middle of the picture.
        Copy or download it again.
      ",
      ]
    `)
    expect(await failed('import', 'hero', 'hollow.webp', '--replace')).toMatchInlineSnapshot(`
      [
        1,
        "The picture hollow.webp cannot be decoded: The WebP image (60 bytes) cannot be used: Input buffer has corrupt header: webp: unable to parse image.
        It is damaged or cut short. Save it anew from the program that made it.
      ",
      ]
    `)
    expect(await failed('import', 'hero', 'photos', '--replace')).toMatchInlineSnapshot(`
      [
        1,
        "The picture photos is a folder.
        Name a picture.
      ",
      ]
    `)
    expect(await failed('import', 'hero', 'photos/hare.jpg', '--replace')).toMatchInlineSnapshot(`
      [
        1,
        "The picture photos/hare.jpg is not there.
        The path is relative to the folder that the command is run in.
      ",
      ]
    `)
    expect(await failed('import', 'a b', 'photos/fox.jpg', '--prompt', 'x')).toMatchInlineSnapshot(`
      [
        1,
        ""a b" cannot be the name of an entry.
        Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".
      ",
      ]
    `)
    expect(await failed('import', 'new', 'photos/fox.jpg', '--prompt', 'x', '--manifest', 'shop.yaml'))
      .toMatchInlineSnapshot(`
      [
        2,
        ""<site>/shop.yaml" is no manifest of the project.
        They are images.yaml.
      ",
      ]
    `)
    await chmod(join(site.folder, 'images.yaml'), 0o444)
    expect(await failed('pick', 'hero', '2')).toMatchInlineSnapshot(`
      [
        1,
        "images.yaml The manifest cannot be written: it is read-only.
        Nothing in it was changed. Make the file and its folder writable.
      ",
      ]
    `)
    expect(await failed('accept', 'hero', 'a blue fox')).toMatchInlineSnapshot(`
      [
        1,
        "images.yaml The manifest cannot be written: it is read-only.
        Nothing in it was changed. Make the file and its folder writable.
      ",
      ]
    `)
    expect(await failed('import', 'new', 'photos/fox.jpg', '--prompt', 'x')).toMatchInlineSnapshot(`
      [
        1,
        "images.yaml The manifest cannot be written: it is read-only.
        Nothing in it was changed. Make the file and its folder writable.
      ",
      ]
    `)
    expect(await text(site)).toBe(MANIFEST)
    expect(await kept()).toEqual(before)
    expect(mock.requests).toHaveLength(0)
  })

  it('is a change that would be one of another entry as well', async () => {
    site = await rendered({
      'images.yaml': `version: 1
images:
  hero: &same
    prompt: a fox
    n: 2
    quality: low
  boat: *same
`,
    })
    const before = await text(site)
    expect(await failed('pick', 'hero', '2')).toMatchInlineSnapshot(`
      [
        1,
        "images.yaml:3:3 A change of "hero" would be one of "boat" as well, by an alias.
        Nothing was written. If that is meant, do it by hand, below "hero": pick: 2
      ",
      ]
    `)
    expect(await failed('pick', 'boat', '2')).toMatchInlineSnapshot(`
      [
        1,
        "images.yaml:7:3 The entry "boat" is an alias: a change of it would be one of what it stands for.
        Nothing was written. In place of the alias, write out what it stands for, and below "boat": pick: 2
      ",
      ]
    `)
    expect(await text(site)).toBe(before)
  })

  it('is no matter of a link to the manifest', async () => {
    site = await createSite({ 'shared/pictures.yaml': MANIFEST })
    await symlink('shared/pictures.yaml', join(site.folder, 'images.yaml'))
    await site.onetoken(apiEnv(mock.url), 'render', 'hero', '--yes')
    await done(site, 'pick', 'hero', '2')
    expect(await text(site, 'shared/pictures.yaml')).toContain('\n    pick: 2\n')
    expect((await lstat(join(site.folder, 'images.yaml'))).isSymbolicLink()).toBe(true)
  })
})
