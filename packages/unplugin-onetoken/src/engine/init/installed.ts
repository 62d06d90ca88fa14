import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * The folder of this package that Node finds from `folder`: in a workspace that may be the one of a folder above. Undefined
 * where it is not installed.
 */
export async function nearestInstalled(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const found = join(at, 'node_modules', 'unplugin-onetoken')
    if (await exists(join(found, 'package.json'))) return found
    if (dirname(at) === at) return undefined
  }
}

/** Whether something has this path. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
