import { describe, expect, it } from 'vitest'
import { planFiles, planRecipe } from './recipe.ts'
import { spec } from './test-pictures.ts'
import type { Fit, OutputSpec, Provenance, SourceImage } from './types.ts'

const source: SourceImage = {
  sha256: 'a'.repeat(64),
  file: '/a.png',
  width: 1536,
  height: 1024,
  format: 'png',
}
const versions = { sharp: '0.35.5', libvips: '8.18.7' }

function sizes(size: { width: number; height: number }, output: Partial<OutputSpec>): string[] {
  return planFiles(size, spec(output)).map(({ width, height }) => `${width}x${height}`)
}

describe('planFiles', () => {
  it('has every format in the order of the spec, widths ascending', () => {
    const files = planFiles(
      source,
      spec({ widths: [960, 480], formats: ['avif', 'jpg', 'png'], quality: { avif: 33 } }),
    )
    expect(files).toEqual([
      { format: 'avif', width: 480, height: 320, quality: 33 },
      { format: 'avif', width: 960, height: 640, quality: 33 },
      { format: 'jpg', width: 480, height: 320, quality: 80 },
      { format: 'jpg', width: 960, height: 640, quality: 80 },
      { format: 'png', width: 480, height: 320, quality: 100 },
      { format: 'png', width: 960, height: 640, quality: 100 },
    ])
  })

  it('gives the picture its own width when none is asked for', () => {
    expect(sizes(source, {})).toEqual(['1536x1024'])
  })

  it('enlarges nothing, and makes each size once', () => {
    expect(sizes(source, { widths: [800, 1536, 2000, 4000] })).toEqual(['800x533', '1536x1024'])
    expect(sizes({ width: 1, height: 1 }, { widths: [480, 960] })).toEqual(['1x1'])
  })

  it('has no edge of nothing', () => {
    expect(sizes({ width: 3000, height: 1 }, { widths: [10] })).toEqual(['10x1'])
    expect(sizes({ width: 1, height: 3000 }, { widths: [10], aspect: [16, 9] })).toEqual(['1x1'])
  })

  it.each<[Fit, [number, number], number[], string[]]>([
    ['cover', [16, 9], [480, 5000], ['480x270', '1536x864']],
    ['cover', [1, 1], [480, 1536], ['480x480', '1024x1024']],
    ['fill', [1, 1], [480, 1536], ['480x480', '1024x1024']],
    ['contain', [1, 1], [480, 5000], ['480x480', '1536x1536']],
    ['contain', [2, 1], [480, 5000], ['480x240', '2048x1024']],
    ['inside', [1, 1], [480, 5000], ['480x320', '1536x1024']],
    ['inside', [2, 1], [480, 5000], ['360x240', '1536x1024']],
    ['outside', [1, 1], [480, 5000], ['720x480', '1536x1024']],
    ['outside', [2, 1], [480, 5000], ['480x320', '1536x1024']],
  ])('%s into %j', (fit, aspect, widths, expected) => {
    expect(sizes(source, { fit, aspect, widths })).toEqual(expected)
  })

  it('stays within the longest edge that every format can have', () => {
    expect(sizes({ width: 30_000, height: 300 }, {})).toEqual(['16383x164'])
    expect(sizes({ width: 1000, height: 1000 }, { aspect: [100, 1], fit: 'contain' })).toEqual(['16383x164'])
  })
})

describe('planRecipe', () => {
  const hash = (
    output: Partial<OutputSpec>,
    provenance?: Provenance,
    more: Partial<SourceImage> = {},
  ): string => planRecipe({ ...source, ...more }, spec(output), { versions, provenance }).hash

  it('has a hash that stays', () => {
    const full = { widths: [480], formats: ['avif', 'webp'], aspect: [16, 9] } satisfies Partial<OutputSpec>
    expect(hash(full, { composite: false, model: 'gpt-image-2' })).toMatchInlineSnapshot(
      `"ec24b3fc7367defe82e4c3c2a736fa8f990175f61c9c0dd150c03fe47bd40ae1"`,
    )
  })

  it('cuts only where there is something to cut', () => {
    const cut = (output: Partial<OutputSpec>) => planRecipe(source, spec(output), { versions }).cut
    expect(cut({})).toEqual({ kind: 'whole' })
    expect(cut({ aspect: [3, 2] })).toEqual({ kind: 'whole' })
    expect(cut({ aspect: [1, 1], position: 'attention' })).toEqual({
      kind: 'crop',
      width: 1024,
      height: 1024,
      position: 'attention',
    })
    const frame = { kind: 'pad', width: 1536, height: 1536, position: 'centre' }
    expect(cut({ aspect: [1, 1], fit: 'contain' })).toEqual(frame)
    expect(cut({ aspect: [1, 1], fit: 'fill' })).toEqual({ kind: 'squeeze', width: 1024, height: 1024 })
    expect(cut({ aspect: [3, 2], fit: 'fill' })).toEqual({ kind: 'whole' })
    expect(cut({ aspect: [1, 1], fit: 'inside' })).toEqual({ kind: 'whole' })
  })

  it('changes its hash with everything that changes a byte', () => {
    const crop: Partial<OutputSpec> = { widths: [100], aspect: [1, 1] }
    const hashes = [
      hash({ widths: [100] }),
      hash({ widths: [101] }),
      hash({ widths: [100], formats: ['avif'] }),
      hash({ widths: [100], quality: { webp: 79 } }),
      hash({ widths: [100] }, { composite: false, model: 'm' }),
      hash({ widths: [100] }, { composite: true, model: 'm' }),
      hash({ widths: [100] }, { composite: false, model: 'n' }),
      hash({ widths: [100] }, undefined, { sha256: 'b'.repeat(64) }),
      hash(crop),
      hash({ ...crop, position: 'top' }),
      hash({ ...crop, fit: 'contain' }),
      hash({ ...crop, fit: 'fill' }),
      planRecipe(source, spec({ widths: [100] }), { versions: { ...versions, sharp: '1' } }).hash,
      planRecipe(source, spec({ widths: [100] }), { versions: { ...versions, libvips: '9' } }).hash,
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  it('keeps its hash through everything that changes none', () => {
    const plain = hash({ widths: [100] })
    expect(hash({ widths: [100], fit: 'contain', position: 'top' })).toBe(plain)
    expect(hash({ widths: [100], quality: { webp: 80, avif: 20 } })).toBe(plain)
    expect(hash({ widths: [100] }, undefined, { file: '/elsewhere.png' })).toBe(plain)
    expect(hash({ aspect: [32, 18] })).toBe(hash({ aspect: [16, 9] }))
    expect(hash({ formats: ['png'], quality: { png: 50 } })).toBe(hash({ formats: ['png'] }))
    expect(hash({ widths: [1536, 3000] })).toBe(hash({}))
  })
})
