import { setTimeout as sleep } from 'node:timers/promises'
import type { OneTokenError } from '../errors.ts'
import type { Project } from '../project/project.ts'
import { rendersOnlyToKeep, type Purpose } from '../render/rules.ts'
import { isLoopback, PRETEND } from '../spec/loopback.ts'
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
  /** Whether bought renders of this machine go into the remote store. */
  isWritable: boolean
  /** End connections. */
  close(): Promise<void>
}

/** Open the store of a project. Nothing is asked before its first use, and no code of remote stores loaded without one. */
export async function openProjectStore(
  { store: folder, settings, environment, provider }: Project,
  { log, purpose }: { log: Log; purpose: Purpose },
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
    (error, what) => log.warn(trouble(error, what, write)),
  )
  const uploads = openUploads(local.cache)
  const claims = openClaims(remote)
  // Pretend pictures go to a store of this machine, and to none that a team has paid for.
  const isLocal = isLoopback(settings.remote.endpoint ?? settings.remote.url)
  const takes: SharedStore['takes'] = (record) => write && (isLocal || record.provider !== PRETEND)
  const shared = shareStore(local, {
    remote,
    uploads,
    takes,
    isWritable: write,
    mustTake: rendersOnlyToKeep({ ...environment, purpose, frozen: environment.frozen ?? settings.frozen }),
    arrived: (key) => claims.clear(key),
  })
  const isClaimed = takes({ provider }) && remote.isExclusive
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

function trouble(
  { message, hint }: OneTokenError,
  what: 'everything' | 'writing',
  isWritable: boolean,
): string {
  const later = isWritable
    ? '; it goes there with a later run, or with: npx --no-install onetoken sync'
    : ', as this machine only reads the remote store.'
  const meaning =
    what === 'writing'
      ? `What is rendered stays here${later}`
      : `Renders that are here are used, and others are looked for there again in a minute. What is rendered meanwhile stays here${later}`
  return [message, hint, meaning].filter(Boolean).join('\n')
}
