import type { OneTokenImage, OutputOptions } from '../engine/index.ts'

/** A file of a picture. */
export interface ImageFile {
  /** Absolute path. It lies in a cache that can be cleared: copy what you ship. */
  file: string
  /** What the image object calls it. */
  url: string
  format: 'avif' | 'webp' | 'jpg' | 'png'
  /** Pixels. */
  width: number
  height: number
}

/** How `image` cuts a picture. */
export interface ImageOptions {
  /** Takes the place of what the entry says: widths, formats, `pick`, `alt` and the like. @default nothing */
  output?: OutputOptions | undefined
  /** Gives the address of a file, at once. What it throws is thrown by `image`. @default its absolute path */
  url?: ((file: Omit<ImageFile, 'url'>) => string) | undefined
}

/** An image object as imports of the manifest have it, and the files that it names. */
export interface Image extends OneTokenImage {
  /** Every format and width: formats in their order, widths ascending. */
  files: ImageFile[]
}

/** What `export` writes, and where to. */
export interface ExportOptions {
  /** Folder of the files, relative to the root. */
  out: string
  /** Module of the image objects, relative to the root: `.ts`, `.js`, `.mjs` or `.json`. @default none */
  module?: string | undefined
  /**
   * What addresses begin with.
   * @default '/' and the way to `out` from a folder `public` or `static`, or else from the root
   */
  publicPath?: string | undefined
  /** Names of entries and groups, an empty list is none; files of others stay. @default all, and files of entries that are gone go */
  names?: readonly string[] | undefined
}

/** A file that was exported. */
export interface ExportedFile {
  /** Absolute path. */
  file: string
  url: string
  /** Length. */
  bytes: number
  /** Whether it was written now; else it was there already. */
  changed: boolean
}

/** What `export` did. */
export interface ExportReport {
  /** Absolute path. */
  folder: string
  /** What addresses begin with. */
  publicPath: string
  files: ExportedFile[]
  /** Absolute paths of files of earlier exports that nothing needs any more. */
  removed: string[]
  module: { file: string; changed: boolean } | undefined
  /** Image objects by the names of the entries. */
  images: Record<string, OneTokenImage>
}

/** What `icons` writes, and where to. */
export interface IconOptions {
  /** Entry whose picture the icons are cut from. */
  name: string
  /** Folder of the files, relative to the root: the one that is the root of the site, most likely. */
  out: string
  /** What addresses begin with. @default as for {@link ExportOptions.publicPath} */
  publicPath?: string | undefined
}

/** What `icons` did. */
export interface IconReport {
  /** Absolute path. */
  folder: string
  files: ExportedFile[]
  /** Absolute paths of files of earlier exports that nothing needs any more. */
  removed: string[]
  /** Elements for the head of every page. */
  links: string[]
  /** For `icons` of a web app manifest. */
  manifest: { src: string; sizes: string; type: string }[]
}
