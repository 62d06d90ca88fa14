import { standingIntent } from '../render/errors.ts'
import { checkStore, type CheckParts, type Finding } from '../store/check.ts'
import { openFileStore, type RenderStore } from '../store/file-store.ts'
import { problemOf } from '../store/finding.ts'
import { openIntents } from '../store/intents.ts'
import { layoutOf } from '../store/layout.ts'
import { journaledKeys } from '../store/requests.ts'
import { imageFormat } from '../variants/index.ts'
import type { Engine } from './engine.ts'

/** How a store is verified. */
export type VerifyOptions = Pick<CheckParts, 'repair' | 'watcher'>

/** All that there is to say about the store of a project. Asks nobody, and changes nothing without `repair`. */
export async function* verifyStore(engine: Engine, options: VerifyOptions): AsyncGenerator<Finding> {
  const store = openFileStore((await engine.project()).store)
  yield* checkStore(store, { ...options, format: imageFormat, now: Date.now })
  yield* standingRequests(store)
}

/** Requests that were sent, and of which neither an answer was kept nor is one awaited. */
async function* standingRequests(store: RenderStore): AsyncGenerator<Finding> {
  const { cache } = layoutOf(store.folder)
  const intents = openIntents(cache)
  for (const key of await journaledKeys(cache)) {
    const intent = await intents.read(key)
    if (intent?.state !== 'sent' || intents.isUnderWay(intent)) continue
    // A process may have died between its record and its journal.
    if ((await store.find(key)).state !== 'missing') continue
    yield problemOf('request', store.recordFile(key), standingIntent(intent.label || 'NAME', intent))
  }
}
