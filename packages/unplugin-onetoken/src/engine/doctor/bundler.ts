import { visible } from '../../spec/text.ts'
import { bundlersOf, readPackage, usesOf } from '../project-bundlers.ts'
import type { Diagnosis, DoctorCheck } from './types.ts'

/** Which bundlers a project has, and whether they have the plugin. */
export const checkBundler: DoctorCheck = async ({ options: { root } }) => {
  const about = 'bundler'
  const project = await readPackage(root)
  if (project === undefined) {
    return [{ about, mark: 'note', text: 'there is no package.json here that can be read' }]
  }
  const found = bundlersOf(project).map(({ entry, name, range }) => ({
    entry,
    text: `${name} ${visible(range)}`,
  }))
  const uses = await usesOf(root)
  if (found.length === 0 && uses.length === 0) {
    return [{ about, mark: 'note', text: 'package.json has none that unplugin-onetoken works with' }]
  }
  return [
    ...uses.map(({ entry, file }): Diagnosis => {
      const bundler = found.find((one) => one.entry === entry)
      const text = `${visible(file)} uses unplugin-onetoken/${entry}${bundler === undefined ? '' : ` (${bundler.text})`}`
      return { about, mark: 'ok', text }
    }),
    // A tool of its own that no build of pictures goes through is fine, as long as another one has the plugin.
    ...(uses.length > 0 ? [] : found.map(({ entry, text }) => withoutPlugin(about, entry, text))),
  ]
}

function withoutPlugin(about: string, entry: string, text: string): Diagnosis {
  return {
    about,
    mark: 'note',
    text: `${text}, and no file in this folder uses unplugin-onetoken/${entry}`,
    hint: `Add the plugin: import onetoken from 'unplugin-onetoken/${entry}', then onetoken() among the plugins.`,
  }
}
