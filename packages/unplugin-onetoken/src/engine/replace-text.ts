import { randomBytes } from 'node:crypto'
import { access, constants, open, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { withLock } from '../store/lock.ts'
import { replaceFile, type ReplaceSystem } from '../variants/replace-file.ts'

/** Throws what stands in the way of {@link replaceText}; `target` is a real path. */
export async function checkReplaceable(target: string): Promise<void> {
  const { mode } = await stat(target)
  // The system lets its administrator write any file, and anybody replace one in a folder of their own.
  const isWritable = (mode & 0o222) !== 0
  if (!isWritable) throw Object.assign(new Error('it is read-only'), { code: 'it is read-only' })
  await access(target, constants.W_OK)
  await access(dirname(target), constants.W_OK)
}

/**
 * Give a file of a person another text: a reader sees the old one or the new one. False when it is not `before` any more;
 * then it stays as it is. Of several commands that do so at once, none undoes what another did. `target` is a real path,
 * so that links stay links. Throws what the system says.
 */
export async function replaceText(
  target: string,
  before: Uint8Array,
  text: string,
  system?: ReplaceSystem,
): Promise<boolean> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const { mode, uid, gid } = await stat(target)
    const handle = await open(temporary, 'wx', mode & 0o777)
    try {
      await handle.writeFile(text)
      await handle.chmod(mode & 0o7777)
      // Only an administrator can, and has to.
      await handle.chown(uid, gid).catch(() => undefined)
      await handle.sync()
    } finally {
      await handle.close()
    }
    // Between the look and the change, another command could have written what nobody would see again.
    return await withLock(join(dirname(target), `.${basename(target)}.lock`), async () => {
      const isSame = (await readFile(target)).equals(before)
      if (isSame) await replaceFile(temporary, target, system)
      return isSame
    })
  } finally {
    // Gone already where all went well.
    await rm(temporary, { force: true }).catch(() => undefined)
  }
}
