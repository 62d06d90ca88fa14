import { pictureParts, type Picture, type PictureFile } from './picture.ts'

/** How a bundler is told of a file: statements at the top of a module, and an expression that is the URL. */
export interface FileReference {
  /** Such as `import u0 from "../variants/hero-960.webp"`; empty when none is needed. */
  statement: string
  expression: string
}

/** Gives the reference of a file; `name` is free to be used as a binding. */
export type ReferenceFile = (file: string, name: string) => FileReference

const q = (value: unknown): string => JSON.stringify(value)

/**
 * JavaScript of the module of one picture: the URL as default export, and `src`, `srcset`, `sources`, `width`,
 * `height`, `format`, `alt`, `blurDataURL`, `blurWidth`, `blurHeight`, `color`, `dark`, `img`, `picture`, `image`.
 */
export function pictureModule(picture: Picture, reference: ReferenceFile): string {
  const { main, fallback, sources } = pictureParts(picture)
  const { statements, urlOf } = referAll(picture.files, reference)
  const sourceMembers = sources.map(([subtype, files]) => `  ${q(subtype)}: ${srcsetOf(files, urlOf)}`)
  const img = [
    'src',
    ...(fallback.length > 1 ? ['srcset'] : []),
    'width',
    'height',
    ...(picture.alt === undefined ? [] : ['alt']),
  ]
  return [
    ...statements,
    `export const src = ${urlOf(main)}`,
    `export const srcset = ${srcsetOf(fallback, urlOf)}`,
    `export const sources = {\n${sourceMembers.join(',\n')}\n}`,
    `export const width = ${main.width}`,
    `export const height = ${main.height}`,
    `export const format = ${q(main.format)}`,
    `export const alt = ${picture.alt === undefined ? 'undefined' : q(picture.alt)}`,
    `export const blurDataURL = ${q(picture.blurDataURL)}`,
    `export const blurWidth = ${picture.blurWidth}`,
    `export const blurHeight = ${picture.blurHeight}`,
    `export const color = ${q(picture.color)}`,
    'export const dark = undefined',
    `export const img = { ${img.join(', ')} }`,
    'export const picture = { sources, img: { src, w: width, h: height } }',
    'export const image = { src, srcset, sources, width, height, format, alt, blurDataURL, blurWidth, blurHeight, color, dark, img, picture }',
    'export default src',
    '',
  ].join('\n')
}

/** Expression of a `srcset`: every file with its width. */
function srcsetOf(files: readonly PictureFile[], urlOf: (file: PictureFile) => string): string {
  return files
    .map((file, index) => `${urlOf(file)} + ${q(` ${file.width}w${index < files.length - 1 ? ', ' : ''}`)}`)
    .join(' + ')
}

/** A file that stands in for several (a placeholder) is referred to once. */
function referAll(
  files: readonly PictureFile[],
  reference: ReferenceFile,
): { statements: string[]; urlOf: (file: PictureFile) => string } {
  const references = new Map<string, FileReference>()
  for (const { file } of files) {
    if (!references.has(file)) references.set(file, reference(file, `u${references.size}`))
  }
  const statements = [...references.values()].map(({ statement }) => statement).filter((text) => text !== '')
  return { statements, urlOf: ({ file }) => references.get(file)?.expression ?? '""' }
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/** A name of a manifest's module and the module that it comes from. */
export interface ManifestMember {
  name: string
  /** Specifier of the picture's module. */
  specifier: string
}

/**
 * JavaScript of the module of a manifest: every entry's image object by name, and all of them as default export.
 * Names such as `team/ada` are exported as strings, unless `stringNames` says that the bundler does not know that.
 */
export function manifestModule(members: readonly ManifestMember[], stringNames: boolean = true): string {
  const imports = members.map(({ specifier }, index) => `import { image as i${index} } from ${q(specifier)}`)
  const exports = members.flatMap(({ name }, index) => {
    if (stringNames) return [`i${index} as ${q(name)}`]
    return IDENTIFIER.test(name) ? [`i${index} as ${name}`] : []
  })
  const all = members.map(({ name }, index) => `  ${q(name)}: i${index}`)
  return [
    ...imports,
    ...(exports.length === 0 ? [] : [`export { ${exports.join(', ')} }`]),
    `export default {\n${all.join(',\n')}\n}`,
    '',
  ].join('\n')
}
