import { access } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { entryTypes } from '../output/types-file.ts'
import { toPosix } from './references.ts'
import { writeWhole } from './write-whole.ts'
import type { Project } from '../project/project.ts'

const DEFAULT_FILE = 'onetoken-env.d.ts'

/**
 * Write the types of the manifest's entries, only when they changed.
 * Without a name they are written where there is a manifest and a tsconfig.json.
 */
export async function writeTypes(project: Project, dts: string | undefined): Promise<void> {
  if (dts === undefined) {
    const typed = await access(resolve(project.root, 'tsconfig.json')).then(
      () => true,
      () => false,
    )
    if (!typed || project.manifests.length === 0) return
  }
  const file = resolve(project.root, dts ?? DEFAULT_FILE)
  const manifests = project.manifests.map(({ file: path, prefix }) => ({
    path: toPosix(relative(project.root, path)),
    names: [...project.entries.values()]
      .filter(({ manifest }) => manifest.file === path)
      .map(({ name }) => (prefix === undefined ? name : name.slice(prefix.length + 1))),
  }))
  const text = entryTypes([...project.entries.keys()], manifests)
  await writeWhole(file, text)
}
