import { asOneTokenError, type OneTokenError } from '../errors.ts'
import { standingIntent } from '../render/errors.ts'
import { checkStore, type CheckParts, type CheckWatcher, type Finding, type Wanted } from '../store/check.ts'
import type { Lookup } from '../store/file-store.ts'
import { problemOf, repaired, unreadProblem } from '../store/finding.ts'
import type { Intent } from '../store/intents.ts'
import { isProvisional } from '../store/record.ts'
import { imageFormat } from '../variants/index.ts'
import type { Engine } from './engine.ts'
import type { ProjectStore } from './project-store.ts'
import { openWantedBy } from './wanted-keys.ts'

/** How a store is verified. */
export interface VerifyOptions {
  /** Bring right what can be brought right without losing anything, with the help of the remote store. */
  repair: boolean
  watcher?: CheckWatcher | undefined
}

/** All that there is to say about the store of a project. Without `repair` it asks nobody and changes nothing. */
export async function* verifyStore(engine: Engine, options: VerifyOptions): AsyncGenerator<Finding> {
  const projectStore = await engine.store()
  // First: what a run left unfinished would be told as pictures that nobody wants.
  yield* standingRequests(engine, projectStore, options)
  const repair = options.repair ? { restore: restorer(projectStore) } : undefined
  const parts: CheckParts = {
    repair,
    watcher: options.watcher,
    format: imageFormat,
    now: Date.now,
    wantedBy: openWantedBy(engine),
  }
  yield* checkStore(projectStore.local, parts)
}

/** Brings the right bytes back: from a temporary file of a process that died, or from the remote store. */
function restorer({ local, shared }: ProjectStore): (wanted: Wanted) => Promise<boolean> {
  return async (wanted) => {
    if (wanted.what === 'record') {
      if (shared === undefined) return false
      await shared.find(wanted.key)
      return (await local.find(wanted.key)).state === 'found'
    }
    const { image } = wanted
    if (await local.reclaim(image)) return true
    const file = await shared?.image(image, image.sha256).catch(() => undefined)
    return file === local.imageFile(image)
  }
}

/** Requests that were sent, and of which neither an answer was kept nor is one awaited. */
async function* standingRequests(
  engine: Engine,
  { local, intents }: ProjectStore,
  { repair }: VerifyOptions,
): AsyncGenerator<Finding> {
  const unread: OneTokenError[] = []
  for (const intent of await intents.all((error) => unread.push(error))) {
    if (await intents.isUnderWay(intent)) continue
    const { key, label } = intent
    const lookup = await local.find(key)
    const found = problemOf('request', local.recordFile(key), standingIntent(label || 'NAME', intent))
    const problem = { ...found, hint: `${found.hint}${keepHint(intent, lookup)}` }
    // A process may have died between its record and its journal.
    if (isKept(intent, lookup)) {
      if (repair) await intents.close(intent)
    } else if (intent.arrived === undefined) yield problem
    else if (!repair) {
      yield { ...problem, hint: `${FINISH}\n${problem.hint}` }
    } else yield await finished(engine, key, problem)
  }
  for (const error of unread) yield unreadProblem('request', error)
}

/** The `problem` of a request whose answer had arrived, once it was tried to keep that. */
async function finished(engine: Engine, key: string, problem: Finding): Promise<Finding> {
  try {
    if (!(await engine.finishAbandoned(key))) return problem
    return repaired(problem, 'Its answer was found, and is kept now.')
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    return problemOf('request', problem.file, error)
  }
}

/**
 * Whether what was asked for is there: of a picture that was asked for again, not the one before it. Nor does one that
 * only stands in for the render settle what became of a request for that.
 */
function isKept({ replaces, time }: Intent, lookup: Lookup): boolean {
  if (lookup.state === 'missing' || (lookup.state === 'found' && isProvisional(lookup.record))) return false
  return (
    replaces !== true || (lookup.state === 'found' && Date.parse(lookup.record.created) >= Date.parse(time))
  )
}

/** Labels of imports are their words in quotes; entries have names. */
function keepHint({ label }: Intent, lookup: Lookup): string {
  const hasPicture = lookup.state === 'found' && lookup.record.images.length > 0
  if (!hasPicture || label === '' || label.startsWith('"')) return ''
  return `\nTo keep the picture that is there, and hear no more of it: npx --no-install onetoken accept ${label}`
}

const FINISH =
  'Its answer had arrived: what is there of it is used by the next build, or brought in by: npx --no-install onetoken verify --repair'
