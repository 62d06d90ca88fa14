import { describe, expect, it } from 'vitest'
import { growthOf, LINEAR } from '../spec/testing.ts'
import { cssReferences } from './css-references.ts'
import { scriptsOf } from './scripts.ts'
import { stylesOf } from './styles.ts'

describe('the work on a style sheet', () => {
  it.each(['url(a ', 'a\\"', '"a ', "'", '/* ', '// "', 'url( ', 'a: url("', '\\'])(
    'grows no faster than many a %j',
    async (unit) => {
      const look = (size: number): unknown => cssReferences(`onetoken ${unit.repeat(size)}`, 'sass')
      expect(await growthOf(look, 40_000)).toBeLessThan(LINEAR)
    },
  )
})

describe.each(['.html', '.vue', '.svelte', '.astro'])('the work on blocks (%s)', (extension) => {
  it.each([
    '<style>',
    '<style ',
    '<style a="',
    '<!--',
    '<script>',
    '<template>',
    '<style><!--<script>',
    '</style',
  ])('grows no faster than many an unclosed %j', async (unit) => {
    const look = (size: number): unknown => {
      const text = unit.repeat(size)
      return [stylesOf(text, extension), scriptsOf(text, extension)]
    }
    expect(await growthOf(look, 20_000)).toBeLessThan(LINEAR)
  })
})
