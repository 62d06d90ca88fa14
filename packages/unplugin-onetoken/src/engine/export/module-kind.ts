import { dirname, extname, relative } from 'node:path'
import { quotePath } from '../../spec/text.ts'
import { readPackage, type ProjectPackage } from '../project-bundlers.ts'

/**
 * A warning about a module whose name says CommonJS, as the nearest `package.json` says so of every `.js`: neither Node
 * nor webpack takes it then, while other bundlers do. Undefined for a name that is right.
 */
export async function commonjsText(file: string, root: string): Promise<string | undefined> {
  if (extname(file) !== '.js' || (await nearestPackage(dirname(file)))?.isCommonjs !== true) return undefined
  const name = quotePath(relative(root, file))
  return `${name} is an ES module, and its package.json says "type": "commonjs", so that Node takes it for what it is not. Give it a name that ends with .mjs.`
}

/** Of the folder, or of the nearest one above it, as Node looks for it. */
async function nearestPackage(folder: string): Promise<ProjectPackage | undefined> {
  const found = await readPackage(folder)
  const above = dirname(folder)
  return found ?? (above === folder ? undefined : await nearestPackage(above))
}
