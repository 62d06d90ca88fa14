import fox from 'virtual:onetoken?prompt=A red fox in fresh snow&quality=low&w=640'
import type { OneTokenImage } from 'virtual:onetoken?'
import { hero } from './images.yaml'

/** A `<picture>`: the browser takes the first format that it knows, and the smallest file that is wide enough. */
function pictureElement({ picture, alt = '' }: OneTokenImage, sizes: string): HTMLElement {
  const element = document.createElement('picture')
  for (const [subtype, srcset] of Object.entries(picture.sources)) {
    const source = document.createElement('source')
    element.append(Object.assign(source, { type: `image/${subtype}`, srcset, sizes }))
  }
  const { src, w, h } = picture.img
  element.append(Object.assign(new Image(w, h), { src, alt }))
  return element
}

document.querySelector('header')?.append(pictureElement(hero, '100vw'))
document.querySelector<HTMLImageElement>('#fox')?.setAttribute('src', fox)
