import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import type { Place } from '../errors.ts'

/**
 * Where a module (absolute path) failed, as far as the error that it was loaded with tells. Mistakes of syntax may be in
 * what it imports.
 */
export async function placeOfFailure(cause: unknown, file: string): Promise<Place> {
  if (!(cause instanceof Error)) return { file }
  return syntaxPlace(cause.message) ?? framePlace(cause, file) ?? (await parsedPlace(cause, file)) ?? { file }
}

/** As jiti says it, on a line of its own. It counts columns from 0. */
function syntaxPlace(message: string): Place | undefined {
  const [, file, line, column] = /^ParseError: .*\n\s*(\S.*):(\d+):(\d+)\s*$/.exec(message) ?? []
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) + 1 }
}

/** Of the first call on the stack that was made in the file; jiti keeps its lines, not its columns. */
function framePlace({ stack = '' }: Error, file: string): Place | undefined {
  for (const frame of stack.split('\n').filter((one) => one.startsWith('    at '))) {
    const [, where = '', line, column] = /\(?((?:file:|\/|[A-Za-z]:\\).*):(\d+):(\d+)\)?$/.exec(frame) ?? []
    if (where === file) return { file, line: Number(line), column: 1 }
    if (where.replace(/\?t=[\d.]+$/, '') === pathToFileURL(file).href) {
      return { file, line: Number(line), column: Number(column) }
    }
  }
  return undefined
}

/** Node keeps to itself where a module that is no code fails, so its text is parsed once more. */
async function parsedPlace(cause: Error, file: string): Promise<Place | undefined> {
  if (cause.name !== 'SyntaxError') return undefined
  try {
    const { createJiti } = await import('jiti')
    const source = await readFile(file, 'utf8')
    const code = createJiti(import.meta.url, { fsCache: false }).transform({
      source,
      filename: file,
      async: true,
    })
    const [, said] = /^exports\.__JITI_ERROR__ = (\{.*\})/.exec(code) ?? []
    const { line, column } = JSON.parse(said ?? '{}') as { line?: unknown; column?: unknown }
    return typeof line === 'number' && typeof column === 'number'
      ? { file, line, column: column + 1 }
      : undefined
  } catch {
    return undefined
  }
}
