import { setTimeout as sleep } from 'node:timers/promises'
import type { OneTokenError } from '../errors.ts'
import type { Project } from '../project/project.ts'
import { openFileStore, type RenderStore } from '../store/file-store.ts'
import { openIntents, type Intents } from '../store/intents.ts'
import type { SharedStore } from '../store/shared-store.ts'
import type { Log } from './log.ts'

/** The renders of a project: on disk, and in a remote store where the settings name one. */
export interface ProjectStore {
  /** As builds see it. */
  store: RenderStore
  /** What is on the disk of this machine. */
  local: RenderStore
  /** The store of builds, when it is shared. */
  shared: SharedStore | undefined
  intents: Intents
  /** Whether renders of this machine go into the remote store. */
  isWritable: boolean
  /** End connections. */
  close(): Promise<void>
}

/** Open the store of a project. Nothing is asked before its first use, and no code of remote stores loaded without one. */
export async function openProjectStore(
  { store: folder, settings, environment }: Project,
  { log }: { log: Log },
): Promise<ProjectStore> {
  const local = openFileStore(folder)
  const intents = openIntents(local.cache)
  if (settings.remote === undefined) {
    return { store: local, local, shared: undefined, intents, isWritable: false, close: async () => {} }
  }
  const { guarded, openClaims, openRemote, openUploads, shareIntents, shareStore } =
    await import('../store/shared.ts')
  // Where rendering is frozen, nothing leaves the machine but reads of the remote store.
  const write = settings.remote.write && (environment.frozen ?? settings.frozen) !== true
  const remote = guarded(
    openRemote(settings.remote, { authorization: environment.remoteAuthorization }),
    (error, what) => log.warn(trouble(error, what)),
  )
  const uploads = openUploads(local.cache)
  const claims = openClaims(remote)
  const shared = shareStore(local, { remote, uploads, write, arrived: (key) => claims.clear(key) })
  const isClaimed = write && remote.isExclusive
  return {
    store: shared,
    local,
    shared,
    intents: isClaimed
      ? shareIntents(intents, {
          claims,
          isWaiting: uploads.has,
          sleep: (ms, signal) => sleep(ms, undefined, { signal }),
        })
      : intents,
    isWritable: write,
    close: remote.close,
  }
}

const LATER = 'it goes there with a later run, or with: npx --no-install onetoken sync'

function trouble({ message, hint }: OneTokenError, what: 'everything' | 'writing'): string {
  const meaning =
    what === 'writing'
      ? `What is rendered stays here; ${LATER}`
      : `Renders that are here are used, and others are looked for there again in a minute. What is rendered meanwhile stays here; ${LATER}`
  return [message, hint, meaning].filter(Boolean).join('\n')
}
