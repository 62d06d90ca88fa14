import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { storeFolders } from '../project/store-folders.ts'
import { scanSources } from '../sources/scan.ts'
import { price } from '../render/pricing.ts'
import type { ImageSpec } from '../spec/types.ts'
import { inOrder } from '../store/in-order.ts'
import type { Engine } from './engine.ts'
import type { Family } from './family.ts'
import type { IdentifiedSpec } from './identify.ts'
import { placeText } from './problems.ts'
import { refuseSecretWords } from './secret-guard.ts'
import type { ShownState } from '../output/state-words.ts'
import { isOwn, isProvisional, type RecordOrigin } from '../store/record.ts'
import type { PictureState } from './looks.ts'

/** What people are told of a render. */
export function shownState({ state, origin }: Pick<PlannedRender, 'state' | 'origin'>): ShownState {
  if (state !== 'cached' || origin === undefined) return state
  return isProvisional({ origin }) ? 'provisional' : origin.kind
}

/** A render that the project wants. */
export interface PlannedRender {
  identified: IdentifiedSpec
  spec: ImageSpec
  /** Those of all that want this render: they may use different ones of its pictures. */
  specs: ImageSpec[]
  /** Names of all entries that want this render, `hero:dark` for a dark version; none for imports alone. */
  names: string[]
  key: string
  /** Of an edit of something stale or missing, as far as it has a picture: stale as well. */
  state: PictureState
  /** Key of the record that builds use; undefined when there is none that they could. */
  uses: string | undefined
  /** Name of the entry that it is an edit of, when that has to be rendered first. */
  after?: string | undefined
  /** Where the picture comes from, when it was not rendered for these words. */
  origin?: RecordOrigin | undefined
  /** Dollars at the most, if it is rendered (again). */
  worst: number
  /** Whether `worst` is only the highest that `auto` can come to. */
  open: boolean
  /** Where it is asked for, relative to the root. */
  where: string
  /** What to do about a state that is neither cached nor missing, or about a `pick` that is beyond the pictures that came. */
  problem?: OneTokenError | undefined
}

/** All renders of a project. */
export interface Survey {
  renders: PlannedRender[]
  /** Imports and sources that could not be read, and imports whose words are put together at run time. */
  problems: OneTokenError[]
  /** Of these problems, those of entries, by name. */
  failed: Map<string, OneTokenError>
  /** Every other entry by name, also where several want one render. */
  entries: Map<string, PlannedRender>
  /** Entries that say nothing for people who cannot see. */
  silent: string[]
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
  const scan = await scanSources(project.root, storeFolders(project.root, project.store))
  for (const { specifier, place } of scan.references) {
    // Its entries are all there already.
    if (specifier === 'virtual:onetoken/manifest') continue
    const find = async (): Promise<IdentifiedSpec> => family.identify(await engine.specOf(specifier, place))
    wanted.push({ find, place, names: [] })
  }
  const planned = new Map<string, PlannedRender>()
  const named = new Map<string, PlannedRender>()
  const looks = inOrder(wanted, AT_ONCE, async (one) => ({ one, seen: await look(engine, family, one) }))
  for await (const {
    one: { names },
    seen,
  } of looks) {
    if (seen instanceof OneTokenError) {
      note(seen, names)
      continue
    }
    const known = planned.get(idOf(seen))
    if (known === undefined) planned.set(idOf(seen), { ...seen })
    else {
      known.specs.push(seen.spec)
      // They may use different pictures of it.
      known.problem ??= seen.problem
    }
    const { names: all } = known ?? seen
    for (const name of names) {
      if (!all.includes(name)) all.push(name)
      named.set(name, seen)
    }
  }
  for (const place of scan.unknown) note(runTimeWords(place), [])
  for (const problem of scan.unread) note(problem, [])
  const renders = [...planned.values()]
  markDescendants(renders)
  const entries = [...named].flatMap(([name, own]) => {
    const render = planned.get(idOf(own))
    return render === undefined ? [] : [[name, ofEntry(own, render)] as const]
  })
  return { renders, problems, failed, entries: new Map(entries), silent: silentOf(named) }
}

/** What an entry has of a render that others may want as well: which of its pictures is used, is its own matter. */
function ofEntry({ spec, identified, where, problem }: PlannedRender, render: PlannedRender): PlannedRender {
  const isOfOthers = render.problem?.code === 'PICK_BEYOND'
  return { ...render, spec, identified, where, problem: problem ?? (isOfOthers ? undefined : render.problem) }
}

/** One render may be all that several ask for, and yet one of them has a picture of its own. */
function idOf({ key, uses = '' }: PlannedRender): string {
  return `${key} ${uses}`
}

/** A dark version has the text of its entry. */
function silentOf(named: ReadonlyMap<string, PlannedRender>): string[] {
  return [...named].flatMap(([name, { spec }]) =>
    spec.alt === undefined && !name.endsWith(':dark') ? [name] : [],
  )
}

/** Looked at at once: a remote store takes its time for each. */
const AT_ONCE = 16

/** What asks for a picture: an entry by its name, or an import. */
interface Wanted {
  find(): Promise<IdentifiedSpec>
  place: Place | undefined
  names: string[]
}

/** What is known of each of these pictures, or what is wrong with it at its place. Spends nothing. */
export async function lookAt(
  engine: Engine,
  pictures: readonly { spec: () => ImageSpec; place: Place | undefined }[],
): Promise<(PlannedRender | OneTokenError)[]> {
  const family = await engine.family()
  const found: (PlannedRender | OneTokenError)[] = []
  const looks = inOrder(pictures, AT_ONCE, ({ spec, place }) =>
    look(engine, family, { find: async () => family.identify(spec()), place, names: [] }),
  )
  for await (const seen of looks) found.push(seen)
  return found
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
  const seen = await family.lookup(identified)
  const { state, problem, uses, origin } = await engine.stateOf(identified, { seen })
  // Told before anything is spent on others.
  if (state !== 'cached') refuseSecretWords(spec, project.environment)
  const { worst, open } = price(spec.render, project.settings.multiplier)
  const where = place === undefined ? '' : placeText(place, project.root)
  return {
    identified,
    spec,
    specs: [spec],
    names: [],
    key: identified.key,
    state,
    uses: uses ?? (state === 'cached' ? identified.key : undefined),
    origin,
    after: identified.waitsFor,
    worst,
    open,
    where,
    // An import of an entry may say itself which of its pictures it uses.
    problem: problem?.at(place),
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
    if (above.state !== 'stale' || isOwn(render)) return
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
