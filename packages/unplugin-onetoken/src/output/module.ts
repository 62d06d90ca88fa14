import { codeText } from './code-text.ts'
import { allFiles, pictureParts, type Picture, type PictureFile } from './picture.ts'

/** How a bundler is told of a file: statements at the top of a module, and an expression that is the URL. */
export interface FileReference {
  /** Such as `import u0 from "../variants/hero-960.webp"`; empty when none is needed. */
  statement: string
  expression: string
}

/** Gives the reference of a file; `name` is free to be used as a binding. */
export type ReferenceFile = (file: string, name: string) => FileReference

const q = (value: unknown): string => codeText(JSON.stringify(value))

/**
 * JavaScript of the module of one picture: the URL as default export, and `src`, `srcset`, `sources`, `width`,
 * `height`, `format`, `alt`, `blurDataURL`, `blurWidth`, `blurHeight`, `color`, `dark`, `img`, `picture`, `image`.
 */
export function pictureModule(picture: Picture, reference: ReferenceFile): string {
  const { dark } = picture
  const { statements, urlOf } = referAll(allFiles(picture), reference)
  const members = MEMBERS.map((name) => `${name}: dark_${name}`).join(', ')
  return [
    ...statements,
    ...(dark === undefined ? [] : declarations(dark, urlOf, (name) => `const dark_${name}`)),
    dark === undefined
      ? 'export const dark = undefined'
      : `export const dark = { ${members}, dark: undefined }`,
    ...declarations(picture, urlOf, (name) => `export const ${name}`),
    `export const image = { ${[...MEMBERS, 'dark'].join(', ')} }`,
    'export default src',
    '',
  ].join('\n')
}

const MEMBERS = [
  'src',
  'srcset',
  'sources',
  'width',
  'height',
  'format',
  'alt',
  'blurDataURL',
  'blurWidth',
  'blurHeight',
  'color',
  'img',
  'picture',
] as const

/** A constant for each member of an image object but `dark`; `declare` gives its declaration. */
function declarations(
  picture: Picture,
  urlOf: (file: PictureFile) => string,
  declare: (name: (typeof MEMBERS)[number]) => string,
): string[] {
  const { main, fallback, sources } = pictureParts(picture)
  const own = (name: (typeof MEMBERS)[number]): string => declare(name).split(' ').at(-1) ?? name
  const member = (name: (typeof MEMBERS)[number]): string =>
    own(name) === name ? name : `${name}: ${own(name)}`
  const sourceMembers = sources.map(([subtype, files]) => `  ${q(subtype)}: ${srcsetOf(files, urlOf)}`)
  const img = [
    'src' as const,
    ...(fallback.length > 1 ? (['srcset'] as const) : []),
    'width' as const,
    'height' as const,
    ...(picture.alt === undefined ? [] : (['alt'] as const)),
  ]
  const values: Record<(typeof MEMBERS)[number], string> = {
    src: urlOf(main),
    srcset: srcsetOf(fallback, urlOf),
    sources: `{\n${sourceMembers.join(',\n')}\n}`,
    width: String(main.width),
    height: String(main.height),
    format: q(main.format),
    alt: picture.alt === undefined ? 'undefined' : q(picture.alt),
    blurDataURL: q(picture.blurDataURL),
    blurWidth: String(picture.blurWidth),
    blurHeight: String(picture.blurHeight),
    color: q(picture.color),
    img: `{ ${img.map(member).join(', ')} }`,
    picture: `{ ${member('sources')}, img: { ${member('src')}, w: ${own('width')}, h: ${own('height')} } }`,
  }
  return MEMBERS.map((name) => `${declare(name)} = ${values[name]}`)
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

/** Names that may stand in code without quotes, and be exported by every bundler. */
export const IDENTIFIER: RegExp = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

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
