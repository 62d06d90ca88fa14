import { isAbsolute, relative, sep } from 'node:path'
import { askAgain } from '../again.ts'
import { OneTokenError } from '../errors.ts'
import { quote, visible } from '../quote.ts'
import { workingFolder } from '../working-folder.ts'
import type { RenderRecord, Trouble } from './record.ts'

/** How messages call the picture of a record: by its entry, or by the words of an import. */
export function labelOf({ name, request }: Pick<RenderRecord, 'name' | 'request'>): string {
  return name === undefined ? quote(String(request['prompt'])) : visible(name)
}

/** Why bytes of a picture cannot be used; goes on after the path. */
export const WHY: Record<Exclude<Trouble, 'newer'> | 'absent', string> = {
  absent: 'is not there',
  conflict: 'holds an unfinished git merge',
  pointer: 'is a Git LFS pointer',
  damaged: 'does not have the bytes that its record says',
}

/** A file of the store that cannot be used. */
export interface BadFile {
  /** What it is for. */
  what: 'record' | 'picture'
  /** Absolute path. */
  file: string
  state: Trouble | 'absent' | 'mislabelled' | 'misnamed'
  /** Goes on after the path, as in `is empty`. */
  why: string
  /** How messages call the picture. */
  label: string | undefined
  /** Whether it is known that nothing asks for this render any more: what is asked for would be another picture. */
  isFormer?: boolean | undefined
  /** Where the file is now, when it was moved aside. */
  moved?: string | undefined
  /** The name that the file should have. */
  rightName?: string | undefined
}

/** The error for a file that was paid for and cannot be used. */
export function unavailable({
  what,
  file,
  state,
  why,
  label,
  isFormer,
  moved,
  rightName,
}: BadFile): OneTokenError {
  const path = display(file)
  const again = `To pay for it again: ${askAgain(label ?? 'NAME')}`
  const lost = isFormer === true ? ofFormer({ what, file }) : `${restored(file)}\n${again}`
  const hints: Record<BadFile['state'], string> = {
    absent: lost,
    conflict: `Choose a side, as in: git checkout --ours ${inShell(path)}`,
    pointer: 'Fetch what it points to: git lfs pull',
    newer: 'Update unplugin-onetoken here to the version that the others use.',
    damaged: lost,
    mislabelled: isFormer === true ? lost : again,
    misnamed: `Rename it to ${rightName}.`,
  }
  const aside = moved === undefined ? '' : ` It was moved aside, to ${display(moved)}.`
  return new OneTokenError(
    'STORE_UNAVAILABLE',
    `The render of ${label ?? 'a picture'} is in the store, but its ${what} cannot be used: ${path} ${why}.${aside}`,
    { hint: hints[state], details: { file, state, ...(moved === undefined ? {} : { moved }) } },
  )
}

/** What to do about a file of a render that cannot be asked for again, as there are other words in its place, or none. */
export function ofFormer({ what, file }: Pick<BadFile, 'what' | 'file'>): string {
  const isOf = 'It is of a former render, which nothing in the project asks for now: no build needs it.'
  const remove =
    what === 'record'
      ? 'Where there is no copy of it, in git or a backup, remove the file.'
      : 'To remove it: npx --no-install onetoken prune --renders (with --keep-days 0, when it is younger than 30 days)'
  return `${restored(file)}\n${isOf} ${remove}`
}

function restored(file: string): string {
  return `Restore it, as in: git checkout -- ${inShell(display(file))}`
}

/** The error for a store that the system does not let us read. Whether a render is there, nobody knows. */
export function unreadable(file: string, cause: unknown): OneTokenError {
  const { code } = cause as NodeJS.ErrnoException
  const path = display(file)
  const hints: Record<string, string> = {
    ENOTDIR: `One of the folders of ${path} is a file (a symbolic link that git wrote as text, perhaps): put it right, or set "store" in the settings.`,
    EISDIR: `${path} is a folder, where a file belongs: put the file back, or move the folder away.`,
  }
  const hint = hints[code ?? ''] ?? `Make ${path} readable, then try again.`
  return new OneTokenError('STORE_UNAVAILABLE', `The store cannot be read: ${visible(reasonOf(cause))}`, {
    hint: `Nothing was rendered. ${hint}`,
    cause,
    details: { file, state: 'unreadable' },
  })
}

/** The error for a store that cannot be written; nothing has been paid for at that time. */
export function storeWriteError(path: string, cause: unknown): OneTokenError {
  return new OneTokenError('STORE_WRITE', `The store cannot be written: ${visible(reasonOf(cause))}`, {
    hint: `Nothing was sent to the API. Make ${display(path)} a folder that can be written, or set "store" in the settings.`,
    cause,
    // No other render could be kept either.
    details: { stopAll: true },
  })
}

/** The error for a disk that a picture may not fit on; nothing has been paid for at that time. */
export function noRoom(path: string, free: number, room: number): OneTokenError {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
  return new OneTokenError(
    'STORE_WRITE',
    `The disk of the store is nearly full: it has ${megabytes(free)} left, and the next answer may be ${megabytes(room)}.`,
    {
      hint: `Nothing was sent to the API. Make room on the disk of ${display(path)}, or set "store" in the settings.`,
      details: { stopAll: true },
    },
  )
}

/** Do what changes the store in `folder`; what the system has against it is told as {@link storeWriteError}. */
export async function writing<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    throw cause instanceof OneTokenError ? cause : storeWriteError(folder, cause)
  }
}

/** The words of whatever was thrown. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** Paths in messages are as short as they can be: relative to where the command runs, when inside it. */
export function display(file: string): string {
  const path = relative(workingFolder() ?? sep, file)
  return visible(path === '' || path.startsWith('..') || isAbsolute(path) ? file : path)
}

/** A path as it is pasted into a shell. */
export function inShell(path: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(path) ? path : `"${path}"`
}
