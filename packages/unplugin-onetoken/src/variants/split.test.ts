import { describe, expect, it } from 'vitest'
import { planFiles } from './recipe.ts'
import { joinParts, splitJob } from './split.ts'
import { spec } from './test-pictures.ts'
import type { EncodeJob, EncodedPicture, OutputSpec } from './types.ts'

const source = { sha256: '', file: '', width: 1536, height: 1024, format: 'png' } as const

function job(output: Partial<OutputSpec>): EncodeJob {
  return { source, cut: { kind: 'whole' }, files: planFiles(source, spec(output)), folder: '', preview: true }
}

function done(part: EncodeJob): EncodedPicture {
  const preview = { blurDataURL: '', blurWidth: 1, blurHeight: 1, color: '#000000' }
  const files = part.files.map((file) => ({ ...file, file: '', bytes: 1, sha256: '' }))
  return { files, ...(part.preview && { preview }) }
}

const big = job({ widths: [768, 1536], formats: ['avif', 'webp', 'jpg'] })

describe('splitJob', () => {
  it.each([0, 1])('leaves a picture whole with %i free processes', (free) => {
    expect(splitJob(big, free)).toEqual([big])
  })

  it('leaves a small picture whole', () => {
    const small = job({ widths: [480], formats: ['avif', 'webp'] })
    expect(splitJob(small, 8)).toEqual([small])
  })

  it('puts the heaviest file apart, and everything into exactly one part', () => {
    const parts = splitJob(big, 2)
    expect(parts.map((part) => part.files.length).sort((one, other) => one - other)).toEqual([1, 5])
    expect(parts.flatMap((part) => part.files)).toHaveLength(6)
    expect(new Set(parts.flatMap((part) => part.files))).toEqual(new Set(big.files))
    expect(parts.filter((part) => part.preview)).toHaveLength(1)
  })

  it('has no empty part', () => {
    for (const part of splitJob(big, 64)) expect(part.files.length).toBeGreaterThan(0)
  })
})

describe('joinParts', () => {
  it('gives what the whole job would have given', () => {
    expect(joinParts(big, splitJob(big, 3).map(done))).toEqual(done(big))
  })
})
