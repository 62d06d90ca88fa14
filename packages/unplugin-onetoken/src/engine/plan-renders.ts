import { OneTokenError } from '../errors.ts'
import { didYouMean } from '../spec/nearest.ts'
import { quote } from '../spec/text.ts'
import { isProvisional } from '../store/record.ts'
import type { Engine } from './engine.ts'
import { withGroups } from './group-names.ts'
import { survey, type PlannedRender, type Survey } from './survey.ts'

/** What somebody wants rendered. */
export interface RenderWish {
  /** Names of entries and groups. Undefined: all that the project asks for. */
  names: readonly string[] | undefined
  /** Render the named entries anew, also what is there, was refused or may have been billed. */
  again: boolean
  /** Render edits anew whose parents have changed. */
  stale: boolean
  /** Dollars; takes the place of the budget's `cost` in the settings. */
  maxCost?: number | undefined
}

/** What a wish comes to before anything is spent. */
export interface RenderPlan {
  /** Everything that the wish names. */
  chosen: PlannedRender[]
  /** Of that, what would be rendered, and what has to be rendered before it. */
  wanted: PlannedRender[]
  /** What stands in the way of the others. */
  problems: OneTokenError[]
  /** Entries that are rendered although they are there. */
  again: readonly string[]
}

/**
 * Find out what a wish comes to. Spends nothing.
 * @throws OneTokenError `USAGE`, `UNKNOWN_ENTRY`, or what is wrong with an entry that is named
 */
export async function planRenders(engine: Engine, wish: RenderWish): Promise<RenderPlan> {
  const { again, stale, maxCost } = wish
  if (again && wish.names === undefined) {
    throw new OneTokenError('USAGE', '"again" needs the names of the entries that are to be rendered anew.', {
      hint: 'As in: npx --no-install onetoken render hero --again',
    })
  }
  if (maxCost !== undefined) (await engine.project()).settings.budget.cost = maxCost
  const found = await survey(engine)
  const known = [...found.renders.flatMap((render) => render.names), ...found.failed.keys()]
  const names = wish.names && withGroups(wish.names, known)
  const chosen = choose(found, names, known, again)
  const isDue = ({ state }: PlannedRender): boolean => state === 'missing' || (stale && state === 'stale')
  const due = withParents(
    chosen.filter((render) => again || isDue(render) || isProvisional(render)),
    found.renders,
    isDue,
  )
  const wanted = again ? oncePerKey(due) : due
  // What is rendered anew may have what is lacking now.
  const anew = new Set(wanted)
  return {
    chosen,
    wanted,
    problems: [
      ...chosen.flatMap((render) => (anew.has(render) ? [] : (render.problem ?? []))),
      ...(names === undefined ? found.problems : []),
    ],
    again: again ? (names ?? []) : [],
  }
}

/**
 * Of two entries with the same words, one may have a picture of its own. What is asked for anew is paid for once, and by the
 * name of that one: the render takes the place of its picture.
 */
function oncePerKey(renders: readonly PlannedRender[]): PlannedRender[] {
  const first = new Map<string, PlannedRender>()
  for (const render of renders) {
    if (!first.has(render.key) || render.uses !== render.key) first.set(render.key, render)
  }
  return renders.filter((render) => first.get(render.key) === render)
}

function choose(
  { renders, failed }: Survey,
  names: readonly string[] | undefined,
  known: readonly string[],
  again: boolean,
): PlannedRender[] {
  if (names === undefined) return renders
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const hint =
      known.length === 0
        ? 'It has no entries. Where none is named, all imports of the sources are rendered.'
        : `It has ${known.join(', ')}.`
    const near = didYouMean(unknown, known) || '.'
    throw new OneTokenError('UNKNOWN_ENTRY', `The manifest has no entry ${quote(unknown)}${near}`, { hint })
  }
  for (const name of names) {
    const error = failed.get(name)
    if (error !== undefined) throw error
  }
  // Who asks for an entry asks for its dark version as well, but not for another one of it.
  const nameOf = (name: string): string => (again ? name : name.replace(/:dark$/, ''))
  return renders.filter((render) =>
    render.names.some((name) => names.includes(name) || names.includes(nameOf(name))),
  )
}

/** Renders, and before each of them its parents that are due as well: in this order they are listed and asked for. */
function withParents(
  renders: readonly PlannedRender[],
  all: readonly PlannedRender[],
  isDue: (render: PlannedRender) => boolean,
): PlannedRender[] {
  const wanted = new Set<PlannedRender>()
  const add = (render: PlannedRender): void => {
    const parent = parentOf(render, all)
    if (parent !== undefined && isDue(parent) && !wanted.has(parent)) add(parent)
    wanted.add(render)
  }
  for (const render of renders) add(render)
  return [...wanted]
}

/** What a render is an edit of, when it is among these. */
export function parentOf(
  { spec }: PlannedRender,
  renders: readonly PlannedRender[],
): PlannedRender | undefined {
  const { parent } = spec.render
  return parent === undefined ? undefined : renders.find(({ names }) => names.includes(parent))
}
