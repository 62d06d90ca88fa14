import { describe, expect, it } from 'vitest'
import { didYouMean, nearest } from './nearest.ts'
import { OUTPUT_NAMES, PARAMETER_NAMES } from './parameters.ts'

describe('nearest', () => {
  it.each<[string, string | undefined]>([
    ['promt', 'prompt'],
    ['Prompt', 'prompt'],
    [' prompt ', 'prompt'],
    ['qualtiy', 'quality'],
    ['stlye', 'style'],
    ['width', 'widths'],
    ['formatt', 'formats'],
    ['widht', 'widths'],
    ['zebra', undefined],
    ['outputFormat', 'output_format'],
    ['backround', 'background'],
    ['W', 'w'],
    ['x', undefined],
    ['', undefined],
    ['height', undefined],
    ['zebra', undefined],
    ['a red fox in fresh snow', undefined],
  ])('%s is %s', (name, found) => {
    expect(nearest(name, PARAMETER_NAMES)).toBe(found)
  })

  it('looks only among the names it is given', () => {
    expect(nearest('promt', OUTPUT_NAMES)).toBeUndefined()
    expect(nearest('promt', [])).toBeUndefined()
    expect(nearest('top right', ['right', 'right top'])).toBe('right top')
    expect(nearest('hihg', ['low', 'high'])).toBe('high')
  })

  it('comes to an end for long names', () => {
    expect(nearest('a'.repeat(1_000_000), PARAMETER_NAMES)).toBeUndefined()
    expect(nearest('hero', ['h'.repeat(1_000_000)])).toBeUndefined()
  })
})

describe('didYouMean', () => {
  it('ends a sentence, safely', () => {
    expect(didYouMean('promt', PARAMETER_NAMES)).toBe('; did you mean "prompt"?')
    expect(didYouMean('zebra', PARAMETER_NAMES)).toBe('')
    expect(didYouMean('ink', ['ink\u001b[2J'.slice(0, 4)])).toBe('; did you mean "ink\\u001b"?')
  })
})
