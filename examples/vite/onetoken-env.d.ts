// Written by unplugin-onetoken from the manifest; changes are overwritten.
/// <reference types="unplugin-onetoken/types" />

declare module 'virtual:onetoken/hero' {
  export * from 'virtual:onetoken?'
  export { default } from 'virtual:onetoken?'
  type OneTokenImage = import('virtual:onetoken?').OneTokenImage
  export const alt: string
  export const image: OneTokenImage & { alt: string }
}

declare module 'virtual:onetoken/hero?*' {
  export * from 'virtual:onetoken?'
  export { default } from 'virtual:onetoken?'
  type OneTokenImage = import('virtual:onetoken?').OneTokenImage
  export const alt: string
  export const image: OneTokenImage & { alt: string }
}

declare module 'virtual:onetoken/morning' {
  export * from 'virtual:onetoken?'
  export { default } from 'virtual:onetoken?'
  type OneTokenImage = import('virtual:onetoken?').OneTokenImage
  export const alt: string
  export const image: OneTokenImage & { alt: string }
}

declare module 'virtual:onetoken/morning?*' {
  export * from 'virtual:onetoken?'
  export { default } from 'virtual:onetoken?'
  type OneTokenImage = import('virtual:onetoken?').OneTokenImage
  export const alt: string
  export const image: OneTokenImage & { alt: string }
}

declare module 'virtual:onetoken/paper' {
  export * from 'virtual:onetoken?'
  export { default } from 'virtual:onetoken?'
  type OneTokenImage = import('virtual:onetoken?').OneTokenImage
  export const alt: string
  export const image: OneTokenImage & { alt: string }
}

declare module 'virtual:onetoken/paper?*' {
  export * from 'virtual:onetoken?'
  export { default } from 'virtual:onetoken?'
  type OneTokenImage = import('virtual:onetoken?').OneTokenImage
  export const alt: string
  export const image: OneTokenImage & { alt: string }
}

declare module 'virtual:onetoken/manifest' {
  type OneTokenImage = import('virtual:onetoken?').OneTokenImage
  const i0: OneTokenImage & { alt: string }
  export { i0 as hero }
  const i1: OneTokenImage & { alt: string }
  export { i1 as morning }
  const i2: OneTokenImage & { alt: string }
  export { i2 as paper }
  const images: {
    readonly hero: OneTokenImage & { alt: string }
    readonly morning: OneTokenImage & { alt: string }
    readonly paper: OneTokenImage & { alt: string }
  }
  export default images
}

declare module '*/images.yaml' {
  type OneTokenImage = import('virtual:onetoken?').OneTokenImage
  const i0: OneTokenImage & { alt: string }
  export { i0 as hero }
  const i1: OneTokenImage & { alt: string }
  export { i1 as morning }
  const i2: OneTokenImage & { alt: string }
  export { i2 as paper }
  const images: {
    readonly hero: OneTokenImage & { alt: string }
    readonly morning: OneTokenImage & { alt: string }
    readonly paper: OneTokenImage & { alt: string }
  }
  export default images
}
