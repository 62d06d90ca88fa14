import { stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Project } from '../../project/project.ts'
import { DEFAULT_MANIFEST } from '../../spec/resolve-settings.ts'
import { quote } from '../../spec/text.ts'
import { toPosix } from '../references.ts'
import { nearestInstalled } from './installed.ts'
import type { FileStep, InitStep } from './types.ts'

/** The manifest, with an example that costs nothing as it is a comment. */
export const planManifest: InitStep = async ({ project, newManifest }) => {
  const { root, manifests, settings } = project
  const there = manifests.map(({ file }): FileStep => ({
    file: toPosix(relative(root, file)),
    action: 'keep',
    about: 'the manifest is there',
  }))
  if (newManifest !== undefined) {
    const text = manifestText(await schemaPath(dirname(join(root, newManifest)), root))
    const about = 'the manifest, with an example in a comment'
    return { files: [{ file: newManifest, action: 'create', about, text }], todo: [] }
  }
  if (there.length > 0) return { files: there, todo: [] }
  const where = settings.manifest.map(({ file }) => quote(file)).join(', ')
  return { files: [], todo: [{ text: `Write a manifest where the settings look for it: ${where}.` }] }
}

/** Where a project without a manifest gets one, relative to its root; undefined where it has one, or looks elsewhere. */
export async function placeOfManifest({ root, manifests, settings }: Project): Promise<string | undefined> {
  const isDefault = settings.manifest.some(({ file }) => file === DEFAULT_MANIFEST)
  if (manifests.length > 0 || !isDefault) return undefined
  const isFolder = await stat(join(root, 'src')).then(
    (found) => found.isDirectory(),
    () => false,
  )
  return isFolder ? 'src/images.yaml' : 'images.yaml'
}

const SCHEMA = 'schema/manifest.json'

/** From a folder to the schema: in the nearest `node_modules` that has it, or where it will be. */
async function schemaPath(folder: string, root: string): Promise<string> {
  const found = (await nearestInstalled(folder)) ?? join(root, 'node_modules', 'unplugin-onetoken')
  const path = toPosix(relative(folder, join(found, SCHEMA)))
  // Editors take a path that begins with no dot for something else.
  return path.startsWith('.') ? path : `./${path}`
}

/** The text of a new manifest. */
function manifestText(schema: string): string {
  return `# yaml-language-server: $schema=${schema}
# The pictures of this site, by their names. All that may stand here:
# ${schema.replace(SCHEMA, 'docs/manifest.md')}
# What they cost: npx --no-install onetoken plan
version: 1
images:
  # An example, which is rendered, and paid for, once it is no comment any more. Then a script gets its address by
  # import hero from 'virtual:onetoken/hero', and a page of Vite has <img src="onetoken:hero">.
  # hero:
  #   prompt: a red fox looking back over fresh snow
  #   alt: A fox in the snow
`
}
