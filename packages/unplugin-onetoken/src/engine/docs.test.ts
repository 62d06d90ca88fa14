import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { asOneTokenError } from '../errors.ts'
import { loadProject, type Project } from '../project/project.ts'
import { darkSpec, entrySpec } from '../project/specs.ts'
import { folder } from '../project/testing.ts'
import { renderKey } from '../spec/key.ts'
import { manifestRefusals, settingsRefusals } from '../spec/schema-testing.ts'
import type { ImageSpec } from '../spec/types.ts'
import { describe as say } from './problems.ts'

const docs = new URL('../../docs/', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, docs), 'utf8')
const page = read('manifest.md')

/** A block of the page, with the file that it is, and what is said of it. */
interface Block {
  file: string | undefined
  text: string
  said: string | undefined
}

const BLOCK = /(?:<!-- (\S+) -->\n\n)?```(?:yaml|json)\n([\s\S]*?)```\n(?:\n```\n([\s\S]*?)\n```\n)?/g
const blocks = [...page.matchAll(BLOCK)].map(([, file, text = '', said]): Block => ({ file, text, said }))
const isMistake = (file: string): boolean => file.startsWith('examples/mistakes/')
const namesIn = (path: string): string[] =>
  readdirSync(new URL(path, docs), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => `${path}/${name}`)
const good = namesIn('examples').filter((file) => file.endsWith('.yaml') && !file.includes('several'))
const bad = namesIn('examples/mistakes')

const photos = Object.fromEntries(
  ['mug.png', 'big lamp.png', 'cabin.jpg'].map((name) => [`photos/${name}`, 'x']),
)

/** Read a project as a build would, every picture of it. */
async function load(files: Record<string, string>): Promise<Project> {
  const root = await folder({ ...photos, ...files })
  const project = await loadProject({ root, mode: 'production', env: {} })
  for (const name of project.entries.keys()) {
    entrySpec(project, name)
    darkSpec(project, name)
  }
  return project
}

describe('the page on manifests', () => {
  it('shows files that are there, as they are, each with its mistake', () => {
    for (const { file, text, said } of blocks) {
      expect(file, text).toBeDefined()
      expect(text).toBe(read(file ?? ''))
      expect(said === undefined, file).toBe(!isMistake(file ?? ''))
    }
  })

  it('leaves none of them out', () => {
    const all = [...namesIn('examples'), ...bad].sort()
    expect(blocks.map(({ file }) => file).sort()).toEqual(all)
  })

  it.each(good)('can be used: %s', async (file) => {
    const text = read(file)
    expect((await load({ 'images.yaml': text })).entries.size).toBeGreaterThan(0)
    expect(manifestRefusals(text)).toEqual([])
  })

  it('tells how several manifests go together', async () => {
    const project = await load({
      'onetoken.config.json': read('examples/several.json'),
      'images.yaml': read('examples/first.yaml'),
      'shop/images.yaml': read('examples/several-shop.yaml'),
    })
    expect([...project.entries.keys()]).toEqual(['hero', 'shop/mug', 'shop/mug-hero'])
    expect(entrySpec(project, 'shop/mug-hero').render.parent).toBe('hero')
    expect(settingsRefusals(JSON.parse(read('examples/several.json')) as Record<string, unknown>)).toEqual([])
    expect(manifestRefusals(read('examples/several-shop.yaml'))).toEqual([])
  })

  it.each(bad)('tells the message of %s', async (file) => {
    const root = await folder({ ...photos, 'images.yaml': read(file) })
    const error = await loadAll(root).then(
      () => undefined,
      (thrown: unknown) => asOneTokenError(thrown),
    )
    expect(error).toBeDefined()
    const said = error === undefined ? '' : say(error, root)
    expect(blocks.find((block) => block.file === file)?.said).toBe(said)
  })

  /** Mistakes that only who reads more than one value can see, and those of YAML itself. */
  const BEYOND = ['circle', 'each', 'edit', 'pick', 'unknown-style', 'variable', 'colon', 'brackets', 'twice']
  it.each(bad.filter((file) => !BEYOND.some((name) => file.endsWith(`/${name}.yaml`))))(
    'has a mistake that editors see: %s',
    (file) => {
      expect(manifestRefusals(read(file))).not.toEqual([])
    },
  )
})

describe('what the page says', () => {
  const specs = async (file: string): Promise<Record<string, ImageSpec>> => {
    const project = await load({ 'images.yaml': read(file) })
    return Object.fromEntries([...project.entries.keys()].map((name) => [name, entrySpec(project, name)]))
  }
  const keyOf = async (entry: string, top = ''): Promise<string> => {
    const project = await load({ 'images.yaml': `version: 1\n${top}\nimages:\n  hero: { ${entry} }\n` })
    return renderKey(entrySpec(project, 'hero').render, [], 'onetoken')
  }

  it('of variables', async () => {
    const { storm } = await specs('examples/styles.yaml')
    expect(page.replaceAll('\n', ' ')).toContain(`"${storm?.render.request.prompt}"`)
  })

  it('of each picture of a folder', async () => {
    const found = await specs('examples/each.yaml')
    expect(Object.keys(found)).toEqual(['products/big-lamp', 'products/mug'])
    expect(found['products/big-lamp']?.alt).toBe('big lamp')
  })

  it('of pictures with the same words', async () => {
    const { fox, 'other-fox': other } = await specs('examples/candidates.yaml')
    expect(fox?.render).toEqual({ ...other?.render, take: 1 })
  })

  it.each([
    'prompt: a fox, size: 1024x1024, n: 1, take: 1, model: gpt-image-2',
    'prompt: " a fox "',
    'prompt: a fox, pick: 1, w: 480, formats: [avif], q: 20, aspect: 1:1, fit: fill, position: top, alt: x',
    'prompt: a fox # as before\n  ',
  ])('is free: %s', async (entry) => {
    expect(await keyOf(entry)).toBe(await keyOf('prompt: a fox'))
  })

  it.each([
    ['prompt: foxes'],
    ['prompt: a fox, style: ink', "styles: { ink: 'ink drawing of {prompt}' }"],
    ['prompt: a fox, quality: low'],
    ['prompt: a fox', 'defaults: { quality: low }'],
    ['prompt: a fox, size: 1536x1024'],
    ['prompt: a fox, n: 2'],
    ['prompt: a fox, take: 2'],
    ['prompt: a fox, extra: { user: shop }'],
    ['prompt: a fox, model: another'],
  ])('costs: %s', async (entry, top = '') => {
    expect(await keyOf(entry, top)).not.toBe(await keyOf('prompt: a fox'))
  })
})

async function loadAll(root: string): Promise<void> {
  const project = await loadProject({ root, mode: 'production', env: {} })
  for (const name of project.entries.keys()) entrySpec(project, name)
}
