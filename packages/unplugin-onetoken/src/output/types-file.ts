import { imageType, type KnownMembers } from './image-type.ts'
import { IDENTIFIER } from './module.ts'

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** How the text of types begins that is ours to overwrite. */
export const TYPES_HEAD = '// Written by unplugin-onetoken from the manifest; changes are overwritten.'

/** An entry, by the name under which it is imported. */
export interface EntryTypes extends KnownMembers {
  name: string
}

/** A manifest for its own module. */
export interface ManifestTypes {
  /** Path relative to the project, with `/`. */
  path: string
  entries: readonly EntryTypes[]
}

/**
 * Text of `onetoken-env.d.ts`: every entry by name, so that a name that no manifest has is a TypeScript error.
 * `entries` are all, by their full names.
 */
export function entryTypes(entries: readonly EntryTypes[], manifests: readonly ManifestTypes[]): string {
  // A pattern has one asterisk, and its files are imported by all kinds of ways: those of one name share their types.
  const byFile = new Map<string, EntryTypes[]>()
  for (const { path, entries: own } of manifests) {
    const file = path.slice(path.lastIndexOf('/') + 1)
    byFile.set(file, joined([...(byFile.get(file) ?? []), ...own]))
  }
  return [
    TYPES_HEAD,
    '/// <reference types="unplugin-onetoken/types" />',
    '',
    ...sorted(entries).flatMap((entry) => [
      entryModule(entry.name, entry),
      entryModule(`${entry.name}?*`, entry),
    ]),
    manifestModule('virtual:onetoken/manifest', entries),
    ...[...byFile].map(([file, own]) => manifestModule(`*/${file}`, own)),
  ].join('\n')
}

function sorted(entries: readonly EntryTypes[]): EntryTypes[] {
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Of two with one name, only what both have is known. */
function joined(entries: readonly EntryTypes[]): EntryTypes[] {
  const byName = new Map<string, EntryTypes>()
  for (const { name, alt, dark } of entries) {
    const other = byName.get(name) ?? { alt, dark }
    byName.set(name, { name, alt: alt && other.alt, dark: dark && other.dark })
  }
  return [...byName.values()]
}

const IMAGE = `type OneTokenImage = import('virtual:onetoken?').OneTokenImage`

function entryModule(name: string, known: KnownMembers): string {
  const own = [
    ...(known.alt ? ['export const alt: string'] : []),
    ...(known.dark ? ['export const dark: OneTokenImage'] : []),
  ]
  const more = own.length === 0 ? [] : [IMAGE, ...own, `export const image: ${imageType(known)}`]
  return `declare module ${quote(`virtual:onetoken/${name}`)} {
  export * from 'virtual:onetoken?'
  export { default } from 'virtual:onetoken?'
${more.map((line) => `  ${line}\n`).join('')}}
`
}

function manifestModule(specifier: string, entries: readonly EntryTypes[]): string {
  // Names that are strings are of ES2022: a project with such entries has no older target.
  const nameOf = (name: string): string => (IDENTIFIER.test(name) ? name : quote(name))
  const all = sorted(entries).map((entry) => ({ name: nameOf(entry.name), type: imageType(entry) }))
  const members = all.map(({ name, type }) => `    readonly ${name}: ${type}`)
  const exports = all.map(
    ({ name, type }, index) => `  const i${index}: ${type}\n  export { i${index} as ${name} }`,
  )
  return `declare module ${quote(specifier)} {
  ${IMAGE}
${exports.join('\n')}
  const images: {
${members.join('\n')}
  }
  export default images
}
`
}
