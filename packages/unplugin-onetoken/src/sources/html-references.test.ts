import { describe, expect, it } from 'vitest'
import { htmlReferences, type HtmlReference } from './html-references.ts'

const find = (html: string): HtmlReference[] => htmlReferences(html).references

/** What is found, in short: kind, element, specifiers. */
const short = (html: string): string[] =>
  find(html).map((reference) => {
    switch (reference.kind) {
      case 'img':
        return `img ${reference.specifier}`
      case 'url':
        return `url ${reference.element} ${reference.specifier}${reference.absolute ? ' absolute' : ''}`
      case 'srcset':
        return `srcset ${reference.element} ${reference.candidates.map(({ specifier }) => specifier).join(' ')}`
      case 'style':
        return `style ${reference.css}`
      case 'unread':
        return `unread ${reference.element} ${reference.attribute} ${reference.written}`
    }
  })

describe('references', () => {
  it.each<[string, string, string[]]>([
    ['an img', '<img src="onetoken:hero">', ['img virtual:onetoken/hero']],
    ['by import specifier', `<IMG SRC='virtual:onetoken/hero'>`, ['img virtual:onetoken/hero']],
    ['unquoted', '<img src=onetoken:hero alt>', ['img virtual:onetoken/hero']],
    ['words', '<img src="onetoken:?prompt=a fox, red">', ['img virtual:onetoken?prompt=a fox, red']],
    [
      'words with entities',
      '<img src="onetoken:?prompt=it&#39;s &quot;a&quot; &lt;fox>&amp;w=48&h=1">',
      [`img virtual:onetoken?prompt=it's "a" <fox>&w=48&h=1`],
    ],
    ['crossed elements', '<p><a href="onetoken:a">see</p><p>more</a></p>', ['url a virtual:onetoken/a']],
    ['with space around', '<img src=" onetoken:hero\n">', ['img virtual:onetoken/hero']],
    [
      'a source',
      '<video poster="onetoken:a"><source src="onetoken:b"></video>',
      ['url video virtual:onetoken/a', 'url source virtual:onetoken/b'],
    ],
    [
      'links',
      '<link rel=icon href="onetoken:a"><a href="onetoken:b">x</a><map><area href="onetoken:c"></map>',
      ['url link virtual:onetoken/a', 'url a virtual:onetoken/b', 'url area virtual:onetoken/c'],
    ],
    [
      'form and object',
      '<input type="image" src="onetoken:a"><object data="onetoken:b"></object>',
      ['url input virtual:onetoken/a', 'url object virtual:onetoken/b'],
    ],
    [
      'SVG',
      '<svg><image href="onetoken:a"/><image xlink:href="onetoken:b"/><filter><feimage href="onetoken:c"/></filter></svg>',
      ['url image virtual:onetoken/a', 'url image virtual:onetoken/b', 'url feImage virtual:onetoken/c'],
    ],
    [
      'metadata',
      '<meta property="og:image" content="onetoken:a"><meta name="Twitter:image:src" content="onetoken:b"><meta itemprop=image content="onetoken:c"><meta name="msapplication-TileImage" content="onetoken:d">',
      [
        'url meta virtual:onetoken/a absolute',
        'url meta virtual:onetoken/b absolute',
        'url meta virtual:onetoken/c absolute',
        'url meta virtual:onetoken/d',
      ],
    ],
    [
      'srcset',
      '<picture><source srcset="onetoken:a?w=48 48w, b.webp 96w, onetoken:c 144w"><img src="x.webp" srcset="onetoken:d 2x"></picture><link rel=preload imagesrcset="onetoken:e">',
      [
        'srcset source virtual:onetoken/a?w=48 virtual:onetoken/c',
        'srcset img virtual:onetoken/d',
        'srcset link virtual:onetoken/e',
      ],
    ],
    ['style', `<p style="background: url(&quot;onetoken:a&quot;)">`, ['style background: url("onetoken:a")']],
    [
      'a template',
      '<template><template><img src="onetoken:a"></template></template>',
      ['img virtual:onetoken/a'],
    ],
    [
      'without scripts',
      '<head><noscript><link rel=icon href="onetoken:a"></noscript></head><body><noscript><img src="onetoken:b"></noscript>',
      ['url link virtual:onetoken/a', 'img virtual:onetoken/b'],
    ],
    [
      'attributes that cannot name one',
      '<img data-src="onetoken:a" data-srcset="onetoken:?prompt=a b 48w, x 2x"><script src=onetoken:a></script><p data-image="onetoken: a"></p>',
      [
        'unread img data-src onetoken:a',
        'unread img data-srcset onetoken:?prompt=a b 48w, x 2x',
        'unread script src onetoken:a',
      ],
    ],
    [
      'elements that the parser moves or repeats, once',
      '<a href="onetoken:a"><div>x</a><p>y</div><table><img src="onetoken:b"></table>',
      ['url a virtual:onetoken/a', 'img virtual:onetoken/b'],
    ],
  ])('%s', (_what, html, found) => {
    expect(short(html)).toEqual(found)
  })

  it.each([
    ['a comment', '<!-- <img src="onetoken:hero"> -->'],
    [
      'text',
      '<p>onetoken:hero &lt;img src="onetoken:hero"></p><textarea><img src="onetoken:hero"></textarea>',
    ],
    ['a script', `<script>"<img src='onetoken:hero'>"</script>`],
    ['other attributes', '<img data-name="onetoken:hero" alt="onetoken:hero" title="onetoken:hero">'],
    ['a description', '<meta name="description" content="onetoken: pictures from words">'],
    ['elements of other names', '<constructor x="onetoken:a">'],
    [
      'somebody else',
      '<img src="onetokens:hero"><img src="./onetoken:hero"><img src="virtual:onetokens/hero">',
    ],
  ])('not in %s', (_what, html) => {
    expect(find(html)).toEqual([])
  })
})

describe('positions', () => {
  const page =
    '\ufeff<!doctype html>\r\n<p>🦊\r\n<img\r\n  class="a"\r\n  src = \' onetoken:?prompt=a&amp;w=3 \'\r\n  alt >'

  it('are those of the source, whatever its line ends', () => {
    const [img] = find(page)
    if (img?.kind !== 'img') throw new Error('not found')
    expect(page.slice(img.tag.start, img.tag.end)).toBe(
      `<img\r\n  class="a"\r\n  src = ' onetoken:?prompt=a&amp;w=3 '\r\n  alt >`,
    )
    expect(page.slice(img.src.start, img.src.end)).toBe(`src = ' onetoken:?prompt=a&amp;w=3 '`)
    expect(img.written).toBe('onetoken:?prompt=a&amp;w=3')
    expect(page.slice(img.offset)).toMatch(/^onetoken:\?prompt=a&amp;w=3 '/)
    expect([...img.attributes]).toEqual([
      ['class', 'a'],
      ['src', ' onetoken:?prompt=a&w=3 '],
      ['alt', ''],
    ])
  })

  it.each([
    [`<a href="onetoken:a">`, `"onetoken:a"`],
    [`<a href='onetoken:a'>`, `'onetoken:a'`],
    [`<a href=onetoken:a >`, `onetoken:a`],
    [`<a href = "onetoken:a"id=b>`, `"onetoken:a"`],
    [`<a title="href=" href="onetoken:?a=b">`, `"onetoken:?a=b"`],
  ])('of a value: %s', (html, value) => {
    const [url] = find(html)
    if (url?.kind !== 'url') throw new Error('not found')
    expect(html.slice(url.value.start, url.value.end)).toBe(value)
  })

  it('of candidates', () => {
    const html = '<img srcset="a.webp 1x, onetoken:b 2x">'
    const [srcset] = find(html)
    if (srcset?.kind !== 'srcset') throw new Error('not found')
    const [candidate] = srcset.candidates
    expect(html.slice(candidate?.offset)).toMatch(/^onetoken:b 2x/)
    expect(srcset.text.slice(candidate?.at.start, candidate?.at.end)).toBe('onetoken:b')
  })
})

describe('an img', () => {
  it.each([
    ['<img src="onetoken:a">', false],
    ['<picture><img src="onetoken:a"></picture>', true],
    ['<picture></picture><img src="onetoken:a">', false],
  ])('%s', (html, inPicture) => {
    expect(find(html)).toMatchObject([{ inPicture }])
  })
})

describe('a srcset', () => {
  it.each<[string, (string | undefined)[]]>([
    ['onetoken:?prompt=a%20red%20fox%2C%20asleep&w=48 48w', [undefined]],
    ['onetoken:?prompt=red,crimson 1x', [undefined]],
    ['onetoken:?prompt=fox', [undefined]],
    ['onetoken:a, onetoken:b 2x', [undefined, undefined]],
    ['onetoken:?prompt=a red fox 480w', ['red fox 480w']],
    ['onetoken:?prompt=a fox', ['fox']],
    ['onetoken:?prompt=red, asleep 480w', ['']],
  ])('%s', (srcset, cutOff) => {
    const [found] = find(`<img srcset="${srcset}">`)
    expect(found?.kind === 'srcset' && found.candidates.map((candidate) => candidate.cutOff)).toEqual(cutOff)
  })
})

describe('the address of a page', () => {
  it.each<[string, string | undefined]>([
    ['<link rel="canonical" href="https://site.example/a/">', 'https://site.example/a/'],
    ['<meta property="og:url" content="https://site.example/b">', 'https://site.example/b'],
    ['<link rel="canonical" href="/a/">', undefined],
    ['<link rel="stylesheet" href="https://site.example/a.css">', undefined],
    ['<link rel="canonical" href="https://">', undefined],
  ])('%s', (html, address) => {
    expect(htmlReferences(html).address).toBe(address)
  })
})
