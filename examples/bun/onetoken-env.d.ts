// Written by unplugin-onetoken from the manifest; changes are overwritten.
/// <reference types="unplugin-onetoken/types" />

declare module 'virtual:onetoken/hero' {
  export * from 'virtual:onetoken?'
  export { default } from 'virtual:onetoken?'
}

declare module 'virtual:onetoken/hero?*' {
  export * from 'virtual:onetoken?'
  export { default } from 'virtual:onetoken?'
}

declare module 'virtual:onetoken/paper' {
  export * from 'virtual:onetoken?'
  export { default } from 'virtual:onetoken?'
}

declare module 'virtual:onetoken/paper?*' {
  export * from 'virtual:onetoken?'
  export { default } from 'virtual:onetoken?'
}

declare module 'virtual:onetoken/manifest' {
  type OneTokenImage = import('virtual:onetoken?').OneTokenImage
  const i0: OneTokenImage
  export { i0 as 'hero' }
  const i1: OneTokenImage
  export { i1 as 'paper' }
  const images: {
    readonly 'hero': OneTokenImage
    readonly 'paper': OneTokenImage
  }
  export default images
}

declare module '*/images.yaml' {
  type OneTokenImage = import('virtual:onetoken?').OneTokenImage
  const i0: OneTokenImage
  export { i0 as 'hero' }
  const i1: OneTokenImage
  export { i1 as 'paper' }
  const images: {
    readonly 'hero': OneTokenImage
    readonly 'paper': OneTokenImage
  }
  export default images
}
