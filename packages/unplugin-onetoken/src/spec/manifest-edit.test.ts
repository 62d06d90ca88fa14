import { describe, expect, test } from 'vitest'
import { editManifest, type ManifestChange } from './manifest-edit.ts'
import { parseManifest } from './manifest.ts'
import { told } from './testing.ts'

const FILE = 'images.yaml'

const edited = (text: string, change: ManifestChange): string => editManifest(text, FILE, change).text

const set = (entry: string, parameter: string, value: string | number | number[]): ManifestChange => ({
  kind: 'set',
  entry,
  parameter,
  value,
})
const remove = (entry: string, parameter: string): ManifestChange => ({ kind: 'remove', entry, parameter })
const add = (entry: string, parameters: Record<string, string>): ManifestChange => ({
  kind: 'add',
  entry,
  parameters,
})

/** The lines that differ, as a review shows them. */
function diff(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')]
  let [start, end] = [0, 0]
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start += 1
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end += 1
  return [
    ...old.slice(start, old.length - end).map((line) => `-${line}`),
    ...now.slice(start, now.length - end).map((line) => `+${line}`),
  ].join('\n')
}

/** What a change does to the lines of a manifest. */
const change = (text: string, how: ManifestChange): string => diff(text, edited(text, how))

const LINES = `# Pictures of the site
version: 1   # the only one
defaults: &d { quality: low }

images:
  # The first thing that people see
  hero:   # above the fold
    prompt: a red fox # in winter
    # three, to choose from
    n: 3

    alt: 'A fox'   # for readers

  # People
  team/ada: { prompt: "an owl", 'n': 2 , alt: Ada } # inline
  yes:
    prompt: >-   # folded
      a long
      text

    alt: |
      An owl,
      reading

  # the end
`

describe('a parameter in lines', () => {
  test.each<[string, ManifestChange]>([
    ['set anew', set('hero', 'pick', 2)],
    ['changed', set('hero', 'prompt', 'a blue fox')],
    ['changed in its quotes', set('hero', 'alt', "A fox: it's blue")],
    ['changed, no longer in quotes', set('hero', 'alt', 'A blue fox')],
    ['changed to several lines', set('hero', 'prompt', 'a fox\n\nand a hare')],
    ['changed from folded text', set('yes', 'prompt', 'an owl')],
    ['changed from folded text to lines', set('yes', 'prompt', 'an owl\nand a mouse')],
    ['changed from text in lines', set('yes', 'alt', 'An owl')],
    ['set behind text in lines', set('yes', 'pick', 1)],
    ['removed', remove('hero', 'n')],
    ['removed with its comment', remove('hero', 'alt')],
    ['removed with all of its lines', remove('yes', 'alt')],
    ['removed that is not there', remove('yes', 'pick')],
  ])('%s', (_, how) => {
    expect(change(LINES, how)).toMatchSnapshot()
  })

  test('at the end of a file without a line break', () => {
    const text = 'version: 1\nimages:\n  hero:\n    prompt: a fox\n    n: 3'
    expect(edited(text, set('hero', 'pick', 2))).toBe(`${text}\n    pick: 2`)
    expect(edited(`${text} # three`, set('hero', 'pick', 2))).toBe(`${text} # three\n    pick: 2`)
    expect(edited(`${text}\n    pick: 2`, remove('hero', 'pick'))).toBe(text)
  })

  test('in a file with CRLF and a byte order mark', () => {
    const text = `\ufeff${LINES.replaceAll('\n', '\r\n')}`
    for (const how of [set('hero', 'pick', 2), set('yes', 'prompt', 'two\nlines'), remove('hero', 'n')]) {
      expect(edited(text, how)).toBe(`\ufeff${edited(LINES, how).replaceAll('\n', '\r\n')}`)
    }
  })

  test.each([
    ['\r\n', '\n'],
    ['\n', '\r\n'],
  ])('behind %j, in a file that ends with %j', (eol, last) => {
    const text = `version: 1${eol}images:${eol}  a:${eol}    prompt: x${last}`
    expect(edited(text, add('b', { prompt: 'fox' }))).toBe(`${text}  b:${last}    prompt: fox${last}`)
    expect(edited(text, set('a', 'pick', 1))).toBe(`${text}    pick: 1${last}`)
  })

  test('by the name that the entry has for it', () => {
    const text = 'version: 1\nimages:\n  a:\n    prompt: x\n    w: [480]\n    format: webp\n'
    expect(change(text, set('a', 'widths', [320, 640]))).toBe('-    w: [480]\n+    w: [320, 640]')
    expect(change(text, remove('a', 'formats'))).toBe('-    format: webp')
  })

  test('that is a list in lines', () => {
    const text =
      'version: 1\nimages:\n  a:\n    widths: # small\n    - 480 # phones\n\n    - 960\n    prompt: x\n'
    expect(change(text, set('a', 'widths', [320]))).toBe(
      '-    widths: # small\n-    - 480 # phones\n-\n-    - 960\n+    widths: [320] # small',
    )
    const plain = 'version: 1\nimages:\n  a:\n    prompt: x\n    widths:\n\n      # why\n      - 480'
    expect(change(plain, set('a', 'w', [320]))).toMatchInlineSnapshot(`
      "-    widths:
      -
      -      # why
      -      - 480
      +    widths: [320]
      +
      +      # why"
    `)
  })

  test('whose text is below its name', () => {
    const text =
      'version: 1\nimages:\n  a:\n    prompt:\n      # the words\n      a fox\n      in snow # white\n    n: 2\n'
    expect(change(text, set('a', 'prompt', 'a hare'))).toBe(
      '-      a fox\n-      in snow # white\n+      a hare # white',
    )
    expect(change(text, set('a', 'pick', 2))).toBe('+    pick: 2')
  })

  test('whose name is told with a question mark', () => {
    const text = 'version: 1\nimages:\n  ? hero\n  : prompt: x\n    ? n\n    : 2 # two\n'
    expect(change(text, set('hero', 'n', 3))).toBe('-    : 2 # two\n+    : 3 # two')
    expect(change(text, set('hero', 'pick', 2))).toBe('+    pick: 2')
    expect(change(text, remove('hero', 'n'))).toBe('-    ? n\n-    : 2 # two')
  })
})

const top = 'version: 1\nimages:\n'

describe('a parameter in brackets', () => {
  test.each<[string, string, ManifestChange, string]>([
    ['set anew', '{ prompt: x, n: 2 }', set('a', 'pick', 2), '{ prompt: x, n: 2, pick: 2 }'],
    ['set anew, without spaces', '{prompt: x}', set('a', 'pick', 2), '{prompt: x, pick: 2}'],
    ['set anew behind a comma', '{ prompt: x, n: 2, }', set('a', 'pick', 2), '{ prompt: x, n: 2, pick: 2, }'],
    ['changed', '{ prompt: x , n: 2 } # y', set('a', 'prompt', 'y, z'), '{ prompt: "y, z" , n: 2 } # y'],
    ['changed from quotes', `{ 'prompt': 'x' }`, set('a', 'prompt', 'fox'), `{ 'prompt': fox }`],
    ['changed beside a colon', '{"prompt":"x", n: 2}', set('a', 'prompt', 'fox'), '{"prompt": fox, n: 2}'],
    ['changed to lines', '{ prompt: x }', set('a', 'prompt', 'x\ny'), '{ prompt: "x\\ny" }'],
    ['set anew between tabs', '{\tprompt:\tx\t}\t# y', set('a', 'pick', 2), '{\tprompt:\tx, pick: 2\t}\t# y'],
    ['removed first', '{ n: 2, prompt: x }', remove('a', 'n'), '{ prompt: x }'],
    ['removed last', '{ prompt: x, n: 2 }', remove('a', 'n'), '{ prompt: x }'],
    ['removed last, before a comma', '{ prompt: x, n: 2, }', remove('a', 'n'), '{ prompt: x, }'],
    ['removed between', '{ prompt: x , n: 2 , alt: y }', remove('a', 'n'), '{ prompt: x , alt: y }'],
    [
      'set anew in a line of its own',
      '{\n    prompt: x, # words\n    n: 2 # two\n  }',
      set('a', 'pick', 2),
      '{\n    prompt: x, # words\n    n: 2, # two\n    pick: 2\n  }',
    ],
    [
      'set anew in a line of its own, behind a comma',
      '{\n    prompt: x,\n    n: 2, # two\n    # end\n  }',
      set('a', 'pick', 2),
      '{\n    prompt: x,\n    n: 2, # two\n    pick: 2,\n    # end\n  }',
    ],
    [
      'set anew before the bracket',
      '{\n    prompt: x,\n    n: 2 }',
      set('a', 'pick', 2),
      '{\n    prompt: x,\n    n: 2,\n    pick: 2 }',
    ],
    [
      'set anew before commas',
      '{ prompt: x # words\n    , n: 2 # two\n  }',
      set('a', 'pick', 2),
      '{ prompt: x # words\n    , n: 2, pick: 2 # two\n  }',
    ],
    [
      'removed with its line',
      '{\n    prompt: x, # words\n    n: 2, # two\n    # of\n    alt: y\n  }',
      remove('a', 'n'),
      '{\n    prompt: x, # words\n    # of\n    alt: y\n  }',
    ],
    [
      'removed with its line at the end',
      '{\n    prompt: x, # words\n    n: 2 # two\n  }',
      remove('a', 'n'),
      '{\n    prompt: x # words\n  }',
    ],
    [
      'removed behind a comment',
      '{ prompt: x, # words\n    n: 2 }',
      remove('a', 'n'),
      '{ prompt: x, # words\n     }',
    ],
    ['removed from lines', '{ prompt: x,\n    n: 2 }', remove('a', 'n'), '{ prompt: x }'],
    [
      'changed from several lines',
      `{ prompt: "x\n    y", alt: 'z' }`,
      set('a', 'prompt', 'w'),
      `{ prompt: w, alt: 'z' }`,
    ],
    [
      'set behind a list',
      '{ prompt: x, w: [480,\n    960] }',
      set('a', 'pick', 2),
      '{ prompt: x, w: [480,\n    960], pick: 2 }',
    ],
  ])('%s', (_, before, how, after) => {
    const text = (entry: string): string => `${top}  a: ${entry}\n  b: { prompt: x }\n`
    expect(edited(text(before), how)).toBe(text(after))
    const crlf = (entry: string): string => text(entry).replaceAll('\n', '\r\n')
    expect(edited(crlf(before), how)).toBe(crlf(after))
  })

  test('of a manifest that is JSON', () => {
    const text =
      '{\n  "version": 1,\n  "images": {\n    "a": {"prompt":"x"},\n    "b": {\n      "prompt": "y",\n      "n": 2\n    }\n  }\n}\n'
    const all = [set('a', 'prompt', 'a fox'), set('a', 'alt', 'fox'), set('b', 'pick', 2), remove('b', 'n')]
    const result = [...all, add('c', { prompt: 'z' })].reduce(edited, text)
    expect(JSON.parse(result)).toEqual({
      version: 1,
      images: { a: { prompt: 'a fox', alt: 'fox' }, b: { prompt: 'y', pick: 2 }, c: { prompt: 'z' } },
    })
    expect(result).toMatchInlineSnapshot(`
      "{
        "version": 1,
        "images": {
          "a": {"prompt":"a fox", "alt": "fox"},
          "b": {
            "prompt": "y",
            "pick": 2
          },
          "c": { "prompt": "z" }
        }
      }
      "
    `)
  })
})

describe('an entry', () => {
  const fox = add('fox', { prompt: 'a red fox', alt: 'Fox: red' })

  test.each<[string, string]>([
    ['in lines, before comments', LINES],
    ['in lines, behind an empty line', `${top}  a:\n    prompt: x\n\n  b:\n    prompt: y\n`],
    ['in lines', `${top}    a:\n        prompt: x # y\n\n# end\n`],
    ['in brackets', `${top}  a: { prompt: x } # y\n  b: { prompt: y }`],
    ['within brackets', 'version: 1\nimages: {\n  a: { prompt: x }, # y\n}\n'],
    ['within brackets on one line', 'version: 1\nimages: { a: { prompt: x } } # y\n'],
    ['the first one', 'version: 1\nimages:'],
    ['the first one, before a comment', 'version: 1\nimages: # none\n# end\n'],
    ['the first one, in place of brackets', 'version: 1\nimages: {} # none\ndefaults: { n: 2 }\n'],
    ['the first one, beside a comment in brackets', 'version: 1\nimages: { # none\n  }\n'],
    ['the first one, in place of null', 'version: 1\nimages: ~ # none\n'],
    ['the first one, without "images"', 'version: 1 # one\n'],
    ['the first one in a manifest in brackets', '{ version: 1 }\n'],
    ['the first one in a manifest in brackets with null', '{ version: 1, images: , defaults: {} }\n'],
  ])('%s', (_, text) => {
    expect(change(text, fox)).toMatchSnapshot()
    expect(edited(text.replaceAll('\n', '\r\n'), fox)).toBe(
      edited(text, fox).replaceAll('\n', text.includes('\n') ? '\r\n' : '\n'),
    )
  })

  test('with a name that needs quotes', () => {
    expect(change(`${top}  a:\n    prompt: x\n`, add('12', { prompt: 'x' }))).toBe('+  "12":\n+    prompt: x')
  })

  test('that is there already', () => {
    expect(told(() => editManifest(LINES, FILE, add('hero', { prompt: 'x' })))).toMatchInlineSnapshot(`
      "MANIFEST_EDIT images.yaml:7:3
      There is an entry "hero" already."
    `)
  })

  test('that is not there', () => {
    expect(told(() => editManifest(LINES, FILE, set('hen', 'pick', 2)))).toMatchInlineSnapshot(`
      "UNKNOWN_ENTRY images.yaml
      There is no entry "hen" in it."
    `)
  })
})

describe('an alias', () => {
  const text = `${top}  a: &same\n    prompt: &words x\n    n: &n 3\n  b: *same\n  c:\n    prompt: *words\n    n: *n # of a\n    alt: &alt A\n`

  test('as a value gives way to the new one', () => {
    expect(change(text, set('c', 'n', 2))).toBe('-    n: *n # of a\n+    n: 2 # of a')
    expect(change(text, remove('c', 'n'))).toBe('-    n: *n # of a')
  })

  test('that nothing has keeps its anchor', () => {
    expect(change(text, set('c', 'alt', 'B'))).toBe('-    alt: &alt A\n+    alt: &alt B')
  })

  test.each<[string, ManifestChange]>([
    ['in place of the entry', set('b', 'pick', 2)],
    ['elsewhere of the entry', set('a', 'pick', 2)],
    ['elsewhere of the value', set('a', 'prompt', 'y')],
    ['elsewhere of what is removed', remove('a', 'n')],
  ])('%s keeps it from being changed', (_, how) => {
    expect(told(() => editManifest(text, FILE, how))).toMatchSnapshot()
  })

  test('in place of all entries keeps one from being added', () => {
    const shared = 'version: 1\nimages: *none\n'
    expect(
      told(() => editManifest(`defaults: &none {}\n${shared}`, FILE, add('a', { prompt: 'x' }))),
    ).toMatchSnapshot()
  })
})

test.each([
  'yes',
  'No',
  'on',
  'null',
  '~',
  '12',
  '1e3',
  '0x1F',
  '12:30',
  '2026-01-02',
  'a: b',
  'a #b',
  '# x',
  '- a',
  '-a',
  '? a',
  '* a',
  '&a',
  '!a',
  '@a',
  '`a`',
  '%a',
  '"a" b',
  "'a",
  'a, b',
  '[a]',
  '{a}',
  'a:',
  'a\\b',
  'a\tb',
  'a\u0007b',
  'a\u2028b',
  '--- a',
  'It\'s "quoted"',
  '狐 🦊',
  'a\n  b',
  'a\n\n\nb',
])('%j is quoted where it has to be', (words) => {
  const texts = [`${top}  a:\n    prompt: x\n`, `${top}  a: { prompt: x }\n`].map((text) =>
    edited(text, set('a', 'prompt', words)),
  )
  for (const text of texts) {
    expect(parseManifest(text, FILE).entries[0]?.parameters.prompt).toBe(words)
  }
  expect(texts.map((text) => text.slice(top.length)).join('')).toMatchSnapshot()
})

test.each<[string, string, ManifestChange]>([
  ['a manifest with a mistake', 'version: 2\nimages: {}\n', add('a', { prompt: 'x' })],
  ['a value that no entry may have', `${top}  a: { prompt: x }\n`, set('a', 'pick', 99)],
  ['an entry that cannot have this name', `${top}  a: { prompt: x }\n`, add('a b', { prompt: 'x' })],
  [
    'a key that is merged',
    `${top}  a: { prompt: x }\n  b:\n    <<: *a\n    prompt: y\n`,
    set('b', 'pick', 2),
  ],
])('%s is told', (_, text, how) => {
  expect(told(() => editManifest(text, FILE, how))).toMatchSnapshot()
})

test('the line of a change is told', () => {
  const lineOf = (how: ManifestChange): number => editManifest(LINES, FILE, how).line
  expect(
    [set('hero', 'pick', 2), set('hero', 'alt', 'x'), remove('hero', 'n'), add('fox', { prompt: 'x' })].map(
      lineOf,
    ),
  ).toEqual([13, 12, 10, 24])
})
