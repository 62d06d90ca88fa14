import {
  decideFor,
  dollars,
  planRenders,
  refreshTypes,
  renderAll,
  type Engine,
  type PlannedRender,
  type RenderOutcome,
  type RenderPlan,
  type RenderProgress,
  type RenderResult,
  type StaleEdits,
} from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import { asideLines, sharerLines } from './aside.ts'
import type { GlobalFlags } from './flags.ts'
import { print, printJson, say, sayProblem, showBar } from './output.ts'
import { agrees } from './questions.ts'
import { onStopSignals, STATUS_OF, type StopSignal } from './signals.ts'
import { staleLines, staleSince } from './stale.ts'
import { table } from './table.ts'
import { canAsk, isInteractive, withEngine } from './terminal.ts'

/** Flags of `onetoken render`. */
export interface RenderFlags extends GlobalFlags {
  yes?: boolean
  again?: boolean
  stale?: boolean
  /** Dollars. */
  maxCost?: number
}

/** `onetoken render [...names]` */
export async function render(names: string[], flags: RenderFlags): Promise<number> {
  const { again = false, stale = false, maxCost } = flags
  const wanted = names.length === 0 ? undefined : names
  const done = await withEngine(flags, async (engine) => {
    const plan = await planRenders(engine, { names: wanted, again, stale, maxCost })
    await refreshTypes(engine)
    // Without a key, or where rendering is frozen, there is nothing to agree to: that is told.
    const { spend } = decideFor(await engine.project(), { purpose: 'command' })
    if (spend && plan.wanted.length > 0 && !(await agreed(plan.wanted, flags))) return undefined
    return { plan, ...(await watched(engine, plan, flags)) }
  })
  if (done === undefined) return 1
  const { plan, result, stoppedBy } = done
  report(plan, result, await staleAfter(result, wanted, flags), flags)
  return stoppedBy === undefined ? (result.problem?.exitCode ?? 0) : STATUS_OF[stoppedBy]
}

/** A person is asked; a machine has to have said --yes. */
async function agreed(wanted: readonly PlannedRender[], flags: RenderFlags): Promise<boolean> {
  if (flags.yes === true) return true
  const cost = wanted.reduce((sum, { worst }) => sum + worst, 0)
  if (!canAsk(flags)) {
    throw new OneTokenError(
      'USAGE',
      `${wanted.length === 1 ? '1 render' : `${wanted.length} renders`} would cost at most ${dollars(cost)}, and there is nobody to ask.`,
      {
        hint: 'Add --yes to spend without asking, and --max-cost to limit it.',
      },
    )
  }
  for (const line of table(
    wanted.map(({ spec, worst, where }) => [spec.label, `at most ${dollars(worst)}`, where]),
  ))
    say(line)
  return await agrees({ message: `Spend at most ${dollars(cost)}?`, otherwise: 'Nothing was spent.' })
}

/** What a run did, and the signal that stopped it. */
interface Watched {
  result: RenderResult
  stoppedBy: StopSignal | undefined
}

/** What a stop comes to, and what the same signal does once more. */
function stoppingText(signal: StopSignal, underWay: number): string {
  if (underWay === 0) return 'Stopping: no request is under way, and no more are sent.'
  const again = signal === 'SIGINT' ? 'Ctrl-C again' : 'Another signal'
  return `Stopping: requests under way are paid for, so their pictures are awaited. ${again} gives them up.`
}

/** Render with a bar, until it is done or a signal stops it. */
async function watched(engine: Engine, plan: RenderPlan, flags: RenderFlags): Promise<Watched> {
  const total = plan.wanted.length
  const bar = total > 0 && isInteractive() && flags.json !== true ? showBar(total, 'rendered') : undefined
  const stop = new AbortController()
  const abort = new AbortController()
  let stoppedBy: StopSignal | undefined
  const onSignal = (signal: StopSignal): void => {
    stoppedBy = signal
    stop.abort()
  }
  const stopping = (underWay: number): void => {
    if (stoppedBy !== undefined) say(stoppingText(stoppedBy, underWay))
  }
  const unlisten = total > 0 ? onStopSignals(onSignal, () => abort.abort()) : undefined
  try {
    // What failed, or was never begun, is not rendered. What is there may come from another process.
    const progress = ({ render: { made, state, problem } }: RenderProgress): void => {
      const isThere = state === 'cached' && problem === undefined && !stop.signal.aborted
      if (made || isThere) bar?.advance()
    }
    const control = { progress, stop: stop.signal, stopping, abort: abort.signal }
    return { result: await renderAll(engine, plan, control), stoppedBy }
  } finally {
    unlisten?.()
    bar?.stop()
  }
}

/** What is stale after a run: of all edits, or of those of the entries that were named and made. */
async function staleAfter(
  { outcomes }: RenderResult,
  named: readonly string[] | undefined,
  flags: RenderFlags,
): Promise<StaleEdits> {
  const made = outcomes.filter((outcome) => outcome.made).flatMap(({ planned }) => planned.names)
  const mayBe = made.length > 0 || outcomes.some(({ state }) => state === 'stale')
  return await staleSince(named === undefined && mayBe ? undefined : made, flags)
}

function report(
  { wanted, again }: RenderPlan,
  { outcomes, cost, problem }: RenderResult,
  staleEdits: StaleEdits,
  flags: RenderFlags,
): void {
  const made = outcomes.filter((outcome) => outcome.made)
  // Also what another process has made meanwhile.
  const cached = outcomes.filter((one) => !one.made && one.state === 'cached' && one.problem === undefined)
  if (flags.json === true) {
    const { code, message, hint, details } = problem ?? {}
    const rendered = made.map(({ planned, key, cost, former, shared }) => ({
      name: planned.spec.name,
      key,
      cost,
      former: former ?? null,
      sharers: shared?.names ?? [],
      sharersFormer: shared?.former ?? null,
    }))
    printJson({
      rendered,
      cost,
      cached: cached.length,
      stale: staleEdits.names,
      problem: problem && { code, message, hint, details },
    })
    return
  }
  const asked = wanted.length - cached.filter(({ planned }) => wanted.includes(planned)).length
  const done = `${made.length} of ${asked} renders made${made.length === 0 ? '' : ` (${dollars(cost)})`}`
  const nothing = problem === undefined ? 'Nothing is missing' : 'Nothing was rendered'
  print(`${asked === 0 ? nothing : done}, ${cached.length} cached.`)
  if (again.length > 0) for (const line of made.flatMap(anewLines)) print(line)
  for (const line of staleLines(staleEdits)) print(line)
  if (problem !== undefined) sayProblem(problem, flags.root)
}

/** What a render that was made anew has taken the place of, and for whom. */
function anewLines({ planned, former, shared }: RenderOutcome): string[] {
  const { label } = planned.spec
  const { names = [], former: theirs } = shared ?? {}
  return [
    ...asideLines({ name: label, aside: former, formerPick: undefined }),
    ...sharerLines(names, `The new picture of ${label}`),
    ...asideLines({ name: names[0] ?? label, aside: theirs, formerPick: undefined, of: names }),
  ]
}
