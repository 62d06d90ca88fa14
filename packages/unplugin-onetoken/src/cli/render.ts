import {
  describe,
  didYouMean,
  dollars,
  oneProblem,
  survey,
  type Engine,
  type PlannedRender,
  type Survey,
} from '../engine/index.ts'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import {
  agrees,
  commandEngine,
  isInteractive,
  numberFlag,
  print,
  printJson,
  type GlobalFlags,
  say,
  showBar,
  table,
} from './terminal.ts'

/** Flags of `onetoken render`. */
export interface RenderFlags extends GlobalFlags {
  yes?: boolean
  again?: boolean
  stale?: boolean
  maxCost?: unknown
}

const INTERRUPTED = 130

/** `onetoken render [...names]` */
export async function render(names: string[], flags: RenderFlags): Promise<number> {
  const maxCost = numberFlag('max-cost', flags.maxCost)
  if (flags.again === true && names.length === 0) {
    throw new OneTokenError('USAGE', '--again needs the names of the entries that are to be rendered anew.', {
      hint: 'As in: npx --no-install onetoken render hero --again',
    })
  }
  const engine = commandEngine(flags)
  if (maxCost !== undefined) (await engine.project()).settings.budget.cost = maxCost
  const found = await survey(engine)
  const chosen = choose(found, names, flags)
  const wanted = withParents(chosen, found, flags)
  const problems = [
    ...chosen.flatMap(({ problem }) => (flags.again === true ? [] : (problem ?? []))),
    ...(names.length === 0 ? found.problems : []),
  ]
  if (wanted.length > 0 && !(await agreed(wanted, flags))) return 1
  await engine.pushWaiting()
  const { made, brought, failures, interrupted } = await renderAll(engine, wanted, names, flags)
  await engine.close()
  const problem = oneProblem([...problems, ...failures], engine.root)
  report(
    engine,
    {
      made,
      wanted: wanted.length - brought,
      cached: chosen.filter((one) => one.state === 'cached' && !wanted.includes(one)).length + brought,
      problem,
    },
    flags,
  )
  if (interrupted) return INTERRUPTED
  return problem?.exitCode ?? 0
}

function choose({ renders, failed }: Survey, names: string[], { again }: RenderFlags): PlannedRender[] {
  if (names.length === 0) return renders
  const known = [...renders.flatMap((render) => render.names), ...failed.keys()]
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const hint =
      known.length === 0
        ? 'It has no entries; without a name, all imports of the sources are rendered.'
        : `It has ${known.join(', ')}.`
    const near = didYouMean(unknown, known) || '.'
    throw new OneTokenError('UNKNOWN_ENTRY', `The manifest has no entry "${unknown}"${near}`, { hint })
  }
  for (const name of names) {
    const error = failed.get(name)
    if (error !== undefined) throw error
  }
  // Who asks for an entry asks for its dark version as well, but not for another one of it.
  const nameOf = (name: string): string => (again === true ? name : name.replace(/:dark$/, ''))
  return renders.filter((render) =>
    render.names.some((name) => names.includes(name) || names.includes(nameOf(name))),
  )
}

/** What is to be rendered of what was chosen, and what has to be rendered before it. */
function withParents(
  chosen: readonly PlannedRender[],
  { renders }: Survey,
  { again = false, stale = false }: RenderFlags,
): PlannedRender[] {
  const isDue = ({ state }: PlannedRender): boolean => state === 'missing' || (stale && state === 'stale')
  const wanted = new Set<PlannedRender>()
  const add = (render: PlannedRender): void => {
    const parent = parentOf(render, renders)
    // Parents first: in this order they are listed and asked for.
    if (parent !== undefined && isDue(parent) && !wanted.has(parent)) add(parent)
    wanted.add(render)
  }
  for (const render of chosen) if (isDue(render) || again) add(render)
  return [...wanted]
}

function parentOf({ spec }: PlannedRender, renders: readonly PlannedRender[]): PlannedRender | undefined {
  const { parent } = spec.render
  return parent === undefined ? undefined : renders.find(({ names }) => names.includes(parent))
}

/** A person is asked; a machine has to have said --yes. */
async function agreed(wanted: readonly PlannedRender[], flags: RenderFlags): Promise<boolean> {
  if (flags.yes === true) return true
  const cost = wanted.reduce((sum, { worst }) => sum + worst, 0)
  if (!isInteractive()) {
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
  if (await agrees(`Spend at most ${dollars(cost)}?`)) return true
  say('Nothing was spent.')
  return false
}

interface Outcome {
  made: { name: string | undefined; key: string; cost: number }[]
  /** How many another process has made meanwhile. */
  brought: number
  failures: OneTokenError[]
  interrupted: boolean
}

async function renderAll(
  engine: Engine,
  wanted: readonly PlannedRender[],
  names: readonly string[],
  flags: RenderFlags,
): Promise<Outcome> {
  const outcome: Outcome = { made: [], brought: 0, failures: [], interrupted: false }
  if (wanted.length === 0) return outcome
  const bar = isInteractive() && flags.json !== true ? showBar(wanted.length, 'rendered') : undefined
  const onInterrupt = (): void => {
    const second = outcome.interrupted
    outcome.interrupted = true
    const text =
      'Stopping: requests under way are paid for, so their pictures are awaited. Ctrl-C again gives them up.'
    if (!second) say(text)
    void engine.stop(new OneTokenError('ABORTED', 'The run was stopped before it was asked for.'), second)
  }
  process.on('SIGINT', onInterrupt)
  const begun = new Map<PlannedRender, Promise<void>>()
  const renderOne = (one: PlannedRender): Promise<void> => {
    const work = begun.get(one) ?? renderAfterParent(one)
    begun.set(one, work)
    return work
  }
  const done = new Set<PlannedRender>()
  const renderAfterParent = async (one: PlannedRender): Promise<void> => {
    const parent = parentOf(one, wanted)
    if (parent !== undefined) {
      await renderOne(parent)
      // What it is an edit of has failed, which is told.
      if (!done.has(parent)) return
    }
    try {
      const how = {
        again: flags.again === true && one.names.some((name) => names.includes(name)),
        renew: true,
      }
      const { record, made } = await engine.render(one.spec, how)
      done.add(one)
      if (made) outcome.made.push({ name: one.spec.name, key: record.key, cost: record.cost.usd })
      else outcome.brought += 1
      bar?.advance()
    } catch (thrown) {
      const error = asOneTokenError(thrown)
      if (error === undefined) throw thrown
      // What was stopped before it was sent is no failure; what was given up after that may be billed.
      if (error.code !== 'ABORTED' || error.details?.['possiblyBilled'] === true) outcome.failures.push(error)
    }
  }
  try {
    // All of them end before a defect is told: their pictures are paid for.
    const ends = await Promise.allSettled(wanted.map((one) => renderOne(one)))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  } finally {
    process.off('SIGINT', onInterrupt)
    bar?.stop()
  }
  return outcome
}

function report(
  engine: Engine,
  {
    made,
    wanted,
    cached,
    problem,
  }: { made: Outcome['made']; wanted: number; cached: number; problem: OneTokenError | undefined },
  flags: RenderFlags,
): void {
  const cost = made.reduce((sum, one) => sum + one.cost, 0)
  if (flags.json === true) {
    const { code, message, hint, details } = problem ?? {}
    printJson({ rendered: made, cost, cached, problem: problem && { code, message, hint, details } })
    return
  }
  const done = `${made.length} of ${wanted} renders made${made.length === 0 ? '' : ` (${dollars(cost)})`}`
  print(`${wanted === 0 ? 'Nothing is missing' : done}, ${cached} cached.`)
  if (problem !== undefined) process.stderr.write(`${describe(problem, engine.root)}\n`)
}
