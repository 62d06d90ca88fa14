import { codeText } from './code-text.ts'
import type { OneTokenImage } from './image-object.ts'
import { IMAGE_INTERFACE } from './image-interface.ts'
import { imageType } from './image-type.ts'
import { IDENTIFIER } from './module.ts'

/** Languages that a module of images can be written in. */
export type ModuleLanguage = 'typescript' | 'javascript' | 'json'

/** The first line of a script that {@link imagesModule} wrote. */
const HEADER = '// Written by `onetoken export`; changes are overwritten.'

/**
 * Text of a module that needs no bundler of ours: image objects by name as default export, and by their own names
 * where these are identifiers. In JSON, what is undefined is left out.
 */
export function imagesModule(images: ReadonlyMap<string, OneTokenImage>, language: ModuleLanguage): string {
  if (language === 'json') return `${codeText(JSON.stringify(Object.fromEntries(images), undefined, 2))}\n`
  const isTyped = language === 'typescript'
  const named = [...images].map(([name, image], index) => ({ name, image, variable: `image${index}` }))
  const constants = named.map(({ image, variable }) =>
    isTyped
      ? `const ${variable}: ${typeOf(image)} = ${literal(image)}`
      : `/** @type {${typeOf(image).replaceAll('OneTokenImage', IMPORTED)}} */\nconst ${variable} = ${literal(image)}`,
  )
  const exported = named.filter(({ name }) => IDENTIFIER.test(name))
  const types = named.map(({ name, image }) => `  readonly ${JSON.stringify(name)}: ${typeOf(image)}`)
  const type = isTyped ? `: {\n${types.join('\n')}\n}` : ''
  const paragraphs = [
    [HEADER, '/* eslint-disable */'],
    isTyped ? [IMAGE_INTERFACE] : [],
    constants,
    exported.map(({ name, variable }) => `export { ${variable} as ${name} }`),
    [
      `const images${type} = {`,
      ...named.map(({ name, variable }) => `  ${JSON.stringify(name)}: ${variable},`),
      '}',
      'export default images',
    ],
  ]
  const texts = paragraphs.filter(({ length }) => length > 0).map((lines) => lines.join('\n'))
  return `${texts.join('\n\n')}\n`
}

const IMPORTED = "import('unplugin-onetoken/api').OneTokenImage"

function typeOf({ alt, dark }: OneTokenImage): string {
  return imageType({ alt: alt !== undefined, dark: dark !== undefined })
}

/** Whether a text is one of {@link imagesModule}, which may be overwritten; of JSON its form has to tell. */
export function isImagesModule(text: string, language: ModuleLanguage): boolean {
  if (language !== 'json') return text.replace(/^\ufeff/, '').startsWith(HEADER)
  try {
    const value = JSON.parse(text) as Record<string, Partial<OneTokenImage> | null> | null
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return false
    return Object.values(value).every(
      (image) => typeof image?.srcset === 'string' && typeof image.blurDataURL === 'string',
    )
  } catch {
    return false
  }
}

/** A member of the default export, also where a formatter has been at it. Names of entries have no escapes. */
const MEMBER = /^\s*(?:"([^"\\\n]+)"|'([^'\\\n]+)'|([\p{ID_Start}$_][\p{ID_Continue}$]*)): image\d+,?$/gmu

/** Names of the images in a text that {@link isImagesModule} takes for one of ours. */
export function namesOfImages(text: string, language: ModuleLanguage): string[] {
  if (language === 'json') return Object.keys(JSON.parse(text) as object)
  return [...text.matchAll(MEMBER)].flatMap(([, double, single, bare]) => double ?? single ?? bare ?? [])
}

/** A value as JavaScript, on lines of their own down to its members' members. */
function literal(value: unknown, indent = ''): string {
  if (value === undefined) return 'undefined'
  if (value === null || typeof value !== 'object') return codeText(JSON.stringify(value))
  const inner = `${indent}  `
  const members = Object.entries(value).map(
    ([name, member]) =>
      `${inner}${IDENTIFIER.test(name) ? name : JSON.stringify(name)}: ${literal(member, inner)},`,
  )
  return members.length === 0 ? '{}' : `{\n${members.join('\n')}\n${indent}}`
}
