import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalName } from './parameters.ts'
import { editManifest, type ManifestChange } from './manifest-edit.ts'
import { parseManifest } from './manifest.ts'
import { isRefused } from './testing.ts'
import { parseYaml } from './yaml.ts'

/** A part of a manifest: lines, and which parameter they are about. */
interface Part {
  lines: string[]
  /** `hero.prompt`; undefined for what is about nothing that is changed. */
  owner?: string | undefined
}

type Values = Record<string, string | number | number[]>

/** An entry as it is written. */
interface Written {
  parts: Part[]
  values: Values
}

const NAMES = ['hero', 'team/ada', 'yes', '12', 'größe']
const WORDS = fc.constantFrom(
  ...[
    'a fox',
    'yes',
    '12',
    'a: b',
    '# x',
    'a, b',
    'It\'s "x"',
    '狐',
    '[a]',
    '*a',
    'two\nlines',
    'a\n\nb',
    ' a '.trim(),
  ],
)
const comment = fc.constantFrom('', ' # why', '   # {x: "y}, \'', ' #')
const ownLine = fc.constantFrom<string[]>([], [], [''], ['# about: it'], ['', '  # {', ''], ['    # deep'])

const doubled = (text: string): string => JSON.stringify(text)

/** The forms that a text may have in lines, below a name in four columns; with what may follow. */
function textForms(text: string, behind: string): string[][] {
  const literal = text.split('\n').map((line) => (line === '' ? '' : `      ${line}`))
  const forms = [
    [`${doubled(text)}${behind}`],
    [`|-${behind}`, ...literal],
    ['', `      ${doubled(text)}${behind}`],
  ]
  if (!text.includes('\n')) {
    forms.push(
      [`'${text.replaceAll("'", "''")}'${behind}`],
      [`>-${behind}`, ...literal],
      [`&a${text.length} ${doubled(text)}${behind}`],
    )
  }
  if (/^[a-z ]+$/.test(text) && text !== 'yes')
    forms.push([`${text}${behind}`], [text.replace(' ', '\n      '), ...[]])
  return forms
}

const parameter = fc.record({
  words: WORDS,
  form: fc.nat(20),
  behind: comment,
  above: ownLine,
  isQuoted: fc.boolean(),
})
const entry = fc.record({
  prompt: parameter,
  alt: fc.option(parameter),
  n: fc.option(fc.record({ value: fc.integer({ min: 1, max: 10 }), behind: comment, above: ownLine })),
  widths: fc.option(fc.record({ form: fc.nat(3), behind: comment, above: ownLine })),
  style: fc.constantFrom('lines', 'brackets', 'brackets in lines'),
  endsWithComma: fc.boolean(),
  isAlphabetic: fc.boolean(),
  above: ownLine,
  behind: comment,
})
const manifest = fc.record({
  entries: fc.array(entry, { minLength: 1, maxLength: NAMES.length }),
  head: ownLine,
  tail: ownLine,
  eol: fc.constantFrom('\n', '\r\n'),
  mark: fc.constantFrom('', '\ufeff'),
  ends: fc.boolean(),
})

type Generated<T> = T extends fc.Arbitrary<infer Value> ? Value : never
type EntryShape = Generated<typeof entry>
type ManifestShape = Generated<typeof manifest>

/** Parameters of an entry in their order, each with the forms that it may have in lines. */
function parametersOf(shape: EntryShape): {
  name: string
  value: Values[string]
  lines: string[]
  inline: string
  above: string[]
  behind: string
}[] {
  const pick = (forms: string[][], form: number): string[] =>
    (forms[form % forms.length] ?? []).join('\n').split('\n')
  const all = []
  for (const name of ['prompt', 'alt'] as const) {
    const one = shape[name]
    if (one === null) continue
    const { words, form, behind, above, isQuoted } = one
    const lines = pick(textForms(words, behind), form)
    const written = isQuoted ? doubled(name) : name
    all.push({
      name,
      value: words,
      lines: [`${written}: ${lines[0]}`.trimEnd(), ...lines.slice(1)],
      inline: `${name}: ${doubled(words)}`,
      above,
      behind,
    })
  }
  if (shape.n !== null) {
    const { value, behind, above } = shape.n
    all.push({ name: 'n', value, lines: [`n:  ${value}${behind}`], inline: `n: ${value}`, above, behind })
  }
  if (shape.widths !== null) {
    const { form, behind, above } = shape.widths
    const forms = [
      [`w: [480, 960]${behind}`],
      [`w:${behind}`, '      - 480', '      - 960'],
      [`w:${behind}`, '    - 480 # x', '', '    - 960'],
      ['w: [480,', `      960 ]${behind}`],
    ]
    all.push({
      name: 'widths',
      value: [480, 960],
      lines: pick(forms, form),
      inline: 'w: [480, 960]',
      above,
      behind,
    })
  }
  return shape.isAlphabetic ? all.sort((a, b) => (a.name < b.name ? -1 : 1)) : all
}

function writeEntry(name: string, shape: EntryShape): Written {
  const parameters = parametersOf(shape)
  const values = Object.fromEntries(parameters.map(({ name, value }) => [name, value]))
  const above: Part = { lines: shape.above }
  const quoted = /^[a-z/]+$/.test(name) && name !== 'yes' ? name : doubled(name)
  if (shape.style === 'lines') {
    const parts = parameters.flatMap(({ name: of, lines, above }) => [
      { lines: above },
      { lines: [`    ${lines[0]}`, ...lines.slice(1)], owner: `${name}.${of}` },
    ])
    return { parts: [above, { lines: [`  ${quoted}:${shape.behind}`] }, ...parts], values }
  }
  if (shape.style === 'brackets') {
    const line = `  ${quoted}: { ${parameters.map(({ inline }) => inline).join(', ')}${shape.endsWithComma ? ',' : ''} }${shape.behind}`
    return { parts: [above, { lines: [line], owner: name }], values }
  }
  const parts = parameters.map(({ name: of, inline, behind }, index) => {
    const isLast = index === parameters.length - 1
    // A comma goes where another parameter comes, or has gone.
    const owner = isLast || index === parameters.length - 2 ? `${name}.end` : `${name}.${of}`
    return { lines: [`    ${inline}${isLast && !shape.endsWithComma ? '' : ','}${behind}`], owner }
  })
  return { parts: [above, { lines: [`  ${quoted}: {`] }, ...parts, { lines: ['  }'] }], values }
}

/** The text of a manifest, what stands in it, and its parts. */
function write({ entries, head, tail, eol, mark, ends }: ManifestShape): {
  text: string
  values: Record<string, Values>
  parts: Part[]
  eol: string
} {
  const written = entries.map(
    (shape, index) => [NAMES[index] ?? '', writeEntry(NAMES[index] ?? '', shape)] as const,
  )
  const parts = [
    { lines: ['version: 1 # first', ...head, 'images:   # all'] },
    ...written.flatMap(([, { parts }]) => parts),
    { lines: tail },
  ]
  const text = mark + parts.flatMap(({ lines }) => lines).join(eol) + (ends ? eol : '')
  return { text, parts, eol, values: Object.fromEntries(written.map(([name, { values }]) => [name, values])) }
}

const change = fc.record({
  at: fc.nat(100),
  kind: fc.constantFrom('set', 'remove', 'add'),
  parameter: fc.constantFrom('prompt', 'alt', 'n', 'pick', 'w', 'widths'),
  words: WORDS,
})

/** A change of the manifest, and what it has afterwards. */
function changeOf(
  { at, kind, parameter, words }: Generated<typeof change>,
  values: Record<string, Values>,
): { how: ManifestChange; after: Record<string, Values> } {
  const names = Object.keys(values)
  const name = names[at % names.length] ?? ''
  const before = values[name] ?? {}
  if (kind === 'add')
    return {
      how: { kind, entry: 'new', parameters: { prompt: words } },
      after: { ...values, new: { prompt: words } },
    }
  const canonical = canonicalName(parameter) ?? parameter
  if (kind === 'remove' && canonical !== 'prompt') {
    const { [canonical]: _, ...others } = before
    return { how: { kind, entry: name, parameter }, after: { ...values, [name]: others } }
  }
  const value = canonical === 'widths' ? [320] : canonical === 'n' || canonical === 'pick' ? 2 : words
  return {
    how: { kind: 'set', entry: name, parameter, value },
    after: { ...values, [name]: { ...before, [canonical]: value } },
  }
}

/** Whether lines are those of a part that the change is about. */
function isAbout({ owner }: Part, how: ManifestChange): boolean {
  if (how.kind === 'add' || owner === undefined) return false
  return [how.entry, `${how.entry}.${canonicalName(how.parameter)}`, `${how.entry}.end`].includes(owner)
}

const isComment = (line: string): boolean => ['# about: it', '# {', '# deep'].includes(line.trim())

test('any change of any manifest touches its own lines alone', () => {
  fc.assert(
    fc.property(manifest, change, (shape, wanted) => {
      const { text, values, parts, eol } = write(shape)
      const { how, after } = changeOf(wanted, values)
      const { text: changed, line } = editManifest(text, 'images.yaml', how)
      const read = parseManifest(changed.replace('\ufeff', ''), 'images.yaml')
      expect(Object.fromEntries(read.entries.map(({ name, parameters }) => [name, parameters]))).toEqual(
        after,
      )
      expect(changed.startsWith('\ufeff')).toBe(text.startsWith('\ufeff'))
      // Behind an empty line, what is removed at the end of a file leaves that.
      const isEnd = how.kind !== 'remove' || text.endsWith('\n')
      if (isEnd) expect(changed.endsWith('\n')).toBe(text.endsWith('\n'))
      expect(changed.replaceAll(eol, '')).not.toMatch(/[\r\n]/)
      const lines = changed.replace('\ufeff', '').split(eol)
      expect(line).toBeLessThanOrEqual(Math.max(lines.length, text.split(eol).length))
      // What is not about it stays, in its order; comments between its lines as well.
      const kept = parts.flatMap((part) => part.lines.filter((one) => !isAbout(part, how) || isComment(one)))
      let at = 0
      for (const one of kept) {
        const found = lines.indexOf(one, at)
        expect(found, `${JSON.stringify(one)} in\n${changed}`).toBeGreaterThanOrEqual(at)
        at = found + 1
      }
      const longest = Math.max(
        0,
        ...parts.filter((part) => isAbout(part, how)).map((part) => part.lines.length),
      )
      expect(lines.length - kept.length).toBeLessThanOrEqual(longest + 8)
      expect(
        editManifest(
          changed,
          'images.yaml',
          how.kind === 'add' ? { kind: 'remove', entry: 'new', parameter: 'alt' } : how,
        ).text,
      ).toBe(changed)
    }),
    { numRuns: 400 },
  )
}, 240_000)

const SEEDS = [
  'version: 1\ndefaults: &d\n  formats: [avif, webp]\nimages:\n  a: &a\n    prompt: &p |\n      two\n      lines\n    alt: ""\n  b: { prompt: *p, n: 2, alt: "x" }\n  c: *a\n',
  '{"version": 1, "images": {"a": {"prompt": "x", "n": 3, "extra": {"b": [1, {"c": null}]}}}}',
  '--- # one\nversion: 1\nimages: {\n  a: { prompt: x, # words\n    n: 2 },\n  b: { prompt: y } }\n...\n',
]
const PIECES = [
  '[',
  ']',
  '{',
  '}',
  ': ',
  '- ',
  '? ',
  ', ',
  '&a ',
  '*a',
  '*p',
  '"',
  "'",
  '|',
  '>',
  '|+\n',
  '#',
  ' # ',
  '\t',
  '\n',
  '\r\n',
  '\n  ',
  '\n\n    ',
  '---\n',
  '<<: *d',
  '\ufeff',
  '\u2028',
  'é',
  ' ',
]
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.integer({ min: 0, max: 6 }),
  insert: fc.array(fc.constantFrom(...PIECES), { maxLength: 3 }),
})
const mutated = fc
  .tuple(fc.constantFrom(...SEEDS), fc.array(mutation, { maxLength: 3 }))
  .map(([seed, mutations]) =>
    mutations.reduce((text, { at, remove, insert }) => {
      const offset = Math.floor(at * text.length)
      return text.slice(0, offset) + insert.join('') + text.slice(offset + remove)
    }, seed),
  )

test('any manifest at all is changed as it should be, or not at all', () => {
  const entriesOf = (text: string): Record<string, Values> =>
    (
      parseYaml(text.replace('\ufeff', ''), 'images.yaml', 'MANIFEST_INVALID').value as {
        images: Record<string, Values>
      }
    ).images
  let changes = 0
  fc.assert(
    fc.property(
      mutated,
      fc.constantFrom('prompt', 'n', 'pick', 'alt'),
      fc.constantFrom('a', 'b'),
      (text, parameter, entry) => {
        const value = parameter === 'n' || parameter === 'pick' ? 2 : 'new: words'
        for (const how of [
          { kind: 'set', entry, parameter, value },
          { kind: 'remove', entry, parameter },
          { kind: 'add', entry: 'new', parameters: { prompt: 'x' } },
        ] as const) {
          let changed = ''
          if (isRefused(() => (changed = editManifest(text, 'images.yaml', how).text))) continue
          changes += 1
          const before = entriesOf(text)
          const { [parameter]: _, ...others } = before[entry] ?? {}
          const after =
            how.kind === 'add'
              ? { ...before, new: { prompt: 'x' } }
              : { ...before, [entry]: how.kind === 'set' ? { ...others, [parameter]: value } : others }
          expect(entriesOf(changed)).toEqual(after)
        }
      },
    ),
    { numRuns: 500 },
  )
  expect(changes).toBeGreaterThan(150)
}, 240_000)
