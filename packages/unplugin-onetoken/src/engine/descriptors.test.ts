import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { folder } from '../project/testing.ts'
import { toldBy } from '../spec/testing.ts'
import { DESCRIPTOR_FILE, openDescriptors, type Descriptor } from './descriptors.ts'

const inline = (prompt: string): Descriptor => ({ kind: 'inline', parameters: { prompt } })

const PROMPTS = [
  'a red fox',
  'first line\nsecond line */ // <!-- `${x}`',
  'separators \u2028 and \u2029',
  '雪地里的红狐',
  '\ud800 alone',
  '"\'\\',
  'x'.repeat(32_000),
]

describe('descriptors', () => {
  it('are read back by another process', async () => {
    const cache = await folder({})
    for (const prompt of PROMPTS) {
      const file = await openDescriptors(cache).write(inline(prompt))
      expect(relative(cache, file)).toMatch(/^req[\\/][0-9a-f]{20}\.onetoken\.mjs$/)
      expect(file).toMatch(DESCRIPTOR_FILE)
      expect(await openDescriptors(cache).read(file)).toEqual(inline(prompt))
    }
  })

  it('have the same file for the same words, whatever their order', async () => {
    const cache = await folder({})
    const descriptors = openDescriptors(cache)
    const one = await descriptors.write({
      kind: 'inline',
      parameters: { prompt: 'a', n: 2 },
      base: undefined,
    })
    expect(await descriptors.write({ parameters: { n: 2, prompt: 'a' }, kind: 'inline' })).toBe(one)
    expect(await descriptors.write(inline('b'))).not.toBe(one)
    expect(await descriptors.write({ kind: 'entry', name: 'hero', parameters: {} })).not.toBe(one)
    expect(await descriptors.write({ kind: 'manifest' })).not.toBe(
      await descriptors.write({ kind: 'manifest', file: 'a.yaml' }),
    )
  })

  it('are left alone when they are there', async () => {
    const cache = await folder({})
    const file = await openDescriptors(cache).write(inline('a'))
    await utimes(file, new Date(0), new Date(0))
    await openDescriptors(cache).write(inline('a'))
    expect((await stat(file)).mtimeMs).toBe(0)
  })

  it('are whole when many are written at once, and leave nothing else', async () => {
    const cache = await folder({})
    const files = await Promise.all(
      Array.from({ length: 40 }, async (_, index) =>
        openDescriptors(cache).write(inline(PROMPTS[index % 2] ?? '')),
      ),
    )
    expect(new Set(files).size).toBe(2)
    expect(await readdir(join(cache, 'req'))).toHaveLength(2)
  })

  it('say what is missing when they are loaded without the plugin', async () => {
    const cache = await folder({})
    for (const prompt of PROMPTS) {
      const file = await openDescriptors(cache).write(inline(prompt))
      await expect(import(/* @vite-ignore */ pathToFileURL(file).href)).rejects.toThrow(
        /without the unplugin-onetoken plugin/,
      )
    }
  })

  it('that are damaged, changed or gone are told, with what helps', async () => {
    const cache = await folder({})
    const file = await openDescriptors(cache).write(inline('a fox'))
    const text = await readFile(file, 'utf8')
    const damage = [
      '',
      'x',
      '// onetoken {',
      '// onetoken null\n',
      text.replace('a fox', 'a hen'),
      text.slice(0, 30),
    ]
    const messages: string[] = []
    for (const bad of damage) {
      await writeFile(file, bad)
      messages.push((await toldBy(openDescriptors(cache).read(file))).replaceAll(cache, '<cache>'))
    }
    expect(new Set(messages).size).toBe(1)
    expect(messages[0]).toMatchInlineSnapshot(`
      "STORE_UNAVAILABLE <cache>/req/078be136e15003247df2.onetoken.mjs
      A file of the cache is damaged.
      > Remove the folder <cache>/req and the cache of the bundler, and build again: both are written anew."
    `)
    await rm(file)
    expect((await toldBy(openDescriptors(cache).read(file))).split('\n')[1]).toBe(
      'A file of the cache is gone.',
    )
    await writeFile(file, 'x')
    await openDescriptors(cache).write(inline('a fox'))
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  it('cannot be written where a file is in the way', async () => {
    const cache = await folder({ req: 'a file' })
    const message = await toldBy(openDescriptors(cache).write(inline('a')))
    expect(message).toMatch(/^STORE_WRITE .*\nThe cache cannot be written: E[A-Z]+\.\n> Make .*req writable/)
    expect(await readdir(dirname(join(cache, 'req')))).toEqual(['req'])
  })
})
