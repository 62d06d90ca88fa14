import { mkdtemp, rmdir } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import { openFileStore, type RenderStore } from '../store/file-store.ts'
import { reasonOf } from '../store/messages.ts'

/**
 * The store failed with a paid answer in hand: keep it in a store of its own, in the first folder that takes it.
 * Beside the store it is seen, and stays; the system's temporary folder is emptied some day.
 * Returns the error that says where it is.
 */
export async function salvage(
  label: string,
  { folder }: Pick<RenderStore, 'folder'>,
  cause: unknown,
  keepIn: (spare: RenderStore) => Promise<void>,
): Promise<OneTokenError> {
  const failures: string[] = []
  for (const parent of new Set([dirname(folder), tmpdir(), homedir()])) {
    let spare: string | undefined
    try {
      spare = await mkdtemp(join(parent, 'onetoken-salvage-'))
      await keepIn(openFileStore(spare))
      return new OneTokenError(
        'STORE_WRITE',
        `${label} is rendered and paid for, but the store could not keep it: ${reasonOf(cause)}`,
        {
          hint: `It is kept in ${spare}. Make ${folder} a folder that can be written, then copy the folders "images" and "renders" from there into it: the next run finds it.`,
          cause,
          details: { salvaged: spare },
        },
      )
    } catch (failure) {
      const error = asOneTokenError(failure)
      // Its bytes are kept all the same, and the error says where.
      if (error?.code === 'IMAGE_INVALID') return error
      failures.push(reasonOf(failure))
      // Goes only when it is empty: part of an answer is better than nothing.
      if (spare !== undefined) await rmdir(spare).catch(() => undefined)
    }
  }
  return new OneTokenError(
    'STORE_WRITE',
    `${label} is rendered and paid for, but could be kept neither in the store nor elsewhere: ${[reasonOf(cause), ...failures].join('; ')}`,
    {
      hint: `Make ${folder} a folder that can be written, with room on its disk, before you render more.`,
      cause,
    },
  )
}
