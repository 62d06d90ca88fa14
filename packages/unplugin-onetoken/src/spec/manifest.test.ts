import { describe, expect, it } from 'vitest'
import { parseManifest, type Manifest } from './manifest.ts'

const manifest = (text: string): Manifest => parseManifest(text, '/site/images.yaml')

const GOOD = `# yaml-language-server: $schema=…
version: 1
model: gpt-image-2
defaults: { size: 1536x1024, formats: [avif, webp], w: [480, 960, 1536] }
styles:
  ink: "loose ink drawing of {prompt}, two colours"
budget: { cost: 2.5 }
images:
  hero:
    prompt: a red fox looking back over fresh snow
    style: ink
    alt: A fox in the snow
  team/ada: { prompt: "a portrait: a woman, smiling", take: 2, extra: { user: site } }
  雪狐:
    prompt: |
      雪地里的红狐
      回头看着
    image: photos/fox.png
`

describe('a good manifest', () => {
  it('is read with its settings, and the place of every name', () => {
    const { file, entries, settings, settingPlaces } = manifest(GOOD)
    expect(file).toBe('/site/images.yaml')
    expect(settings).toEqual({
      model: 'gpt-image-2',
      defaults: { size: '1536x1024', formats: ['avif', 'webp'], widths: [480, 960, 1536] },
      styles: { ink: 'loose ink drawing of {prompt}, two colours' },
      budget: { cost: 2.5 },
    })
    expect(settingPlaces['budget']).toEqual({ file: '/site/images.yaml', line: 7, column: 1 })
    expect(entries).toEqual([
      {
        name: 'hero',
        parameters: {
          prompt: 'a red fox looking back over fresh snow',
          style: 'ink',
          alt: 'A fox in the snow',
        },
        place: { file, line: 9, column: 3 },
        places: { style: { file, line: 11, column: 12 } },
      },
      {
        name: 'team/ada',
        parameters: { prompt: 'a portrait: a woman, smiling', take: 2, extra: { user: 'site' } },
        place: { file, line: 13, column: 3 },
        places: { extra: { file, line: 13, column: 71 } },
      },
      {
        name: '雪狐',
        parameters: { prompt: '雪地里的红狐\n回头看着', image: ['photos/fox.png'] },
        place: { file, line: 14, column: 3 },
        places: { image: { file, line: 18, column: 12 } },
      },
    ])
  })

  it('reads the same with CRLF, a byte order mark, or as JSON', () => {
    const { entries } = manifest(GOOD)
    expect(manifest(GOOD.replaceAll('\n', '\r\n')).entries).toEqual(entries)
    expect(manifest(`\ufeff${GOOD}`).entries).toEqual(entries)
    const json = JSON.stringify({ version: 1, images: { hero: { prompt: 'a fox' } } }, null, '\t')
    expect(manifest(json).entries).toEqual([
      {
        name: 'hero',
        parameters: { prompt: 'a fox' },
        place: { file: '/site/images.yaml', line: 4, column: 3 },
      },
    ])
  })

  it.each(['version: 1', 'version: 1\nimages:\n', 'version: 1\nimages: {}\n'])(
    'may have no pictures: %j',
    (text) => {
      expect(manifest(text).entries).toEqual([])
    },
  )

  it('may use names that objects have', () => {
    const names = ['constructor', 'toString', 'hasOwnProperty', 'length', 'then']
    const text = `version: 1\nimages:\n${names.map((name) => `  ${name}: { prompt: a }\n`).join('')}`
    expect(manifest(text).entries.map(({ name }) => name)).toEqual(names)
  })

  it('normalises text as a query does', () => {
    const text =
      'version: 1\nimages:\n  hero: { prompt: "  cafe\\u0301\\r\\nbar ", image: [" a.png "], alt: " " }\n'
    expect(manifest(text).entries[0]?.parameters).toEqual({
      prompt: 'caf\u00e9\nbar',
      image: ['a.png'],
      alt: '',
    })
  })

  it('leaves what it passes on as it is', () => {
    const text = 'version: 1\nimages:\n  hero: { prompt: a, extra: { note: "  cafe\\u0301 " } }\n'
    expect(manifest(text).entries[0]?.parameters.extra).toEqual({ note: '  cafe\u0301 ' })
  })

  it('reads YAML 1.2: yes and no are words, and so are times', () => {
    const text = 'version: 1\nimages:\n  hero: { prompt: yes, alt: no, aspect: 16:9 }\n'
    expect(manifest(text).entries[0]?.parameters).toEqual({ prompt: 'yes', alt: 'no', aspect: '16:9' })
  })

  it('takes any YAML version line, and reads it as 1.2', () => {
    const text = '%YAML 1.1\n---\nversion: 1\nimages:\n  hero: { prompt: yes, alt: 2024-01-01 }\n'
    expect(manifest(text).entries[0]?.parameters).toEqual({ prompt: 'yes', alt: '2024-01-01' })
  })
})

describe('aliases', () => {
  it('may share a value between a thousand entries', () => {
    const entries = Array.from(
      { length: 1000 },
      (_, index) => `  e${index}: { prompt: fox ${index}, widths: *w, q: *q }`,
    )
    const text = `version: 1\ndefaults: { widths: &w [480, 960, 1536], q: &q { avif: 50 } }\nimages:\n${entries.join('\n')}\n`
    const read = manifest(text).entries
    expect(read).toHaveLength(1000)
    expect(read[999]?.parameters).toEqual({ prompt: 'fox 999', widths: [480, 960, 1536], q: { avif: 50 } })
  })

  it('may share whole entries, and take the latest anchor of a name', () => {
    const text = `version: 1
images:
  one: &same { prompt: &words a fox, alt: *words }
  two: *same
  three: { prompt: &words a hen }
  four: { prompt: *words }
`
    const read = Object.fromEntries(manifest(text).entries.map(({ name, parameters }) => [name, parameters]))
    expect(read).toEqual({
      one: { prompt: 'a fox', alt: 'a fox' },
      two: { prompt: 'a fox', alt: 'a fox' },
      three: { prompt: 'a hen' },
      four: { prompt: 'a hen' },
    })
  })
})
