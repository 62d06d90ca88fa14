import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, parse, posix, relative, resolve, sep } from 'node:path'
import { sha256 } from '../canonical-json.ts'
import { OneTokenError, type Place } from '../errors.ts'
import { nearest } from '../spec/nearest.ts'
import { quotePath } from '../spec/text.ts'
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
  const { file, real } = await locateInput(input, root, place)
  const name = nameOf(input)
  const found = await stat(real)
  if (!found.isFile()) {
    throw new OneTokenError(
      'INPUT_INVALID',
      `${name} is not a file: ${shown(file)} is a folder or a device.`,
      {
        hint: 'Name a picture: png, jpg or webp.',
        place,
      },
    )
  }
  if (found.size > MAX_BYTES) {
    const mebibytes = Math.ceil(found.size / 1024 / 1024)
    throw new OneTokenError('INPUT_INVALID', `${name} has ${mebibytes} MiB; at most 50 MiB can be sent.`, {
      hint: 'Make it smaller: a picture of 2048 pixels is as good for the model.',
      place,
    })
  }
  // The path that was checked, not the one that was named: a link could lead elsewhere by now.
  const bytes = await readFile(real).catch((cause: NodeJS.ErrnoException) => {
    throw missing(input, file, cause, place)
  })
  return { role: input.role, file, bytes, sha256: sha256(bytes) }
}

/** How messages call an input: `The image "photo.png"`. */
function nameOf({ role, path }: InputFile): string {
  return `The ${role} ${quotePath(path)}`
}

function shown(path: string): string {
  return quotePath(path).slice(1, -1)
}

async function locateInput(
  input: InputFile,
  root: string,
  place: Place | undefined,
): Promise<{ file: string; real: string }> {
  const { path, base } = input
  if (/^(?:https?|data):/i.test(path)) {
    throw new OneTokenError(
      'INPUT_OUTSIDE_ROOT',
      `${nameOf(input)} is an address, not a file of the project.`,
      {
        hint: 'Download the picture into the project, and write its path.',
        place,
      },
    )
  }
  if (isAbsolute(path) || path.includes('\0') || /^[a-z]+:/i.test(path)) {
    throw new OneTokenError('INPUT_OUTSIDE_ROOT', `${nameOf(input)} is not a relative path.`, {
      hint: `Write it relative to ${shown(base)}, as in ./photo.png.`,
      place,
    })
  }
  const file = resolve(base, path)
  const realRoot = await realpath(root)
  const real = await realpath(file).catch(async (cause: NodeJS.ErrnoException) => {
    const isNear = isInside(file, root) || isInside(file, realRoot)
    if (!isNear) throw outside(input, file, root, place)
    throw missing(input, file, cause, place, await nearFile(input, file, realRoot))
  })
  // Only real paths are compared: a root, or an importer, may well be named by a link.
  if (!isInside(real, realRoot)) throw outside(input, real, root, place)
  return { file, real }
}

function missing(
  input: InputFile,
  file: string,
  cause: NodeJS.ErrnoException,
  place: Place | undefined,
  meant = '',
): OneTokenError {
  const gone = cause.code === 'ENOENT' || cause.code === 'ENOTDIR'
  const what = gone
    ? `is not there: ${shown(file)} does not exist${meant || '.'}`
    : `cannot be read: ${shown(file)} ${cause.code === 'ELOOP' ? 'is a link that leads to itself' : `gives ${cause.code}`}.`
  return new OneTokenError('INPUT_MISSING', `${nameOf(input)} ${what}`, {
    hint: `Paths are relative to ${shown(input.base)}.`,
    place,
    cause,
  })
}

/** `; did you mean "photos/fox.png"?` by what is in its folder, which lies inside the project. */
async function nearFile({ path }: InputFile, file: string, realRoot: string): Promise<string> {
  try {
    const folder = await realpath(dirname(file))
    if (!isInside(folder, realRoot)) return ''
    const { name, ext } = parse(file)
    const names = (await readdir(folder)).filter((other) => other !== basename(file))
    // Without extensions: "a.png" is not near "b.png", but "fox.jpg" is meant by "fox.png" where there is no other.
    const stem = nearest(
      name,
      names.map((other) => parse(other).name),
    )
    const called = names.filter((other) => parse(other).name === stem)
    const found = called.find((other) => parse(other).ext === ext) ?? called[0]
    return found === undefined ? '' : `; did you mean ${quotePath(posix.join(posix.dirname(path), found))}?`
  } catch {
    return ''
  }
}

function outside(input: InputFile, file: string, root: string, place: Place | undefined): OneTokenError {
  return new OneTokenError(
    'INPUT_OUTSIDE_ROOT',
    `${nameOf(input)} lies outside the project: it is ${shown(file)}.`,
    {
      hint: `Only files inside ${shown(root)} are sent to the API. Copy it into the project; a link to it does not help.`,
      place,
    },
  )
}

/** Whether `file` is `folder` or lies in it. Both absolute. */
export function isInside(file: string, folder: string): boolean {
  const path = relative(folder, file)
  return path === '' || (!isAbsolute(path) && path !== '..' && !path.startsWith(`..${sep}`))
}
