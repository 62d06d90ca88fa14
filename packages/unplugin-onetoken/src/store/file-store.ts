import { readFile, mkdir, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { sha256 } from '../canonical-json.ts'
import { OneTokenError } from '../errors.ts'
import { createDurably, replaceDurably } from './durable.ts'
import {
  isConflict,
  isLfsPointer,
  parseRecord,
  serializeRecord,
  type RecordImage,
  type RenderRecord,
} from './record.ts'

/** What the store knows of a key. */
export type Lookup =
  | { state: 'missing' }
  | { state: 'found'; record: RenderRecord }
  /** Something is there that cannot be used. It is not missing: it was paid for. */
  | { state: 'unavailable'; error: OneTokenError }

/** The renders of a project, on disk. */
export interface RenderStore {
  /** Absolute path of the folder. */
  readonly folder: string
  /** Disposable files go here. */
  readonly cache: string
  find(key: string): Promise<Lookup>
  /** Absolute path that an image has; says nothing about what is there. */
  imageFile(image: Pick<RecordImage, 'sha256' | 'format'>): string
  /** Absolute path of an image whose bytes are what its record says. Throws `STORE_UNAVAILABLE`. */
  image(image: Pick<RecordImage, 'sha256' | 'format'>, label: string): Promise<string>
  /** Keep the bytes of an image, synced, before anything else is done with them. */
  putImage(bytes: Uint8Array, extension: string): Promise<{ sha256: string; file: string }>
  /** Keep a record. With `replace` it takes the place of one that is there; else the first one stands and is returned. */
  putRecord(record: RenderRecord, options?: { replace?: boolean }): Promise<RenderRecord>
  /** Put bytes that are no image aside, and return where. */
  quarantine(name: string, bytes: Uint8Array): Promise<string>
  /** Put a file of the store aside, and return where. */
  setAside(file: string): Promise<string>
  /** Write what a new store needs (`.gitignore`, `.gitattributes`), and find out whether it can be written at all. */
  prepare(): Promise<void>
}

const GIT_IGNORE = `# The cache can be made again from the renders at any time; the renders cannot be made again.
/.cache/
*.tmp
*.claim
`
const GIT_ATTRIBUTES = `# Pictures never change once they are there. To keep them in Git LFS, add: filter=lfs diff=lfs merge=lfs
images/* binary
renders/*.json text eol=lf
`

/** File names of formats. */
export const EXTENSIONS: Record<RecordImage['format'], string> = {
  png: 'png',
  jpeg: 'jpg',
  webp: 'webp',
  avif: 'avif',
  gif: 'gif',
}

/** Open the store in `folder` (absolute). Nothing is created before the first write. */
export function openFileStore(folder: string): RenderStore {
  const cache = join(folder, '.cache')
  const recordFile = (key: string): string => join(folder, 'renders', `${key}.json`)
  const imageFile = ({ sha256: hash, format }: Pick<RecordImage, 'sha256' | 'format'>): string =>
    join(folder, 'images', `${hash}.${EXTENSIONS[format]}`)
  const quarantine = async (name: string, move: (to: string) => Promise<void>): Promise<string> => {
    const to = join(cache, 'quarantine', `${Date.now()}-${name}`)
    await mkdir(join(cache, 'quarantine'), { recursive: true })
    await move(to)
    return to
  }

  return {
    folder,
    cache,
    imageFile,

    async find(key) {
      const file = recordFile(key)
      const text = await readFile(file, 'utf8').catch(absent)
      if (text === undefined) return { state: 'missing' }
      const parsed = parseRecord(text, key)
      if (parsed.state === 'valid') return { state: 'found', record: parsed.record }
      return { state: 'unavailable', error: recordError(file, parsed.state, parsed.why) }
    },

    async image(image, label) {
      const file = imageFile(image)
      const bytes = await readFile(file).catch(absent)
      if (bytes !== undefined && sha256(bytes) === image.sha256) return file
      throw await imageError(file, bytes, label, (to) => rename(file, to), quarantine)
    },

    async putImage(bytes, extension) {
      const hash = sha256(bytes)
      const file = join(folder, 'images', `${hash}.${extension}`)
      if ((await createDurably(file, bytes)) === 'exists') {
        const there = await readFile(file)
        // A pointer or damaged bytes under this name: the right ones heal it.
        if (sha256(there) !== hash) {
          if (!isLfsPointer(there)) await quarantine(basename(file), (to) => writeFile(to, there))
          await replaceDurably(file, bytes)
        }
      }
      return { sha256: hash, file }
    },

    async putRecord(record, { replace = false } = {}) {
      const file = recordFile(record.key)
      const bytes = Buffer.from(serializeRecord(record))
      if (replace) {
        await replaceDurably(file, bytes)
        return record
      }
      if ((await createDurably(file, bytes)) === 'created') return record
      const lookup = await this.find(record.key)
      if (lookup.state === 'found') return lookup.record
      await quarantine(basename(file), (to) => rename(file, to))
      await replaceDurably(file, bytes)
      return record
    },

    quarantine: (name, bytes) => quarantine(name, (to) => writeFile(to, bytes)),

    setAside: (file) => quarantine(basename(file), (to) => rename(file, to)),

    async prepare() {
      try {
        await mkdir(join(folder, 'renders'), { recursive: true })
        await mkdir(join(folder, 'images'), { recursive: true })
        await createDurably(join(folder, '.gitignore'), Buffer.from(GIT_IGNORE))
        await createDurably(join(folder, '.gitattributes'), Buffer.from(GIT_ATTRIBUTES))
      } catch (cause) {
        throw storeWriteError(folder, cause)
      }
    },
  }
}

/** The error for a store that cannot be written; nothing has been paid for at that time. */
export function storeWriteError(path: string, cause: unknown): OneTokenError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new OneTokenError('STORE_WRITE', `The store cannot be written: ${reason}`, {
    hint: `Nothing was sent to the API. Make ${path} a folder that can be written, or set "store" in the settings.`,
    cause,
  })
}

function recordError(file: string, state: 'conflict' | 'pointer' | 'damaged', why: string): OneTokenError {
  const path = display(file)
  const hints = {
    conflict: `Choose a side, as in: git checkout --ours ${path}`,
    pointer: `Fetch it: git lfs pull --include ${path} (records are small: better not to track them by LFS).`,
    damaged: `Restore it, as in: git checkout -- ${path}. To pay for the render again: npx --no-install onetoken render NAME --again`,
  }
  return new OneTokenError('STORE_UNAVAILABLE', `The record of a render cannot be used: ${why} (${path}).`, {
    hint: hints[state],
    details: { file, state },
  })
}

async function imageError(
  file: string,
  bytes: Uint8Array | undefined,
  label: string,
  move: (to: string) => Promise<void>,
  quarantine: (name: string, move: (to: string) => Promise<void>) => Promise<string>,
): Promise<OneTokenError> {
  const path = display(file)
  const fail = (state: string, why: string, hint: string): OneTokenError =>
    new OneTokenError(
      'STORE_UNAVAILABLE',
      `The picture of ${label} is paid for, but its bytes cannot be used: ${path} ${why}.`,
      {
        hint,
        details: { file, state },
      },
    )
  const again = `To pay for it again: npx --no-install onetoken render ${/^"/.test(label) ? 'NAME' : label} --again`
  if (bytes === undefined)
    return fail('absent', 'is not there', `Restore it, as in: git checkout -- ${path}. ${again}`)
  if (isLfsPointer(bytes))
    return fail('pointer', 'is a Git LFS pointer', `Fetch it: git lfs pull --include ${path}`)
  if (isConflict(bytes))
    return fail(
      'conflict',
      'holds an unfinished git merge',
      `Choose a side, as in: git checkout --ours ${path}`,
    )
  // Where it cannot be moved (a read-only checkout), it stays: it is not served either way.
  const moved = await quarantine(basename(file), move).catch(() => undefined)
  const where = moved === undefined ? '' : ` The damaged file is now ${display(moved)}.`
  return fail(
    'damaged',
    'does not have the bytes that its record says',
    `Restore it, as in: git checkout -- ${path}. ${again}${where}`,
  )
}

/** Paths in messages are as short as they can be: relative to where the command runs, when inside it. */
function display(file: string): string {
  const here = `${process.cwd()}/`
  return file.startsWith(here) ? file.slice(here.length) : file
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw new OneTokenError('STORE_UNAVAILABLE', `The store cannot be read: ${error.message}`, {
    hint: 'Nothing was rendered. Make the folder readable, then build again.',
    cause: error,
  })
}
