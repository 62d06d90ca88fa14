import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { relative } from 'node:path'
import PQueue from 'p-queue'
import { scanSources } from '../sources/scan.ts'
import { price } from '../render/pricing.ts'
import type { ImageSpec } from '../spec/types.ts'
import type { Engine } from './engine.ts'
import { identify, type IdentifiedSpec } from './identify.ts'
import { placeText } from './problems.ts'
import { toPosix } from './references.ts'
import type { PictureState } from './renders.ts'

/** A render that the project wants. */
export interface PlannedRender {
  identified: IdentifiedSpec
  spec: ImageSpec
  /** Names of all entries that want this render; none for imports alone. */
  names: string[]
  key: string
  state: PictureState
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
  const problems: OneTokenError[] = []
  const failed = new Map<string, OneTokenError>()
  const note = (error: OneTokenError, name: string | undefined): void => {
    problems.push(error)
    if (name !== undefined) failed.set(name, error)
  }
  const wanted: Wanted[] = [...project.entries].map(([name, { place }]) => ({
    find: () => engine.entry(name),
    place,
    name,
  }))
  const store = toPosix(relative(project.root, project.store))
  const scan = await scanSources(project.root, store.startsWith('..') ? [] : [`${store}/**`])
  for (const { specifier, place } of scan.references) {
    // Its entries are all there already.
    if (specifier === 'virtual:onetoken/manifest') continue
    wanted.push({ find: () => engine.specOf(specifier, place), place })
  }
  const queue = new PQueue({ concurrency: AT_ONCE })
  const looks = wanted.map((one) => queue.add(() => look(engine, one)))
  const planned = new Map<string, PlannedRender>()
  for (const [index, seen] of (await Promise.all(looks)).entries()) {
    const name = wanted[index]?.name
    if (seen instanceof OneTokenError) {
      note(seen, name)
      continue
    }
    const known = planned.get(seen.key)
    if (known === undefined) planned.set(seen.key, seen)
    if (name !== undefined) (known ?? seen).names.push(name)
  }
  for (const place of scan.unknown) note(runTimeWords(place), undefined)
  return { renders: [...planned.values()], problems, failed }
}

/** Looked at at once: a remote store takes its time for each. */
const AT_ONCE = 16

/** What asks for a picture: an entry by its name, or an import. */
interface Wanted {
  find(): Promise<ImageSpec>
  place: Place | undefined
  name?: string
}

async function look(engine: Engine, { find, place }: Wanted): Promise<PlannedRender | OneTokenError> {
  try {
    return await plan(engine, await find(), place)
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    return error.at(place)
  }
}

async function plan(engine: Engine, spec: ImageSpec, place: Place | undefined): Promise<PlannedRender> {
  const project = await engine.project()
  const identified = await identify(spec, project.root, project.provider)
  const { state, problem } = await engine.stateOf(identified)
  const { worst, open } = price(spec.render, project.settings.multiplier)
  const where = place === undefined ? '' : placeText(place, project.root)
  return {
    identified,
    spec,
    names: [],
    key: identified.key,
    state,
    worst,
    open,
    where,
    problem,
  }
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
