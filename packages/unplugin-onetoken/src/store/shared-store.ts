import { randomUUID } from 'node:crypto'
import { basename, join } from 'node:path'
import { sha256 } from '../canonical-json.ts'
import { asOneTokenError, type OneTokenError } from '../errors.ts'
import { createDurably } from './durable.ts'
import { keepAside } from './aside.ts'
import type { Lookup, RenderStore } from './file-store.ts'
import { readIfThere } from './read-file.ts'
import { LEFT_BEHIND } from './listing.ts'
import { writing } from './messages.ts'
import { createPush, isNewer, isPicture, isSame, type Push, type PushOptions } from './push.ts'
import { alsoRemote, badRemote, notKnown, notTaken } from './remote-messages.ts'
import { imageName, openRemoteRenders } from './remote-renders.ts'
import { EXTENSIONS, type RecordImage, type RenderRecord } from './record.ts'
import type { Remote } from './remote/types.ts'
import type { Uploads } from './uploads.ts'

/** The renders of a project, on disk and in a store that machines share. */
export interface SharedStore extends RenderStore {
  readonly remote: Remote
  push: Push
  /** Whether a render of this machine goes into the remote store. */
  takes(record: Pick<RenderRecord, 'provider'>): boolean
  /** The record of the remote store for a key. Throws when what is there is none. */
  pushed(key: string): Promise<RenderRecord | undefined>
  /** Take a record of the remote store, with its pictures, in place of the one that is here. */
  bring(record: RenderRecord): Promise<RenderRecord>
  /** Whether the remote store has this record and all of its pictures. */
  hasCopy(record: RenderRecord): Promise<boolean>
  /** Push what earlier runs could not. Returns why some still wait. */
  pushWaiting(): Promise<OneTokenError[]>
}

/** States of a local file whose place the right bytes may take. What git manages stays as git has it. */
const HEALED: ReadonlySet<unknown> = new Set(['absent', 'damaged'])

/** What a shared store works with. */
export interface SharedStoreParts {
  remote: Remote
  uploads: Uploads
  /** Whether a render of this machine goes to the remote store. */
  takes: SharedStore['takes']
  /** Whether any do. @default true */
  isWritable?: boolean
  /** What cannot be kept in the remote store is not to be paid for: this machine is thrown away. @default false */
  mustTake?: boolean
  /** Told of a render that waited and is there now. */
  arrived?: (key: string) => Promise<unknown>
}

/** Join `local` with a remote store. */
export function shareStore(
  local: RenderStore,
  { remote, uploads, takes, isWritable = true, mustTake = false, arrived = async () => {} }: SharedStoreParts,
): SharedStore {
  const borrowed = join(local.cache, 'images')
  const renders = openRemoteRenders(remote)
  const push = createPush(local, remote, renders)

  /** What is brought may be the first that is here. */
  const keeping = <Kept>(keep: () => Promise<Kept>): Promise<Kept> =>
    writing(local.folder, async () => {
      await local.introduce()
      return await keep()
    })

  const keepImage = async (bytes: Buffer, { format }: Pick<RecordImage, 'format'>): Promise<string> =>
    (await keeping(() => local.putImage(bytes, EXTENSIONS[format]))).file

  /** Bring a record of the remote store here, with its pictures. What it replaces keeps a record. */
  const bring = async (record: RenderRecord, replace: boolean): Promise<RenderRecord> => {
    for (const image of record.images) {
      if (await local.reclaim(image)) continue
      const bytes = await renders.image(image)
      if (bytes === undefined) throw badRemote(remote, imageName(image), 'is not there')
      await keepImage(bytes, image)
    }
    return await keeping(async () => {
      if (replace) await keepAside(local, record)
      return await local.putRecord(record, { replace })
    })
  }

  const find: RenderStore['find'] = async (key, label) => {
    const here = await local.find(key, label)
    if (here.state === 'found') return here
    try {
      const record = await renders.record(key)
      if (record === undefined) return here
      const state = here.state === 'missing' ? 'absent' : here.error.details?.['state']
      if (!HEALED.has(state)) return { state: 'found', record }
      return { state: 'found', record: await bring(record, here.state !== 'missing') }
    } catch (thrown) {
      return unavailableBy(asOneTokenError(thrown), thrown, here, { label, remote, isWritable })
    }
  }

  const image: RenderStore['image'] = async (wanted, label, damaged) => {
    try {
      return await local.image(wanted, label, damaged)
    } catch (thrown) {
      const error = asOneTokenError(thrown)
      if (error === undefined) throw thrown
      // Fetched before, as its own place is taken by what git has there.
      const spare = join(borrowed, basename(local.imageFile(wanted)))
      const there = await readIfThere(spare).catch(() => undefined)
      if (there !== undefined && sha256(there) === wanted.sha256) return spare
      const bytes = await renders.image(wanted).catch((cause: unknown) => {
        throw alsoRemote(error, remote, asOneTokenError(cause))
      })
      if (bytes === undefined) throw alsoRemote(error, remote, undefined)
      if (HEALED.has(error.details?.['state'])) return await keepImage(bytes, wanted)
      await keeping(() => createDurably(spare, bytes))
      return spare
    }
  }

  /** Push a render, and take the one that stands there in its place. */
  const settle = async (record: RenderRecord, options: PushOptions): Promise<RenderRecord> => {
    const standing = await push(record, options)
    return standing === record ? record : await bring(standing, true)
  }

  const pushWaiting: SharedStore['pushWaiting'] = async () => {
    const failures: OneTokenError[] = []
    for (const { key, replace, since } of await uploads.all()) {
      const here = await local.find(key)
      // Another process writes the record a moment after the upload.
      if (here.state === 'missing' && Date.now() - since > LEFT_BEHIND) await uploads.remove(key)
      if (here.state !== 'found') continue
      try {
        // What was sent before may have arrived in part.
        await settle(here.record, { replace: replace ? 'older' : undefined, check: true })
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

  /** Why the remote store takes nothing; undefined when it does. Only writing tells. */
  let refusal: Promise<OneTokenError | undefined> | undefined
  const probe = async (): Promise<OneTokenError | undefined> => {
    const name = `renders/probe-${randomUUID()}.json`
    try {
      await remote.create(name, Buffer.from('{}\n'))
    } catch (thrown) {
      return asOneTokenError(thrown) ?? Promise.reject(thrown)
    }
    // Who may write may not be allowed to remove.
    await remote.remove(name).catch(() => undefined)
    return undefined
  }

  return {
    ...local,
    remote,
    find,
    image,
    push,
    takes,
    pushWaiting,

    pushed: renders.record,
    bring: (record) => bring(record, true),

    async prepare(room, key) {
      await local.prepare(room, key)
      if (!mustTake) return
      const error = await (refusal ??= probe())
      if (error !== undefined) throw notTaken(error, remote)
    },

    async refresh(key) {
      const here = await local.find(key)
      if (here.state !== 'found') return
      const standing = await renders.record(key)
      if (standing !== undefined && isNewer(standing, here.record) && isPicture(standing)) {
        await bring(standing, true)
      }
    },

    async hasCopy(record) {
      const standing = await renders.record(record.key)
      if (standing === undefined || !isSame(standing, record)) return false
      for (const one of record.images) if (!(await remote.has(imageName(one)))) return false
      return true
    },

    async putRecord(record, { replace = false } = {}) {
      if (!takes(record)) return await local.putRecord(record, { replace })
      // Before the record, so that a run that dies in between leaves the upload to the next one.
      await uploads.add({ key: record.key, replace }).catch(() => undefined)
      const kept = await local.putRecord(record, { replace })
      try {
        const standing = await settle(kept, { replace: replace ? 'older' : undefined })
        await uploads.remove(record.key).catch(() => undefined)
        return standing
      } catch (thrown) {
        // It is here, which is what counts, and the upload waits, also where another process has just pushed the former
        // record for it. That the remote store fails is said once for all.
        await uploads.add({ key: record.key, replace }).catch(() => undefined)
        refusal = Promise.resolve(asOneTokenError(thrown))
        return kept
      }
    },
  }
}

/** What a look came to that the remote store could not answer. What is wrong here matters more than that. */
function unavailableBy(
  error: OneTokenError | undefined,
  thrown: unknown,
  here: Exclude<Lookup, { state: 'found' }>,
  { label, remote, isWritable }: { label: string | undefined; remote: Remote; isWritable: boolean },
): Lookup {
  if (error === undefined) throw thrown
  if (here.state === 'unavailable') return { ...here, error: alsoRemote(here.error, remote, error) }
  // It is there, and cannot be kept here.
  if (error.code === 'STORE_WRITE') return { state: 'unavailable', error }
  return { state: 'unavailable', error: notKnown(error, label, isWritable) }
}
