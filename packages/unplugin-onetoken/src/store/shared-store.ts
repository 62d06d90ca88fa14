import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { canonicalJson, sha256 } from '../canonical-json.ts'
import { asOneTokenError, type OneTokenError } from '../errors.ts'
import { createDurably } from './durable.ts'
import { readIfThere, type Lookup, type RenderStore } from './file-store.ts'
import { writing } from './messages.ts'
import { alsoRemote, badRemote, notKnown } from './remote-messages.ts'
import { EXTENSIONS, parseRecord, serializeRecord, type RecordImage, type RenderRecord } from './record.ts'
import type { Remote } from './remote/types.ts'
import type { Uploads } from './uploads.ts'

/** How a render is put into a remote store. */
export interface PushOptions {
  /** Somebody asked for it anew: it takes the place of an older one. Else the first one stands. @default false */
  replace?: boolean
  /** Look at what is there already, and put right what is damaged. @default false */
  check?: boolean
}

/** The renders of a project, on disk and in a store that machines share. */
export interface SharedStore extends RenderStore {
  readonly remote: Remote
  /** Put a render of this machine into the remote store. Returns the one that stands there; changes nothing here. */
  push(record: RenderRecord, options?: PushOptions): Promise<RenderRecord>
  /** The record of the remote store for a key. Throws when what is there is none. */
  pushed(key: string): Promise<RenderRecord | undefined>
  /** Whether the remote store has this record and all of its pictures. */
  hasCopy(record: RenderRecord): Promise<boolean>
  /** Push what earlier runs could not. Returns why some still wait. */
  pushWaiting(): Promise<OneTokenError[]>
}

/** Files of a remote store that are larger are none of ours: records are a few kB, pictures at most some dozen MB. */
const LARGEST_RECORD = 4 * 2 ** 20
const LARGEST_IMAGE = 128 * 2 ** 20

/** States of a local file whose place the right bytes may take. What git manages stays as git has it. */
const HEALED: ReadonlySet<unknown> = new Set(['absent', 'damaged'])

/** What a shared store works with. */
export interface SharedStoreParts {
  remote: Remote
  uploads: Uploads
  /** Whether renders of this machine go to the remote store. */
  write: boolean
  /** Told of a render that waited and is there now. */
  arrived?: (key: string) => Promise<unknown>
}

/** Join `local` with a remote store. */
export function shareStore(
  local: RenderStore,
  { remote, uploads, write, arrived = async () => {} }: SharedStoreParts,
): SharedStore {
  const borrowed = join(local.cache, 'images')

  /** The bytes of an image as the remote store has them, which are right; undefined when it has none. */
  const fetchImage = async (image: Pick<RecordImage, 'sha256' | 'format'>): Promise<Buffer | undefined> => {
    const name = imageName(image)
    const file = await remote.read(name, LARGEST_IMAGE)
    if (file === undefined) return undefined
    if (sha256(file.bytes) !== image.sha256)
      throw badRemote(remote, name, 'does not have the bytes that its name says')
    return file.bytes
  }

  /** The record as the remote store has it; undefined when it has none. */
  const fetchRecord = async (key: string): Promise<RenderRecord | undefined> => {
    const name = recordName(key)
    const file = await remote.read(name, LARGEST_RECORD)
    if (file === undefined) return undefined
    const parsed = parseRecord(file.bytes.toString('utf8'), key)
    if (parsed.state !== 'valid') throw badRemote(remote, name, parsed.why, parsed.state)
    return parsed.record
  }

  const keepImage = async (bytes: Buffer, { format }: Pick<RecordImage, 'format'>): Promise<string> =>
    (await writing(local.folder, () => local.putImage(bytes, EXTENSIONS[format]))).file

  /** Bring a record of the remote store here, with its pictures. */
  const bring = async (record: RenderRecord, replace: boolean): Promise<RenderRecord> => {
    for (const image of record.images) {
      if (await local.reclaim(image)) continue
      const bytes = await fetchImage(image)
      if (bytes === undefined) throw badRemote(remote, imageName(image), 'is not there')
      await keepImage(bytes, image)
    }
    return await writing(local.folder, () => local.putRecord(record, { replace }))
  }

  const find: RenderStore['find'] = async (key, label) => {
    const here = await local.find(key, label)
    if (here.state === 'found') return here
    try {
      const record = await fetchRecord(key)
      if (record === undefined) return here
      const state = here.state === 'missing' ? 'absent' : here.error.details?.['state']
      if (!HEALED.has(state)) return { state: 'found', record }
      return { state: 'found', record: await bring(record, here.state !== 'missing') }
    } catch (thrown) {
      return unavailableBy(asOneTokenError(thrown), thrown, here, label, remote)
    }
  }

  const image: RenderStore['image'] = async (wanted, label) => {
    try {
      return await local.image(wanted, label)
    } catch (thrown) {
      const error = asOneTokenError(thrown)
      if (error === undefined) throw thrown
      // Fetched before, as its own place is taken by what git has there.
      const spare = join(borrowed, basename(local.imageFile(wanted)))
      const there = await readIfThere(spare).catch(() => undefined)
      if (there !== undefined && sha256(there) === wanted.sha256) return spare
      const bytes = await fetchImage(wanted).catch((cause: unknown) => {
        throw alsoRemote(error, remote, asOneTokenError(cause))
      })
      if (bytes === undefined) throw alsoRemote(error, remote, undefined)
      if (HEALED.has(error.details?.['state'])) return await keepImage(bytes, wanted)
      await writing(local.folder, () => createDurably(spare, bytes))
      return spare
    }
  }

  const pushImage = async (wanted: RecordImage, label: string, check: boolean): Promise<void> => {
    const name = imageName(wanted)
    const bytes = await readFile(await local.image(wanted, label))
    if ((await remote.create(name, bytes)) === 'created' || !check) return
    const there = await remote.read(name, LARGEST_IMAGE)
    if (there === undefined || sha256(there.bytes) !== wanted.sha256) await remote.replace(name, bytes)
  }

  /** What the remote store has; `bad` when that is no record, which a newer release of this package may still read. */
  const standingOf = async (key: string): Promise<RenderRecord | 'bad' | undefined> => {
    try {
      return await fetchRecord(key)
    } catch (thrown) {
      if (asOneTokenError(thrown)?.details?.['state'] === 'bad-remote') return 'bad'
      throw thrown
    }
  }

  const push: SharedStore['push'] = async (record, { replace = false, check = false } = {}) => {
    const name = recordName(record.key)
    // Before the record: who finds that finds all of it.
    for (const one of record.images) await pushImage(one, record.name ?? record.key, check)
    const bytes = Buffer.from(serializeRecord(record))
    const created = await remote.create(name, bytes)
    if (created === 'created' && remote.isExclusive) return record
    // Where others may write at the same time, the one that stands counts; and a server that keeps nothing is found out.
    const standing = await standingOf(record.key)
    if (standing === undefined) throw badRemote(remote, name, 'is not there, although it was taken')
    if (standing !== 'bad' && isSame(standing, record)) return record
    const isBetter =
      standing === 'bad'
        ? check
        : replace
          ? isNewer(record, standing)
          : isPicture(record) && !isPicture(standing)
    if (isBetter) {
      await remote.replace(name, bytes)
      return record
    }
    return standing === 'bad' ? await Promise.reject(badRemote(remote, name, 'is no record')) : standing
  }

  /** Push a render, and take the one that stands there in its place. */
  const settle = async (record: RenderRecord, options: PushOptions): Promise<RenderRecord> => {
    const standing = await push(record, options)
    return standing === record ? record : await bring(standing, true)
  }

  const pushWaiting: SharedStore['pushWaiting'] = async () => {
    const failures: OneTokenError[] = []
    for (const { key, replace } of await uploads.all()) {
      const here = await local.find(key)
      if (here.state === 'missing') await uploads.remove(key)
      if (here.state !== 'found') continue
      try {
        // What was sent before may have arrived in part.
        await settle(here.record, { replace, check: true })
        await uploads.remove(key)
        await arrived(key)
      } catch (thrown) {
        const error = asOneTokenError(thrown)
        if (error === undefined) throw thrown
        failures.push(error)
      }
    }
    return failures
  }

  return {
    ...local,
    remote,
    find,
    image,
    push,

    pushed: fetchRecord,

    async refresh(key) {
      const here = await local.find(key)
      if (here.state !== 'found') return
      const standing = await fetchRecord(key)
      if (standing !== undefined && isNewer(standing, here.record) && isPicture(standing)) {
        await bring(standing, true)
      }
    },

    async hasCopy(record) {
      const standing = await fetchRecord(record.key)
      if (standing === undefined || !isSame(standing, record)) return false
      for (const one of record.images) if (!(await remote.has(imageName(one)))) return false
      return true
    },

    pushWaiting,

    async putRecord(record, { replace = false } = {}) {
      if (!write) return await local.putRecord(record, { replace })
      // Before the record, so that a run that dies in between leaves the upload to the next one.
      await uploads.add({ key: record.key, replace }).catch(() => undefined)
      const kept = await local.putRecord(record, { replace })
      try {
        const standing = await settle(kept, { replace })
        await uploads.remove(record.key).catch(() => undefined)
        return standing
      } catch {
        // It is here, which is what counts, and the upload waits. That the remote store fails is said once for all.
        return kept
      }
    },
  }
}

/** Refusals differ from one request to the next: a picture counts for more. */
function isPicture({ images }: RenderRecord): boolean {
  return images.length > 0
}

function isNewer(one: RenderRecord, other: RenderRecord): boolean {
  return Date.parse(one.created) > Date.parse(other.created)
}

/** Whether two records say the same. */
export function isSame(one: RenderRecord, other: RenderRecord): boolean {
  return canonicalJson(one) === canonicalJson(other)
}

function recordName(key: string): string {
  return `renders/${key}.json`
}

function imageName({ sha256: hash, format }: Pick<RecordImage, 'sha256' | 'format'>): string {
  return `images/${hash}.${EXTENSIONS[format]}`
}

/** What a look came to that the remote store could not answer. What is wrong here matters more than that. */
function unavailableBy(
  error: OneTokenError | undefined,
  thrown: unknown,
  here: Exclude<Lookup, { state: 'found' }>,
  label: string | undefined,
  remote: Remote,
): Lookup {
  if (error === undefined) throw thrown
  if (here.state === 'unavailable') return { ...here, error: alsoRemote(here.error, remote, error) }
  // It is there, and cannot be kept here.
  if (error.code === 'STORE_WRITE') return { state: 'unavailable', error }
  return { state: 'unavailable', error: notKnown(error, label) }
}
