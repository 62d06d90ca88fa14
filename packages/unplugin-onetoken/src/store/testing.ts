import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import { OneTokenError } from '../errors.ts'
import type { RecordImage, RenderRecord } from './record.ts'
import { remoteFailed, type RemoteTrouble, type RemoteVerb } from './remote/failed.ts'
import type { Remote } from './remote/types.ts'

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

/** A remote store in memory, and what it was asked. */
export interface MemoryRemote extends Remote {
  files: Map<string, Buffer>
  /** Milliseconds by which its clock is set forward: all files are older by them. */
  later: number
  /** `read renders/….json` and the like. */
  log: string[]
  /** With this, everything fails. */
  fails: RemoteTrouble | undefined
}

/** An empty remote store in memory. */
export function memoryRemote({ isExclusive = true }: { isExclusive?: boolean } = {}): MemoryRemote {
  const url = 'https://store.example/onetoken'
  const files = new Map<string, Buffer>()
  const written = new Map<string, number>()
  const put = (name: string, bytes: Uint8Array): void => {
    files.set(name, Buffer.from(bytes))
    written.set(name, performance.now() + remote.later)
  }
  const begin = async (verb: RemoteVerb, name: string): Promise<void> => {
    remote.log.push(`${verb} ${name}`)
    await new Promise((resolve) => setImmediate(resolve))
    if (remote.fails !== undefined)
      throw remoteFailed({ verb, name, url }, { kind: remote.fails, why: 'it failed' })
  }
  const remote: MemoryRemote = {
    url,
    isExclusive,
    files,
    later: 0,
    log: [],
    fails: undefined,
    async read(name) {
      await begin('read', name)
      const bytes = files.get(name)
      const age = performance.now() + remote.later - (written.get(name) ?? 0)
      return bytes === undefined ? undefined : { bytes, age }
    },
    async has(name) {
      await begin('look up', name)
      return files.has(name)
    },
    async list(start) {
      await begin('look up', start)
      return isExclusive ? [...files.keys()].filter((name) => name.startsWith(start)) : undefined
    },
    async create(name, bytes) {
      const wasThere = files.has(name)
      await begin('write', name)
      if (isExclusive ? files.has(name) : wasThere) return 'exists'
      put(name, bytes)
      return 'created'
    },
    async replace(name, bytes) {
      await begin('write', name)
      put(name, bytes)
    },
    async remove(name) {
      await begin('remove', name)
      files.delete(name)
    },
    close: async () => {},
  }
  return remote
}
