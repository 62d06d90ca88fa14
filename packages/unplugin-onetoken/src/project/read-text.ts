import { readFile } from 'node:fs/promises'
import { OneTokenError, type ErrorCode } from '../errors.ts'

/**
 * The text of a file that a project is described in, without its byte order mark. Throws `code` for a file that cannot
 * be read, and for bytes that are not UTF-8: replaced by question marks, they would be paid for as other words.
 */
export async function readText(file: string, code: ErrorCode): Promise<string> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'EISDIR' ? 'it is a folder' : (cause.code ?? 'for an unknown reason')
    throw new OneTokenError(code, `The file cannot be read: ${reason}.`, { place: { file }, cause })
  })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new OneTokenError(code, 'The file is not UTF-8 text.', {
      hint: 'Save it as UTF-8.',
      place: { file, line: firstBadLine(bytes), column: 1 },
      cause,
    })
  }
}

function firstBadLine(bytes: Uint8Array): number {
  const replaced = new TextDecoder().decode(bytes)
  return replaced.slice(0, Math.max(0, replaced.indexOf('\ufffd'))).split('\n').length
}
