import PQueue from 'p-queue'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import { isSameLookup, type RenderStore } from '../store/file-store.ts'
import { labelOf } from '../store/messages.ts'
import { isSame } from '../store/push.ts'
import type { SharedStore } from '../store/shared-store.ts'
import type { Engine } from './engine.ts'
import { survey, type PlannedRender } from './survey.ts'

/** What a sync is to do. */
export interface SyncOptions {
  push: boolean
  pull: boolean
  /** Look at every byte that the remote store has of what is here, and put right what is wrong. */
  check: boolean
  /** Which of two pictures stands from now on where the remote store has another one. @default neither: it is told */
  prefer?: 'here' | 'remote' | undefined
}

/** What a sync did. */
export interface SyncReport {
  /** The remote store, without anything secret. */
  remote: string
  /** Keys of renders that are there now and were not before; with `check`, also of those that were not as they are here. */
  pushed: string[]
  /** Renders that were there already, as they are here. */
  present: number
  /** Keys of renders that are here now and were not before. */
  pulled: string[]
  problems: OneTokenError[]
}

const CONCURRENCY = 4

/**
 * Make the store and the remote store equal: push the renders that are here, pull those that the project names.
 * Spends nothing. Throws `USAGE` without a remote store, or when it is only read and a push was asked for.
 */
export async function sync(engine: Engine, options: SyncOptions): Promise<SyncReport> {
  const { store, shared, isWritable } = await engine.store()
  if (shared === undefined) throw noRemote()
  if (options.push && !isWritable) throw readOnly(shared)
  const report: SyncReport = { remote: shared.remote.url, pushed: [], present: 0, pulled: [], problems: [] }
  if (options.push) await pushAll(shared, options, report)
  if (options.pull) {
    const before = new Set(await store.keys())
    // Whatever is looked for is brought.
    const { renders, problems } = await survey(engine)
    report.pulled = (await store.keys()).filter((key) => !before.has(key))
    await refreshAll(store, renders, report)
    report.problems.push(...problems, ...renders.flatMap(({ problem }) => problem ?? []))
  }
  return report
}

/** A picture that somebody asked for again, on another machine, takes the place of the one before. */
async function refreshAll(
  store: RenderStore,
  renders: readonly PlannedRender[],
  report: SyncReport,
): Promise<void> {
  const queue = new PQueue({ concurrency: CONCURRENCY })
  const refreshOne = async (key: string): Promise<void> => {
    const before = await store.find(key)
    await store.refresh(key)
    if (!isSameLookup(await store.find(key), before)) report.pulled.push(key)
  }
  const keys = renders.filter(({ state }) => state === 'cached').map(({ key }) => key)
  await Promise.all(keys.map((key) => queue.add(() => attempt(report, () => refreshOne(key)))))
}

async function attempt(report: SyncReport, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    report.problems.push(error)
  }
}

async function pushAll(
  shared: SharedStore,
  { check, prefer }: SyncOptions,
  report: SyncReport,
): Promise<void> {
  const waiting = await shared.pushWaiting()
  report.problems.push(...waiting)
  const queue = new PQueue({ concurrency: CONCURRENCY })
  const pushOne = async (key: string): Promise<void> => {
    const here = await shared.find(key)
    // What is wrong with a record here is a matter of `verify`.
    if (here.state !== 'found') return
    const { record } = here
    if (!shared.takes(record)) return
    const there = check ? undefined : await shared.pushed(key)
    let isWritten = false
    const wrote = (): void => void (isWritten = true)
    const standing = there ?? (await shared.push(record, { check, wrote }))
    if (isSame(standing, record)) {
      if (isWritten) report.pushed.push(key)
      else report.present += 1
    } else if (prefer === 'here') {
      await shared.push(record, { check, replace: 'any' })
      report.pushed.push(key)
    } else if (prefer === 'remote') {
      await shared.bring(standing)
      report.pulled.push(key)
    } else throw conflict(shared, labelOf(record))
  }
  await Promise.all((await shared.keys()).map((key) => queue.add(() => attempt(report, () => pushOne(key)))))
}

function noRemote(): OneTokenError {
  return new OneTokenError('USAGE', 'The project has no remote store.', {
    hint: 'Name one in the settings, as in: remote: { url: "s3://bucket/prefix", write: true }',
  })
}

function readOnly({ remote }: SharedStore): OneTokenError {
  return new OneTokenError('USAGE', `This machine only reads the remote store ${remote.url}.`, {
    hint: 'To put renders there: set "write": true of "remote" in the settings, and let nothing freeze rendering (ONETOKEN_FROZEN, "frozen"). To only bring renders here: npx --no-install onetoken sync --pull',
  })
}

/** Nobody but a person can choose between two pictures that are both paid for. */
function conflict({ remote }: SharedStore, label: string): OneTokenError {
  return new OneTokenError('STORE_UNAVAILABLE', `${label} has another picture in ${remote.url} than here.`, {
    hint: `Both are as they were. To use the one of the remote store here: npx --no-install onetoken sync --prefer remote. To put the one that is here in its place, for all machines: npx --no-install onetoken sync --prefer here`,
    details: { state: 'conflict' },
  })
}
