const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** A manifest for its own module. */
export interface ManifestTypes {
  /** Path relative to the project, with `/`. */
  path: string
  names: readonly string[]
}

/**
 * Text of `onetoken-env.d.ts`: every entry by name, so that a name that no manifest has is a TypeScript error.
 * `names` are the full names of all entries.
 */
export function entryTypes(names: readonly string[], manifests: readonly ManifestTypes[]): string {
  const sorted = [...names].sort()
  const entries = sorted.flatMap((name) => [name, `${name}?*`]).map(entryModule)
  const modules = manifests.map(({ path, names: own }) =>
    manifestModule(`*/${path.slice(path.lastIndexOf('/') + 1)}`, own),
  )
  return [
    '// Written by unplugin-onetoken from the manifest; changes are overwritten.',
    '/// <reference types="unplugin-onetoken/types" />',
    '',
    ...entries,
    manifestModule('virtual:onetoken/manifest', sorted),
    ...modules,
  ].join('\n')
}

function entryModule(name: string): string {
  return `declare module ${quote(`virtual:onetoken/${name}`)} {
  export * from 'virtual:onetoken?'
  export { default } from 'virtual:onetoken?'
}
`
}

function manifestModule(specifier: string, names: readonly string[]): string {
  const members = [...names].sort().map((name) => `    readonly ${quote(name)}: OneTokenImage`)
  const exports = [...names]
    .sort()
    .map((name, index) => `  const i${index}: OneTokenImage\n  export { i${index} as ${quote(name)} }`)
  return `declare module ${quote(specifier)} {
  type OneTokenImage = import('virtual:onetoken?').OneTokenImage
${[...exports].join('\n')}
  const images: {
${members.join('\n')}
  }
  export default images
}
`
}
