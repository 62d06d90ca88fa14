import { sha256 } from '../canonical-json.ts'
import { badRemote } from './remote-messages.ts'
import { EXTENSIONS, parseRecord, type RecordImage, type RenderRecord } from './record.ts'
import type { Remote } from './remote/types.ts'

/** The renders of a remote store: nothing is given that is not what its name says. */
export interface RemoteRenders {
  /** The record for a key; undefined when there is none. Throws when what is there cannot be used. */
  record(key: string): Promise<RenderRecord | undefined>
  /** The bytes of an image, which are right; undefined when it is not there. Throws when others are. */
  image(image: Pick<RecordImage, 'sha256' | 'format'>): Promise<Buffer | undefined>
}

/** Files of a remote store that are larger are none of ours: records are a few kB, pictures at most some dozen MB. */
const LARGEST_RECORD = 4 * 2 ** 20
export const LARGEST_IMAGE: number = 128 * 2 ** 20

/** Read the renders of `remote`. */
export function openRemoteRenders(remote: Remote): RemoteRenders {
  return {
    async record(key) {
      const name = recordName(key)
      const file = await remote.read(name, LARGEST_RECORD)
      if (file === undefined) return undefined
      const parsed = parseRecord(file.bytes.toString('utf8'), key)
      if (parsed.state !== 'valid') throw badRemote(remote, name, parsed.why, parsed.state)
      return parsed.record
    },

    async image(image) {
      const name = imageName(image)
      const file = await remote.read(name, LARGEST_IMAGE)
      if (file === undefined) return undefined
      if (sha256(file.bytes) !== image.sha256) {
        throw badRemote(remote, name, 'does not have the bytes that its name says')
      }
      return file.bytes
    },
  }
}

export function recordName(key: string): string {
  return `renders/${key}.json`
}

export function imageName({ sha256: hash, format }: Pick<RecordImage, 'sha256' | 'format'>): string {
  return `images/${hash}.${EXTENSIONS[format]}`
}
