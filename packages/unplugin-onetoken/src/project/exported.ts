import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Name of the file in which a folder's list of exported files lies. */
export const LIST_NAME = '.onetoken-export.json'

/** What a list of another version says is not known. */
export const LIST_VERSION = 1

/** Names that an export gives: nothing that leads out of the folder, or is hidden in it. */
const FILE_NAME = /^[\w-][\w.-]*$/

/** What a list says; what its files say is not looked at. */
export interface ExportList {
  /** Way from the folder to the project. */
  project: unknown
  /** By the names of the files. */
  files: [name: string, file: unknown][]
}

/** Read the text of a list; undefined where it is none of ours. */
export function parseList(text: string): ExportList | undefined {
  try {
    const { version, project, files } = JSON.parse(text) as Record<string, unknown>
    if (version !== LIST_VERSION) return undefined
    const all = Object.entries(typeof files === 'object' && files !== null ? files : {})
    return { project, files: all.filter(([name]) => FILE_NAME.test(name)) }
  } catch {
    return undefined
  }
}

/**
 * What lies in a folder without the files that exports wrote there: taken for input pictures, they would be paid for,
 * exported, and so on. Reads at once, as watchers do.
 */
export function withoutExported<Entry extends { name: string }>(
  folder: string,
  entries: readonly Entry[],
): readonly Entry[] {
  if (!entries.some(({ name }) => name === LIST_NAME)) return entries
  const exported = exportedNames(folder)
  return entries.filter(({ name }) => !exported.has(name))
}

function exportedNames(folder: string): ReadonlySet<string> {
  try {
    const list = parseList(readFileSync(join(folder, LIST_NAME), 'utf8'))
    return new Set(list?.files.map(([name]) => name))
  } catch {
    // Gone meanwhile, or not to be read.
    return new Set()
  }
}
