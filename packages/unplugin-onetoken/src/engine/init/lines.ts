import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { OneTokenError } from '../../errors.ts'
import { quotePath } from '../../spec/text.ts'
import type { FileStep } from './types.ts'

/**
 * The text of a file that may be changed, byte order mark and all, so that it can be written as it was; undefined where
 * there is none. Throws `PROJECT_WRITE`.
 */
export async function readLines(file: string): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new OneTokenError(
      'PROJECT_WRITE',
      `${quotePath(basename(file))} cannot be read: ${reason(cause, code)}.`,
      {
        hint: 'Put it right, or take it away, then run the command again. Nothing was written.',
        place: { file },
        cause,
      },
    )
  }
}

function reason(cause: unknown, code: string | undefined): string {
  if (code === 'EISDIR') return 'it is a folder'
  return cause instanceof TypeError ? 'it is not UTF-8 text' : (code ?? String(cause))
}

/** A file with more lines at its end. */
export function withLines({
  file,
  text,
  lines,
  about,
}: {
  file: string
  text: string | undefined
  lines: readonly string[]
  about: string
}): FileStep {
  const added = lines.map((line) => `${line}\n`).join('')
  if (text === undefined) return { file, action: 'create', about, text: added }
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  const begin = text === '' || text.endsWith('\n') ? text : `${text}${end}`
  return { file, action: 'change', about, before: text, text: begin + added.replaceAll('\n', end), added }
}
