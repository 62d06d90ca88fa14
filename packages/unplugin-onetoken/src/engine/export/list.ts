import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OneTokenError } from '../../errors.ts'
import { LIST_NAME, LIST_VERSION, parseList } from '../../project/exported.ts'
import { quotePath } from '../../spec/text.ts'

/** What an export was of: editions of several kinds share a folder, and none removes what another has written. */
export type EditionKind = (typeof KINDS)[number]

const KINDS = ['pictures', 'icons', 'gallery'] as const

/** A file that an export wrote. */
export interface ListedFile {
  /**
   * Lower-case hex sha256 of what was written, and of what was about to be: a file with other bytes is not ours any
   * more.
   */
  digests: string[]
  kind: EditionKind
  /** Names of the entries that it belongs to. */
  of: string[]
}

/** The files that exports wrote into a folder, by name. */
export type List = ReadonlyMap<string, ListedFile>

/**
 * Read the list of a folder; empty where there is none, or none that can be read: then nothing is removed.
 * @throws OneTokenError `EXPORT_REFUSED` when another project exports into this folder
 */
export async function readList(folder: string, project: string): Promise<List> {
  const text = await readFile(join(folder, LIST_NAME), 'utf8').catch(() => undefined)
  const value = text === undefined ? undefined : parseList(text)
  if (value === undefined) return new Map()
  if (value.project !== project) {
    throw new OneTokenError(
      'EXPORT_REFUSED',
      `The folder ${quotePath(folder)} has what another project exported (${quotePath(String(value.project))}, seen from there).`,
      { hint: `Choose a folder of this project, or remove ${LIST_NAME} there if that project is this one.` },
    )
  }
  return new Map(value.files.flatMap(([name, file]) => (isListed(file) ? [[name, file]] : [])))
}

/** The text of a list, sorted by name. */
export function listText(list: List, project: string): string {
  const sorted = [...list].sort(([a], [b]) => (a < b ? -1 : 1))
  const about = 'Files that `onetoken export` wrote here; it removes those of them that are no longer needed.'
  return `${JSON.stringify({ version: LIST_VERSION, about, project, files: Object.fromEntries(sorted) }, undefined, 1)}\n`
}

function isListed(file: unknown): file is ListedFile {
  if (typeof file !== 'object' || file === null) return false
  const { digests, kind, of } = file as Partial<ListedFile>
  const isTexts = (value: unknown): boolean =>
    Array.isArray(value) && value.every((text) => typeof text === 'string')
  return isTexts(digests) && isTexts(of) && KINDS.includes(kind as EditionKind)
}
