import glob from 'fast-glob'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { globsMistake, mostExpansions } from './glob.ts'

function made(pattern: string): number {
  try {
    return glob.generateTasks(pattern).flatMap(({ patterns }) => patterns).length
  } catch {
    return 0
  }
}

describe('mostExpansions', () => {
  it.each<[string, number]>([
    ['photos/*.png', 1],
    ['photos, of all/a..b/*.png', 1],
    ['*.{png,jpg,webp}', 3],
    ['{a,b}/{c,d}/{e,f}', 8],
    ['img{1..12}.png', 12],
    ['img{12..1}.png', 12],
    ['img{0001..0012}.png', 12],
    ['{0..100..10}', 11],
    ['{a..e}', 5],
    ['{1..2}{1..3}', 6],
    ['../{a..b}/*', 2],
    ['{../photos,../art}/*.png', 2],
    ['{photos/../a,b}/*.png', 2],
    ['{e..-2}', 57],
    ['{1..{4}0}', Number.POSITIVE_INFINITY],
    ['{e..{1..4}/}', Number.POSITIVE_INFINITY],
  ])('of %j is %i', (pattern, expected) => {
    expect(mostExpansions(pattern)).toBe(expected)
  })

  it('is never far less than what is made of it', () => {
    const part = fc.constantFrom(
      ...['{', '{', '}', '}', ',', ',', '..', '.', '1', '3', '-2', 'a', 'e', 'x', '/', '*'],
      ...['(', ')', '[', ']', '"', "'", '\\', '$', '!', '\u00a0', '{1..4}', '{4..1..2}', '{b,c}', '{(}'],
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 16 }), (parts) => {
        const pattern = parts.join('')
        // Nothing is made of a glob that excludes, nor of none at all.
        if (pattern === '' || mostExpansions(pattern) > 500) return
        // What nobody writes is read in strange ways; a few times the limit are looked for in a moment, too.
        expect(4 * mostExpansions(pattern)).toBeGreaterThanOrEqual(made(pattern))
      }),
      // Of millions of globs there are some that no estimate meets, with quotes in a range of letters.
      { numRuns: 20_000, seed: 1 },
    )
  }, 60_000)
})

describe('globsMistake', () => {
  it('is none for what people write', () => {
    expect(
      globsMistake(['photos/**/*.{png,jpg,jpeg,webp}', 'img{001..365}.png', '!photos/[old]/*']),
    ).toBeUndefined()
  })

  it.each<[string, string[], string]>([
    ['length', ['a'.repeat(1001)], 'has a glob of 1,001 characters, and at most 1,000 are allowed'],
    ['a range', ['img{1..1001}.png'], 'stands for more than 1,000 globs, by what is in braces'],
    ['a range downwards', ['img{99999999..1}.png'], 'stands for more than 1,000 globs, by what is in braces'],
    [
      'a range in steps',
      ['img{1..99999999..2}.png'],
      'stands for more than 1,000 globs, by what is in braces',
    ],
    ['braces', ['{a,b}'.repeat(10)], 'stands for more than 1,000 globs, by what is in braces'],
    ['braces without end', ['{a,b}'.repeat(200)], 'stands for more than 1,000 globs, by what is in braces'],
    [
      'several together',
      ['{1..600}.png', '{1..600}.jpg'],
      'stands for more than 1,000 globs, by what is in braces',
    ],
  ])('tells of %s', (_, globs, what) => {
    expect(globsMistake(globs)).toMatchObject({ what })
  })
})
