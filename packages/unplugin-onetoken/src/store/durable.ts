import { randomBytes } from 'node:crypto'
import { link, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What happened to a name that was to be created. */
export type Created = 'created' | 'exists'

/**
 * Create `file` with `bytes`, whole or not at all, and never in place of a file that is there: the bytes are
 * written and synced under a temporary name in the same folder, then linked. After `created`, they survive a
 * power cut.
 */
export async function createDurably(file: string, bytes: Uint8Array): Promise<Created> {
  const temporary = await writeSynced(file, bytes)
  try {
    await link(temporary, file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return 'exists'
    if (!LINKLESS.has(code ?? '')) throw error
    return await createByClaim(temporary, file)
  } finally {
    await rm(temporary, { force: true })
  }
  await syncFolder(dirname(file))
  return 'created'
}

/** Put `bytes` at `file` in place of what is there: a reader sees the old file or the new one, whole. */
export async function replaceDurably(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = await writeSynced(file, bytes)
  try {
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(file))
}

/** What file systems without hard links answer (exFAT, some network and container mounts). */
const LINKLESS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EACCES', 'EMLINK', 'EINVAL'])

async function writeSynced(file: string, bytes: Uint8Array): Promise<string> {
  const folder = dirname(file)
  await mkdir(folder, { recursive: true })
  const temporary = join(folder, `.${process.pid}-${randomBytes(6).toString('hex')}.tmp`)
  const handle = await open(temporary, 'wx', 0o644)
  try {
    await writeAndSync(handle, bytes)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return temporary
}

async function writeAndSync(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Without links: whoever creates the claim first may rename. A rename over a file that is there cannot happen. */
async function createByClaim(temporary: string, file: string): Promise<Created> {
  const claim = `${file}.claim`
  let handle: FileHandle
  try {
    handle = await open(claim, 'wx')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'exists'
    throw error
  }
  try {
    const there = await open(file, 'r').catch(() => undefined)
    await there?.close()
    if (there !== undefined) return 'exists'
    await rename(temporary, file)
    await syncFolder(dirname(file))
    return 'created'
  } finally {
    await handle.close()
    await rm(claim, { force: true })
  }
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
