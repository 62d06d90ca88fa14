import { readFile, realpath, stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { sha256 } from '../canonical-json.ts'
import { OneTokenError, type Place } from '../errors.ts'
import type { InputFile } from '../spec/types.ts'

/** The bytes of an input picture. */
export interface InputBytes {
  role: InputFile['role']
  /** Absolute path as named, not resolved through links: what a watcher watches. */
  file: string
  bytes: Uint8Array
  /** Lower-case hex sha256 of the bytes. */
  sha256: string
}

/** OpenAI's limit of one upload. */
const MAX_BYTES = 50 * 1024 * 1024

/**
 * Read an input picture. It must lie inside the project, also when links are followed: what is read here is
 * uploaded. Throws `INPUT_MISSING`, `INPUT_OUTSIDE_ROOT` or `INPUT_INVALID`.
 */
export async function readInput(input: InputFile, root: string, place?: Place): Promise<InputBytes> {
  const file = await locateInput(input, root, place)
  const { size } = await stat(file)
  if (size > MAX_BYTES) {
    const mebibytes = Math.ceil(size / 1024 / 1024)
    throw new OneTokenError(
      'INPUT_INVALID',
      `The ${input.role} "${input.path}" has ${mebibytes} MiB; at most 50 MiB can be sent.`,
      {
        hint: 'Make it smaller: a picture of 2048 pixels is as good for the model.',
        place,
      },
    )
  }
  const bytes = await readFile(file)
  return { role: input.role, file, bytes, sha256: sha256(bytes) }
}

async function locateInput(
  { role, path, base }: InputFile,
  root: string,
  place: Place | undefined,
): Promise<string> {
  if (isAbsolute(path) || path.includes('\0') || /^[a-z]+:/i.test(path)) {
    throw new OneTokenError('INPUT_OUTSIDE_ROOT', `The ${role} "${path}" is not a relative path.`, {
      hint: `Write it relative to ${base}, as in ./photo.png.`,
      place,
    })
  }
  const file = resolve(base, path)
  if (!isInside(file, root)) throw outside(role, path, file, root, place)
  const real = await realpath(file).catch((cause: NodeJS.ErrnoException) => {
    throw new OneTokenError(
      'INPUT_MISSING',
      `The ${role} "${path}" is not there: ${file} ${reason(cause)}.`,
      {
        hint: `Paths are relative to ${base}.`,
        place,
        cause,
      },
    )
  })
  if (!isInside(real, await realpath(root))) throw outside(role, path, real, root, place)
  if (!(await stat(real)).isFile()) {
    throw new OneTokenError('INPUT_INVALID', `The ${role} "${path}" is not a file.`, { place })
  }
  return file
}

function reason({ code }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist'
  return code === 'ELOOP' ? 'is a link that leads to itself' : `cannot be read (${code})`
}

function outside(
  role: string,
  path: string,
  file: string,
  root: string,
  place: Place | undefined,
): OneTokenError {
  return new OneTokenError(
    'INPUT_OUTSIDE_ROOT',
    `The ${role} "${path}" lies outside the project: it is ${file}.`,
    {
      hint: `Only files inside ${root} are sent to the API. Copy it into the project; a link to it does not help.`,
      place,
    },
  )
}

/** Whether `file` is `folder` or lies in it. Both absolute. */
export function isInside(file: string, folder: string): boolean {
  const path = relative(folder, file)
  return path === '' || (!isAbsolute(path) && path !== '..' && !path.startsWith(`..${sep}`))
}
