import { randomBytes } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { OneTokenError } from '../errors.ts'
import { makeFolder } from '../make-folder.ts'
import { replaceFile, type ReplaceSystem } from '../variants/replace-file.ts'

/**
 * Write a file that can be made again, where its text is another: whole or not at all, as several builds of one
 * project may write the same file at once. Throws `STORE_WRITE`.
 */
export async function writeWhole(file: string, text: string, system?: ReplaceSystem): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await makeFolder(dirname(file))
    await writeFile(temporary, text)
    await replaceFile(temporary, file, system)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    const { code } = cause as NodeJS.ErrnoException
    throw new OneTokenError('STORE_WRITE', `The cache cannot be written: ${code ?? String(cause)}.`, {
      hint: `Make ${dirname(file)} writable, and see that the disk is not full.`,
      place: { file },
      cause,
    })
  }
}
