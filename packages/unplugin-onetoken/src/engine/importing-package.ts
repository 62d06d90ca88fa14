import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { isInside } from '../project/input-file.ts'
import { leadsTo } from '../project/leads-to.ts'

/**
 * Name of the package that a file belongs to: undefined for the project's own files, empty for one outside that is in no
 * package with a name. What lies outside of the project, `plan` sees as little as what is below `node_modules`, and a
 * linked package lies there: bundlers tell where a link leads. `importer` is what a bundler calls the file, `root` the
 * absolute path of the project.
 */
export function importingPackage(importer: string, root: string): string | undefined {
  const below = belowNodeModules(importer)
  // Bundlers put a zero before the names of files that they make from others.
  const file = importer.replace(/^\0/, '')
  if (below !== undefined || !isAbsolute(file)) return below
  const real = leadsTo(file)
  if (isInside(real, leadsTo(root))) return undefined
  return belowNodeModules(real) ?? nearestName(dirname(real))
}

function belowNodeModules(file: string): string | undefined {
  return /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file)?.[1]?.replace('\\', '/')
}

/** By the nearest `package.json` upwards that has a name; one that only says `"type": "module"` makes no package. */
function nearestName(folder: string): string {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }
    if (typeof name === 'string' && name !== '') return name
  } catch {
    // There is none, or none that can be read.
  }
  const above = dirname(folder)
  return above === folder ? '' : nearestName(above)
}
