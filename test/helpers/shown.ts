/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** An `<img>` of a page, as the browser shows it. */
export interface ShownImage {
  /** The file that the browser chose. */
  src: string
  /** The file that it should have chosen, and its width where the page tells it. */
  wanted: { src: string; width: number | undefined }
  /** CSS pixels that the picture is to fill, as its `sizes` say. */
  sizes: number | undefined
  decoded: boolean
}

/** A background that a style sheet gives to an element. */
export interface ShownBackground {
  /** Name of the element, in small letters. */
  element: string
  src: string
  /** Width of the file in pixels; 0 when it cannot be decoded. */
  width: number
}

/** Every picture of a page. */
export interface Shown {
  images: ShownImage[]
  backgrounds: ShownBackground[]
}

/**
 * Look at every picture of the page, scrolling to each. Runs in the browser, so that nothing outside of it can be used.
 */
export async function look(): Promise<Shown> {
  const lengthOf = (css: string): number => {
    const probe = document.createElement('div')
    probe.style.cssText = `position: absolute; width: ${css}`
    document.body.append(probe)
    const { width } = probe.getBoundingClientRect()
    probe.remove()
    return width
  }
  // `(min-width: 60rem) 20rem, 92vw`: the first whose condition holds, and the last has none.
  const sizesOf = (sizes: string): number | undefined => {
    for (const item of sizes.split(',')) {
      const [, condition, length = ''] = /^\s*(\(.*\))?\s*(\S+)\s*$/.exec(item) ?? []
      if (condition === undefined || matchMedia(condition).matches) return lengthOf(length)
    }
    return undefined
  }
  const decode = async (image: HTMLImageElement): Promise<boolean> => {
    const decoded = await image.decode().then(
      () => true,
      () => false,
    )
    return decoded && image.complete && image.naturalWidth > 0
  }

  const images: ShownImage[] = []
  for (const image of document.images) {
    image.scrollIntoView()
    const decoded = await decode(image)
    // The first source: this browser knows AVIF.
    const { srcset, sizes: text } = image.closest('picture')?.querySelector('source') ?? image
    const sizes = srcset === '' ? undefined : sizesOf(text === '' ? '100vw' : text)
    const candidates = srcset.split(', ').map((candidate) => {
      const [path = '', width = ''] = candidate.split(' ')
      return { src: new URL(path, document.baseURI).href, width: Number.parseInt(width) }
    })
    const covering = candidates.find(({ width }) => sizes !== undefined && width >= sizes)
    const wanted =
      sizes === undefined ? { src: image.src, width: undefined } : (covering ?? candidates.at(-1))
    if (wanted !== undefined) images.push({ src: image.currentSrc, wanted, sizes, decoded })
  }
  scrollTo(0, 0)

  const backgrounds: ShownBackground[] = []
  for (const element of document.querySelectorAll('*')) {
    const { backgroundImage } = getComputedStyle(element)
    for (const [, src = ''] of backgroundImage.matchAll(/url\("([^"]*)"\)/g)) {
      const image = Object.assign(new Image(), { src })
      const width = (await decode(image)) ? image.naturalWidth : 0
      backgrounds.push({ element: element.localName, src, width })
    }
  }
  return { images, backgrounds }
}
