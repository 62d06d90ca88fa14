import { mkdtemp, rmdir } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import { openFileStore, type RenderStore } from '../store/file-store.ts'
import { reasonOf } from '../store/messages.ts'

/**
 * The next one is looked for only when it is needed: for a user whom the system does not know, there is no home, which
 * throws.
 */
const PARENTS: readonly ((store: Pick<RenderStore, 'folder'>) => string)[] = [
  ({ folder }) => dirname(folder),
  () => tmpdir(),
  () => homedir(),
]

/**
 * The store failed with a paid answer in hand: keep it in a store of its own, in the first folder that takes it.
 * Beside the store it is seen, and stays; the system's temporary folder is emptied some day.
 * Returns the error that says where it is.
 */
export async function salvage(
  label: string,
  store: Pick<RenderStore, 'folder'>,
  cause: unknown,
  keepIn: (spare: RenderStore) => Promise<void>,
): Promise<OneTokenError> {
  const { folder } = store
  const failures: string[] = []
  const tried = new Set<string>()
  for (const parentOf of PARENTS) {
    let spare: string | undefined
    try {
      const parent = parentOf(store)
      if (tried.has(parent)) continue
      tried.add(parent)
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
