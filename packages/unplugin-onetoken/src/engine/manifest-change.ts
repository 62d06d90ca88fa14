import { readFile, realpath } from 'node:fs/promises'
import { OneTokenError } from '../errors.ts'
import { readText } from '../project/read-text.ts'
import type { ManifestChange } from '../spec/manifest-edit.ts'
import { visible } from '../spec/text.ts'
import { checkReplaceable, replaceText } from './replace-text.ts'

/** A change of a manifest that can be made and is not made yet. */
export interface PlannedChange {
  /** Absolute path. */
  file: string
  /** From 1. */
  line: number
  /** Write the file, whole or not at all. Throws `MANIFEST_EDIT`. */
  write(): Promise<void>
}

/**
 * Find out what changes do to a manifest, one after the other; the line is that of the last. Throws what is in their way;
 * nothing is written yet.
 */
export async function planChange(file: string, ...changes: ManifestChange[]): Promise<PlannedChange> {
  // The YAML parser is loaded only where there is something to change.
  const { editManifest } = await import('../spec/manifest-edit.ts')
  const target = await realpath(file)
  const bytes = await readFile(target)
  let edited = { text: await decoded(target, bytes), line: 1 }
  for (const change of changes) edited = editManifest(edited.text, file, change)
  const { text, line } = edited
  await checkWritable(target, file)
  return { file, line, write: () => write(target, file, bytes, text) }
}

/** With its byte order mark, where it has one. */
async function decoded(file: string, bytes: Uint8Array): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return await readText(file, 'MANIFEST_INVALID')
  }
}

async function checkWritable(target: string, file: string): Promise<void> {
  await checkReplaceable(target).catch((cause: unknown) => {
    throw notWritten(file, cause)
  })
}

/** What somebody wrote meanwhile is not lost. */
async function write(target: string, file: string, before: Buffer, text: string): Promise<void> {
  const isReplaced = await replaceText(target, before, text).catch((cause: unknown) => {
    throw notWritten(file, cause)
  })
  if (!isReplaced) throw changedMeanwhile(file)
}

function changedMeanwhile(file: string): OneTokenError {
  return new OneTokenError('MANIFEST_EDIT', 'The manifest was changed by somebody else meanwhile.', {
    hint: 'It is as they left it. Run the command again.',
    place: { file },
  })
}

function notWritten(file: string, cause: unknown): OneTokenError {
  const { code } = cause as NodeJS.ErrnoException
  return new OneTokenError(
    'MANIFEST_EDIT',
    `The manifest cannot be written: ${visible(code ?? String(cause))}.`,
    {
      hint: 'Nothing in it was changed. Make the file and its folder writable.',
      place: { file },
      cause,
    },
  )
}
