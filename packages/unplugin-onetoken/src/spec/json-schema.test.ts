import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import glob from 'fast-glob'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { imageSpec } from './image-spec.ts'
import type { JsonSchema } from './json-schema.ts'
import { helpText, PARAMETER_HELP } from './parameter-help.ts'
import { ajv, isManifest, manifestRefusals, schemas, settingsRefusals } from './schema-testing.ts'
import { MEMBER_HELP, SETTING_HELP } from './setting-help.ts'
import { resolveSettings } from './resolve-settings.ts'
import type { Parameters } from './types.ts'

describe('the schemas', () => {
  it.each(Object.entries(schemas))('of the %s is one of draft 07', (_, schema) => {
    expect(schema['$schema']).toBe('http://json-schema.org/draft-07/schema#')
    expect(ajv.validateSchema(schema), JSON.stringify(ajv.errors)).toBe(true)
  })

  it.each(Object.entries(schemas))('of the %s tells of all that may stand in it', (_, schema) => {
    const silent: string[] = []
    const told = new Set<unknown>()
    const look = (value: unknown, path: string): void => {
      if (value === null || typeof value !== 'object') return
      for (const [name, part] of Object.entries(value)) {
        if (name === 'properties') {
          for (const [property, of] of Object.entries(part as Record<string, JsonSchema>)) {
            told.add(of['description'])
            // A quality for each format needs no words.
            if (of['description'] === undefined && !path.endsWith('/q/anyOf/1'))
              silent.push(`${path}/${property}`)
            look(of, `${path}/${property}`)
          }
        } else if (name !== 'default') look(part, `${path}/${name}`)
      }
    }
    look(schema, '')
    expect(silent).toEqual([])
    expect(told).toContain(helpText({ change: 'A change is free.', ...PARAMETER_HELP.widths }))
  })

  it('tells of nothing that is not there', () => {
    const text = JSON.stringify(schemas)
    for (const help of Object.values(MEMBER_HELP)) expect(text).toContain(JSON.stringify(helpText(help)))
  })

  it('says the defaults that hold', () => {
    const { render, pick, output } = imageSpec({ prompt: 'x' }, { base: '/', defaults: [], styles: {} })
    const { model, size, n, ...others } = render.request
    expect(others).toEqual({ prompt: 'x' })
    const { take } = render
    const [formats] = output.formats
    const holds: Parameters | object = {
      ...{ model, size, n, take, pick, formats },
      ...{ fit: output.fit, position: output.position },
    }
    const said = Object.entries(PARAMETER_HELP).flatMap(([name, help]) =>
      help.default === undefined ? [] : [[name, help.default] as const],
    )
    expect(Object.fromEntries(said)).toEqual(holds)
  })

  it('says the defaults of settings that hold', () => {
    const { multiplier, timeout, budget, manifest, ...resolved } = resolveSettings({})
    const holds: Record<string, unknown> = {
      ...resolved,
      model: 'gpt-image-2',
      manifest: manifest[0]?.file,
      budget: { cost: budget.cost },
      pricing: { multiplier },
      timeout: timeout / 1000,
    }
    for (const [name, help] of Object.entries(SETTING_HELP)) {
      if (help.default !== undefined) expect([name, help.default]).toEqual([name, holds[name]])
    }
    expect(MEMBER_HELP['budget.cost']?.default).toBe(budget.cost)
    expect(MEMBER_HELP['pricing.multiplier']?.default).toBe(multiplier)
  })
})

describe('what is written otherwise than it is used', () => {
  const entry = (yamlOfEntry: string): string =>
    `version: 1\nimages:\n  hero: { prompt: a, ${yamlOfEntry} }\n`
  it.each([
    'formats: webp',
    'formats: [jpeg, webp]',
    'format: jpeg',
    'w: 480',
    'widths: [480, 960]',
    'q: 80',
    'q: { jpeg: 80 }',
    'image: a.png',
    'image: [a.png, b.png]',
    'extra: { user: { id: [1, null] } }',
    'each: "photos/*.png"',
    'each: [a.png, "b/*"]',
    'dark: at night',
    'dark: { prompt: at night, w: 64 }',
    'style: ink, variables: { couleur-été: "two" }',
  ])('is taken: %s', (written) => {
    expect(isManifest(entry(written))).toBe(true)
    expect(manifestRefusals(entry(written))).toEqual([])
  })

  it.each([
    'formats: gif',
    'formats: []',
    'w: 480, widths: 960',
    'format: webp, formats: avif',
    'q: { jpeg: 80, jpg: 80 }',
    'q: { gif: 80 }',
    'q: 0',
    'extra: [1]',
    'image: []',
    'each: " "',
    'each: a.png, edit: b',
    'dark: { alt: x, prompt: y }',
    'dark: {}',
    'dark: { prompt: y, w: 1, widths: 2 }',
    'dark: { prompt: y, format: webp, formats: avif }',
    'alt:',
    'sise: 1024x1024',
    'variables: { "a b": c }',
    'variables: []',
    'variables: { a: 1 }',
    'take: 1.5',
  ])('is refused: %s', (written) => {
    expect(isManifest(entry(written))).toBe(false)
    expect(manifestRefusals(entry(written))).not.toEqual([])
  })

  it.each(['a.b', 'default', 'manifest', '/a', 'a/', 'a b', '', '-/b c'])('is no name: %j', (name) => {
    const text = JSON.stringify({ version: 1, images: { [name]: { prompt: 'x' } } })
    expect(isManifest(text)).toBe(false)
    expect(manifestRefusals(text)).not.toEqual([])
  })

  it('is refused at the top', () => {
    for (const text of ['images: {}', 'version: 2', 'version: 1\nmanifest: x', 'version: 1\nimages: []']) {
      expect(isManifest(text)).toBe(false)
      expect(manifestRefusals(text)).not.toEqual([])
    }
  })

  it('may be the name of the schema, in the settings', () => {
    expect(settingsRefusals({ $schema: './node_modules/unplugin-onetoken/schema/settings.json' })).toEqual([])
  })
})

const folder = new URL('./', import.meta.url)

/** All text in the tests of this folder that is a good manifest. */
function manifestsOfTests(): string[] {
  const found = new Set<string>()
  const names = readdirSync(folder).filter((name) => /^manifest.*\.test\.ts$/.test(name))
  for (const name of names) {
    const source = ts.createSourceFile(
      name,
      readFileSync(new URL(name, folder), 'utf8'),
      ts.ScriptTarget.ES2023,
    )
    const look = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) && isManifest(node.text)) found.add(node.text)
      ts.forEachChild(node, look)
    }
    look(source)
  }
  return [...found]
}

describe('what the manifest may be', () => {
  it('is taken when it stands in the tests', () => {
    const texts = manifestsOfTests()
    expect(texts.length).toBeGreaterThan(10)
    expect(texts.filter((text) => manifestRefusals(text).length > 0)).toEqual([])
  })

  const examples = new URL('../../../../examples/', import.meta.url)
  it.each(glob.sync('*/{,src/}images.yaml', { cwd: fileURLToPath(examples) }))(
    'is taken in the example %s',
    (file) => {
      const text = readFileSync(new URL(file, examples), 'utf8')
      expect(isManifest(text)).toBe(true)
      expect(manifestRefusals(text)).toEqual([])
    },
  )

  // Words are trimmed and made NFC before they are looked at, which a schema cannot do: editors ask for them as they are.
  it.each([
    ['size: " 1024x1024 "', 'white space around a word'],
    ['quality: "high\\n"', 'a line break after a word'],
    ['fit: " cover"', 'white space before a word'],
    [`prompt: "${'x'.repeat(32_000)} "`, 'a space too many after the longest of prompts'],
  ])('is refused by the schema alone: %.30s (%s)', (written) => {
    const text = `version: 1\nimages: { hero: { ${written.startsWith('prompt') ? '' : 'prompt: a, '}${written} } }\n`
    expect(isManifest(text)).toBe(true)
    expect(manifestRefusals(text)).not.toEqual([])
  })
})
