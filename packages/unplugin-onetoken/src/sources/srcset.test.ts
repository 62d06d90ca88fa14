import { describe, expect, it } from 'vitest'
import { isDescriptor, srcsetCandidates } from './srcset.ts'

const split = (value: string): string[] =>
  srcsetCandidates(value).map(({ url, descriptor }) => `${url} | ${descriptor}`)

describe('srcsetCandidates', () => {
  it.each<[string, string, string[]]>([
    ['nothing', ' , ', []],
    ['one URL', ' a.webp ', ['a.webp | ']],
    ['widths', 'a.webp 480w, b.webp 960w', ['a.webp | 480w', 'b.webp | 960w']],
    ['densities on several lines', '\n a.webp,\n\tb.webp 2x,\n', ['a.webp | ', 'b.webp | 2x']],
    ['commas in a URL', 'a,b.webp 1x,c.webp 2x', ['a,b.webp | 1x', 'c.webp | 2x']],
    ['commas at the end of a URL', 'a.webp,, b.webp', ['a.webp | ', 'b.webp | ']],
    ['brackets', 'a.webp foo(1, 2) 3w, b.webp', ['a.webp | foo(1, 2) 3w', 'b.webp | ']],
    ['brackets that are never closed', 'a.webp (1, b.webp 2x', ['a.webp | ', '(1 | ', 'b.webp | 2x']],
    ['spaces of other scripts', 'a\u3000b\u00a0c 480w', ['a\u3000b\u00a0c | 480w']],
  ])('%s', (_what, value, candidates) => {
    expect(split(value)).toEqual(candidates)
  })

  it('says where the URLs are', () => {
    const value = ' a.webp 480w,  b.webp,'
    expect(srcsetCandidates(value).map(({ start, end }) => value.slice(start, end))).toEqual([
      'a.webp',
      'b.webp',
    ])
  })
})

describe('isDescriptor', () => {
  it.each([
    ['', true],
    ['480w', true],
    ['480w 320h', true],
    ['1.5x', true],
    ['.5x', true],
    ['red fox 480w', false],
    ['480', false],
    ['480px', false],
  ])('%j: %j', (text, expected) => {
    expect(isDescriptor(text)).toBe(expected)
  })
})
