import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder } from '../project/testing.ts'
import { findPlace } from './places.ts'

const find = async (text: string, specifier: string): Promise<string | undefined> => {
  const root = await folder({ 'a.ts': text })
  const place = await findPlace(join(root, 'a.ts'), specifier)
  return place?.line === undefined ? undefined : `${place.line}:${place.column}`
}

describe('findPlace', () => {
  it.each<[string, string, string, string]>([
    ['single quotes', `import a from 'virtual:onetoken/hero'`, 'virtual:onetoken/hero', '1:16'],
    [
      'double quotes',
      `\nimport a from "virtual:onetoken?prompt=a fox"`,
      'virtual:onetoken?prompt=a fox',
      '2:16',
    ],
    ['a template', '\r\n\r\nimport(`virtual:onetoken/hero`)', 'virtual:onetoken/hero', '3:9'],
    ['CSS', 'p { background: url(virtual:onetoken/hero) }', 'virtual:onetoken/hero', '1:21'],
    [
      'the whole, not the beginning of another',
      `import 'virtual:onetoken/hero-2'\nimport 'virtual:onetoken/hero'`,
      'virtual:onetoken/hero',
      '2:9',
    ],
    [
      'the first, whatever its quotes',
      `import "virtual:onetoken/a"\nimport 'virtual:onetoken/a'`,
      'virtual:onetoken/a',
      '1:9',
    ],
    [
      'the only one, written with escapes',
      String.raw`import 'virtual:onetoken?prompt=it\'s'`,
      `virtual:onetoken?prompt=it's`,
      '1:9',
    ],
    ['an attribute', `<p>\n<img src='onetoken:?prompt=a fox'>`, 'onetoken:?prompt=a fox', '2:11'],
    ['an attribute without quotes', '<img alt src=onetoken:hero>', 'onetoken:hero', '1:14'],
    ['a candidate', '<img srcset="onetoken:a?w=48 48w, onetoken:a 96w">', 'onetoken:a', '1:35'],
    [
      'words with entities',
      `<img src="onetoken:b"><p style="background: url(&quot;onetoken:?prompt=a &quot;fox&quot;&amp;w=3&quot;)">`,
      'onetoken:?prompt=a "fox"&w=3',
      '1:55',
    ],
    [
      'in quotes rather than at the beginning of others',
      `<img alt="onetoken:?prompt=a fox" src="onetoken:?prompt=a">`,
      'onetoken:?prompt=a',
      '1:40',
    ],
    ['wide characters', `const 雪 = '🦊'; import 'virtual:onetoken/雪'`, 'virtual:onetoken/雪', '1:25'],
  ])('%s', async (_what, text, specifier, place) => {
    expect(await find(text, specifier)).toBe(place)
  })

  it('names only the file where it cannot tell', async () => {
    const two = String.raw`import 'virtual:onetoken?prompt=it\'s'; import 'virtual:onetoken/b'`
    expect(await find(two, `virtual:onetoken?prompt=it's`)).toBeUndefined()
    const root = await folder({ 'a.ts': '' })
    expect(await findPlace(join(root, 'a.ts'), 'virtual:onetoken/a')).toEqual({ file: join(root, 'a.ts') })
  })

  it('knows components by their file', async () => {
    const root = await folder({ 'App.vue': `<script>\nimport 'virtual:onetoken/a'\n</script>` })
    const file = join(root, 'App.vue')
    expect(await findPlace(`${file}?vue&type=script&lang.ts`, 'virtual:onetoken/a')).toEqual({
      file,
      line: 2,
      column: 9,
    })
  })

  it('knows nothing of what is no file', async () => {
    expect(await findPlace(undefined, 'virtual:onetoken/a')).toBeUndefined()
    expect(await findPlace('\0virtual:entry', 'virtual:onetoken/a')).toBeUndefined()
    expect(await findPlace('/no/such/file.ts', 'virtual:onetoken/a')).toBeUndefined()
  })
})
