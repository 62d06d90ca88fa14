import { describe, expect, it } from 'vitest'
import type { Format } from '../spec/types.ts'
import { attributeValue, imgMarkup, type AuthorImg } from './element.ts'
import type { Picture } from './picture.ts'

function picture(formats: Format[], widths: number[], alt?: string): Picture {
  const files = formats.flatMap((format) =>
    widths.map((width) => ({ file: `${width}.${format}`, format, width, height: (width * 2) / 3 })),
  )
  return { files, alt, blurDataURL: '', blurWidth: 1, blurHeight: 1, color: '#000000', placeholder: false }
}

const img = (attributes: Record<string, string> = {}, inPicture = false): AuthorImg => ({
  attributes: new Map(Object.entries({ src: 'onetoken:hero', ...attributes })),
  inPicture,
})

/** The element, with the author's other attributes as `…`. */
function element(of: Picture, author: AuthorImg): string {
  const { before, attributes, after } = imgMarkup(of, author, ({ file }) => `/${file}`)
  return `${before}<img ${attributes} …>${after}`
}

describe('imgMarkup', () => {
  it.each<[string, Picture, AuthorImg, string]>([
    [
      'one file',
      picture(['webp'], [48], 'A fox'),
      img(),
      '<img src="/48.webp" width="48" height="32" alt="A fox" …>',
    ],
    [
      'several widths',
      picture(['webp'], [48, 96], ''),
      img({ sizes: '50vw' }),
      '<img src="/96.webp" srcset="/48.webp 48w, /96.webp 96w" width="96" height="64" alt="" …>',
    ],
    [
      'several formats',
      picture(['avif', 'webp', 'jpg'], [48]),
      img({ sizes: '50vw' }),
      '<picture><source type="image/avif" srcset="/48.avif"><source type="image/webp" srcset="/48.webp"><img src="/48.jpg" width="48" height="32" …></picture>',
    ],
    [
      'several formats and widths, with the sizes of the author',
      picture(['avif', 'webp'], [48, 96], 'A fox'),
      img({ sizes: '(width > 40em) 50vw, 100vw', alt: 'Own' }),
      '<picture><source type="image/avif" srcset="/48.avif 48w, /96.avif 96w" sizes="(width &gt; 40em) 50vw, 100vw"><img src="/96.webp" srcset="/48.webp 48w, /96.webp 96w" width="96" height="64" …></picture>',
    ],
    [
      'a picture of the author',
      picture(['avif', 'webp'], [48, 96]),
      img({}, true),
      '<img src="/96.webp" srcset="/48.webp 48w, /96.webp 96w" width="96" height="64" …>',
    ],
    [
      'a srcset of the author',
      picture(['avif', 'webp'], [48, 96]),
      img({ srcset: 'x 2x' }),
      '<img src="/96.webp" width="96" height="64" …>',
    ],
    [
      'both dimensions of the author',
      picture(['webp'], [48]),
      img({ width: '10', height: '10' }),
      '<img src="/48.webp" …>',
    ],
    ['a width', picture(['webp'], [48]), img({ width: ' 30 ' }), '<img src="/48.webp" height="20" …>'],
    ['a height', picture(['webp'], [48]), img({ height: '20' }), '<img src="/48.webp" width="30" …>'],
    ['a width of another kind', picture(['webp'], [48]), img({ width: '50%' }), '<img src="/48.webp" …>'],
    [
      'an empty alt',
      picture(['webp'], [48], 'A fox'),
      img({ alt: '', width: '', height: '' }),
      '<img src="/48.webp" …>',
    ],
    [
      'text with quotes',
      picture(['webp'], [48], `"A" fox & </head>'s`),
      img(),
      `<img src="/48.webp" width="48" height="32" alt="&quot;A&quot; fox &amp; &lt;/head&gt;'s" …>`,
    ],
  ])('%s', (_what, of, author, markup) => {
    expect(element(of, author)).toBe(markup)
  })
})

describe('attributeValue', () => {
  it('stands in quotes whatever it holds', () => {
    expect(attributeValue(`a "b" & <c> 'd'`)).toBe(`"a &quot;b&quot; &amp; &lt;c&gt; 'd'"`)
  })
})
