import { readFile } from 'node:fs/promises'
import { canonicalJson, sha256 } from '../canonical-json.ts'
import { asOneTokenError } from '../errors.ts'
import { asideOf, needsRecord } from './aside.ts'
import type { RenderStore } from './file-store.ts'
import { badRemote } from './remote-messages.ts'
import { imageName, LARGEST_IMAGE, recordName, type RemoteRenders } from './remote-renders.ts'
import { serializeRecord, type RecordImage, type RenderRecord } from './record.ts'
import type { Remote } from './remote/types.ts'

/** How a render is put into a remote store. */
export interface PushOptions {
  /**
   * What it takes the place of, which keeps a record under another key: with `older`, of a render that was made before it,
   * as somebody asked for it anew; with `any`, of whatever is there. @default nothing: the first one stands
   */
  replace?: 'older' | 'any' | undefined
  /** Look at what is there already, and put right what is damaged. @default false */
  check?: boolean
  /** Told of each file that is written there. */
  wrote?: (() => void) | undefined
}

/** Put a render of this machine into the remote store. Returns the one that stands there; changes nothing here. */
export type Push = (record: RenderRecord, options?: PushOptions) => Promise<RenderRecord>

/** Push renders of `local` to `remote`. */
export function createPush(
  local: Pick<RenderStore, 'image'>,
  remote: Remote,
  renders: Pick<RemoteRenders, 'record'>,
): Push {
  const pushImage = async (
    wanted: RecordImage,
    label: string,
    { check = false, wrote }: PushOptions,
  ): Promise<void> => {
    const name = imageName(wanted)
    const bytes = await readFile(await local.image(wanted, label))
    if ((await remote.create(name, bytes)) === 'created') return wrote?.()
    if (!check) return
    const there = await remote.read(name, LARGEST_IMAGE)
    if (there !== undefined && sha256(there.bytes) === wanted.sha256) return
    await remote.replace(name, bytes)
    wrote?.()
  }

  /** What the remote store has; `bad` when that is no record, which a newer release of this package may still read. */
  const standingOf = async (key: string): Promise<RenderRecord | 'bad' | undefined> => {
    try {
      return await renders.record(key)
    } catch (thrown) {
      if (asOneTokenError(thrown)?.details?.['state'] === 'bad-remote') return 'bad'
      throw thrown
    }
  }

  /** Its pictures are there. */
  const keepAsideThere = async (record: RenderRecord): Promise<void> => {
    const aside = asideOf(record)
    await remote.create(recordName(aside.key), Buffer.from(serializeRecord(aside)))
  }

  return async (record, options = {}) => {
    const { replace, check = false, wrote } = options
    const name = recordName(record.key)
    // Before the record: who finds that finds all of it.
    for (const one of record.images) await pushImage(one, record.name ?? record.key, options)
    const bytes = Buffer.from(serializeRecord(record))
    const created = await remote.create(name, bytes)
    if (created === 'created') wrote?.()
    if (created === 'created' && remote.isExclusive) return record
    // Where others may write at the same time, the one that stands counts; and a server that keeps nothing is found out.
    const standing = await standingOf(record.key)
    if (standing === undefined) throw badRemote(remote, name, 'is not there, although it was taken')
    if (standing === 'bad') {
      if (!check) throw badRemote(remote, name, 'is no record')
    } else {
      if (isSame(standing, record)) return record
      if (!takesPlace(record, standing, replace)) return standing
      if (needsRecord(standing)) await keepAsideThere(standing)
    }
    await remote.replace(name, bytes)
    wrote?.()
    return record
  }
}

function takesPlace(record: RenderRecord, standing: RenderRecord, replace: PushOptions['replace']): boolean {
  if (replace === 'any') return true
  return replace === 'older' ? isNewer(record, standing) : isPicture(record) && !isPicture(standing)
}

/** Refusals differ from one request to the next: a picture counts for more. */
export function isPicture({ images }: RenderRecord): boolean {
  return images.length > 0
}

export function isNewer(one: RenderRecord, other: RenderRecord): boolean {
  return Date.parse(one.created) > Date.parse(other.created)
}

/** Whether two records say the same. */
export function isSame(one: RenderRecord, other: RenderRecord): boolean {
  return canonicalJson(one) === canonicalJson(other)
}
