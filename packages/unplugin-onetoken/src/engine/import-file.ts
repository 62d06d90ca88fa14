import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import { visible } from '../spec/text.ts'
import { display } from '../store/messages.ts'
import { createInlineEncoder, readable, type ImageFormat } from '../variants/index.ts'

/** A picture of the user. */
export interface UserPicture {
  bytes: Buffer
  format: ImageFormat
  /** Pixels, as it is shown: upright. */
  width: number
  height: number
  /** Without its folder. */
  name: string
}

/** The largest one that goes into a store: a remote one gives no larger. */
const MAX_BYTES = 128 * 2 ** 20

/**
 * Read a picture and decode all of it: a header alone also lets pass what was cut short.
 * Throws `INPUT_MISSING` or `INPUT_INVALID`.
 */
export async function readPicture(file: string): Promise<UserPicture> {
  const what = `The picture ${display(file)}`
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
      throw new OneTokenError('INPUT_MISSING', `${what} is not there.`, {
        hint: 'The path is relative to the folder that the command is run in.',
        cause,
      })
    }
    throw unreadable(what, cause)
  })
  if (!found.isFile()) {
    const kind = found.isDirectory() ? 'a folder' : 'no file'
    throw new OneTokenError('INPUT_INVALID', `${what} is ${kind}.`, { hint: 'Name a picture.' })
  }
  if (found.size > MAX_BYTES) {
    const size = `${Math.ceil(found.size / 2 ** 20)} MiB`
    throw new OneTokenError('INPUT_INVALID', `${what} has ${size}, and at most 128 MiB can be kept.`, {
      hint: 'Save it smaller: no page needs that much.',
    })
  }
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw unreadable(what, cause)
  })
  readable(bytes, what)
  try {
    const { format, width, height } = await createInlineEncoder().inspect(bytes)
    return { bytes, format, width, height, name: basename(file) }
  } catch (cause) {
    const error = asOneTokenError(cause)
    if (error?.code !== 'IMAGE_INVALID') throw cause
    throw new OneTokenError('INPUT_INVALID', `${what} cannot be decoded: ${error.message}`, {
      hint: 'It is damaged or cut short. Save it anew from the program that made it.',
      cause,
    })
  }
}

function unreadable(what: string, cause: unknown): OneTokenError {
  const { code } = cause as NodeJS.ErrnoException
  return new OneTokenError('INPUT_INVALID', `${what} cannot be read: ${visible(code ?? String(cause))}.`, {
    hint: 'Make it readable, or copy it elsewhere.',
    cause,
  })
}
