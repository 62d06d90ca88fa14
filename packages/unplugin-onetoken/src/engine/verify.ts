import { asOneTokenError, OneTokenError } from '../errors.ts'
import { standingIntent } from '../render/errors.ts'
import { visible } from '../spec/text.ts'
import { checkStore, type CheckParts, type CheckWatcher, type Finding, type Wanted } from '../store/check.ts'
import { abandonedFiles } from '../store/durable.ts'
import { examine } from '../store/examine.ts'
import type { Lookup } from '../store/file-store.ts'
import { problemOf, repaired, unreadProblem } from '../store/finding.ts'
import type { Intent } from '../store/intents.ts'
import { isProvisional } from '../store/record.ts'
import { imageFormat } from '../variants/index.ts'
import type { Engine } from './engine.ts'
import type { ProjectStore } from './project-store.ts'
import { openWantedBy, type WantedBy } from './wanted-keys.ts'

/** How a store is verified. */
export interface VerifyOptions {
  /** Bring right what can be brought right without losing anything, with the help of the remote store. */
  repair: boolean
  watcher?: CheckWatcher | undefined
}

/** All that there is to say about the store of a project. Without `repair` it asks nobody and changes nothing. */
export async function* verifyStore(engine: Engine, options: VerifyOptions): AsyncGenerator<Finding> {
  const projectStore = await engine.store()
  const wantedBy = openWantedBy(engine)
  // First: what a run left unfinished would be told as pictures that nobody wants.
  yield* standingRequests(engine, projectStore, wantedBy, options)
  const repair = options.repair ? { restore: restorer(projectStore) } : undefined
  const parts: CheckParts = {
    repair,
    watcher: options.watcher,
    format: imageFormat,
    now: Date.now,
    wantedBy,
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
  wantedBy: WantedBy,
  { repair }: VerifyOptions,
): AsyncGenerator<Finding> {
  const unread: OneTokenError[] = []
  for (const intent of await intents.all((error) => unread.push(error))) {
    if (await intents.isUnderWay(intent)) continue
    const { key, label } = intent
    const lookup = await local.find(key)
    // A process may have died between its record and its journal.
    if (isKept(intent, lookup)) {
      if (repair) await intents.close(intent)
      continue
    }
    const problem = (error: OneTokenError, keep: string): Finding => {
      const found = problemOf('request', local.recordFile(key), error)
      return { ...found, hint: `${found.hint}${keep}` }
    }
    const lost = problem(standingIntent(label || 'NAME', intent), keepHint(intent, lookup))
    if (!(await hasAnswer(local, intent))) {
      const isUnwanted = (await wantedBy(key, label || undefined).catch(() => undefined)) === false
      yield isUnwanted ? { ...lost, severity: 'note', hint: UNWANTED } : lost
      continue
    }
    // What only stands in gives way to it.
    const givesWay = lookup.state === 'found' && isProvisional(lookup.record)
    const found = problem(answered(intent), givesWay ? '' : keepHint(intent, lookup))
    yield repair ? await finished(engine, key, { found, lost }) : found
  }
  for (const error of unread) yield unreadProblem('request', error)
}

/** To ask for it again would bring other words' picture, or none. */
const UNWANTED =
  'Nothing asks for these words now: look at the usage log of your account, where you want to know what it cost. It is kept in mind, so that nobody pays twice should they come back.'

/** What is told of a request whose answer was `found`, once it was tried to keep that: it may be `lost` all the same. */
async function finished(
  engine: Engine,
  key: string,
  { found, lost }: { found: Finding; lost: Finding },
): Promise<Finding> {
  try {
    return (await engine.finishAbandoned(key)) ? repaired(found, 'It is kept now.') : lost
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    return problemOf('request', found.file, error)
  }
}

/** Whether a picture of an answer is there that a run did not keep which died. */
async function hasAnswer(local: ProjectStore['local'], { arrived }: Intent): Promise<boolean> {
  for (const image of arrived?.images ?? []) {
    const file = local.imageFile(image)
    // Nothing is given its name here.
    for (const one of [file, ...(await abandonedFiles(file))]) {
      const there = await examine(one).catch(() => undefined)
      if (there?.sha256 === image.sha256) return true
    }
  }
  return false
}

function answered({ label, key, failure }: Intent): OneTokenError {
  const why = failure === undefined ? '' : ` What happened: ${visible(failure.replaceAll('\n', ' '))}`
  return new OneTokenError(
    'POSSIBLY_BILLED',
    `${label || key} was paid for by a run that ended before it was kept, and what had arrived is there.${why}`,
    {
      hint: 'The next build uses it, or bring it in now: npx --no-install onetoken verify --repair',
    },
  )
}

/**
 * Whether what was asked for is there: of a picture that was asked for again, not the one before it. Nor does one that
 * only stands in for the render settle what became of a request for that.
 */
function isKept({ replaces, time, arrived }: Intent, lookup: Lookup): boolean {
  if (lookup.state === 'missing' || (lookup.state === 'found' && isProvisional(lookup.record))) return false
  if (replaces !== true) return true
  // An answer is later than what it replaces, whatever the clocks say.
  return lookup.state === 'found' && Date.parse(lookup.record.created) >= Date.parse(arrived?.created ?? time)
}

/** Labels of imports are their words in quotes; entries have names. */
function keepHint({ label }: Intent, lookup: Lookup): string {
  const hasPicture = lookup.state === 'found' && lookup.record.images.length > 0
  if (!hasPicture || label === '' || label.startsWith('"')) return ''
  return `\nTo keep the picture that is there, and hear no more of it: npx --no-install onetoken accept ${label}`
}
