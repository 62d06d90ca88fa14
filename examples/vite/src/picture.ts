/** What a picture's module or an entry of the manifest gives, as far as it is used here. */
export interface Picture {
  picture: { sources: Record<string, string>; img: { src: string; w: number; h: number } }
  alt: string | undefined
  blurDataURL: string
}

/** A `<picture>` that shows a blurred preview until the file is there. `sizes` is how wide it stands on the page. */
export function pictureElement(
  { picture, alt = '', blurDataURL }: Picture,
  sizes: string,
  eager = false,
): HTMLElement {
  const element = document.createElement('picture')
  for (const [subtype, srcset] of Object.entries(picture.sources)) {
    element.append(
      Object.assign(document.createElement('source'), { type: `image/${subtype}`, srcset, sizes }),
    )
  }
  const { src, w, h } = picture.img
  const image = Object.assign(document.createElement('img'), { width: w, height: h, alt })
  image.loading = eager ? 'eager' : 'lazy'
  image.style.backgroundImage = `url("${blurDataURL}")`
  image.addEventListener('load', () => image.classList.add('loaded'))
  image.src = src
  element.append(image)
  return element
}
