import { access, readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { asOneTokenError } from '../errors.ts'
import { entryTypes, TYPES_HEAD } from '../output/types-file.ts'
import { toPosix } from './references.ts'
import { writeWhole } from './write-whole.ts'
import type { Project } from '../project/project.ts'
import type { Engine } from './engine.ts'

/** The file of the types, beside `tsconfig.json`. */
export const DEFAULT_TYPES = 'onetoken-env.d.ts'

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
  await writeWhole(resolve(project.root, dts ?? DEFAULT_TYPES), typesOf(project))
}

/**
 * Write them anew where builds have written them: a check of types that comes before the build, as in `tsc && vite build`,
 * knows new entries then. Where that fails, the log has it.
 */
export async function refreshTypes({ project: load, log }: Pick<Engine, 'project' | 'log'>): Promise<void> {
  const project = await load()
  const text = await readFile(resolve(project.root, DEFAULT_TYPES), 'utf8').catch(() => '')
  if (!text.startsWith(TYPES_HEAD)) return
  await writeTypes(project, undefined).catch((thrown: unknown) => {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    log.warn(`${DEFAULT_TYPES} is as it was. ${error.message}`)
  })
}

/** The text of the types of a project's entries. */
export function typesOf({ root, entries: all, manifests: files }: Project): string {
  const entries = [...all.values()].map(({ name, parameters, dark, manifest }) => ({
    name,
    alt: parameters.alt !== undefined,
    dark: dark !== undefined,
    manifest,
  }))
  const manifests = files.map(({ file, prefix }) => ({
    path: toPosix(relative(root, file)),
    entries: entries
      .filter(({ manifest }) => manifest.file === file)
      .map((entry) =>
        prefix === undefined ? entry : { ...entry, name: entry.name.slice(prefix.length + 1) },
      ),
  }))
  return entryTypes(entries, manifests)
}
