import { describe, expect, it } from 'vitest'
import { cssReferences, type CssDialect } from './css-references.ts'
import { cssURL } from './css-url.ts'
import { applyEdits } from '../edit.ts'

const specifiers = (css: string, dialect?: CssDialect): string[] =>
  cssReferences(css, dialect).map(({ specifier }) => specifier)

describe('cssReferences', () => {
  it.each([
    ['a { background: url(onetoken:hero) }', 'virtual:onetoken/hero'],
    ['a { background: url( onetoken:team/ada?w=960 ) }', 'virtual:onetoken/team/ada?w=960'],
    [`a { background: URL("onetoken:hero?w=960") no-repeat }`, 'virtual:onetoken/hero?w=960'],
    [
      `a { background: url( 'onetoken:?prompt=it\\'s a fox%26hound' ) }`,
      `virtual:onetoken?prompt=it's a fox%26hound`,
    ],
    [`a { --x: url("virtual:onetoken?prompt=a (b), c;d") }`, 'virtual:onetoken?prompt=a (b), c;d'],
    [`a { background: url(ONETOKEN:hero) }`, 'virtual:onetoken/hero'],
    [`a { background: image-set("onetoken:hero" 1x) }`, 'virtual:onetoken/hero'],
    [`a { background: -webkit-image-set(url(onetoken:hero) 1x) }`, 'virtual:onetoken/hero'],
    [
      `@supports (x: y) { @media print { a { cursor: url("onetoken:hero"), auto } } }`,
      'virtual:onetoken/hero',
    ],
    [`a { background: url("onetoken:hero" ) /* url(onetoken:b) */ }`, 'virtual:onetoken/hero'],
    [`@font-face { src: url(onetoken:hero) }`, 'virtual:onetoken/hero'],
  ])('finds %s', (css, specifier) => {
    expect(specifiers(css)).toEqual([specifier])
  })

  it.each([
    '/* url(onetoken:hero) */',
    '@import url(onetoken:hero);',
    '@import "onetoken:hero";',
    'a { content: "url(onetoken:hero)" }',
    'a { content: "onetoken:hero" }',
    'a { background: url(onetokens:hero) }',
    'a { background: url(./onetoken:hero) }',
    'a { background: url("x" "onetoken:hero") }',
    '.onetoken\\:hero { color: red }',
  ])('leaves %s', (css) => {
    expect(specifiers(css)).toEqual([])
  })

  it('does not read comments and interpolation of Sass and Less', () => {
    const scss = `a { b: url("onetoken:#{$x}"); // it's url(onetoken:no)\n c: url(onetoken:yes) }`
    expect(specifiers(scss, 'sass')).toEqual(['virtual:onetoken/yes'])
    expect(specifiers('a { b: url("onetoken:@{x}"); c: url(onetoken:yes) }', 'less')).toEqual([
      'virtual:onetoken/yes',
    ])
    const globs = `// pictures of assets/*\na { b: url(onetoken:a) } // it's "two\nb { c: url(//cdn/x.png), url('onetoken:b') } /* // */ .d { e: url(onetoken:c) }`
    expect(specifiers(globs, 'sass')).toEqual(['a', 'b', 'c'].map((name) => `virtual:onetoken/${name}`))
    expect(specifiers('a { b: url("onetoken:?prompt=1 // 2") }', 'sass')).toEqual([
      'virtual:onetoken?prompt=1 // 2',
    ])
  })

  it('tells what Sass imports from what it gives to an import', () => {
    const scss = `@use 'a' with ($a: url('onetoken:a'),\n  $b: url(onetoken:b));\n@import url('onetoken:no');`
    expect(specifiers(scss, 'sass')).toEqual(['virtual:onetoken/a', 'virtual:onetoken/b'])
    expect(specifiers(`@import 'a'\n.a\n  b: url(onetoken:b)`, 'sass')).toEqual(['virtual:onetoken/b'])
  })

  it('finds references that a compiler took for paths', () => {
    const css = 'a { b: url("../styles/onetoken:hero?w=1"); c: url(styles/virtual:onetoken/x) }'
    expect(cssReferences(css, 'compiled')).toMatchObject([
      { specifier: 'virtual:onetoken/hero?w=1', folder: '../styles/' },
      { specifier: 'virtual:onetoken/x', folder: 'styles/' },
    ])
  })

  it('says what a URL takes the place of, and where the words begin', () => {
    const css = `a { b: url( 'onetoken:hero' ) 1px; c: image-set("onetoken:x" 1x) }`
    const references = cssReferences(css)
    const edits = references.map(({ start, end }, index) => ({ start, end, text: cssURL(`${index}.webp`) }))
    expect(applyEdits(css, edits)).toBe('a { b: url("0.webp") 1px; c: image-set(url("1.webp") 1x) }')
    expect(references.map(({ offset, written }) => css.startsWith(written, offset))).toEqual([true, true])
  })
})

it('cssURL escapes what would end it', () => {
  expect(cssURL('a "b" \\ (c)\n')).toBe('url("a \\"b\\" \\\\ (c)\\a ")')
})
