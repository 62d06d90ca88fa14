import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { relative } from 'node:path'
import { scanSources } from '../sources/scan.ts'
import { price } from '../render/pricing.ts'
import type { ImageSpec } from '../spec/types.ts'
import { inOrder } from '../store/in-order.ts'
import type { Engine } from './engine.ts'
import type { Family } from './family.ts'
import type { IdentifiedSpec } from './identify.ts'
import { placeText } from './problems.ts'
import { toPosix } from './references.ts'
import type { PictureState } from './renders.ts'

/** A render that the project wants. */
export interface PlannedRender {
  identified: IdentifiedSpec
  spec: ImageSpec
  /** Names of all entries that want this render, `hero:dark` for a dark version; none for imports alone. */
  names: string[]
  key: string
  /** Of an edit of something stale or missing, as far as it has a picture: stale as well. */
  state: PictureState
  /** Key of the record that builds use; undefined when there is none that they could. */
  uses: string | undefined
  /** Name of the entry that it is an edit of, when that has to be rendered first. */
  after?: string | undefined
  /** Dollars at the most, if it is rendered (again). */
  worst: number
  /** Whether `worst` is only the highest that `auto` can come to. */
  open: boolean
  /** Where it is asked for, relative to the root. */
  where: string
  /** What to do about a state that is neither cached nor missing. */
  problem?: OneTokenError | undefined
}

/** All renders of a project. */
export interface Survey {
  renders: PlannedRender[]
  /** Imports that could not be read, and those whose words are put together at run time. */
  problems: OneTokenError[]
  /** Of these problems, those of entries, by name. */
  failed: Map<string, OneTokenError>
}

/** Look at every entry of the manifests and every import in the sources. Spends nothing. */
export async function survey(engine: Engine): Promise<Survey> {
  const project = await engine.project()
  const family = await engine.family()
  const problems: OneTokenError[] = []
  const failed = new Map<string, OneTokenError>()
  const note = (error: OneTokenError, names: readonly string[]): void => {
    problems.push(error)
    for (const name of names) failed.set(name, error)
  }
  const wanted: Wanted[] = [...project.entries].flatMap(([name, entry]) => {
    const light = { find: () => family.entry(name), place: entry.place, names: [name] }
    if (entry.dark === undefined) return [light]
    const dark = {
      find: async () => family.identify(await engine.dark(name)),
      place: entry.places?.dark ?? entry.place,
      names: [`${name}:dark`],
    }
    return [light, dark]
  })
  const store = toPosix(relative(project.root, project.store))
  const scan = await scanSources(project.root, store.startsWith('..') ? [] : [`${store}/**`])
  for (const { specifier, place } of scan.references) {
    // Its entries are all there already.
    if (specifier === 'virtual:onetoken/manifest') continue
    const find = async (): Promise<IdentifiedSpec> => family.identify(await engine.specOf(specifier, place))
    wanted.push({ find, place, names: [] })
  }
  const planned = new Map<string, PlannedRender>()
  const looks = inOrder(wanted, AT_ONCE, async (one) => ({ one, seen: await look(engine, family, one) }))
  for await (const {
    one: { names },
    seen,
  } of looks) {
    if (seen instanceof OneTokenError) {
      note(seen, names)
      continue
    }
    const known = planned.get(seen.key)
    if (known === undefined) planned.set(seen.key, seen)
    const { names: all } = known ?? seen
    for (const name of names) if (!all.includes(name)) all.push(name)
  }
  for (const place of scan.unknown) note(runTimeWords(place), [])
  const renders = [...planned.values()]
  markDescendants(renders)
  return { renders, problems, failed }
}

/** Looked at at once: a remote store takes its time for each. */
const AT_ONCE = 16

/** What asks for a picture: an entry by its name, or an import. */
interface Wanted {
  find(): Promise<IdentifiedSpec>
  place: Place | undefined
  names: string[]
}

async function look(
  engine: Engine,
  family: Family,
  { find, place }: Wanted,
): Promise<PlannedRender | OneTokenError> {
  try {
    return await plan(engine, family, await find(), place)
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    return error.at(place)
  }
}

async function plan(
  engine: Engine,
  family: Family,
  identified: IdentifiedSpec,
  place: Place | undefined,
): Promise<PlannedRender> {
  const project = await engine.project()
  const { spec } = identified
  const { state, problem, uses } = await engine.stateOf(identified, await family.lookup(identified))
  const { worst, open } = price(spec.render, project.settings.multiplier)
  const where = place === undefined ? '' : placeText(place, project.root)
  return {
    identified,
    spec,
    names: [],
    key: identified.key,
    state,
    uses: state === 'cached' ? identified.key : uses,
    after: identified.waitsFor,
    worst,
    open,
    where,
    problem,
  }
}

/** What is an edit of something stale will be stale once that is rendered. */
function markDescendants(renders: readonly PlannedRender[]): void {
  const byName = new Map(renders.flatMap((render) => render.names.map((name) => [name, render] as const)))
  const done = new Set<PlannedRender>()
  const mark = (render: PlannedRender): void => {
    if (done.has(render)) return
    done.add(render)
    const { parent } = render.spec.render
    const above = parent === undefined ? undefined : byName.get(parent)
    if (above === undefined) return
    mark(above)
    if (above.state !== 'stale') return
    render.after ??= parent
    if (render.state === 'cached') render.state = 'stale'
  }
  for (const render of renders) mark(render)
}

function runTimeWords(place: Place): OneTokenError {
  return new OneTokenError(
    'QUERY_INVALID',
    'The words of this import are put together at run time, so no build can know them.',
    {
      hint: 'Write the whole specifier as one string, or declare the pictures in the manifest and choose among them.',
      place,
    },
  )
}
