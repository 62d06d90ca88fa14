import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import { OneTokenError } from '../errors.ts'
import type { RecordImage, RenderRecord } from './record.ts'

/** A folder of one test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onetoken-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The files below a folder, relative to it, sorted; none when it is not there. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

/** The key of the render in {@link recordOf}. */
export const KEY: string = sha256('a red fox')

/** What a record says of bytes that pass for a picture. */
export function imageOf(bytes: Uint8Array): RecordImage {
  return { sha256: sha256(bytes), format: 'png', width: 64, height: 48, bytes: bytes.length }
}

/** A record with every member that a record can have. */
export function recordOf(images: readonly Uint8Array[], changes: Partial<RenderRecord> = {}): RenderRecord {
  return {
    version: 1,
    key: KEY,
    name: 'hero',
    provider: 'onetoken',
    endpoint: 'edits',
    request: {
      model: 'gpt-image-2',
      prompt: 'a red fox \u2028 狐狸',
      n: 1,
      size: '1024x1024',
      extra: { seed: 7 },
    },
    take: 1,
    inputs: [{ role: 'image', sha256: sha256('photo'), conversion: 0 }],
    images: images.map(imageOf),
    revisedPrompts: ['a very red fox', null],
    usage: { output_tokens: 196, input_tokens_details: { text_tokens: 3 } },
    cost: { usd: 0.006, from: 'usage' },
    requestId: 'req-1',
    created: '2026-01-02T03:04:05.000Z',
    ...changes,
  }
}

/** The error with which work fails. */
export async function failureOf(work: Promise<unknown>): Promise<OneTokenError> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (outcome instanceof OneTokenError) return outcome
  throw new Error(`expected a OneTokenError, got ${String(outcome)}`, { cause: outcome })
}

/** All that a person is told, with the names of the test's folder and of quarantined files made equal. */
export function told({ code, message, hint }: OneTokenError, folder: string): string {
  return `${code}\n${message}\n${hint ?? ''}`
    .replaceAll(folder, '<folder>')
    .replaceAll(/quarantine\/\d+-[\da-f]{8}-/g, 'quarantine/<time>-')
    .replaceAll(/salvage-\w{6}/g, 'salvage-<random>')
    .replaceAll(/[\da-f]{64}/g, '<hash>')
}
