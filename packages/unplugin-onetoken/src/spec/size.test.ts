import { describe, expect, it } from 'vitest'
import { parseSize, sizeWarning } from './size.ts'

describe('parseSize', () => {
  it('gives numbers, or nothing for auto', () => {
    expect(parseSize('1536x1024')).toEqual({ width: 1536, height: 1024 })
    expect(parseSize('auto')).toBeUndefined()
    expect(parseSize('1536 x 1024')).toBeUndefined()
  })
})

describe('sizeWarning', () => {
  it.each<[number, number, string | undefined]>([
    [1024, 1024, undefined],
    [1536, 1024, undefined],
    [3840, 2160, undefined],
    [3840, 1280, undefined],
    [1024, 640, undefined],
    [1000, 1024, 'both edges must be divisible by 16'],
    [3856, 2048, 'no edge may be longer than 3840 pixels'],
    [3072, 1008, 'the ratio may be at most 3:1'],
    [512, 512, 'there must be at least 655,360 pixels'],
    [3840, 2176, 'there may be at most 8,294,400 pixels'],
  ])('%dx%d: %s', (width, height, warning) => {
    expect(sizeWarning({ width, height })).toBe(warning)
    expect(sizeWarning({ width: height, height: width })).toBe(warning)
  })
})
