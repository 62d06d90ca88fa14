import { access, readdir, readFile, rename, rm, statfs } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { canonicalJson, sha256 } from '../canonical-json.ts'
import type { OneTokenError } from '../errors.ts'
import { makeFolder } from '../make-folder.ts'
import { abandonedFiles, createDurably, probeFolder, replaceDurably } from './durable.ts'
import { GIT_FILES } from './git-files.ts'
import { layoutOf } from './layout.ts'
import { noRoom, storeWriteError, unavailable, unreadable, WHY } from './messages.ts'
import { openQuarantine } from './quarantine.ts'
import { readAtOnce, readIfThere } from './read-file.ts'
import {
  EXTENSIONS,
  parseRecord,
  serializeRecord,
  troubleOf,
  type RecordImage,
  type RenderRecord,
} from './record.ts'

/** What the store knows of a key. */
export type Lookup =
  | { state: 'missing' }
  | { state: 'found'; record: RenderRecord }
  /** Something is there that cannot be used. It is not missing: it was paid for. */
  | { state: 'unavailable'; error: OneTokenError }

/** Whether nothing changed between two looks at one key. */
export function isSameLookup(one: Lookup, other: Lookup): boolean {
  if (one.state === 'found' && other.state === 'found') {
    return canonicalJson(one.record) === canonicalJson(other.record)
  }
  return one.state === other.state
}

/** The renders of a project, on disk. */
export interface RenderStore {
  /** Absolute path of the folder. */
  readonly folder: string
  /** Disposable files go here. */
  readonly cache: string
  /** `label` is how messages call the picture. */
  find(key: string, label?: string): Promise<Lookup>
  /** The keys of all records, sorted; says nothing about what is in them. */
  keys(): Promise<string[]>
  /** Take what another machine has brought since, where machines share the store. */
  refresh(key: string): Promise<void>
  /** Absolute path that a record has; says nothing about what is there. */
  recordFile(key: string): string
  /** Absolute path that an image has; says nothing about what is there. */
  imageFile(image: Pick<RecordImage, 'sha256' | 'format'>): string
  /**
   * Absolute path of an image whose bytes are what its record says. A damaged one is put aside, unless it is to be
   * `left` where it is. Throws `STORE_UNAVAILABLE`.
   */
  image(
    image: Pick<RecordImage, 'sha256' | 'format'>,
    label: string,
    damaged?: 'aside' | 'left',
  ): Promise<string>
  /** Keep the bytes of an image, synced, before anything else is done with them. */
  putImage(bytes: Uint8Array, extension: string): Promise<{ sha256: string; file: string }>
  /** Keep a record. With `replace` it takes the place of one that is there; else the first one stands and is returned. */
  putRecord(record: RenderRecord, options?: { replace?: boolean }): Promise<RenderRecord>
  /**
   * Whether the bytes of an image are there and right. Those that a process left under a temporary name when it died
   * are given their own.
   */
  reclaim(image: Pick<RecordImage, 'sha256' | 'format'>): Promise<boolean>
  /** Put bytes that are no image aside, and return where. */
  quarantine(name: string, bytes: Uint8Array): Promise<string>
  /** Put a file of the store aside, and return where. */
  setAside(file: string): Promise<string>
  /** Put an image aside that has the wrong bytes, and return where; undefined when it has the right ones by now. */
  setAsideImage(image: Pick<RecordImage, 'sha256' | 'format'>): Promise<string | undefined>
  /** Tell git about a new store (`.gitignore`, `.gitattributes`): before anything is written that it is not to see. */
  introduce(): Promise<void>
  /**
   * {@link introduce} it, and find out whether it can be written at all and has room for so many bytes. Throws
   * `STORE_WRITE`. With `key`, also whether what is there for it, such as a folder under its name, can be replaced: throws
   * `STORE_UNAVAILABLE`.
   */
  prepare(room?: number, key?: string): Promise<void>
}

/** Open the store in `folder` (absolute). Nothing is created before the first write. */
export function openFileStore(folder: string): RenderStore {
  const { records, images, cache, quarantine } = layoutOf(folder)
  const away = openQuarantine(quarantine)
  const recordFile: RenderStore['recordFile'] = (key) => join(records, `${key}.json`)
  const imageFile: RenderStore['imageFile'] = ({ sha256: hash, format }) =>
    join(images, `${hash}.${EXTENSIONS[format]}`)

  const find: RenderStore['find'] = async (key, label) => {
    const file = recordFile(key)
    try {
      const bytes = readAtOnce(file)
      if (bytes === undefined) return { state: 'missing' }
      const parsed = parseRecord(bytes.toString('utf8'), key)
      if (parsed.state === 'valid') return { state: 'found', record: parsed.record }
      return { state: 'unavailable', error: unavailable({ what: 'record', file, label, ...parsed }) }
    } catch (cause) {
      return { state: 'unavailable', error: unreadable(file, cause) }
    }
  }

  /** Put `bytes` in place of what cannot be used, of which a copy is kept where one can be. */
  const supersede = async (file: string, old: Uint8Array | undefined, bytes: Uint8Array): Promise<void> => {
    // What is written now was paid for: it does not wait for a copy of what is of no use.
    if (old !== undefined) await away.keep(basename(file), old).catch(() => undefined)
    await replaceDurably(file, bytes)
  }

  const setAsideImage: RenderStore['setAsideImage'] = async (image) => {
    const file = imageFile(image)
    const moved = await away.move(file)
    // Git or another process may have put the right bytes there since they were read.
    if (sha256(await readFile(moved)) !== image.sha256) return moved
    await rename(moved, file)
    return undefined
  }

  const putImage: RenderStore['putImage'] = async (bytes, extension) => {
    const hash = sha256(bytes)
    const file = join(images, `${hash}.${extension}`)
    if ((await createDurably(file, bytes)) === 'exists') {
      const there = await readIfThere(file)
      // A pointer or damaged bytes under this name: the right ones heal it.
      if (there === undefined || sha256(there) !== hash) await supersede(file, there, bytes)
    }
    return { sha256: hash, file }
  }

  const introduce: RenderStore['introduce'] = async () => {
    for (const [name, text] of Object.entries(GIT_FILES)) await createMissing(join(folder, name), text)
  }

  return {
    folder,
    cache,
    find,
    // Nobody else brings anything.
    refresh: async () => {},
    recordFile,
    imageFile,

    async keys() {
      const names = await readdir(records).catch((cause: unknown) => {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
        throw unreadable(records, cause)
      })
      return names.flatMap((name) => /^([\da-f]{64})\.json$/.exec(name)?.[1] ?? []).sort()
    },

    async image(image, label, damaged = 'aside') {
      const file = imageFile(image)
      const bytes = await readIfThere(file).catch((cause: unknown) => {
        throw unreadable(file, cause)
      })
      if (bytes === undefined) {
        throw unavailable({ what: 'picture', file, state: 'absent', why: WHY.absent, label })
      }
      if (sha256(bytes) === image.sha256) return file
      const state = troubleOf(bytes)
      // Where it cannot be moved (a read-only checkout), it stays: it is not served either way.
      const aside =
        state !== 'damaged' || damaged === 'left'
          ? undefined
          : await setAsideImage(image).then(
              (moved) => ({ moved }),
              () => undefined,
            )
      if (aside !== undefined && aside.moved === undefined) return file
      throw unavailable({ what: 'picture', file, state, why: WHY[state], label, moved: aside?.moved })
    },

    putImage,

    async putRecord(record, { replace = false } = {}) {
      const file = recordFile(record.key)
      const bytes = Buffer.from(serializeRecord(record))
      if (!replace) {
        if ((await createDurably(file, bytes)) === 'created') return record
        const lookup = await find(record.key)
        if (lookup.state === 'found') return lookup.record
      }
      await supersede(file, await readIfThere(file), bytes)
      return record
    },

    async reclaim(image) {
      const file = imageFile(image)
      const isRight = async (path: string): Promise<Buffer | undefined> => {
        const bytes = await readIfThere(path).catch(() => undefined)
        return bytes !== undefined && sha256(bytes) === image.sha256 ? bytes : undefined
      }
      if ((await isRight(file)) !== undefined) return true
      for (const temporary of await abandonedFiles(file)) {
        const bytes = await isRight(temporary)
        if (bytes === undefined) continue
        await putImage(bytes, EXTENSIONS[image.format])
        await rm(temporary, { force: true }).catch(() => undefined)
        return true
      }
      return false
    },

    quarantine: away.keep,
    setAside: away.move,
    setAsideImage,
    introduce,

    async prepare(room = 0, key) {
      try {
        for (const part of [records, images]) await probeFolder(part)
        await introduce()
        await makeFolder(cache)
      } catch (cause) {
        throw storeWriteError(folder, cause)
      }
      const free = await freeSpace(images)
      if (free < room) throw noRoom(folder, free, room)
      if (key === undefined) return
      const file = recordFile(key)
      // It is read before it is replaced, as a copy of it is kept.
      await readIfThere(file).catch((cause: unknown) => {
        throw unreadable(file, cause)
      })
    },
  }
}

/** Their author may have changed them. */
async function createMissing(file: string, text: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  )
  if (!isThere) await createDurably(file, Buffer.from(text))
}

/** Bytes that this process may still write in a folder; unlimited where the system does not say. */
async function freeSpace(folder: string): Promise<number> {
  const { bavail, bsize, blocks } = await statfs(folder).catch(() => ({ bavail: 0, bsize: 0, blocks: 0 }))
  return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize
}
