/** The interface of image objects as text, for modules that stand by themselves. */
export const IMAGE_INTERFACE = `/** A picture as one object: a superset of what \`next/image\` and \`astro:assets\` take. */
export interface OneTokenImage {
  /** URL of the largest file of the fallback format. */
  src: string
  /** Every width of the fallback format: \`/a.webp 480w, /b.webp 960w\`. */
  srcset: string
  /** \`srcset\` by MIME subtype: \`{ avif: '… 480w', webp: '… 480w' }\`. */
  sources: Record<string, string>
  /** Pixels of \`src\`. */
  width: number
  height: number
  format: 'avif' | 'webp' | 'jpg' | 'png'
  /** The text of the \`alt\` parameter, if there is one. */
  alt: string | undefined
  /** A tiny picture as a data URL, to show until the file is there. */
  blurDataURL: string
  blurWidth: number
  blurHeight: number
  /** Dominant colour, \`#rrggbb\`. */
  color: string
  /** The dark version of the picture, if it has one. */
  dark: OneTokenImage | undefined
  /** Attributes of an \`<img>\`. */
  img: { src: string; srcset?: string; width: number; height: number; alt?: string }
  /** Sources and fallback of a \`<picture>\`. */
  picture: { sources: Record<string, string>; img: { src: string; w: number; h: number } }
}`
