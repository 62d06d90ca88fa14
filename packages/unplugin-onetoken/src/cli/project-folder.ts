import { stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { findRoot, quotePath, visible } from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import type { Command } from './command.ts'
import type { FlagValue } from './flags.ts'
import { say } from './output.ts'

/**
 * The absolute path of the project that a command works on: what `--cwd` says, or what is found, which is said where it
 * is not the working directory. Throws `USAGE`, and `SETTINGS_INVALID` as {@link findRoot} does.
 */
export async function projectFolder(
  { hasProject }: Pick<Command, 'hasProject'>,
  { cwd }: Readonly<Record<string, FlagValue>>,
  isJson: boolean,
): Promise<string> {
  if (!hasProject) return process.cwd()
  if (typeof cwd === 'string') {
    await checkFolder(cwd)
    return cwd
  }
  const here = process.cwd()
  const { root, by, names } = await findRoot(here)
  if (root !== here && by !== undefined && !isJson) {
    const why = names === undefined ? `${by} is there` : `${by} there names ${visible(names)}`
    say(`The project is ${visible(relative(here, root))} (${visible(root)}), as ${why}.`)
  }
  return root
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => error)
  if (!(found instanceof Error) && found.isDirectory()) return
  const isThere = !(found instanceof Error)
  const why = isThere || found.code === 'ENOTDIR' ? 'is no folder' : whyNot(found.code)
  throw new OneTokenError('USAGE', `--cwd ${quotePath(resolve(folder))} ${why}.`, {
    hint: 'Name the folder of the project, or leave --cwd out and stand in it.',
    ...(isThere ? {} : { cause: found }),
  })
}

function whyNot(code: string | undefined): string {
  return code === 'ENOENT' ? 'is not there' : `cannot be used: ${code ?? 'for an unknown reason'}`
}
