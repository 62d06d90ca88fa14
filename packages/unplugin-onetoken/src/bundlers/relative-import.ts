import { dirname, relative } from 'node:path'
import { normalizePath } from './normalize-path.ts'

/** How a descriptor's module imports a file of its picture. */
export const ASSET_IMPORT: RegExp = /^\.\.\/(?:variants|placeholders)\//

/**
 * How the module `from` imports the file `to`: relative, as source maps and unminified bundles show what modules
 * import, and a path of the machine that builds is nobody's business.
 */
export function relativeImport(from: string, to: string): string {
  const path = normalizePath(relative(dirname(from), to))
  return path.startsWith('.') ? path : `./${path}`
}
