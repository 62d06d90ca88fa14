import { asOneTokenError, OneTokenError } from '../errors.ts'
import type { Engine } from './engine.ts'
import { pickProblem } from './pick-beyond.ts'
import { parentOf, type RenderPlan } from './plan-renders.ts'
import { notMadeAnew, oneProblem } from './problems.ts'
import { withKeepHint } from './refused.ts'
import { asideOf } from '../store/aside.ts'
import { isProvisional, type RenderRecord } from '../store/record.ts'
import type { PictureState, StateOfPicture } from './looks.ts'
import { openSharers } from './sharers.ts'
import type { PlannedRender } from './survey.ts'

/** How far a run is, each time that a render has ended. */
export interface RenderProgress {
  /** Renders that have ended, well or not. */
  done: number
  /** Renders that were begun with. */
  total: number
  /** The one that has ended. */
  render: RenderOutcome
}

/** What became of one render. */
export interface RenderOutcome {
  planned: PlannedRender
  /** Undefined while the picture that it is an edit of is not there. */
  key: string | undefined
  /** What is known of it now. */
  state: PictureState
  /** Whether it was paid for in this run. */
  made: boolean
  /** Dollars that were paid in this run. */
  cost: number
  /** Key of the record that was there, or that names its pictures now; undefined when nothing was there. */
  former: string | undefined
  /** Of what was made anew, which other entries have now as well: it is a render of their words. */
  shared?: SharedRender | undefined
  /** Why it could not be had, or what came cannot be used. None for what was not sent, as the run was stopped or its parent could not be had. */
  problem: OneTokenError | undefined
}

/** What a render that was made anew is for others. */
export interface SharedRender {
  /** Names of other pictures with the same words and all else. */
  names: string[]
  /** Key that the render is found by which they had; undefined when that is `former`, or when there was none. */
  former: string | undefined
}

/** How a run is watched and stopped. */
export interface RenderControl {
  progress?: ((progress: RenderProgress) => void) | undefined
  /** Starts no further request; those under way are awaited, as they are paid for. */
  stop?: AbortSignal | undefined
  /** Told of a stop, with the number of requests under way. */
  stopping?: ((underWay: number) => void) | undefined
  /** Gives up the requests under way as well, which may be billed all the same. */
  abort?: AbortSignal | undefined
}

/** What a run did. */
export interface RenderResult {
  /** One for everything that was chosen, in the same order, then those for what had to be rendered before it. */
  outcomes: RenderOutcome[]
  /** Dollars that were paid. */
  cost: number
  /** Whether it was stopped before all requests were sent. */
  stopped: boolean
  /** All that went wrong, as one error. */
  problem: OneTokenError | undefined
}

/** Render what is wanted, as settings and budget allow. What goes wrong is in the result, beside what was paid for. */
export async function renderAll(
  engine: Engine,
  { chosen, wanted, problems, again }: RenderPlan,
  control: RenderControl,
): Promise<RenderResult> {
  const { progress, stop, abort } = control
  await engine.pushWaiting()
  const outcomes = new Map<PlannedRender, RenderOutcome>()
  const begun = new Map<PlannedRender, Promise<RenderOutcome>>()
  const renderOne = (planned: PlannedRender): Promise<RenderOutcome> => {
    const work = begun.get(planned) ?? renderAfterParent(planned)
    begun.set(planned, work)
    return work
  }
  const renderAfterParent = async (planned: PlannedRender): Promise<RenderOutcome> => {
    const parent = parentOf(planned, wanted)
    const first = parent === undefined ? undefined : await renderOne(parent)
    const isHeldUp = first !== undefined && (first.problem !== undefined || first.state !== 'cached')
    const outcome = isHeldUp ? untouched(planned) : await outcomeOf(engine, planned, again)
    outcomes.set(planned, outcome)
    progress?.({ done: outcomes.size, total: wanted.length, render: outcome })
    return outcome
  }
  const unheed = await heed(engine, control)
  try {
    // All of them end before a defect is told: their pictures are paid for.
    const ends = await Promise.allSettled(wanted.map((planned) => renderOne(planned)))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  } finally {
    unheed()
  }
  const all = [...new Set([...chosen, ...wanted])].map(
    (planned) => outcomes.get(planned) ?? untouched(planned),
  )
  if (again.length > 0) await addSharers(engine, all)
  const failures = wanted.flatMap((planned) => outcomes.get(planned)?.problem ?? [])
  return {
    outcomes: all,
    cost: all.reduce((sum, { cost }) => sum + cost, 0),
    stopped: (stop?.aborted ?? false) || (abort?.aborted ?? false),
    problem: oneProblem([...problems, ...failures], engine.root),
  }
}

async function outcomeOf(
  engine: Engine,
  planned: PlannedRender,
  named: readonly string[],
): Promise<RenderOutcome> {
  const again = planned.names.some((name) => named.includes(name))
  try {
    const before = await recordOf(engine, planned.uses, planned)
    // Where it shows a picture of its own, others may have the render of its words.
    const others = again && planned.uses !== planned.key ? planned.key : undefined
    const replaced = await recordOf(engine, others, planned)
    const { record, made } = await engine.render(planned.spec, { again, renew: true })
    const cost = made ? record.cost.usd : 0
    const former = made ? await standingKey(engine, before, record.key) : undefined
    const othersFormer = made ? await standingKey(engine, replaced, record.key) : undefined
    const shared = made && again ? { names: [], former: othersFormer } : undefined
    // Fewer pictures may have come than were asked for, so that there is none for somebody.
    const [problem] = planned.specs.flatMap((spec) => pickProblem(spec, record)?.at(spec.place) ?? [])
    return { planned, key: record.key, state: 'cached', made, cost, former, shared, problem }
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    // Its parent may be another one by now, and with that its key.
    const family = await engine.family()
    const identified = await family.identify(planned.spec).catch(() => planned.identified)
    const known = await engine.stateOf(identified)
    const { state } = known
    // What was stopped before it was sent is no failure; what was given up after that may be billed.
    const isFailure = error.code !== 'ABORTED' || error.details?.['possiblyBilled'] === true
    const problem = isFailure
      ? await told(engine, planned, error, { ...known, key: identified.key })
      : undefined
    return { planned, key: keyOf(identified), state, made: false, cost: 0, former: undefined, problem }
  }
}

/** What went wrong with a render, and what that means for the picture that is there. */
async function told(
  engine: Engine,
  { spec }: PlannedRender,
  error: OneTokenError,
  { state, uses, key }: StateOfPicture & { key: string },
): Promise<OneTokenError> {
  if (state === 'cached') return notMadeAnew(error, key)
  if (state !== 'refused' || uses === undefined) return error
  const lookup = await (await engine.store()).store.find(uses, spec.label)
  return lookup.state === 'found' ? withKeepHint(error, spec, lookup.record) : error
}

/** Who else has what was made anew: that is known when all of it is there. */
async function addSharers(engine: Engine, outcomes: readonly RenderOutcome[]): Promise<void> {
  const sharers = openSharers(engine)
  for (const { planned, key, shared } of outcomes) {
    const { name } = planned.spec
    if (shared === undefined || key === undefined || name === undefined) continue
    shared.names = await sharers.of(name, key)
  }
}

/** What is there so far under a key; undefined when there is nothing that could be brought back. */
async function recordOf(
  engine: Engine,
  key: string | undefined,
  { spec }: PlannedRender,
): Promise<RenderRecord | undefined> {
  if (key === undefined) return undefined
  const lookup = await (await engine.store()).store.find(key, spec.label)
  return lookup.state === 'found' && !isProvisional(lookup.record) ? lookup.record : undefined
}

/** The key of a former record, also when its own is that of the new one. */
async function standingKey(
  engine: Engine,
  former: RenderRecord | undefined,
  key: string,
): Promise<string | undefined> {
  if (former === undefined) return undefined
  if (former.key !== key) return former.key
  const { store } = await engine.store()
  const aside = asideOf(former).key
  return (await store.find(aside)).state === 'found' ? aside : undefined
}

/** What is not rendered in this run. */
function untouched(planned: PlannedRender): RenderOutcome {
  const { identified, state, problem } = planned
  const key = state === 'cached' ? planned.uses : keyOf(identified)
  return { planned, key, state, made: false, cost: 0, former: undefined, problem }
}

function keyOf({ key, waitsFor }: PlannedRender['identified']): string | undefined {
  return waitsFor === undefined ? key : undefined
}

/** Do what the signals say, before anything else where they have said it already; returns how to listen no longer. */
async function heed(engine: Engine, { stop, stopping, abort }: RenderControl): Promise<() => void> {
  const reason = new OneTokenError('ABORTED', 'The run was stopped before it was asked for.')
  const stopNow = async (): Promise<void> => {
    const underWay = await engine.stop(reason)
    stopping?.(underWay)
  }
  const heeded = [
    { signal: stop, end: stopNow },
    { signal: abort, end: () => engine.abort() },
  ]
  const unheed: (() => void)[] = []
  for (const { signal, end } of heeded) {
    if (signal?.aborted === true) await end()
    const listener = (): void => void end()
    signal?.addEventListener('abort', listener, { once: true })
    unheed.push(() => signal?.removeEventListener('abort', listener))
  }
  return () => unheed.forEach((forget) => forget())
}
