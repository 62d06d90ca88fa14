import { XMLParser, XMLValidator } from 'fast-xml-parser'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { placeholderColor, placeholderSvg } from './placeholder.ts'

const prompt = 'a red fox looking back over fresh snow, loose ink drawing, two colours, generous white space'

function lines(svg: string): string[] {
  expect(XMLValidator.validate(svg)).toBe(true)
  return [...svg.matchAll(/<tspan[^>]*>([^<]*)<\/tspan>/g)].map((match) => match[1] ?? '')
}

describe('placeholderSvg', () => {
  it.each([
    [1536, 1024],
    [300, 900],
    [1, 1],
    [1, 3000],
  ])('has exactly %i × %i pixels', async (width, height) => {
    const svg = placeholderSvg({ width, height, seed: 'hero', words: prompt })
    expect(XMLValidator.validate(svg)).toBe(true)
    expect(await sharp(Buffer.from(svg)).metadata()).toMatchObject({ width, height })
  })

  it('is the same for the same seed, and another for another', () => {
    const options = { width: 300, height: 200, seed: 'hero' }
    expect(placeholderSvg(options)).toBe(placeholderSvg({ ...options }))
    expect(placeholderSvg({ ...options, seed: 'fox' })).not.toBe(placeholderSvg(options))
  })

  it('has no words for production', () => {
    expect(placeholderSvg({ width: 1536, height: 1024, seed: 'hero' })).not.toContain('text')
  })

  it('wraps words, with the size below', () => {
    const text = lines(placeholderSvg({ width: 1536, height: 1024, seed: 'hero', words: prompt }))
    expect(text.slice(0, -1).join(' ')).toBe(prompt)
    expect(text.length).toBeGreaterThan(2)
    expect(text.at(-1)).toBe('1536 × 1024')
  })

  it('wraps scripts without spaces, and words longer than a line', () => {
    const chinese = '雪地里回头看的红色狐狸'.repeat(8)
    const text = lines(placeholderSvg({ width: 800, height: 600, seed: 'x', words: chinese })).slice(0, -1)
    expect(text.join('')).toBe(chinese)
    expect(text.length).toBeGreaterThan(2)
    const long = lines(placeholderSvg({ width: 800, height: 600, seed: 'x', words: 'x'.repeat(100) })).slice(
      0,
      -1,
    )
    expect(long.join('')).toBe('x'.repeat(100))
    expect(long.length).toBeGreaterThan(1)
  })

  it('ends what does not fit with an ellipsis', () => {
    const text = lines(placeholderSvg({ width: 400, height: 200, seed: 'x', words: `${prompt} `.repeat(50) }))
    expect(text.at(-2)).toMatch(/…$/)
    expect(text.length).toBeLessThan(12)
  })

  it('leaves words away where there is no room for them', () => {
    expect(placeholderSvg({ width: 48, height: 48, seed: 'x', words: prompt })).not.toContain('text')
  })

  it('stays a drawing whatever the words are', () => {
    const words = `</text><script>alert("1")</script>\u0000\u001b[31m & <a onclick='x'> \uD83E\u202Eabc\nline`
    const svg = placeholderSvg({ width: 1200, height: 800, seed: words, words })
    expect(svg).not.toContain('<script')
    // eslint-disable-next-line no-control-regex
    expect(svg).not.toMatch(/[\u0000-\u001f\u202e]/)
    expect(svg.isWellFormed()).toBe(true)
    const tree = JSON.stringify(new XMLParser({ ignoreAttributes: false }).parse(svg))
    expect(tree).toContain('alert(')
    expect(tree).not.toContain('"script"')
  })
})

describe('placeholderColor', () => {
  it('is a colour of the placeholder', () => {
    expect(placeholderColor('hero')).toMatch(/^#[0-9a-f]{6}$/)
    expect(placeholderSvg({ width: 30, height: 20, seed: 'hero' })).toContain(placeholderColor('hero'))
  })
})
