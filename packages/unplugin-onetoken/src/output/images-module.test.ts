import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { IMAGE_INTERFACE } from './image-interface.ts'
import { imageObject, type OneTokenImage } from './image-object.ts'
import { imagesModule, isImagesModule, namesOfImages, type ModuleLanguage } from './images-module.ts'
import { pictureModule } from './module.ts'
import type { Picture, PictureFile } from './picture.ts'

function picture(changes: Partial<Picture> = {}): Picture {
  const files = (['avif', 'webp'] as const).flatMap((format) =>
    [48, 96].map((width): PictureFile => ({
      file: `/v/hero-${width}.${format}`,
      format,
      width,
      height: width / 2,
    })),
  )
  const preview = { blurDataURL: 'data:image/webp;base64,AA', blurWidth: 16, blurHeight: 8, color: '#102030' }
  return { files, alt: 'A fox', ...preview, placeholder: false, ...changes }
}

const urlOf = ({ file }: PictureFile): string => file.replace('/v/', '/pictures/')
const hero = imageObject(picture(), urlOf)

async function load(code: string): Promise<Record<string, unknown>> {
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Record<string, unknown>
}

/** What a script in a page must not hold. */
const UNSAFE = /<\/|<!--|<script|[\u2028\u2029\u202e\u2066\ufeff\u200f\u061c]/i

describe('imageObject', () => {
  const single = picture().files.slice(-1)
  it.each<[string, Picture]>([
    ['several formats and widths', picture()],
    ['one file', picture({ files: single })],
    ['no alt', picture({ alt: undefined })],
    ['an empty alt', picture({ alt: '' })],
    ['an alt that could end a script', picture({ alt: '</script><!-- \u202e\u2028 \\' })],
    ['a dark version', picture({ dark: picture({ alt: undefined, color: '#000000', files: single }) })],
  ])('is what a module of a picture exports, with %s', async (_, of) => {
    const code = pictureModule(of, (file) => ({
      statement: '',
      expression: JSON.stringify(file.replace('/v/', '/pictures/')),
    }))
    const { image } = await load(code)
    expect(imageObject(of, urlOf)).toStrictEqual(image)
    expect(code).not.toMatch(UNSAFE)
  })
})

it('has one interface, wherever it is written', () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
  expect(read('./image-object.ts')).toContain(`\n${IMAGE_INTERFACE}\n`)
  const inModule = IMAGE_INTERFACE.replaceAll(/^(?=.)/gm, '  ')
  expect(read('../../types.d.ts')).toContain(`\n${inModule}\n`)
})

const images = new Map<string, OneTokenImage>([
  ['hero', hero],
  ['team/ada', imageObject(picture({ alt: undefined }), urlOf)],
  ['delete', hero],
  ['狐', hero],
])

describe('imagesModule', () => {
  it('exports images by name, and all of them as default', async () => {
    const { default: all, ...named } = await load(imagesModule(images, 'javascript'))
    expect(all).toStrictEqual(Object.fromEntries(images))
    expect(Object.keys(named)).toEqual(['delete', 'hero', '狐'])
    expect(named['hero']).toStrictEqual(hero)
  })

  it('is JSON without what is undefined', () => {
    const text = imagesModule(images, 'json')
    expect(JSON.parse(text)).toEqual(Object.fromEntries(images))
    expect(text).not.toContain('dark')
  })

  it('reads well', () => {
    const one = new Map([['hero-wide', { ...hero, alt: 'A "fox"\n</script>', sources: {} }]])
    expect(imagesModule(one, 'typescript').replace(IMAGE_INTERFACE, 'INTERFACE')).toMatchInlineSnapshot(`
      "// Written by \`onetoken export\`; changes are overwritten.
      /* eslint-disable */

      INTERFACE

      const image0: OneTokenImage & { alt: string } = {
        src: "/pictures/hero-96.webp",
        srcset: "/pictures/hero-48.webp 48w, /pictures/hero-96.webp 96w",
        sources: {},
        width: 96,
        height: 48,
        format: "webp",
        alt: "A \\"fox\\"\\n<\\/script>",
        blurDataURL: "data:image/webp;base64,AA",
        blurWidth: 16,
        blurHeight: 8,
        color: "#102030",
        dark: undefined,
        img: {
          src: "/pictures/hero-96.webp",
          srcset: "/pictures/hero-48.webp 48w, /pictures/hero-96.webp 96w",
          width: 96,
          height: 48,
          alt: "A fox",
        },
        picture: {
          sources: {
            avif: "/pictures/hero-48.avif 48w, /pictures/hero-96.avif 96w",
            webp: "/pictures/hero-48.webp 48w, /pictures/hero-96.webp 96w",
          },
          img: {
            src: "/pictures/hero-96.webp",
            w: 96,
            h: 48,
          },
        },
      }

      const images: {
        readonly "hero-wide": OneTokenImage & { alt: string }
      } = {
        "hero-wide": image0,
      }
      export default images
      "
    `)
  })

  it.each<ModuleLanguage>(['javascript', 'json'])('may stand in a page, as %s', async (language) => {
    const alt = '</script><!--<SCRIPT> \u202efox\u2066 \u2028\u2029\ufeff\u200f\u061c \\ </ < 狐'
    const text = imagesModule(new Map([['hero', imageObject(picture({ alt }), urlOf)]]), language)
    expect(text).not.toMatch(UNSAFE)
    const all = language === 'json' ? (JSON.parse(text) as unknown) : (await load(text))['default']
    expect(all).toMatchObject({ hero: { alt, img: { alt } } })
  })

  it.each<ModuleLanguage>(['typescript', 'javascript', 'json'])(
    'tells the names in it, as %s',
    (language) => {
      const text = imagesModule(images, language)
      expect(namesOfImages(text, language)).toEqual([...images.keys()])
      expect(namesOfImages(imagesModule(new Map(), language), language)).toEqual([])
      const formatted = text
        .replaceAll(/^ {2}"(\w+)": image/gm, '  $1: image')
        .replaceAll(/^ {2}"(.*)": image/gm, "\t'$1': image")
      expect(namesOfImages(formatted, language)).toEqual([...images.keys()])
    },
  )

  it.each<[ModuleLanguage, string]>([
    ['typescript', "import fox from './fox.png'\nexport default fox\n"],
    ['javascript', ''],
    ['json', '{ "compilerOptions": { "strict": true } }'],
    ['json', '[]'],
    ['json', 'null'],
    ['json', '{'],
  ])('is told from other %s', (language, other) => {
    expect(isImagesModule(imagesModule(images, language), language)).toBe(true)
    expect(isImagesModule(other, language)).toBe(false)
  })
})
