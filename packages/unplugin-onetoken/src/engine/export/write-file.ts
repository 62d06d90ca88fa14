import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { OneTokenError } from '../../errors.ts'
import { makeFolder } from '../../make-folder.ts'
import { quotePath } from '../../spec/text.ts'
import { replaceFile } from '../../variants/replace-file.ts'

const TEMPORARY = '.onetoken-tmp'

/** A temporary file of this age, in milliseconds, belongs to a process that died. */
const STALE = 24 * 60 * 60 * 1000

/** Write a file, whole or not at all, over one that is there. Throws `EXPORT_FAILED`. */
export async function writeFileWhole(file: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(4).toString('hex')}${TEMPORARY}`)
  await exporting(file, async () => {
    try {
      await makeFolder(dirname(file))
      await writeFile(temporary, content)
      await replaceFile(temporary, file)
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw error
    }
  })
}

/** The bytes of a file; undefined when it is not there. Throws `EXPORT_FAILED`. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  return await exporting(file, () =>
    readFile(file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }),
  )
}

/** Remove what exports that died have left in a folder. Best effort. */
export async function clearTemporary(folder: string, now: number): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    if (!name.startsWith('.') || !name.endsWith(TEMPORARY)) continue
    const file = join(folder, name)
    const isOld = await stat(file).then(
      ({ mtimeMs }) => now - mtimeMs > STALE,
      () => false,
    )
    if (isOld) await rm(file, { force: true }).catch(() => undefined)
  }
}

/** Do something with a file; what the system says against it becomes `EXPORT_FAILED`. */
export async function exporting<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof OneTokenError) throw cause
    const { code } = cause as NodeJS.ErrnoException
    throw new OneTokenError(
      'EXPORT_FAILED',
      `The file ${quotePath(file)} cannot be written: ${code ?? String(cause)}.`,
      { hint: `Make ${quotePath(dirname(file))} writable, and see that the disk is not full.`, cause },
    )
  }
}
