import { readFile, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { sha256 } from '../../canonical-json.ts'
import { OneTokenError } from '../../errors.ts'
import { makeFolder } from '../../make-folder.ts'
import { quotePath } from '../../spec/text.ts'
import { inOrder } from '../../store/in-order.ts'
import { withLock } from '../../store/lock.ts'
import { toPosix } from '../references.ts'
import { LIST_NAME } from '../../project/exported.ts'
import { listText, readList, type EditionKind, type List, type ListedFile } from './list.ts'
import { clearTemporary, exporting, readIfThere, writeFileWhole } from './write-file.ts'

/** A file that a folder is to have. */
export interface EditionFile {
  /** Name in the folder: ASCII letters, digits, `-`, `_` and `.`. */
  name: string
  /** The bytes, or the absolute path of a file that has them. */
  content: Uint8Array | string
  /** Names of the entries that it belongs to. */
  of: readonly string[]
}

/** What one export puts into a folder. */
export interface Edition {
  kind: EditionKind
  /** Entries that it is of: files of others stay. Undefined: all, so that files of entries that are gone go as well. */
  names: readonly string[] | undefined
  /** No name twice. */
  files: readonly EditionFile[]
  /** Whether the bytes of a file follow from its name. Else a file that is there and not ours is left alone. */
  hashed: boolean
}

/** A file of a folder, after an export. */
export interface PublishedFile {
  /** Absolute path. */
  file: string
  /** Length. */
  bytes: number
  /** Whether it was written; else it was there with the same bytes, and keeps its times. */
  changed: boolean
}

/** What an export did in a folder. */
export interface Published {
  /** In the order of the edition. */
  files: PublishedFile[]
  /** Absolute paths of files of earlier exports that were removed. */
  removed: string[]
}

interface Compared extends EditionFile {
  file: string
  sha256: string
  bytes: number
  changed: boolean
}

const AT_ONCE = 8

/** Name of the file that is in a folder while an export writes into it. */
const LOCK_NAME = '.onetoken-export.lock'

/** Milliseconds for which another export is waited for: it may have hundreds of files to write. */
const PATIENCE = 5 * 60 * 1000

/**
 * Put files into a folder. Only what differs is written. `between` is done when all of them are there and before
 * those of earlier exports go, so that whatever names files finds them at any time. Of several exports into one folder,
 * each waits until the one before has ended.
 * @throws OneTokenError `EXPORT_REFUSED` where a file of somebody else is in the way, `EXPORT_FAILED`
 */
export async function publish(
  folder: string,
  root: string,
  edition: Edition,
  between: () => Promise<void> = async () => {},
): Promise<Published> {
  // Two at once would each write a list without what the other has written.
  return await alone(folder, edition, () => publishAlone(folder, root, edition, between))
}

/** Do something that no other export does in this folder at the same time. */
async function alone<T>(folder: string, { files }: Edition, work: () => Promise<T>): Promise<T> {
  let isBegun = false
  const begin = (): Promise<T> => {
    isBegun = true
    return work()
  }
  try {
    if (files.length > 0) await makeFolder(folder)
    return await withLock(join(folder, LOCK_NAME), begin, PATIENCE)
  } catch (thrown) {
    const { errno, message } = thrown as NodeJS.ErrnoException
    if (isBegun) throw thrown
    // Where the system allows no lock, nobody else can write either; what is to be written here says why.
    if (errno !== undefined) return await work()
    throw new OneTokenError('EXPORT_FAILED', `Nothing was exported into ${quotePath(folder)}: ${message}.`, {
      hint: 'Wait until the other export has ended. If there is none, remove that file.',
      cause: thrown,
    })
  }
}

async function publishAlone(
  folder: string,
  root: string,
  edition: Edition,
  between: () => Promise<void>,
): Promise<Published> {
  const project = toPosix(relative(folder, root))
  const before = await readList(folder, project)
  const compared: Compared[] = []
  const comparisons = inOrder(edition.files, AT_ONCE, (file) => compare(folder, file))
  for await (const file of comparisons) compared.push(file)
  for (const file of edition.hashed ? [] : compared) await refuseForeign(file, before)
  const after = listAfter(before, edition, compared)
  // First all that was and will be ours: what a process leaves that dies from here on is known to the next one.
  await writeList(folder, project, union(before, after), before)
  for (const { file, content, changed } of compared) {
    if (changed) await writeFileWhole(file, await bytesOf(content))
  }
  await between()
  const removed: string[] = []
  for (const [name, listed] of before) {
    if (after.has(name)) continue
    const file = join(folder, name)
    if (await removeOurs(file, listed)) removed.push(file)
  }
  await writeList(folder, project, after, undefined)
  await clearTemporary(folder, Date.now())
  return { files: compared.map(({ file, bytes, changed }) => ({ file, bytes, changed })), removed }
}

async function compare(folder: string, wanted: EditionFile): Promise<Compared> {
  const file = join(folder, wanted.name)
  const [bytes, there] = [await bytesOf(wanted.content), await readIfThere(file)]
  const changed = there === undefined || !bytes.equals(there)
  return { ...wanted, file, sha256: sha256(bytes), bytes: bytes.length, changed }
}

async function bytesOf(content: Uint8Array | string): Promise<Buffer> {
  if (typeof content !== 'string') return Buffer.from(content)
  return await exporting(content, () => readFile(content))
}

/** A `favicon.ico` that somebody made is no less precious than one of ours. */
async function refuseForeign({ name, file, changed }: Compared, list: List): Promise<void> {
  const there = changed ? await readIfThere(file) : undefined
  if (there === undefined || list.get(name)?.digests.includes(sha256(there))) return
  throw new OneTokenError(
    'EXPORT_REFUSED',
    `The file ${quotePath(file)} is there already, and no export wrote it.`,
    { hint: 'Remove it, or export into another folder.' },
  )
}

function listAfter(before: List, { kind, names, files }: Edition, compared: readonly Compared[]): List {
  const after = new Map<string, ListedFile>()
  for (const [name, listed] of before) {
    const stays = (owner: string): boolean =>
      listed.kind !== kind || (names !== undefined && !names.includes(owner))
    const of = listed.of.filter(stays)
    if (of.length > 0) after.set(name, { ...listed, of })
  }
  const digests = new Map(compared.map((file) => [file.name, file.sha256]))
  for (const { name, of } of files) {
    const all = [...new Set([...(after.get(name)?.of ?? []), ...of])].sort()
    after.set(name, { digests: [digests.get(name) ?? ''], kind, of: all })
  }
  return after
}

function union(before: List, after: List): List {
  const all = new Map(before)
  for (const [name, file] of after) {
    const digests = [...new Set([...(before.get(name)?.digests ?? []), ...file.digests])]
    all.set(name, { ...file, digests })
  }
  return all
}

/** Write the list where it is another than it was. An empty one is no file. */
async function writeList(folder: string, project: string, list: List, was: List | undefined): Promise<void> {
  const file = join(folder, LIST_NAME)
  const text = listText(list, project)
  if (was !== undefined && text === listText(was, project)) return
  if (list.size > 0) {
    if ((await readIfThere(file))?.toString() !== text) await writeFileWhole(file, text)
  } else await exporting(file, () => rm(file, { force: true }))
}

/** Remove a file that has what was written into it, and leave alone what somebody has changed since. */
async function removeOurs(file: string, listed: ListedFile): Promise<boolean> {
  const there = await readIfThere(file).catch(() => undefined)
  if (there === undefined || !listed.digests.includes(sha256(there))) return false
  await exporting(file, () => rm(file))
  return true
}
