import type { ResolvedConfig } from 'vite'
import { describe, expect, it } from 'vitest'
import { absoluteURL, devURL } from './vite-urls.ts'

const configOf = (base: string, experimental: object = {}): ResolvedConfig =>
  ({ base, experimental }) as unknown as ResolvedConfig

describe('devURL', () => {
  it.each([
    ['/', '/site/a b/x.webp', 'img', '/@fs/site/a%20b/x.webp'],
    ['/', 'C:\\site\\x.webp', 'img', '/@fs/C:/site/x.webp'],
    ['/sub/', '/100%/雪.webp', 'img', '/@fs/100%25/%E9%9B%AA.webp'],
    ['/sub/', '/site/x.webp', 'a', '/sub/@fs/site/x.webp'],
    ['/', '/site/x.webp', 'a', '/@fs/site/x.webp'],
  ])('base %s, %s in %s', (base, file, element, url) => {
    expect(devURL(configOf(base), file, element)).toBe(url)
  })
})

describe('absoluteURL', () => {
  const address = 'https://site.example/here/page.html'
  it.each<[string, string, string | undefined, string | undefined]>([
    ['/', '/assets/x.webp', address, 'https://site.example/assets/x.webp'],
    ['/sub/', '/sub/assets/x.webp', address, 'https://site.example/sub/assets/x.webp'],
    ['./', './assets/x.webp', address, 'https://site.example/here/./assets/x.webp'],
    ['https://cdn.example/', 'https://cdn.example/x.webp', address, 'https://cdn.example/x.webp'],
    ['//cdn.example/', '//cdn.example/x.webp', undefined, '//cdn.example/x.webp'],
    ['/', '/assets/x.webp', undefined, undefined],
  ])('base %s, %s on %s', (base, url, page, absolute) => {
    expect(absoluteURL(configOf(base), url, page)).toBe(absolute)
  })

  it('leaves it to the function that builds URLs', () => {
    const config = configOf('/', { renderBuiltUrl: () => 'https://cdn.example/x.webp' })
    expect(absoluteURL(config, '__VITE_ASSET__x__', address)).toBe('__VITE_ASSET__x__')
  })
})
