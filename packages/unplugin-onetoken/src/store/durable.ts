import { randomBytes } from 'node:crypto'
import { link, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolder } from '../make-folder.ts'
import { renameByClaim, type Created, type FileSystem } from './claim.ts'

export type { Created, FileSystem }

const REAL: FileSystem = { link, rename, sleep }

/**
 * Create `file` with `bytes`, whole or not at all, and never in place of a file that is there: the bytes are
 * written and synced under a temporary name in the same folder, then linked. After it returns, what has the name
 * survives a power cut.
 */
export function createDurably(file: string, bytes: Uint8Array, system: FileSystem = REAL): Promise<Created> {
  return createBy(file, bytes, system, (temporary) => renameByClaim(temporary, file, system))
}

/**
 * Create `file` with `bytes` for one of all who try at once, even where there are no links and some of them are stopped
 * half-way. There a process that dies may leave the name with a part of the bytes.
 */
export function createAlone(file: string, bytes: Uint8Array, system: FileSystem = REAL): Promise<Created> {
  return createBy(file, bytes, system, () => writeNew(file, bytes))
}

/** `otherwise` where there are no links. */
async function createBy(
  file: string,
  bytes: Uint8Array,
  system: FileSystem,
  otherwise: (temporary: string) => Promise<Created>,
): Promise<Created> {
  const temporary = await writeSynced(file, bytes)
  try {
    const created = await giveName(temporary, file, system, otherwise)
    await syncFolder(dirname(file))
    return created
  } finally {
    await discard(temporary)
  }
}

/** Put `bytes` at `file` in place of what is there: a reader sees the old file or the new one, whole. */
export async function replaceDurably(
  file: string,
  bytes: Uint8Array,
  system: FileSystem = REAL,
): Promise<void> {
  const temporary = await writeSynced(file, bytes)
  try {
    await renameOver(temporary, file, system)
  } catch (error) {
    await discard(temporary)
    throw error
  }
  await syncFolder(dirname(file))
}

/** Remove a file, so that it stays removed after a power cut. One that is gone is no error. */
export async function removeDurably(file: string): Promise<void> {
  await rm(file, { force: true })
  await syncFolder(dirname(file))
}

/** Find out whether files can be created in `folder`, which is made when it is not there. Only writing tells. */
export async function probeFolder(folder: string): Promise<void> {
  await discard(await writeSynced(join(folder, 'probe'), Buffer.from('probe')))
}

/** Files in which a process that died may have left the bytes of `file`, whole or not. */
export async function abandonedFiles(file: string): Promise<string[]> {
  const folder = dirname(file)
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => name.startsWith(`.${basename(file)}.`) && name.endsWith('.tmp'))
    .map((name) => join(folder, name))
}

async function giveName(
  temporary: string,
  file: string,
  system: FileSystem,
  otherwise: (temporary: string) => Promise<Created>,
): Promise<Created> {
  try {
    await system.link(temporary, file)
    return 'created'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'exists'
    // File systems without hard links (exFAT, some network and container mounts) say so in many ways. Where more
    // than the link is wrong, the other way fails as well and says what it is.
    return await otherwise(temporary)
  }
}

const MOST_TRIES = 5

/** Windows refuses to replace a file while somebody reads it. */
async function renameOver(from: string, to: string, system: FileSystem): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await system.rename(from, to)
    } catch (error) {
      const isInUse = ['EPERM', 'EACCES', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '')
      if (!isInUse || tries === MOST_TRIES) throw error
      await system.sleep(tries * 50)
    }
  }
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<string> {
  const folder = dirname(file)
  await makeFolderDurably(folder)
  // It says what it was to become, so that what was synced is found again when this process dies here.
  const temporary = join(folder, `.${basename(file)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`)
  const handle = await open(temporary, 'wx', 0o644)
  try {
    await writeAndSync(handle, bytes)
  } catch (error) {
    await discard(temporary)
    throw error
  }
  return temporary
}

/** Write a file that nobody has begun. */
async function writeNew(file: string, bytes: Uint8Array): Promise<Created> {
  let handle: FileHandle
  try {
    handle = await open(file, 'wx', 0o644)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'exists'
    throw error
  }
  try {
    await writeAndSync(handle, bytes)
    return 'created'
  } catch (error) {
    await discard(file)
    throw error
  }
}

async function writeAndSync(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A new folder is a new name in its parent: each of them is synced. */
async function makeFolderDurably(folder: string): Promise<void> {
  const first = await makeFolder(folder)
  if (first === undefined) return
  for (let made = folder; made.length >= first.length && dirname(made) !== made; made = dirname(made)) {
    await syncFolder(dirname(made))
  }
}

/** A temporary file that stays does no harm: the name is ignored by git, and what matters is done by now. */
async function discard(file: string): Promise<void> {
  await rm(file, { force: true }).catch(() => undefined)
}

/** Make a new name survive a power cut. Windows and some file systems cannot sync a folder, and need not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  if (handle === undefined) return
  try {
    await handle.sync()
  } catch {
    // The file itself is synced; where folders cannot be, the file system keeps names by its own journal.
  } finally {
    await handle.close()
  }
}
